//! Effects outside of the service's own stores: requests to other services, calls of their clients,
//! files that are written into, and work that is done out of sight.

use super::EventKind;
use super::calls::union;
use super::interpret::Run;
use super::proof::{Abs, From, Proof, State};
use super::words;
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId, TypeRef};
use crate::models::TypeRole;
use crate::program::Ty;
use crate::source::Name;

/// Labels of what says who asks: whoever is handed it is asked about it, and what becomes of the
/// request is theirs to say.
fn credentials() -> From {
    From::CREDENTIAL.with(From::TOKEN)
}

impl Run<'_, '_> {
    /// A request that a library's function of this name prepares.
    pub(super) fn prepared(
        &self,
        name: &str,
        url: Option<ExprId>,
        args: &[Abs],
        from: From,
    ) -> Abs {
        let request = from.without(From::LITERAL).without(From::REJECT);
        let written = args.first().and_then(|it| it.text);
        let verb = match name {
            "request" | "request_url" | "new" => written.map_or("", |it| it.as_str()),
            _ => name,
        };
        let verb = verb.strip_suffix("_async").unwrap_or(verb);
        let changes = ["post", "put", "patch", "delete"];
        let changes = changes.iter().any(|it| verb.eq_ignore_ascii_case(it));
        // Tokens are given out and looked into by such requests too.
        let is_about_tokens = || {
            let text = url.and_then(|it| self.judge.values.text(self.key, it));
            let known = text.and_then(|it| it.as_known());
            let told = url.map(|it| known.unwrap_or_else(|| self.text(it)));
            told.is_some_and(|it| words::asks_about_tokens(&it))
        };
        match changes && !is_about_tokens() {
            true => Abs::of(request.with(From::CHANGES)),
            false => Abs::of(request),
        }
    }

    /// What comes of sending a request.
    pub(super) fn sent(&mut self, id: ExprId, name: &str, request: Abs) -> Abs {
        if request.from.has(From::CHANGES) && !request.from.has(credentials()) {
            self.event(EventKind::Write(name.to_owned()), self.span(id));
        }
        let from = request.from.without(From::CHANGES);
        if !from.has(From::CREDENTIAL) {
            return Abs { from, ..request };
        }
        // Whoever is handed a credential may say whether it is genuine.
        let whether = format!(
            "whether `{}` refuses credentials is not known",
            self.text(id)
        );
        let answer = Abs::of(from.with(From::ANSWERED));
        Abs::fallible("Ok", Proof::maybe(whether), answer)
    }

    /// A request to another service that shows the caller's credential as its own: `bearer_auth(token)`.
    pub(super) fn shown_to_peer(
        &self,
        call: &MethodCall,
        receiver: &Abs,
        args: &[Abs],
    ) -> Option<Abs> {
        let sent = match (call.name.as_str(), args) {
            ("bearer_auth", [sent]) => sent,
            ("header" | "insert_header" | "set", [header, sent]) => {
                let text = self.key_text(&call.args, std::slice::from_ref(header))?;
                let name = text.rsplit("::").next().unwrap_or_default();
                name.eq_ignore_ascii_case("authorization").then_some(sent)?
            }
            _ => return None,
        };
        let is_own = receiver.from.has(From::REQUEST.with(From::ANSWER));
        if is_own || !sent.from.has(From::CREDENTIAL) {
            return None;
        }
        let from = receiver.from.with(union(args)).with(From::RELAYS);
        Some(Abs::of(from))
    }

    /// What the answer to such a request says by its status.
    pub(super) fn answer_of_peer(
        &self,
        id: ExprId,
        call: &MethodCall,
        answer: &Abs,
    ) -> Option<Abs> {
        if !answer.from.is_relayed_answer() || !call.args.is_empty() {
            return None;
        }
        let proof = || Proof::relayed(self.evidence(self.text(id), self.span(id)));
        match call.name.as_str() {
            "error_for_status" | "error_for_status_ref" => {
                Some(Abs::fallible("Ok", proof(), answer.clone()))
            }
            "is_success" => Some(Abs::fallible("true", proof(), Abs::default())),
            "status" => Some(Abs::of(answer.from)),
            _ => None,
        }
    }

    /// A field of what another service has answered that was handed a credential: whether it says that
    /// it is genuine (RFC 7662, `active`).
    pub(super) fn perhaps_introspected(&self, id: ExprId, field: Name, value: Abs) -> Abs {
        let is_about = value.from.has(From::ANSWERED) && value.from.has(From::CREDENTIAL);
        let is_bool = || matches!(self.ty(id).peel_refs(), Ty::Primitive(name) if *name == "bool");
        if !is_about || !words::says_genuine(field.as_str()) || !is_bool() {
            return value;
        }
        let evidence = self.evidence(self.text(id), self.span(id));
        Abs::fallible("true", Proof::verified(evidence), Abs::default())
    }

