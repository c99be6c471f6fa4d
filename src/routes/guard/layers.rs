//! What a layer does to a request.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::gaps::gap;
use super::proof::{Abs, From, Proof, State, Strength};
use super::route::{Asked, Looks};
use super::{EventKind, Judge, Summary, endpoints, words};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::mentions::hashes;
use crate::facts::{Expr, Mention};
use crate::models::roles::{Protection as Protects, Proves};
use crate::program::ty::Subst;
use crate::program::{BodyKey, FnId, Ty};
use crate::routes::endpoint::{Decider, Evidence, EvidenceKind, Gap, HandlerTarget, Status};
use crate::routes::limiters::in_messages;
use crate::routes::value::{Callable, Layer, LayerKind, Value, When};
use crate::source::{Name, Span, TextRange};
use crate::values::Callee;
use crate::workspace::config::exception::Control;

/// What a layer does.
#[derive(Debug, Clone)]
pub struct Effect {
    /// What a request that gets through has proven.
    pub proof: Proof,
    /// Whether it refuses some requests, and verifies the credentials of some.
    pub refuses: bool,
    /// What else it protects from.
    pub protects: Vec<Protects>,
    /// What it sets for the extractors behind it, in the place of what was set before.
    pub sets: Option<Protects>,
    /// Where it lets requests pass that it has not checked, although it refuses others.
    pub gap: Option<Gap>,
    /// In words.
    pub text: String,
    /// It may be another for another path or method, as far as it looks at them: see
    /// [`Judge::layer_on`].
    pub looks: Looks,
    /// The code of the program that decides whether a request gets through.
    pub decider: Option<Decider>,
}

impl Effect {
    /// Of a layer of which no more is known than what a request has proven behind it.
    fn of(proof: Proof) -> Effect {
        Effect {
            proof,
            refuses: false,
            protects: Vec::new(),
            sets: None,
            gap: None,
            text: String::new(),
            looks: Looks::default(),
            decider: None,
        }
    }

    /// Of a layer that is this for some requests, and that for others.
    #[must_use]
    pub fn or(self: Arc<Effect>, other: &Effect) -> Arc<Effect> {
        let same = |proof: &Proof| (proof.status(), proof.condition.clone());
        if same(&self.proof) == same(&other.proof) {
            return self;
        }
        Arc::new(Effect {
            proof: self.proof.either(&other.proof, None),
            refuses: self.refuses || other.refuses,
            text: "does not ask the same of all requests to an endpoint".into(),
            ..Effect::clone(&self)
        })
    }

    /// What an endpoint behind it is protected from, whatever else there is.
    pub fn controls(&self) -> Vec<Control> {
        let is_asked = self.proof.status() == Status::Required;
        let who = is_asked.then_some(Control::Authentication);
        let may = is_asked && !self.proof.rights.held().is_empty();
        let may = may.then_some(Control::Authorization);
        let others = self.protects.iter().filter_map(|it| match it {
            Protects::Authentication => Some(Control::Authentication),
            Protects::Authorization => Some(Control::Authorization),
            Protects::RateLimit => Some(Control::RateLimit),
            Protects::BodyLimit => Some(Control::BodyLimit),
            Protects::Timeout | Protects::Cors | Protects::Csrf | Protects::Tracing => None,
        });
        let mut all: Vec<Control> = who.into_iter().chain(may).chain(others).collect();
        all.dedup();
        all
    }

    /// Whether it says nothing of the endpoint: it lets pass whoever comes, or only looks, or is
    /// content with a credential of any kind.
    pub fn only_looks(&self) -> bool {
        let status = self.proof.status();
        let lets_pass = matches!(status, Status::Optional | Status::None);
        lets_pass && !self.refuses
    }
}

