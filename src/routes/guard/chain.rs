//! Handlers in a chain that goes on by itself (salvo's hoops): what is proven where it does.
//!
//! Such a handler writes into a response that it is handed, and returns nothing. The next one
//! runs whether or not it was called, unless the response has the status of an error or of a
//! redirect by then, or the rest was skipped. The interpreter keeps beside what is proven on all
//! paths what is proven on those on which the chain goes on ([`Onward`]).

use super::extensions::Slot;
use super::interpret::Run;
use super::layers::Effect;
use super::proof::{Abs, From, Onward, Out, Proof, State, Stop};
use super::{Event, EventKind, Judge, words};
use crate::facts::body::MethodCall;
use crate::facts::{Expr, ExprId, GenericArg};
use crate::models::TypeRole;
use crate::program::ty::Subst;
use crate::program::{FnId, Ty};
use crate::source::{Name, Span};
use crate::values::Callee;

/// Traits by which values are written into a response.
const WRITERS: [(&str, &str); 2] = [("Scribe", "render"), ("Writer", "write")];

/// What a status does to a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// The chain goes on.
    Fine,
    /// It stops, and nobody was refused.
    Redirect,
    /// It stops.
    Error,
}

impl Judge<'_> {
    /// What has been proven of a request that gets past a handler in front of others.
    pub(super) fn hoop(&self, id: FnId, types: &Subst) -> Effect {
        let mut summary = (*self.run_middleware(id, types)).clone();
        let output = self.program.fn_return(id);
        let span = self.program[id].name_span();
        for (value, state) in &summary.exits {
            if let Some(proof) = self.goes_on(value, state, &output) {
                let state = State {
                    proof,
                    ..state.clone()
                };
                Event::new(EventKind::Next, span, state).add(&mut summary.events);
            }
        }
        let is_passed = |event: &Event| matches!(event.kind, EventKind::Next);
        let bodies: Vec<_> = self.program[id].body.into_iter().collect();
        let mut effect = self.effect_of(&summary, &bodies);
        if !summary.events.iter().any(is_passed) {
            effect.proof = Proof::maybe("no way past it was seen");
        }
        effect
    }

    /// Whether all that the program hands to this constructor verifies; `None`: not known.
    fn validators_verify(&self, made: &str) -> Option<bool> {
        let mut all = None;
        for key in self.program.using([made], false, |path| path == made) {
            let typing = self.values.typing(key);
            for (id, expr) in self.program[key].body.exprs() {
                let Expr::Call { args, .. } = expr else {
                    continue;
                };
                let is_made = |it: &Callee| matches!(it, Callee::External(path) if *path == made);
                if typing.callees(id).iter().any(is_made) {
                    let verifies = self.type_verifies(typing.ty(*args.first()?))?;
                    all = Some(all.unwrap_or(true) && verifies);
                }
            }
        }
        all
    }

    /// What is proven where a chain goes on after a handler has returned this; `None` if it stops.
    fn goes_on(&self, value: &Abs, state: &State, output: &Ty) -> Option<Proof> {
        let going = state.going_on()?;
        let output = match output {
            Ty::Future(inner) => inner,
            other => other,
        };
        if !output.is_external("std::result::Result") {
            let role = output.external_path();
            let role = role.and_then(|path| self.program.models.type_(path)?.role);
            let is_status = || output.is_external("http::StatusCode");
            let is_refusal = role == Some(TypeRole::Error)
                || is_status() && status(value) == Some(Status::Error)
                || output.is_external("std::option::Option") && value.only_fails();
            return (!is_refusal).then(|| going.clone());
        }
        let stops = self.error_stops(&output.arg(1));
        let failed = |proof: &Proof| match stops {
            Some(true) => None,
            Some(false) => Some(going.and(proof)),
            None => {
                let error = crate::routes::eval::type_name(self.program, &output.arg(1));
                let doubt = Proof::maybe(format!("whether writing `{error}` refuses is not known"));
                Some(going.and(proof).and(&doubt))
            }
        };
        if value.refuses() {
            return failed(&Proof::nothing());
        }
        let Some(out) = value.success() else {
            return Some(going.clone());
        };
        let passed = going.and(&out.proof);
        let bad = value.variants.as_ref().and_then(|_| value.variant("Err"));
        match bad.and_then(|out| failed(&out.proof)) {
            Some(failed) => Some(passed.either(&failed, None)),
            None => Some(passed),
        }
    }

    /// Whether writing an error of this type stops a chain; `None`: not known.
    fn error_stops(&self, ty: &Ty) -> Option<bool> {
        match ty.peel_refs() {
            Ty::External(path, _) => {
                let role = self.program.models.type_(*path).and_then(|it| it.role);
                (role == Some(TypeRole::Error)).then_some(true)
            }
            Ty::Tuple(parts) if parts.is_empty() => Some(false),
            ty @ Ty::Adt(..) => {
                let chain = From::ANSWER.with(From::CHAIN);
                let after = self.written(ty, Abs::default(), chain)?;
                Some(after.going_on().is_none())
            }
            _ => None,
        }
    }

    /// The state after a value of a type of the program has been written into a response that
    /// has these labels; `None` if the code that does it is not known.
    fn written(&self, ty: &Ty, value: Abs, answer: From) -> Option<State> {
        let ty = ty.peel_refs();
        let mut joined: Option<State> = None;
        for (of_trait, method) in WRITERS {
            for (id, subst) in self.program.impls_named(&[of_trait], ty) {
                let named = |it: &FnId| self.program[*it].name == method;
                let function = self.program[id].fns.iter().copied().find(named)?;
                self.program[function].body?;
                let scope = self.program.fn_scope(function);
                let params = self.program[function].sig.params.iter();
                let args = params.map(|param| {
                    let ty = self.program.lower_ty(&scope, &param.ty);
                    let part = self.part_of_request(ty.peel_refs());
                    match part {
                        Some(From::ANSWER) => Abs::of(answer),
                        Some(from) => Abs::of(from),
                        None => Abs::default(),
                    }
                });
                let summary = self.run(function, args.collect(), value.clone(), &subst);
                let after = summary.after.clone().unwrap_or_else(State::start);
                joined = Some(match joined {
                    None => after,
                    Some(known) => known.join(&after),
                });
            }
        }
        joined
    }
}