    /// A request of surf is sent by waiting for it.
    pub(super) fn sent_by_waiting(&mut self, id: ExprId, value: Abs) -> Abs {
        match value.from.has(From::CHANGES) {
            true => self.sent(id, "send", value),
            false => value,
        }
    }

    /// The client that a call makes whose code tonic generates: `pay_client::PayClient::new(channel)`.
    pub(super) fn made_peer(&self, callee: ExprId, args: &[Abs]) -> Option<Abs> {
        let data = &self.judge.program[self.key];
        let Expr::Path(path) = data.body.expr(callee) else {
            return None;
        };
        let names: Vec<Name> = path.segments.iter().map(|it| it.name).collect();
        let is_client = match &*names {
            [.., module, client, _] => names_a_client(*module, *client),
            [client, _] => {
                let mut imports = self.judge.program[data.module].imports.iter();
                imports.any(|it| {
                    it.name == Some(*client)
                        && matches!(&*it.path, [.., module, own] if names_a_client(*module, *own))
                })
            }
            _ => false,
        };
        is_client.then(|| Abs::of(union(args).with(From::PEER)))
    }

    /// A field that holds such a client: `PayClient<Channel>`.
    pub(super) fn perhaps_peer(&self, base: ExprId, field: Name, value: Abs) -> Abs {
        let program = self.judge.program;
        let Ty::Adt(adt, _) = program.pointed_to(&self.ty(base)) else {
            return value;
        };
        let mut fields = program[adt].fields().iter();
        let is_client = fields.any(|it| it.name == field && is_generated_client(&it.ty));
        match is_client && program.may_use("tonic") {
            true => Abs {
                from: value.from.with(From::PEER),
                ..value
            },
            false => value,
        }
    }

    /// What the client of another service answers.
    pub(super) fn asked_of_peer(&mut self, id: ExprId, name: &str, values: &[Abs]) -> Option<Abs> {
        let [peer, args @ ..] = values else {
            return None;
        };
        let body = &self.judge.program[self.key].body;
        if !peer.from.has(From::PEER) || !matches!(body.expr(id), Expr::MethodCall(_)) {
            return None;
        }
        if words::sets_up_a_client(name) {
            return Some(peer.clone());
        }
        if words::only_asks(name) || union(args).has(credentials().with(From::REQUEST)) {
            let peer = Abs {
                from: peer.from.without(From::PEER),
                ..peer.clone()
            };
            let values: Vec<Abs> = [peer].into_iter().chain(args.iter().cloned()).collect();
            return Some(self.opaque(id, name, &values));
        }
        self.event(EventKind::Write(name.to_owned()), self.span(id));
        Some(Abs::of(union(args).with(From::ANSWERED)))
    }

    /// Notes what a method of a trait does of which no implementation is in sight, by its name.
    pub(super) fn done_out_of_sight(&mut self, id: ExprId, name: &str, values: &[Abs]) {
        let [this, args @ ..] = values else { return };
        let given = union(args);
        if this.from.has(From::REQUEST) || given.has(credentials().with(From::REQUEST)) {
            return;
        }
        let kind = EventKind::Write(name.to_owned());
        let span = self.span(id);
        if words::acts(name) {
            self.event(kind, span);
        } else if words::may_act(name)
            && given.has(From::INPUT)
            && let Some(state) = self.state.clone()
        {
            let doubt = Proof::maybe(format!("what `{}` does is not known", self.text(id)));
            let in_doubt: State = state.with(&doubt);
            self.state = Some(in_doubt);
            self.event(kind, span);
            self.state = Some(state);
        }
    }

    /// Whether what is written into a value leaves the process: a file, a connection, with a buffer
    /// before it or without.
    pub(super) fn is_sink(&self, id: ExprId) -> bool {
        let is_one = |ty: &Ty| {
            let path = ty.peel_refs().external_path();
            let ty = path.and_then(|it| self.judge.program.models.type_(it));
            ty.is_some_and(|it| it.role == Some(TypeRole::Sink))
        };
        let ty = self.ty(id);
        match ty.peel_refs() {
            Ty::External(path, args) if path.as_str().ends_with("Writer") => {
                args.first().is_some_and(is_one)
            }
            ty => is_one(ty),
        }
    }
}

/// Whether a type of a module is a client by the names that tonic gives.
pub(super) fn names_a_client(module: Name, ty: Name) -> bool {
    module.as_str().ends_with("_client") && ty.as_str().ends_with("Client")
}

/// Whether a type is such a client with what it sends its calls by.
fn is_generated_client(ty: &TypeRef) -> bool {
    let Some(path) = ty.as_path() else {
        return false;
    };
    let is_client = path
        .last()
        .is_some_and(|it| it.as_str().ends_with("Client"));
    is_client
        && path.type_args().any(|it| {
            let last = it.as_path().and_then(|it| it.last());
            last.is_some_and(|it| it == "Channel" || it == "InterceptedService")
        })
}