impl Judge<'_> {
    /// Judges a layer for requests with this path, as the layer sees it and as a whole, and this
    /// method.
    pub fn layer_on(&self, layer: &Layer, path: &str, whole: &str, method: &str) -> Effect {
        self.route.set(Some(Asked {
            path: Name::new(path),
            whole: Name::new(whole),
            method: Name::new(method),
        }));
        let effect = self.layer(layer);
        self.route.set(None);
        effect
    }

    /// Judges a layer.
    pub fn layer(&self, layer: &Layer) -> Effect {
        if let LayerKind::When(when) = &layer.kind {
            return self.layer_when(layer, when);
        }
        self.begin();
        let evidence = Evidence {
            kind: match layer.kind {
                LayerKind::Interceptor(_) => EvidenceKind::Interceptor,
                _ => EvidenceKind::Layer,
            },
            name: layer.name.clone(),
            span: layer.span,
        };
        let mut effect = match &layer.kind {
            LayerKind::Interceptor(kind) => self.interceptor(kind, layer),
            LayerKind::Function(HandlerTarget::Fn(id), types)
            | LayerKind::Around(HandlerTarget::Fn(id), types) => self.middleware_fn(*id, types),
            LayerKind::Function(HandlerTarget::Closure(body, expr), _) => {
                self.middleware_closure(*body, *expr, false)
            }
            LayerKind::Around(HandlerTarget::Closure(body, expr), _) => {
                self.middleware_closure(*body, *expr, true)
            }
            LayerKind::Hoop(id, types) => self.hoop(*id, types),
            LayerKind::Extractor(ty) => {
                let value = self.extractor(ty, layer.span);
                let proof = value
                    .variant("Ok")
                    .map_or_else(Proof::nothing, |out| out.proof);
                Effect::of(proof)
            }
            LayerKind::Type(ty, args) => self.layer_type(ty, args, layer),
            LayerKind::Off => {
                return Effect {
                    text: "switched off".into(),
                    ..Effect::of(Proof::nothing())
                };
            }
            LayerKind::Function(..)
            | LayerKind::Around(..)
            | LayerKind::When(_)
            | LayerKind::Unknown => {
                let harmless = !words::credential_word(&layer.name);
                let proof = if harmless {
                    Proof::nothing()
                } else {
                    Proof::maybe(format!("layer `{}` could not be resolved", layer.name))
                };
                Effect {
                    text: "not resolved".into(),
                    ..Effect::of(proof)
                }
            }
        };
        self.admit(&mut effect.proof);
        effect.decider = self.decider(layer);
        // What a model describes does what that says, and not what it was given is named for.
        let is_modelled = match &layer.kind {
            LayerKind::Type(Ty::External(path, _), _) => self.program.models.layer(*path).is_some(),
            _ => false,
        };
        let is_limiter = !is_modelled && names_a_limiter(&layer.name);
        if is_limiter && !effect.protects.contains(&Protects::RateLimit) {
            effect.protects.push(Protects::RateLimit);
        }
        if effect.proof.strength > Strength::Nothing || effect.proof.looked {
            effect
                .proof
                .evidence
                .retain(|it| it.kind != EvidenceKind::Extractor);
            effect.proof.evidence.insert(0, evidence);
        }
        if !layer.conditions.is_empty() && effect.proof.strength == Strength::Verified {
            let condition = layer.conditions.join(" and ");
            effect.proof.condition = Some(match effect.proof.condition.take() {
                Some(inner) => format!("{condition} and {inner}"),
                None => condition,
            });
        }
        if effect.text.is_empty() {
            effect.text = match (effect.proof.status(), effect.protects.is_empty()) {
                (Status::Required, _) => "rejects requests without genuine credentials".into(),
                (Status::Conditional, _) => {
                    format!(
                        "rejects requests without genuine credentials if {}",
                        effect.proof.condition.as_deref().unwrap_or_default()
                    )
                }
                (Status::Optional, _) => "looks at credentials, lets everybody through".into(),
                (Status::Unknown, _) => effect.proof.maybe.clone().unwrap_or_default(),
                (Status::None, true) => "no protection that we know".into(),
                (Status::None, false) => {
                    let all: Vec<&str> = effect.protects.iter().map(|it| it.effect()).collect();
                    all.join(", ")
                }
            };
        }
        effect
    }

    /// Judges a layer that is there for some requests: where the path or the method decides, it is
    /// there for an endpoint, or it is not.
    fn layer_when(&self, layer: &Layer, when: &When) -> Effect {
        self.begin();
        let (body, expr) = when.asked;
        let mut run = self.start(body, Abs::default(), Vec::new());
        run.know_captured(expr);
        let asked = run.expr(expr);
        let truth = run.apply(expr, &asked, vec![Abs::of(From::REQUEST), Abs::default()]);
        let looks = run.looks;
        let mut layer = layer.clone();
        layer.kind = when.kind.clone();
        let mut effect = match truth.names().as_slice() {
            ["true"] => self.layer(&layer),
            ["false"] => Effect {
                text: "is not there for this endpoint".into(),
                ..Effect::of(Proof::nothing())
            },
            _ => self.layer(&layer.under(&*when.text)),
        };
        effect.looks |= looks;
        effect
    }

    /// Judges an interceptor: a function or a type, that decides by its answer or by what it
    /// hands on. Whatever is not found may refuse.
    fn interceptor(&self, kind: &LayerKind, layer: &Layer) -> Effect {
        let found = match kind {
            LayerKind::Function(HandlerTarget::Fn(id), types) => {
                Some(self.middleware_fn(*id, types))
            }
            LayerKind::Function(HandlerTarget::Closure(body, expr), _) => {
                Some(self.middleware_closure(*body, *expr, false))
            }
            LayerKind::Type(ty, _) => self.interceptor_type(ty),
            _ => None,
        };
        found.unwrap_or_else(|| {
            let what = format!("the code of interceptor `{}` was not found", layer.name);
            Effect::of(Proof::maybe(what))
        })
    }

    /// Judges a type that intercepts: tonic-middleware's `Middleware` is handed what it hands requests
    /// on to.
    fn interceptor_type(&self, ty: &Ty) -> Option<Effect> {
        let method = self.interceptor_method(ty)?;
        let def = &self.program[method.id];
        let summary = match def.sig.params.len() {
            2 => {
                let args = vec![Abs::of(From::REQUEST), Abs::of(From::NEXT)];
                let this = Abs {
                    setting: Some(Arc::from("self")),
                    ..Abs::default()
                };
                self.run(method.id, args, this, &method.subst)
            }
            _ => self.run_middleware(method.id, &method.subst),
        };
        let bodies: Vec<BodyKey> = def.body.into_iter().collect();
        Some(self.effect_of(&summary, &bodies))
    }

    pub(super) fn effect_of(&self, summary: &Summary, bodies: &[BodyKey]) -> Effect {
        let mut joined: Option<State> = None;
        for event in summary
            .events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Next))
        {
            joined = Some(match joined {
                None => event.state.clone(),
                Some(known) => known.join(&event.state),
            });
        }
        let proof = match joined {
            Some(state) => state.proof,
            // `map_request` and validators: what their success proves.
            None => match summary.value.success() {
                Some(out) => out.proof,
                None => Proof::nothing(),
            },
        };
        let mut proof = proof.settled();
        let gap = gap(summary, &proof);
        // Requests without credentials may be refused here, on paths that could not be told apart.
        let exits = summary.exits.iter();
        let refusing = exits.filter(|(value, _)| value.refuses());
        let refuses_some = refusing.clone().any(|(_, state)| !state.passed);
        let in_branches = summary.events.iter();
        let in_branches = in_branches.filter(|event| matches!(event.kind, EventKind::Refused));
        let refuses = refusing
            .map(|(_, state)| state)
            .chain(in_branches.map(|event| &event.state))
            .any(|state| {
                state.failed && !state.passed && state.proof.strength == Strength::Nothing
            });
        if proof.strength < Strength::Verified && proof.maybe.is_none() && refuses {
            proof.maybe =
                Some("it refuses requests, and not provably all without credentials".into());
        }
        let mut protects = Vec::new();
        if self.answers_too_many(bodies) {
            protects.push(Protects::RateLimit);
        }
        if self.gives_time(summary, bodies) {
            protects.push(Protects::Timeout);
        }
        Effect {
            refuses: refuses_some && (proof.looked || proof.strength == Strength::Verified),
            protects,
            gap,
            looks: summary.looks,
            ..Effect::of(proof)
        }
    }

    /// Whether all of the rest of the chain stands in what is given a time:
    /// `tokio::time::timeout(LIMIT, next.run(request))`.
    fn gives_time(&self, summary: &Summary, bodies: &[BodyKey]) -> bool {
        let nexts = summary.events.iter();
        let nexts = nexts.filter(|event| matches!(event.kind, EventKind::Next));
        let nexts: Vec<Span> = nexts.map(|event| event.span).collect();
        let is_limit =
            |it: &Callee| matches!(it, Callee::External(path) if path == "tokio::time::timeout");
        !nexts.is_empty()
            && bodies.iter().any(|key| {
                let data = &self.program[*key];
                data.body.exprs().any(|(id, expr)| {
                    let Expr::Call { args, .. } = expr else {
                        return false;
                    };
                    let [_, given] = **args else { return false };
                    let within = data.body.expr_range(given);
                    let is_within = |it: &Span| it.file == data.file && within.contains(it.range);
                    nexts.iter().all(is_within)
                        && self.values.typing(*key).callees(id).iter().any(is_limit)
                })
            })
    }

    /// A closure; `is_around` if the rest of the chain is its first parameter, and not its last.
    fn middleware_closure(
        &self,
        body: BodyKey,
        expr: crate::facts::ExprId,
        is_around: bool,
    ) -> Effect {
        match self.run_closure(body, expr, is_around) {
            Some(summary) => self.effect_of(&summary, &[]),
            None => Effect::of(Proof::nothing()),
        }
    }

    fn run_closure(
        &self,
        body: BodyKey,
        expr: crate::facts::ExprId,
        is_around: bool,
    ) -> Option<Summary> {
        let Expr::Closure(closure) = self.program[body].body.expr(expr) else {
            return None;
        };
        let mut run = self.start(body, Abs::default(), Vec::new());
        run.know_listed(expr);
        let count = closure.params.len();
        for (at, (pat, _)) in closure.params.iter().enumerate() {
            let ty = run.typing.pat_ty(*pat).clone();
            let span = self.program[body]
                .body
                .pat_range(*pat)
                .in_file(self.program[body].file);
            let name = match self.program[body].body.pat(*pat) {
                crate::facts::Pat::Bind { name, .. } => Some(name.as_str()),
                _ => None,
            };
            let is_next = match is_around {
                true => at == 0,
                // `|req, next|`, `|req, srv|`.
                false => at + 1 == count && count > 1,
            };
            let value = if ty.is_unknown() || is_around {
                Abs::of(if is_next { From::NEXT } else { From::REQUEST })
            } else {
                let value = self.parameter(&ty, name, span);
                match value.variant("Ok") {
                    Some(out) if value.variants.is_some() => out.val,
                    _ => value,
                }
            };
            // An extractor has read the path for it.
            run.looks |= Looks::of(&value);
            run.bind(*pat, value);
        }
        run.leave(closure.body);
        Some(run.finish())
    }

    fn layer_type(&self, ty: &Ty, args: &[Value], layer: &Layer) -> Effect {
        if let Ty::External(path, _) = ty.peel_refs()
            && let Some(model) = self.layer_model(*path)
        {
            let evidence = Evidence {
                kind: EvidenceKind::Layer,
                name: layer.name.clone(),
                span: layer.span,
            };
            let proof = match model.proves {
                Proves::Identity => Proof::verified(evidence),
                Proves::Callback => self.validator(args, model.validator, &evidence),
                Proves::Presence => Proof::presence(),
                Proves::Nothing | Proves::Session => Proof::nothing(),
            };
            return Effect {
                protects: model.protects.clone(),
                sets: model.sets,
                ..Effect::of(proof)
            };
        }
        if let Some((summary, bodies)) = self.run_service(ty, layer) {
            return self.effect_of(&summary, &bodies);
        }
        if endpoints::is_opaque(self.program, ty) {
            let name = &layer.name;
            let text = format!("what `{name}` makes of an endpoint could not be followed");
            return Effect::of(Proof::maybe(text));
        }
        let suspicious = words::credential_word(&layer.name) && !matches!(ty, Ty::Adt(..));
        // A library's wrapper around a layer of ours: `Condition::from_option(auth)`.
        let wrapped = args.iter().find_map(|arg| {
            let ty = arg.local_type()?;
            let (call, bodies) = self.service_call(&ty)?;
            let inner = self
                .effect_of(&self.run_middleware(call.id, &Subst::new()), &bodies)
                .proof;
            (inner.status() != Status::None).then_some(ty)
        });
        let proof = if let Some(inner) = wrapped {
            let inner = crate::routes::eval::type_name(self.program, &inner);
            Proof::maybe(format!(
                "`{}` decides whether `{inner}` is in force",
                layer.name
            ))
        } else if suspicious {
            Proof::maybe(format!("layer `{}` is not known", layer.name))
        } else {
            Proof::nothing()
        };
        Effect::of(proof)
    }

    /// A validator handed to a library's layer: what its success proves.
    fn validator(&self, args: &[Value], at: Option<u32>, evidence: &Evidence) -> Proof {
        let wanted = at.and_then(|at| args.get(at as usize));
        // A library's own, of which a model speaks: salvo's `ConstDecoder`.
        if let Some(Value::Object(Ty::External(path, _), _)) = wanted {
            let known = self.layer_model(*path);
            if known.is_some_and(|it| it.proves == Proves::Identity) {
                return Proof::verified(evidence.clone());
            }
        }
        // A type of the program with a method that decides: tower-http's `AuthorizeRequest`,
        // `AsyncAuthorizeRequest` and `ValidateRequest`, salvo's `BasicAuthValidator` and
        // `JwtAuthDecoder`.
        if let Some(ty) = wanted.or(args.first()).and_then(Value::local_type) {
            return match self.deciding(&ty) {
                Some(method) => {
                    let summary = self.run_validator(method);
                    summary
                        .value
                        .success()
                        .map_or_else(Proof::nothing, |out| out.proof)
                }
                None => Proof::maybe("the validator could not be resolved"),
            };
        }
        let callable = wanted
            .into_iter()
            .chain(args)
            .find_map(|value| match value {
                Value::Callable(callable) => Some(callable),
                _ => None,
            });
        let Some(callable) = callable else {
            return Proof::maybe("the validator could not be resolved");
        };
        match callable {
            Callable::Fn(id, types) => {
                let scope = self.program.fn_scope(*id);
                let def = &self.program[*id];
                let values = def
                    .sig
                    .params
                    .iter()
                    .map(|param| {
                        let ty = self.program.lower_ty(&scope, &param.ty);
                        let ty = ty.subst(types, self.program);
                        let value = self.parameter(&ty, None, param.ty_range.in_file(def.file));
                        match value.variant("Ok") {
                            Some(out) if value.variants.is_some() => {
                                if out.proof.strength == Strength::Presence {
                                    Abs::of(From::CREDENTIAL)
                                } else {
                                    out.val
                                }
                            }
                            _ => value,
                        }
                    })
                    .collect();
                let summary = self.run(*id, values, Abs::default(), types);
                let proof = summary
                    .value
                    .success()
                    .map_or_else(Proof::nothing, |out| out.proof);
                proof.and(&Proof::presence())
            }
            Callable::Closure(body, expr, _) => match self.run_closure(*body, *expr, false) {
                Some(summary) => {
                    let success = summary.value.success();
                    success.map_or_else(Proof::nothing, |out| out.proof)
                }
                None => Proof::maybe("the validator could not be followed"),
            },
            Callable::External(_) => Proof::maybe("the validator could not be followed"),
        }
    }

    /// Whether a validator of this type verifies; `None`: not known.
    pub(super) fn type_verifies(&self, ty: &Ty) -> Option<bool> {
        match ty.peel_refs() {
            Ty::External(path, _) => {
                let model = self.program.models.layer(*path)?;
                Some(model.proves == Proves::Identity)
            }
            ty @ Ty::Adt(..) => {
                let method = self.deciding(ty)?;
                let success = self.run_validator(method).value.success();
                Some(success.is_some_and(|out| out.proof.is_verified()))
            }
            _ => None,
        }
    }

    /// The method by which a validator of the program decides.
    pub(super) fn deciding(&self, ty: &Ty) -> Option<FnId> {
        ["authorize", "validate", "decode"].iter().find_map(|name| {
            let found = self.program.find_methods(ty, Name::new(name));
            let mut found = found.into_iter().map(|it| it.id);
            found.find(|it| self.program[*it].body.is_some())
        })
    }

    /// Runs a method that decides on a request, or on what was found in it: of several texts the
    /// last is the secret.
    fn run_validator(&self, id: FnId) -> Arc<Summary> {
        let scope = self.program.fn_scope(id);
        let params = self.program[id].sig.params.iter();
        let types: Vec<Ty> = params
            .map(|it| self.program.lower_ty(&scope, &it.ty))
            .collect();
        let is_text = |ty: &Ty| matches!(ty.peel_refs(), Ty::Primitive(name) if *name == "str");
        let Some(secret) = types.iter().rposition(is_text) else {
            return self.run_middleware(id, &Subst::new());
        };
        let args = types.iter().enumerate().map(|(at, ty)| {
            let part = self.part_of_request(ty.peel_refs());
            match (at == secret, is_text(ty)) {
                (true, _) => Abs::of(From::CREDENTIAL),
                (false, true) => Abs::of(From::INPUT),
                (false, false) => Abs::of(part.unwrap_or_default()),
            }
        });
        let this = Abs {
            setting: Some(Arc::from("self")),
            ..Abs::default()
        };
        self.run(id, args.collect(), this, &Subst::new())
    }

    /// Whether code reachable from here answers 429, and counts something or asks a limiter: a
    /// plan that has run out is answered so, too.
    pub(super) fn answers_too_many(&self, bodies: &[BodyKey]) -> bool {
        let refusing = self.known.refusing.get_or_init(|| {
            let names = TOO_MANY.into_iter();
            let names = names.flat_map(|name| hashes(Mention::NAMED, name));
            let bodies = self.program.mentioning(&names.collect());
            bodies.into_iter().collect()
        });
        // Most lead to no such answer, and that shows without reading them.
        let reached = self.reached_from(bodies);
        let says_no = |body: &&BodyKey| self.names_in(**body).any(|it| TOO_MANY.contains(&it));
        let refuses = reached.iter().filter(|body| refusing.contains(body));
        let refuses: Vec<&BodyKey> = refuses.filter(says_no).collect();
        !refuses.is_empty()
            && (refuses.into_iter().any(|body| self.counts_by_one(*body))
                || reached.iter().any(|body| {
                    self.names_in(*body).any(counts_requests) || self.counts_in_time(*body)
                }))
    }

    /// Whether a body counts what happens within a time: by a number, or by a list of which it drops what
    /// is long ago.
    fn counts_in_time(&self, key: BodyKey) -> bool {
        let has = |names: &[&str]| self.names_in(key).any(|it| names.contains(&it));
        has(&["Instant", "elapsed", "duration_since"])
            && (self.counts_by_one(key) || has(&["retain", "pop_front"]))
    }

    /// Whether a body adds one to something.
    fn counts_by_one(&self, key: BodyKey) -> bool {
        let body = &self.program[key].body;
        body.exprs().any(|(_, expr)| match expr {
            Expr::Binary { op, rhs, .. } if *op == BinaryOp::AddAssign => {
                matches!(body.expr(*rhs), Expr::Literal(Literal::Int(Some(1))))
            }
            _ => false,
        })
    }

    /// Bodies, and those of the functions that they call and that those call.
    fn reached_from(&self, bodies: &[BodyKey]) -> Vec<BodyKey> {
        let mut open: Vec<(BodyKey, u32)> = bodies.iter().map(|body| (*body, 0)).collect();
        let mut seen: FxHashSet<BodyKey> = FxHashSet::default();
        let mut reached = Vec::new();
        while let Some((key, depth)) = open.pop() {
            if !seen.insert(key) {
                continue;
            }
            reached.push(key);
            if depth == 2 {
                continue;
            }
            let typing = self.values.typing(key);
            let calls = self.program[key].body.exprs();
            for callee in calls.flat_map(|(id, _)| typing.callees(id)) {
                // Every error of a service is somewhere given a status; that limits nothing.
                if let Callee::Fn(candidate) = callee
                    && let Some(body) = self.program[candidate.id].body
                    && !matches!(
                        self.program[candidate.id].name.as_str(),
                        "into_response" | "error_response" | "status_code" | "from" | "fmt"
                    )
                {
                    open.push((body, depth + 1));
                }
            }
        }
        reached
    }

    /// The names that a body's paths, calls and fields hold.
    fn names_in(&self, key: BodyKey) -> impl Iterator<Item = &str> {
        let body = &self.program[key].body;
        let told = in_messages(body);
        let exprs = body.exprs().filter(move |(id, _)| !told.contains(id));
        exprs.flat_map(|(_, expr)| {
            let (path, name) = match expr {
                Expr::Path(path) => (Some(path), None),
                Expr::MethodCall(call) => (None, Some(call.name)),
                Expr::Field { name, .. } => (None, Some(*name)),
                _ => (None, None),
            };
            let segments = path.into_iter().flat_map(|path| &path.segments);
            segments
                .map(|it| it.name.as_str())
                .chain(name.map(|it| it.as_str()))
        })
    }
}

