//! Entries of sessions, and sealed cookies: only the service writes them. Where all code that writes
//! one does so after it has verified a password or a token that the client sent, whoever has one is
//! somebody, whatever it is called.

use std::sync::Arc;

use super::extensions::Slot;
use super::interpret::Run;
use super::proof::{Abs, From, Proof, State};
use super::{EventKind, Judge, words};
use crate::facts::body::{Literal, MethodCall};
use crate::facts::mentions::hashes;
use crate::facts::{Expr, ExprId, Mention};
use crate::models::TypeRole;
use crate::models::roles::Carries;
use crate::program::ty::Subst;
use crate::program::{BodyKey, BodyOwner, FnId, Ty};
use crate::source::{Name, Span};

/// Methods that put an entry into a session.
const INTO_SESSIONS: [&str; 3] = ["insert", "set", "insert_value"];
/// Methods that put a sealed cookie into a jar.
const INTO_JARS: [&str; 2] = ["add", "add_private"];

/// What is written where only the service writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// An entry of a session.
    Entry,
    /// A sealed cookie.
    Cookie,
}

impl Judge<'_> {
    /// Whether an entry or cookie of this name is only given to those who have logged in.
    pub(super) fn is_given_by_login(&self, kept: Kept, name: &str) -> bool {
        if name.is_empty() || words::anonymous_cookie(name) {
            return false;
        }
        let nobody = || Abs::fallible("Some", Proof::nothing(), Abs::default());
        let found = self.ask(
            &self.known.inserted,
            format!("{kept:?} {name}"),
            nobody,
            || Abs::fallible("Some", self.given(kept, name), Abs::default()),
        );
        found.success().is_some_and(|out| out.proof.is_verified())
    }

    /// What is proven wherever an entry or cookie of this name is written.
    fn given(&self, kept: Kept, wanted: &str) -> Proof {
        let methods: &[&str] = match kept {
            Kept::Entry => &INTO_SESSIONS,
            Kept::Cookie => &INTO_JARS,
        };
        let hashes = methods.iter().flat_map(|it| hashes(Mention::CALLED, it));
        let mut joined: Option<State> = None;
        for key in self.program.mentioning(&hashes.collect()) {
            let BodyOwner::Fn(id) = self.program[key].owner else {
                continue;
            };
            if self.program[id].is_test || !self.may_write(key, kept, wanted) {
                continue;
            }
            let mut is_seen = false;
            for event in &self.run_login(id).events {
                let EventKind::Insert(Slot::Kept(how, name), _) = &event.kind else {
                    continue;
                };
                let is_meant = name.is_none_or(|it| it == wanted);
                if *how != kept || !is_meant {
                    continue;
                }
                is_seen = true;
                joined = Some(match joined {
                    None => event.state.clone(),
                    Some(state) => state.join(&event.state),
                });
            }
            // Code that was not followed as far as there writes it for anybody.
            if !is_seen {
                return Proof::nothing();
            }
        }
        joined.map_or_else(Proof::nothing, |state| state.proof)
    }

    /// Whether a body writes an entry or cookie of this name, or of one that is not known.
    fn may_write(&self, key: BodyKey, kept: Kept, wanted: &str) -> bool {
        let body = &self.program[key].body;
        body.exprs().any(|(_, expr)| {
            let Expr::MethodCall(call) = expr else {
                return false;
            };
            let is_method = match kept {
                Kept::Entry => INTO_SESSIONS.contains(&call.name.as_str()) && call.args.len() == 2,
                Kept::Cookie => INTO_JARS.contains(&call.name.as_str()) && call.args.len() == 1,
            };
            if !is_method {
                return false;
            }
            let name = self.written_name(key, call, kept);
            let is_known_name = name.is_some_and(|it| it == wanted);
            let ty = self.values.typing(key).ty(call.receiver).clone();
            match self.keeps(&ty, call) {
                Some(how) => how == kept && (name.is_none() || is_known_name),
                // Whatever it is that the name is put into.
                None => ty.is_unknown() && is_known_name,
            }
        })
    }

    /// Whether a method of a value of this type writes into a session or a sealed jar.
    pub(super) fn keeps(&self, ty: &Ty, call: &MethodCall) -> Option<Kept> {
        let name = call.name.as_str();
        if name == "add_private" {
            return Some(Kept::Cookie);
        }
        let path = ty.peel_refs().external_path()?;
        let last = path.as_str().rsplit("::").next().unwrap_or_default();
        let is_sealed = ["Private", "Signed"].iter().any(|it| last.starts_with(it));
        if name == "add" && is_sealed {
            return Some(Kept::Cookie);
        }
        let role = self.program.models.type_(path).and_then(|it| it.role);
        let carries = self.program.models.extractor(path).map(|it| it.carries);
        let is_session = role == Some(TypeRole::Session) || carries == Some(Carries::Session);
        (INTO_SESSIONS.contains(&name) && is_session && call.args.len() == 2).then_some(Kept::Entry)
    }

    /// The name of what a method writes; `None` if it is not known.
    pub(super) fn written_name(&self, key: BodyKey, call: &MethodCall, kept: Kept) -> Option<Name> {
        let first = *call.args.first()?;
        let name = match kept {
            Kept::Entry => first,
            Kept::Cookie => self.cookie_name(key, first, 0)?,
        };
        let known = self.values.text(key, name)?.as_known()?;
        Some(Name::new(&known))
    }

    /// The expression that names a cookie: of `Cookie::new("user", id)`, `Cookie::build(("user", id))`.
    fn cookie_name(&self, key: BodyKey, id: ExprId, depth: u32) -> Option<ExprId> {
        if depth > 12 {
            return None;
        }
        let body = &self.program[key].body;
        match body.expr(id) {
            Expr::Literal(Literal::Str(_)) => Some(id),
            Expr::MethodCall(call) => self.cookie_name(key, call.receiver, depth + 1),
            Expr::Call { args, .. } => self.cookie_name(key, *args.first()?, depth + 1),
            Expr::Tuple(all) => all.first().copied(),
            Expr::Ref { inner, .. } => self.cookie_name(key, *inner, depth + 1),
            Expr::Path(_) => match self.values.typing(key).local(id) {
                Some(local) => {
                    let init = self.values.local_init(body, local)?;
                    self.cookie_name(key, init, depth + 1)
                }
                None => Some(id),
            },
            _ => None,
        }
    }

    /// Runs a function for somebody who logs in: what its body or query says may be a secret.
    fn run_login(&self, id: FnId) -> Arc<super::Summary> {
        let this = Abs {
            setting: Some(Arc::from("self")),
            ..Abs::default()
        };
        self.run_telling(id, this, &Subst::new(), From::TOKEN)
    }
}

impl Run<'_, '_> {
    /// Notes what a method writes into a session or a sealed jar.
    pub(super) fn note_kept(&mut self, call: &MethodCall, receiver: &Abs, span: Span) {
        let name = call.name.as_str();
        if !INTO_SESSIONS.contains(&name) && !INTO_JARS.contains(&name) {
            return;
        }
        let ty = self.ty(call.receiver);
        let is_session = receiver.from.has(From::SESSION) && call.args.len() == 2;
        let kept = self.judge.keeps(&ty, call);
        let Some(kept) = kept.or(is_session.then_some(Kept::Entry)) else {
            return;
        };
        let name = self.judge.written_name(self.key, call, kept);
        let slot = Slot::Kept(kept, name);
        self.event(EventKind::Insert(slot, Box::default()), span);
    }
}
