//! Calls: into the program, into libraries, on values whose variants are known.

use super::callees::candidate;
use super::interpret::{Run, negated};
use super::lent::Left;
use super::proof::{Abs, Captured, From, Out, Proof};
use super::stores::{is_spawn, measures};
use super::{Event, EventKind, endpoints, words};
use crate::facts::body::MethodCall;
use crate::facts::{CfgPredicate, Expr, ExprId, GenericArg, TypeRef};
use crate::models::{Role, TypeRole};
use crate::program::methods::Candidate;
use crate::program::{Container, Def, Ty};
use crate::values::Callee;

impl Run<'_, '_> {
    pub(super) fn call(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) -> Abs {
        let starts_task = self.starts_task(id, callee);
        let before = starts_task.then(|| self.state.clone()).flatten();
        let values: Vec<Abs> = args.iter().map(|arg| self.expr(*arg)).collect();
        if starts_task {
            self.after_task(id, before, &values);
        }
        if self.state.is_none() {
            return Abs::default();
        }
        if let Some(value) = self.parameter_extracts(id, callee) {
            return value;
        }
        if let Some(found) = self.taken_from_state(id, callee, args) {
            return found;
        }
        if let Some(found) = self.in_context(id, callee) {
            return found;
        }
        if let Some(ty) = self.extracted(callee) {
            return self.judge.extractor(&ty, self.span(id)).renamed("Ok");
        }
        let callees = self.callees(id, callee, args);
        if !matches!(callees.first(), Some(Callee::Fn(_)))
            && let Some(made) = self.made_by_trait(id, callee)
        {
            return made;
        }
        match callees.first() {
            Some(Callee::Fn(_)) => {
                let candidates: Vec<Candidate> = callees
                    .into_iter()
                    .filter_map(|it| match it {
                        Callee::Fn(candidate) => Some(candidate),
                        _ => None,
                    })
                    .collect();
                let takes_self = self.takes_self(&candidates);
                let value = self.call_local(id, &candidates, &values, None);
                let lent: Vec<(ExprId, &Abs)> = args.iter().copied().zip(&values).collect();
                match lent.split_first() {
                    Some((receiver, args)) if takes_self => self.put_back(Some(*receiver), args),
                    _ => self.put_back(None, &lent),
                }
                value
            }
            Some(Callee::External(path)) => {
                self.call_external(id, path.as_str(), None, &values, args)
            }
            Some(Callee::Constructor(def)) => self.construct(*def, values),
            _ => {
                if let Some(peer) = self.made_peer(callee, &values) {
                    return peer;
                }
                let called = self.expr(callee);
                if let Some(closure) = &called.closure {
                    return self.apply_captured(closure, values);
                }
                if called.from.has(From::NEXT) {
                    self.event(EventKind::Next, self.span(id));
                    return Abs::default();
                }
                if let Some(function) = called.function {
                    return self.call_local(id, &[candidate(function)], &values, None);
                }
                // Whoever is called may be anything, and is handed the request to decide.
                let is_field = matches!(
                    self.judge.program[self.key].body.expr(callee),
                    Expr::Field { .. }
                );
                let asked = |it: &Abs| it.from.has(From::REQUEST.with(From::CREDENTIAL));
                if is_field && values.iter().any(asked) {
                    let proof = Proof::maybe(format!("`{}` could not be resolved", self.text(id)));
                    return unknown_outcome(union(&values), &proof);
                }
                // `bool::from(choice)`: as true as that.
                let body = &self.judge.program[self.key].body;
                let is_bool = matches!(body.expr(callee), Expr::Path(path)
                    if matches!(&*path.segments, [ty, from] if ty.name == "bool" && from.name == "from"));
                match values.as_slice() {
                    [only] if is_bool => only.clone(),
                    _ => self.opaque(id, "", &values),
                }
            }
        }
    }

    fn takes_self(&self, candidates: &[Candidate]) -> bool {
        let program = self.judge.program;
        let mut all = candidates.iter();
        all.any(|it| program[it.id].sig.self_param.is_some())
    }

    pub(super) fn construct(&mut self, def: Def, values: Vec<Abs>) -> Abs {
        let from = values
            .iter()
            .fold(From::default(), |from, it| from.with(it.from));
        match def {
            Def::Variant(adt, at) => {
                let name = self.judge.program[adt].variants()[at as usize].name;
                let val = single(values, from);
                let answer = self.judge.answer_of_variant(adt, at);
                Abs::variants(
                    from.without(From::REJECT).with(answer),
                    vec![(
                        name.as_str(),
                        Out {
                            proof: Proof::nothing(),
                            val,
                        },
                    )],
                )
            }
            _ => single(values, from),
        }
    }