/// How code names the answer that says that there were too many requests.
const TOO_MANY: [&str; 4] = [
    "TOO_MANY_REQUESTS",
    "TooManyRequests",
    "resource_exhausted",
    "ResourceExhausted",
];

impl Judge<'_> {
    /// Whether a function asks a limiter and has an error to answer with, whatever status that is
    /// given in the end: only something that answers rejections knows.
    pub(super) fn rejects_by_limiter(&self, key: BodyKey) -> bool {
        let body = &self.program[key].body;
        let errs = |(_, expr): (_, &Expr)| match expr {
            Expr::Path(path) => path.last().is_some_and(|it| it == "Err"),
            Expr::Try(_) => true,
            _ => false,
        };
        body.exprs().any(errs) && self.limits_within(key, TextRange::new(0, u32::MAX))
    }

    /// Whether a part of a body asks a limiter, itself or in a function that it calls.
    pub(super) fn limits_within(&self, key: BodyKey, range: TextRange) -> bool {
        let typing = self.values.typing(key);
        let body = &self.program[key].body;
        let mut exprs = body.exprs();
        exprs.any(|(id, expr)| {
            if !range.contains(body.expr_range(id)) {
                return false;
            }
            let by_name = match expr {
                Expr::MethodCall(call) => {
                    call.name == "check_key" || names_a_limiter(call.name.as_str())
                }
                _ => false,
            };
            by_name
                || typing.callees(id).iter().any(|callee| match callee {
                    Callee::Fn(candidate) => {
                        let bodies: Vec<BodyKey> =
                            self.program[candidate.id].body.into_iter().collect();
                        names_a_limiter(self.program[candidate.id].name.as_str())
                            || self.answers_too_many(&bodies)
                    }
                    Callee::External(path) => names_a_limiter(path.as_str()),
                    _ => false,
                })
        })
    }
}

/// Whether a name speaks of a limiter, or of counting.
fn counts_requests(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "limiter",
        "check_key",
        "counter",
        "attempt",
        "fetch_add",
        "incr",
        "hits",
        "token_bucket",
        "leaky_bucket",
        "per_minute",
        "per_second",
        "retry_after",
    ];
    let lower = name.to_ascii_lowercase();
    names_a_limiter(name) || WORDS.iter().any(|word| lower.contains(word))
}

/// What names of limiters hold: written as one word, and as two.
pub(crate) const LIMITER_WORDS: [(&str, &str); 8] = [
    ("ratelimit", "rate_limit"),
    ("throttle", "throttle"),
    ("governor", "governor"),
    ("softlock", "soft_lock"),
    ("lockout", "lock_out"),
    ("bruteforce", "brute_force"),
    ("loginattempt", "login_attempt"),
    ("failedlogin", "failed_login"),
];

/// Whether a name says that something limits requests per time.
pub(crate) fn names_a_limiter(name: &str) -> bool {
    let flat: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect::<String>()
        .to_ascii_lowercase();
    let mut words = LIMITER_WORDS.iter();
    words.any(|(word, _)| flat.contains(word)) && !flat.contains("concurrency")
}