impl Run<'_, '_> {
    /// A method of the response, of what controls the chain, or of what is handed on in it.
    pub(super) fn chain_method(
        &mut self,
        id: ExprId,
        call: &MethodCall,
        receiver: &Abs,
    ) -> Option<Abs> {
        let from = receiver.from;
        let is_ours = || matches!(self.typing.callees(id).first(), Some(Callee::Fn(_)));
        if !from.has(From::ANSWER.with(From::FLOW).with(From::DEPOT)) || is_ours() {
            return None;
        }
        let args: Vec<Abs> = call.args.iter().map(|arg| self.expr(*arg)).collect();
        if self.state.is_none() {
            return Some(Abs::default());
        }
        let span = self.span(id);
        if from.has(From::FLOW) {
            match call.name.as_str() {
                "skip_rest" | "cease" => self.stop(Stop::Skipped, span),
                "call_next" => self.call_next(span),
                _ => {}
            }
            return Some(Abs::default());
        }
        if from.has(From::DEPOT) {
            return Some(self.depot_method(id, call, &args));
        }
        match (call.name.as_str(), args.as_slice()) {
            ("render", [value]) => self.render(call.args[0], value, from, span),
            ("status_code", [code]) => {
                self.set_status(code, from, span);
                return Some(receiver.clone());
            }
            ("render_with_status" | "stuff", [code, value]) => {
                self.set_status(code, from, span);
                self.disclose(value, from, span);
            }
            ("write_body" | "body" | "replace_body" | "stream" | "send_file", [value, ..]) => {
                self.disclose(value, from, span);
            }
            _ => {}
        }
        Some(Abs::default())
    }