    /// A call of functions of the program: what all of them prove.
    pub(super) fn call_local(
        &mut self,
        id: ExprId,
        candidates: &[Candidate],
        args: &[Abs],
        this: Option<Abs>,
    ) -> Abs {
        let program = self.judge.program;
        let mut joined: Option<(super::proof::State, Abs)> = None;
        let before = self.state.clone();
        let Some(entry) = before else {
            return Abs::default();
        };
        let mut bodies = 0;
        let mut verifying = 0;
        let candidates = &*self.in_all_builds(candidates);
        let mut answers = Vec::new();
        let mut left = Left::default();
        for candidate in candidates {
            let def = &program[candidate.id];
            if def.body.is_none() || def.is_test {
                continue;
            }
            bodies += 1;
            let mut args = args.to_vec();
            let receiver = match (&this, def.sig.self_param) {
                (Some(this), _) => this.clone(),
                (None, Some(_)) if !args.is_empty() => args.remove(0),
                _ => Abs::default(),
            };
            let mut subst = candidate.subst.clone();
            if matches!(def.container, Container::Trait(_)) && !candidate.self_ty.is_unknown() {
                subst.push(("Self".into(), candidate.self_ty.clone()));
            }
            subst.retain(|(_, ty)| !matches!(ty, Ty::Unknown));
            let summary = self
                .judge
                .run_in(&entry, candidate.id, args, receiver, &subst);
            for event in &summary.events {
                // What a helper refuses, its caller may let pass.
                if matches!(event.kind, EventKind::Refused) {
                    continue;
                }
                let reached = match event.kind {
                    EventKind::Next => entry.going_on(),
                    _ => Some(&entry.proof),
                };
                let Some(reached) = reached else { continue };
                let state = super::proof::State {
                    proof: reached.and(&event.state.proof),
                    assume: join_assume(&entry, &event.state),
                    failed: entry.failed || event.state.failed,
                    passed: entry.passed || event.state.passed,
                    onward: super::proof::Onward::Always,
                    resumed: entry.resumed,
                };
                let event = Event {
                    state,
                    ..event.clone()
                };
                event.add(&mut self.events);
            }
            self.looks |= summary.looks;
            self.answers = match candidates.len() {
                1 => super::tail::answers(id, &entry, &summary.exits),
                _ => None,
            };
            let Some(after) = &summary.after else {
                continue;
            };
            left.add(self.judge, candidate.id, &entry, &summary);
            let success = summary.value.success();
            let verifies = success.is_some_and(|out| out.proof.is_verified());
            verifying += usize::from(verifies || after.proof.is_verified());
            let mut state = entry.after_call(after);
            if let Some(cfg) = def.cfg.as_ref().filter(|_| candidates.len() > 1) {
                state = state.under(cfg);
                answers.extend(summary.value.truth().map(|truth| (cfg, truth)));
            }
            joined = Some(match joined {
                None => (state, summary.value.clone()),
                Some((known, value)) => {
                    let value = Abs::either((&known, value), (&state, summary.value.clone()));
                    (known.join(&state), value)
                }
            });
        }
        self.left = left;
        if bodies == 0 {
            let name = candidates
                .first()
                .map_or("", |it| program[it.id].name.as_str());
            let all: Vec<Abs> = this.into_iter().chain(args.iter().cloned()).collect();
            self.done_out_of_sight(id, name, &all);
            // Whoever implements it is handed the request, and may refuse it.
            let asked = |it: &Abs| it.from.has(From::REQUEST.with(From::CREDENTIAL));
            if all.iter().any(asked) && self.may_refuse(id) {
                let proof = Proof::maybe(format!("no implementation of `{name}` was found"));
                return unknown_outcome(union(&all), &proof);
            }
            return self.opaque(id, name, &all);
        }
        // Which implementation runs is not known, and it decides: but for what each build has one of.
        let by_build = || candidates.iter().all(|it| program[it.id].cfg.is_some());
        if verifying > 0
            && verifying < bodies
            && !by_build()
            && let Some((state, _)) = &mut joined
            && !entry.proof.is_verified()
        {
            let name = program[candidates[0].id].name;
            let proof = Proof::maybe(format!("which `{name}` is called could not be resolved"));
            *state = state.with(&proof);
        }
        match joined {
            Some((state, value)) => {
                self.state = Some(state);
                if let Some(setting) = told_by_build(&answers, bodies) {
                    return Abs {
                        setting: Some(setting),
                        ..Abs::default()
                    };
                }
                // A setting read through an accessor is still that setting.
                if value.variants.is_none() && value.setting.is_none() && args.is_empty() {
                    let setting = this.as_ref().and_then(|this| this.setting.as_ref());
                    let name = candidates
                        .first()
                        .map_or("", |it| program[it.id].name.as_str());
                    let setting =
                        setting.map(|setting| std::sync::Arc::from(format!("{setting}.{name}()")));
                    let is_async = candidates
                        .first()
                        .is_some_and(|it| program[it.id].sig.is_async);
                    return Abs {
                        setting: setting.filter(|_| !is_async),
                        ..value
                    };
                }
                value
            }
            // It never returns.
            None => {
                self.state = None;
                Abs::default()
            }
        }
    }

