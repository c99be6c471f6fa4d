//! Channels: what is put into one end comes out of the other, wherever that was handed.
//!
//! Whoever takes something out may stand before who puts it in, so a function in which something has gone into a channel is
//! walked through once more, with what the channel holds.

use super::taint::Value;
use super::walk::Walk;
use crate::facts::{Expr, ExprId, Pat, PatId};
use crate::models::TypeRole;
use crate::program::{Program, Ty};
use crate::source::Name;
use crate::values::text::peel;

/// How many copies of an end are followed back to it.
const MAX_COPIES: u32 = 4;

/// The ends of a channel, as variables.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    into: PatId,
    out: PatId,
    /// What has been put into it.
    pub(super) held: Value,
}

impl Walk<'_, '_> {
    /// Notes the channel whose ends a pattern holds: `let (sender, receiver) = channel();`.
    pub(super) fn note_channel(&mut self, pat: PatId, made: ExprId) {
        let Pat::Tuple(ends) = self.body.pat(peeled(self.body, pat)) else {
            return;
        };
        let [into, out] = **ends else { return };
        let path = self.typing.external(made);
        let model = path.and_then(|it| self.all.program.models.function(it));
        if !model.is_some_and(|it| it.ends) {
            return;
        }
        let (into, out) = (peeled(self.body, into), peeled(self.body, out));
        if self.channels.iter().any(|it| it.into == into) {
            return;
        }
        self.channels.push(Channel {
            into,
            out,
            held: Value::default(),
        });
    }

    /// What a variable holds if it is an end of a channel.
    pub(super) fn held_by_channel(&self, local: PatId) -> Option<&Value> {
        let mut channels = self.channels.iter();
        let channel = channels.find(|it| it.out == local || it.into == local)?;
        Some(&channel.held)
    }

    /// Something is put into a variable; it comes out of the other end, if that is one of a channel.
    pub(super) fn put_into_channel(&mut self, local: PatId, value: &Value) {
        if self.channels.is_empty() || value.is_clean() {
            return;
        }
        let end = self.end_of(local, 0);
        if let Some(channel) = self.channels.iter_mut().find(|it| it.into == end) {
            let before = channel.held.clone();
            channel.held.join(value);
            channel.held.bound();
            self.has_news |= !channel.held.is_same(&before);
        }
    }

    /// The end that a variable is a copy of: `let other = sender.clone();`.
    fn end_of(&self, local: PatId, depth: u32) -> PatId {
        let init = self.all.values.local_init(self.body, local);
        let Some(init) = init.filter(|_| depth < MAX_COPIES) else {
            return local;
        };
        let of = match self.body.expr(init) {
            Expr::MethodCall(call) if call.name == "clone" => call.receiver,
            // `Sender::clone(&sender)`.
            Expr::Call { args, .. } => match (self.typing.external(init), &**args) {
                (Some(path), [only]) if path.as_str().ends_with("::clone") => {
                    peel(self.body, *only)
                }
                _ => return local,
            },
            Expr::Path(_) => init,
            _ => return local,
        };
        let of = self.typing.local(of);
        of.map_or(local, |it| self.end_of(it, depth + 1))
    }
}

/// Whether a method puts its argument into a channel.
pub(super) fn sends(method: &str) -> bool {
    matches!(
        method,
        "send"
            | "try_send"
            | "send_async"
            | "send_timeout"
            | "send_deadline"
            | "send_blocking"
            | "blocking_send"
            | "force_send"
            | "unbounded_send"
            | "start_send"
            | "send_replace"
            | "feed"
    )
}

/// Whether a type is that of the end of a channel that things are put into.
pub(super) fn is_sender(program: &Program, ty: &Ty) -> bool {
    program.has_role(ty, TypeRole::Sender)
}

/// Whether a method is one of such a type.
pub(super) fn is_of_sender(program: &Program, method: Name) -> bool {
    let owner = method.as_str().rsplit_once("::").map_or("", |it| it.0);
    let model = program.models.type_(Name::new(owner));
    model.is_some_and(|it| it.role == Some(TypeRole::Sender))
}

/// A pattern without references and types.
fn peeled(body: &crate::facts::Body, pat: PatId) -> PatId {
    match body.pat(pat) {
        Pat::Ref(inner) | Pat::Typed(inner, _) => peeled(body, *inner),
        _ => pat,
    }
}
