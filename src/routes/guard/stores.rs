//! Maps, caches, queues, channels and tasks: entries that are made for whoever asks, and work that
//! is handed on to others.

use super::EventKind;
use super::calls::presence;
use super::interpret::Run;
use super::proof::{Abs, From, Out, Proof};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId};
use crate::source::Name;
use crate::values::Callee;

impl Run<'_, '_> {
    /// What a map or cache gives that has an entry for every key: found, or made now.
    pub(super) fn made_entry(
        &mut self,
        id: ExprId,
        name: &str,
        values: &[Abs],
        args: &[ExprId],
    ) -> Option<Abs> {
        let [store, key, rest @ ..] = values else {
            return None;
        };
        let is_ours = !store.from.has(From::SENT);
        if !is_ours || !key.from.has(From::CREDENTIAL) {
            return None;
        }
        match name {
            // Only one of the two was there.
            "entry" => {
                let evidence = self.evidence(self.text(id), self.span(id));
                let found = Out {
                    proof: Proof::verified(evidence),
                    val: Abs::of(From::IDENTITY),
                };
                let all = vec![("Occupied", found), ("Vacant", Out::nothing())];
                Some(Abs::variants(key.from.as_public(), all))
            }
            // What makes the entry says what there is; it may refuse.
            "get_with"
            | "get_with_by_ref"
            | "try_get_with"
            | "try_get_with_by_ref"
            | "optionally_get_with"
            | "optionally_get_with_by_ref"
            | "get_or_insert_with"
            | "get_or_insert"
            | "try_get_or_insert_with" => {
                let made = rest.first()?;
                let is_function = made.closure.is_some() || made.function.is_some();
                let made = match is_function {
                    true => {
                        let before = self.state.clone();
                        let value = self.apply(*args.last()?, &made.clone(), Vec::new());
                        self.state = before;
                        value
                    }
                    false => made.clone(),
                };
                let from = made.from.with(key.from.as_public());
                Some(match made.variants {
                    Some(_) => made,
                    None => presence(Abs::of(from)),
                })
            }
            _ => None,
        }
    }

    /// Notes what is handed on to others: sent into a channel of the service, or put into a
    /// queue, list or map of it.
    pub(super) fn hand_on(&mut self, id: ExprId, call: &MethodCall, receiver: &Abs, args: &[Abs]) {
        if !receiver.from.has(From::OWN) || receiver.from.has(From::REQUEST.with(From::NEXT)) {
            return;
        }
        let name = call.name.as_str();
        let hands_on = match name {
            "send" | "try_send" | "blocking_send" | "send_async" | "send_timeout"
            | "force_send" | "unbounded_send" | "start_send" | "do_send" | "send_replace"
            | "send_modify" => {
                // A token that goes to whoever checks it is no work yet.
                let asks = args.iter().any(|it| it.from.has(From::CREDENTIAL));
                !args.is_empty() && !asks && self.is_channel(call.receiver)
            }
            "push" | "push_back" | "push_front" | "extend" | "append" | "insert" => {
                let last = args.last();
                last.is_some_and(|it| it.from.has(From::INPUT) && !it.from.has(From::CREDENTIAL))
            }
            _ => false,
        };
        if hands_on {
            self.event(EventKind::Write(name.to_owned()), self.span(id));
        }
        let keyed = args.first().is_some_and(|it| it.from.has(From::CREDENTIAL));
        if keyed && matches!(name, "insert" | "entry" | "get_or_insert_with") {
            self.made.extend(receiver.setting.clone());
        }
    }

    /// Whether something is the end of a channel, as far as its type is known. Actors answer.
    fn is_channel(&self, sender: ExprId) -> bool {
        let ty = self.judge.program.pointed_to(&self.ty(sender));
        let path = ty.peel_refs().external_path();
        path.is_none_or(|it| it.as_str().contains("Sender"))
    }

    /// Whether this body has made an entry in a map of the service for whoever asks.
    pub(super) fn has_made(&self, store: &Abs) -> bool {
        let made = |setting| self.made.contains(setting);
        !self.made.is_empty() && store.setting.as_ref().is_some_and(made)
    }

    /// Whether a call starts a task that goes its own way: what it checks there holds nobody here.
    pub(super) fn starts_task(&self, id: ExprId, callee: ExprId) -> bool {
        let Expr::Path(path) = self.judge.program[self.key].body.expr(callee) else {
            return false;
        };
        let name = path.last().map_or("", |it| it.as_str());
        is_spawn(name) && !matches!(self.typing.callees(id).first(), Some(Callee::Fn(_)))
    }

    /// Goes on as before a task was started, whose work is done by somebody else. A closure among
    /// the arguments is that work: it is run here for what it does.
    pub(super) fn after_task(
        &mut self,
        id: ExprId,
        before: Option<super::proof::State>,
        work: &[Abs],
    ) {
        self.state.clone_from(&before);
        let closures = work.iter().filter(|it| it.closure.is_some());
        let closures: Vec<Abs> = closures.cloned().collect();
        for closure in closures {
            self.apply(id, &closure, Vec::new());
            self.state.clone_from(&before);
        }
    }
}

/// Whether a function or method of this name starts a task, or a thread.
pub(super) fn is_spawn(name: &str) -> bool {
    matches!(
        name,
        "spawn" | "spawn_local" | "spawn_detached" | "spawn_pinned" | "execute_detached"
    )
}

/// The size of something: of a credential, no secret.
pub(super) fn measures(name: &str, path: Option<Name>) -> bool {
    let krate = path.map_or("str", |it| {
        it.as_str().split("::").next().unwrap_or_default()
    });
    matches!(name, "len" | "count" | "is_empty" | "capacity")
        && matches!(
            krate,
            "str" | "std" | "core" | "alloc" | "slice" | "bytes" | "http"
        )
}