    /// Whether a call may say no.
    fn may_refuse(&self, id: ExprId) -> bool {
        may_say_no(&self.ty(id))
    }

    /// Runs a closure, with the variables of the body that it comes from.
    fn apply_captured(&mut self, closure: &Captured, args: Vec<Abs>) -> Abs {
        if closure.body == self.key {
            return self.apply_closure(closure.expr, args);
        }
        let judge = self.judge;
        if judge.questions.is_too_deep() {
            return Abs::of(union(&args));
        }
        let mut run = judge.start(closure.body, Abs::default(), closure.subst.clone());
        run.env.clone_from(&closure.env);
        run.state = self.state.take();
        let apply = || run.apply_closure(closure.expr, args);
        let value = judge.questions.deeper(apply);
        self.state = run.state.take();
        for event in run.events {
            event.add(&mut self.events);
        }
        self.looks |= run.looks;
        value
    }

    /// Runs a closure of this body here, where it is called.
    pub(super) fn apply_closure(&mut self, closure: ExprId, args: Vec<Abs>) -> Abs {
        let Expr::Closure(data) = self.judge.program[self.key].body.expr(closure) else {
            return Abs::default();
        };
        for ((pat, _), value) in data.params.iter().zip(args) {
            self.bind(*pat, value);
        }
        let outer = std::mem::take(&mut self.exits);
        let value = self.expr(data.body);
        let mut own = std::mem::replace(&mut self.exits, outer);
        if own.is_empty() {
            return value;
        }
        if let Some(state) = self.state.take() {
            own.push((value, state));
        }
        let (first, rest) = own.split_first().expect("there is at least one exit");
        let mut joined = first.clone();
        for (value, state) in rest {
            joined = (
                Abs::either((&joined.1, joined.0.clone()), (state, value.clone())),
                joined.1.join(state),
            );
        }
        self.state = Some(joined.1);
        joined.0
    }

    /// Calls a function value in an argument position (`map(f)`).
    pub(super) fn apply(&mut self, id: ExprId, function: &Abs, args: Vec<Abs>) -> Abs {
        match (&function.closure, function.function) {
            (Some(closure), _) => self.apply_captured(closure, args),
            (_, Some(function)) => self.call_local(id, &[candidate(function)], &args, None),
            _ => {
                let from = args
                    .iter()
                    .fold(From::default(), |from, it| from.with(it.from));
                Abs::of(from)
            }
        }
    }