    /// `res.status_code = Some(code)`.
    pub(super) fn set_status_field(&mut self, value: &Abs, answer: From, span: Span) {
        match value.success() {
            Some(out) => self.set_status(&out.val, answer, span),
            None => self.resume(),
        }
    }

    fn set_status(&mut self, code: &Abs, answer: From, span: Span) {
        match status(code) {
            Some(Status::Error) => self.stop(Stop::Status, span),
            Some(Status::Redirect) if answer.has(From::CHAIN) => self.stop(Stop::Status, span),
            Some(Status::Fine) => self.resume(),
            _ => {}
        }
    }

    fn render(&mut self, expr: ExprId, value: &Abs, answer: From, span: Span) {
        let ty = self.ty(expr);
        let role = ty.peel_refs().external_path();
        let role = role.and_then(|path| self.judge.program.models.type_(path)?.role);
        // A text of an error is no error.
        let is_error = value.from.has(From::REJECT) && ty.is_unknown();
        if is_error || role == Some(TypeRole::Error) {
            return self.stop(Stop::Status, span);
        }
        if role == Some(TypeRole::Redirect) {
            if answer.has(From::CHAIN) {
                self.stop(Stop::Status, span);
            }
            return;
        }
        if ty.peel_refs().is_external("http::StatusCode") {
            return self.set_status(value, answer, span);
        }
        if let Ty::Adt(..) = ty.peel_refs()
            && let Some(after) = self.judge.written(&ty, value.clone(), answer)
            && let Some(state) = &self.state
        {
            let after = state.after_call(&after);
            if matches!(after.onward, Onward::Never(_)) {
                return self.stop(Stop::Status, span);
            }
            self.state = Some(after);
        }
        self.disclose(value, answer, span);
    }

    /// Something is told to whoever asks, whether they were refused on the way or not.
    fn disclose(&mut self, value: &Abs, answer: From, span: Span) {
        let is_mixed = |state: &State| matches!(state.onward, Onward::Proven(_));
        let is_told = !answer.has(From::CHAIN) && value.from != From::LITERAL;
        if is_told && self.state.as_ref().is_some_and(is_mixed) {
            self.event(EventKind::Write("render".into()), span);
        }
    }

    fn stop(&mut self, by: Stop, span: Span) {
        let Some(state) = &mut self.state else { return };
        if state.failed {
            let event = Event::new(EventKind::Refused, span, state.clone());
            self.events.push(event);
        }
        state.resumed = false;
        if state.onward != Onward::Never(Stop::Skipped) {
            state.onward = Onward::Never(by);
        }
    }

    /// Another status takes back that of an error.
    fn resume(&mut self) {
        if let Some(state) = &mut self.state
            && state.onward != Onward::Never(Stop::Skipped)
        {
            state.onward = Onward::Always;
            state.resumed = true;
        }
    }

    fn call_next(&mut self, span: Span) {
        let Some(state) = &mut self.state else { return };
        if let Some(proof) = state.going_on().cloned() {
            let passed = State {
                proof,
                ..state.clone()
            };
            Event::new(EventKind::Next, span, passed).add(&mut self.events);
        }
        if let Some(state) = &mut self.state {
            state.passed = true;
        }
    }