    pub(super) fn method_call(&mut self, id: ExprId, call: &MethodCall) -> Abs {
        let receiver = self.expr(call.receiver);
        let name = call.name.as_str();
        let span = self.span(id);
        let answered = self.chain_method(id, call, &receiver);
        if let Some(value) = answered.or_else(|| self.response_method(call, &receiver)) {
            return value;
        }
        if let Some(piece) = self.piece(call, &receiver) {
            return piece;
        }
        let is_rest = || endpoints::is_rest(self.ty(call.receiver).peel_refs());
        let calls_rest = match name {
            "run" | "oneshot" | "ready_oneshot" | "run_with_request" => {
                receiver.from.has(From::NEXT)
            }
            "call" | "get_response" => receiver.from.has(From::NEXT) || is_rest(),
            _ => false,
        };
        if calls_rest {
            for arg in &call.args {
                self.expr(*arg);
            }
            self.event(EventKind::Next, span);
            return Abs::default();
        }
        // State that is reached through the request: `HttpRequest` of actix-web 4 and ntex 3, Rocket 0.5 `Rocket`.
        if matches!(name, "app_data" | "app_state" | "state")
            && let [GenericArg::Type(ty)] = &*call.generics
        {
            return Abs::fallible("Some", Proof::nothing(), state_of(ty));
        }
        // What is ours is read, whatever it is called; but what an error becomes refuses.
        let is_ours =
            matches!(self.typing.callees(id).first(), Some(Callee::Fn(_))) && !words::answers(name);
        if !is_ours && name.starts_with("write") && self.is_sink(call.receiver) {
            self.event(EventKind::Write(name.to_owned()), span);
        }
        if !is_ours {
            self.filled_by(call.receiver, name);
        }
        if !is_ours && let Some(answer) = self.answer_of_peer(id, call, &receiver) {
            return answer;
        }
        if !is_ours
            && let Some(value) = self
                .list_method(id, &receiver, name, &call.args)
                .or_else(|| self.combinator(id, &receiver, name, &call.args))
        {
            return value;
        }
        let starts_task = is_spawn(name) && !is_ours;
        let before = starts_task.then(|| self.state.clone()).flatten();
        let args: Vec<Abs> = call.args.iter().map(|arg| self.expr(*arg)).collect();
        if starts_task {
            self.after_task(id, before, &args);
        }
        if self.state.is_none() {
            return Abs::default();
        }
        if self.builds_a_redirect(call) {
            return Abs::of(From::REJECT);
        }
        if let Some(condition) = self.condition_of_strangers(call, &receiver, &args) {
            return condition;
        }
        if !is_ours && let Some(tells) = self.emptiness(call, &receiver) {
            return tells;
        }
        if words::measures(name) && args.is_empty() {
            return Abs::of(receiver.from.only(From::INPUT.with(From::REQUEST)));
        }
        self.changed_by(id, call.receiver, name, &args);
        if !is_ours && let Some(request) = self.shown_to_peer(call, &receiver, &args) {
            return request;
        }
        if let Some(decided) = self.about_route(name, &receiver, &args) {
            return decided;
        }
        if !is_ours {
            self.hand_on(id, call, &receiver, &args);
            if measures(name, self.typing.external(id)) && args.is_empty() {
                return sized(&receiver);
            }
            if let Some(pair) = self.user_and_password(name, &receiver, call) {
                return pair;
            }
        }
        if words::absorbs(name) {
            self.absorb(name, call.receiver, receiver.from, &args);
        }
        if let Some(value) = self.request_method(id, call, &receiver, &args) {
            return value;
        }
        let candidates = self.candidates(id, call);
        if !candidates.is_empty() {
            let value = self.call_local(id, &candidates, &args, Some(receiver.clone()));
            let lent: Vec<(ExprId, &Abs)> = call.args.iter().copied().zip(&args).collect();
            self.put_back(Some((call.receiver, &receiver)), &lent);
            return value;
        }
        if let Some(value) = self.on_thread(id, call, &args) {
            return value;
        }
        // A library's error that becomes an answer: `status.into_http()`.
        if words::answers(name)
            && let Ty::External(path, _) = self.ty(call.receiver).peel_refs()
            && let Some(ty) = self.judge.program.models.type_(*path)
            && ty.role == Some(TypeRole::Error)
        {
            return Abs::of(From::REJECT);
        }
        // `token.eq(&expected)`.
        if matches!(name, "eq" | "ne" | "eq_ignore_ascii_case")
            && let ([other], [argument]) = (args.as_slice(), &*call.args)
        {
            let sides = [(call.receiver, &receiver), (*argument, other)];
            let equal = self.equal_values(sides, id);
            return match name {
                "ne" => negated(&equal),
                _ => equal,
            };
        }
        // `collection.find_one(filter).with_options(options)`: still that query.
        if name.starts_with("with_") && receiver.variants.is_some() {
            return receiver;
        }
        // `Sha256::new().chain_update(body)`.
        if name == "chain_update" {
            return Abs::of(
                receiver
                    .from
                    .with(self.absorbed(call.receiver, receiver.from, &args)),
            );
        }
        let path = self.typing.external(id);
        let all: Vec<ExprId> = call.args.to_vec();
        if let Some(path) = path {
            let model = self.judge.program.models.function(path);
            if model.is_some_and(|it| it.role == Role::DisablesVerification) {
                self.mark(call.receiver, From::UNCHECKED);
            }
            return self.call_external(id, path.as_str(), Some(&receiver), &args, &all);
        }
        let mut values = vec![receiver];
        values.extend(args);
        self.opaque(id, name, &values)
    }

    /// `hasher.update(token)`: the variable holds the token from here on.
    fn absorb(&mut self, name: &str, receiver: ExprId, holder: From, args: &[Abs]) {
        let taken = self.absorbed(receiver, holder, args);
        let fills = matches!(name, "push_str" | "push" | "extend_from_slice");
        let is_own = |it: &Abs| it.from.has(From::OWN);
        let taken = match fills && args.iter().any(is_own) {
            true => taken.with(From::OWN),
            false => taken,
        };
        self.mark(receiver, taken);
    }

    /// What a value is from then on that takes these in. Of what is authenticated under a key only
    /// whoever has the key knows the result.
    fn absorbed(&self, receiver: ExprId, holder: From, args: &[Abs]) -> From {
        let sent = From::CREDENTIAL.with(From::PUBLIC);
        let sent = sent.with(From::AMBIENT).with(From::HEADER);
        let taken = union(args).only(sent.with(From::INPUT));
        let path = self.ty(receiver).peel_refs().external_path();
        // It may be made with a key; digest 0.10 has one type for all, `CoreWrapper`.
        let path = path.filter(|it| !it.as_str().starts_with("digest::"));
        if path.is_none() && !holder.has(From::MAC) {
            return taken.only(sent);
        }
        let ty = path.and_then(|it| self.judge.program.models.type_(it));
        let is_mac = ty.is_some_and(|it| it.role == Some(TypeRole::Mac)) || holder.has(From::MAC);
        let is_ours = !holder.has(From::CREDENTIAL.with(From::INPUT));
        match is_mac && is_ours || holder.has(From::KEYED) {
            true => taken.only(From::CREDENTIAL).with(From::KEYED),
            false => taken,
        }
    }

    /// Adds labels to a variable.
    fn mark(&mut self, variable: ExprId, labels: From) {
        let local = self.typing.local(variable);
        if let Some(value) = local.and_then(|pat| self.env.get_mut(&pat))
            && !value.from.has(From::REQUEST.with(From::NEXT))
        {
            value.from = value.from.with(labels);
        }
    }

    /// A call that nobody knows. It counts only if it could refuse and is given credentials.
    pub(super) fn opaque(&mut self, id: ExprId, name: &str, values: &[Abs]) -> Abs {
        if let Some(listed) = self.listed_route(id, name, values) {
            return listed;
        }
        if let Some(answer) = self.asked_of_peer(id, name, values) {
            return answer;
        }
        let all = all_of(values);
        let from = all.without(From::LITERAL.with(From::OWN).with(From::HANDED));
        if words::writes(name) || words::query_method(name).is_some() {
            self.note_choice(id, name, from);
        }
        if words::writes(name)
            && !from.has(From::REJECT)
            && values.first().is_some_and(|it| !it.from.has(From::REQUEST))
            && !hashes(name, values)
        {
            self.event(EventKind::Named(name.to_owned()), self.span(id));
        }
        let reject = values.iter().any(|it| it.from.has(From::REJECT));
        let from = if reject {
            from
        } else {
            from.without(From::REJECT)
        };
        if !from.has(From::CREDENTIAL) || words::syntactic(name) {
            let asks = all.has(From::OWN) || words::query_method(name).is_some();
            let asks = asks && from.has(From::PUBLIC.with(From::INPUT));
            let found = match words::syntactic(name) || !asks {
                true => from,
                false => from.with(From::FETCHED),
            };
            let value = Abs::of(found.without(From::NEXT));
            return if from.has(From::CREDENTIAL.with(From::PUBLIC)) {
                presence(value)
            } else {
                value
            };
        }
        // Under a key of the client's own, everything is right.
        if from.has(From::SENT_KEY) {
            return presence(Abs::of(from.without(From::REJECT)));
        }
        let evidence = self.evidence(self.text(id), self.span(id));
        match words::query_method(name) {
            Some(true) => Abs::fallible("Ok", Proof::verified(evidence), Abs::of(From::IDENTITY)),
            Some(false) => {
                let found =
                    Abs::fallible("Some", Proof::verified(evidence), Abs::of(From::IDENTITY));
                Abs::fallible("Ok", Proof::nothing(), found)
            }
            None if matches!(name, "all" | "fetch_all" | "load" | "get_results")
                && self.counts_rows(id, name) =>
            {
                let rows = Abs::counted(Proof::verified(evidence), Abs::of(From::IDENTITY));
                Abs::fallible("Ok", Proof::nothing(), rows)
            }
            None if words::verifies(name) => {
                unknown_outcome(From::IDENTITY, &Proof::verified(evidence))
            }
            None => {
                let proof = Proof::maybe(format!("`{}` could not be resolved", self.text(id)));
                // What is made of a piece is no longer one: its hash, for instance.
                let made = from.without(From::PIECE).with(From::FETCHED);
                unknown_outcome(made, &proof)
            }
        }
    }
}