    /// salvo's `Depot`: values by key and by type, and what its middleware leaves there.
    fn depot_method(&mut self, id: ExprId, call: &MethodCall, args: &[Abs]) -> Abs {
        let span = self.span(id);
        let key = || {
            let first = call.args.first();
            first.and_then(|arg| Some(Name::new(&self.key_text(&[*arg], args)?)))
        };
        let stored = |at: usize| {
            let expr = call.args.get(at).copied();
            let value = args.get(at).cloned().unwrap_or_default();
            Some((self.ty(expr?), value))
        };
        let written = call
            .generics
            .iter()
            .any(|it| matches!(it, GenericArg::Type(_)));
        let ty = || self.extension_type(id, call);
        match (call.name.as_str(), args.len()) {
            ("insert", 2) => {
                if let (Some(key), Some((_, value))) = (key(), stored(1)) {
                    self.event(EventKind::Insert(Slot::Key(key), Box::new(value)), span);
                }
                Abs::of(From::DEPOT)
            }
            ("inject" | "insert_typed", 1) => {
                if let Some((ty, value)) = stored(0) {
                    self.event(EventKind::Insert(Slot::Type(ty), Box::new(value)), span);
                }
                Abs::of(From::DEPOT)
            }
            ("get" | "get_mut" | "remove", 1) => match key() {
                Some(key) => self.judge.extension(&Slot::Key(key)).renamed("Ok"),
                None => Abs::default(),
            },
            ("contains_key", 1) => match key() {
                Some(key) => self.judge.extension(&Slot::Key(key)).renamed("true"),
                None => Abs::default(),
            },
            (
                "obtain" | "obtain_mut" | "scrape" | "get_typed" | "get_typed_mut" | "remove_typed",
                0,
            ) => self.judge.extension(&Slot::Type(ty())).renamed("Ok"),
            ("contains" | "contains_typed", 0) if written => {
                self.judge.extension(&Slot::Type(ty())).renamed("true")
            }
            ("jwt_auth_state", 0) => Abs::variants(
                From::IDENTITY,
                vec![
                    (
                        "Authorized",
                        self.noted(call, "salvo::jwt_auth::JwtAuth::new", span),
                    ),
                    ("Unauthorized", Out::nothing()),
                    ("Forbidden", Out::nothing()),
                ],
            ),
            (name @ ("jwt_auth_data" | "jwt_auth_token" | "basic_auth_username"), 0) => {
                let made = match name {
                    "basic_auth_username" => "salvo::basic_auth::BasicAuth::new",
                    _ => "salvo::jwt_auth::JwtAuth::new",
                };
                let out = self.noted(call, made, span);
                Abs::fallible("Some", out.proof, out.val)
            }
            ("session" | "session_mut" | "take_session", 0) => {
                Abs::fallible("Some", Proof::nothing(), Abs::of(From::SESSION))
            }
            _ => Abs::default(),
        }
    }

    /// What a library's hoop, made by this constructor, leaves in the depot of somebody whom its
    /// validator has accepted.
    fn noted(&self, call: &MethodCall, made: &str, span: Span) -> Out {
        let proof = match self.judge.validators_verify(made) {
            Some(true) => Proof::verified(self.evidence(call.name.as_str(), span)),
            Some(false) => Proof::presence(),
            None => Proof::maybe(format!("what `{made}` is given could not be resolved")),
        };
        Out {
            proof,
            val: Abs::of(From::IDENTITY),
        }
    }
}

/// What a status code does to a chain; `None` if it is not known.
fn status(code: &Abs) -> Option<Status> {
    if code.from.has(From::REJECT) {
        return Some(Status::Error);
    }
    let name = code.text?;
    Some(match name.as_str() {
        "CONTINUE"
        | "SWITCHING_PROTOCOLS"
        | "PROCESSING"
        | "EARLY_HINTS"
        | "OK"
        | "CREATED"
        | "ACCEPTED"
        | "NON_AUTHORITATIVE_INFORMATION"
        | "NO_CONTENT"
        | "RESET_CONTENT"
        | "PARTIAL_CONTENT"
        | "MULTI_STATUS"
        | "ALREADY_REPORTED"
        | "IM_USED" => Status::Fine,
        "MULTIPLE_CHOICES" | "MOVED_PERMANENTLY" | "FOUND" | "SEE_OTHER" | "NOT_MODIFIED"
        | "USE_PROXY" | "TEMPORARY_REDIRECT" | "PERMANENT_REDIRECT" => Status::Redirect,
        name if words::is_status(name) => Status::Error,
        _ => return None,
    })
}