/// The setting that a function's answer is which is true in some builds and false in the others.
fn told_by_build(answers: &[(&CfgPredicate, bool)], bodies: usize) -> Option<std::sync::Arc<str>> {
    let [(cfg, truth), (other, opposite)] = answers else {
        return None;
    };
    if bodies != 2 || truth == opposite || !cfg.is_opposite_of(other) {
        return None;
    }
    let (name, holds) = cfg.assumed();
    Some(match holds == *truth {
        true => name.into(),
        false => format!("!{name}").into(),
    })
}

/// Whether what is of this type, or will be once it is waited for, may say no.
pub(super) fn may_say_no(ty: &Ty) -> bool {
    let ty = match ty {
        Ty::Future(inner) => inner,
        other => other,
    };
    let says = ["std::result::Result", "std::option::Option"];
    says.iter().any(|it| ty.is_external(it)) || matches!(ty, Ty::Primitive(name) if *name == "bool")
}

/// Whether a call only takes something in for oneself: `hasher.update(token)`.
fn hashes(name: &str, values: &[Abs]) -> bool {
    let is_shared = |it: &Abs| it.from.has(From::OWN) || it.setting.is_some();
    name == "update" && values.len() == 2 && !values.iter().any(is_shared)
}

/// A value whose success, in whatever form, proves the same.
pub(super) fn unknown_outcome(from: From, proof: &Proof) -> Abs {
    let val = Abs::of(from);
    let good = |val: &Abs| Out {
        proof: proof.clone(),
        val: val.clone(),
    };
    Abs::variants(
        from,
        vec![
            ("Ok", good(&val)),
            ("Some", good(&val)),
            ("true", good(&val)),
            ("Err", Out::nothing()),
            ("None", Out::nothing()),
            ("false", Out::nothing()),
        ],
    )
}

/// The size of a value.
fn sized(value: &Abs) -> Abs {
    let size = Abs::of(value.from.as_public().without(From::REJECT));
    match size.from.has(From::PUBLIC) {
        true => presence(size),
        false => size,
    }
}

/// A value that is there only if a credential of the right form is.
pub(super) fn presence(value: Abs) -> Abs {
    let proof = Proof::presence();
    let from = value.from;
    Abs {
        variants: unknown_outcome(from, &proof).variants,
        ..value
    }
}

pub(super) fn union(values: &[Abs]) -> From {
    all_of(values).without(From::LITERAL.with(From::REJECT).with(From::OWN))
}

/// The labels of values that are made into one. Of the time and something else, only who knows that
/// knows it.
pub(super) fn all_of(values: &[Abs]) -> From {
    let all = values.iter();
    let all = all.fold(From::default(), |from, it| from.with(it.from));
    let is_known = |it: &Abs| it.from.has(From::CLOCK.with(From::LITERAL));
    match values.iter().all(is_known) {
        true => all,
        false => all.without(From::CLOCK),
    }
}

fn single(values: Vec<Abs>, from: From) -> Abs {
    match <[Abs; 1]>::try_from(values) {
        Ok([only]) => only,
        Err(values) => Abs {
            from: from.without(From::OWN),
            parts: Some(std::sync::Arc::new(values)),
            ..Abs::default()
        },
    }
}

fn join_assume(
    entry: &super::proof::State,
    own: &super::proof::State,
) -> Vec<(std::sync::Arc<str>, String)> {
    entry.assume.iter().chain(&own.assume).cloned().collect()
}

/// Settings of the application, called by their type: `AppConfig` of `web::Data<AppConfig>`.
fn state_of(ty: &TypeRef) -> Abs {
    let mut ty = ty.peel_refs();
    while let Some(inner) = ty.as_path().and_then(|path| path.type_args().next()) {
        ty = inner.peel_refs();
    }
    let name = ty.as_path().and_then(|path| path.last());
    Abs {
        setting: name.map(|name| std::sync::Arc::from(name.as_str())),
        ..Abs::of(From::OWN)
    }
}
