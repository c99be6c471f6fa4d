//! An endpoint put together: its route, and what each thing on the way to its handler demands.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cors::CorsPolicy;
use super::endpoint::{
    Endpoint, Evidence, EvidenceKind, Handler, HandlerTarget, LayerSeen, MissedLayer, Protection,
    Protections, Purpose, Status,
};
use super::frameworks;
use super::guard::layers::Effect;
use super::guard::proof::Proof;
use super::guard::{Judge, Known};
use super::limit_key::ClientKey;
use super::limits::Limits;
use super::value::{Layer, Route, Types};
use crate::models::roles::Protection as Protects;
use crate::program::{CrateId, FnId, Program};
use crate::source::{SourceMap, Span};
use crate::values::making::Place;
use crate::values::{Text, Values};
use crate::workspace::TargetKind;

/// What serves routes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server {
    /// The crate that does.
    pub krate: CrateId,
    /// The framework.
    pub framework: &'static str,
}

/// A protection that a layer or attribute adds.
struct Applied {
    protects: Protects,
    evidence: Evidence,
    conditions: Vec<String>,
    /// The limit, as far as it is written down.
    value: Option<String>,
    /// What it is set for, where extractors go by it.
    is_set: Option<Protects>,
}

impl Applied {
    /// One that holds under conditions, its value unknown.
    fn new(protects: Protects, evidence: &Evidence, conditions: &[String]) -> Applied {
        Applied {
            protects,
            evidence: evidence.clone(),
            conditions: conditions.to_vec(),
            value: None,
            is_set: None,
        }
    }
}

/// Puts endpoints together, and remembers what it has found out of layers and handlers.
pub(super) struct Assembler<'v, 'a> {
    values: &'v Values<'a>,
    sources: &'v SourceMap,
    program: &'v Program,
    judge: Judge<'v>,
    limits: &'v Limits<'v, 'a>,
    effects: FxHashMap<EffectKey, Arc<Effect>>,
    policies: FxHashMap<Place, Option<Arc<CorsPolicy>>>,
    boundless: FxHashMap<Place, bool>,
    limit_keys: FxHashMap<(Span, String), Option<Arc<ClientKey>>>,
    handlers: FxHashMap<HandlerKey, Judged>,
}

/// A layer by where it is written, its name and its conditions, and for which endpoints.
type EffectKey = (Span, String, Asked);

/// The path, as a layer sees it and as a whole, and the method that it is asked about: each only if
/// it looks at that.
type Asked = (Option<(String, String)>, Option<&'static str>);

/// A handler with the types that its type parameters stand for.
type HandlerKey = (FnId, String);

/// What was found out of a handler, as far as anything asked.
#[derive(Clone, Default)]
struct Judged {
    signature: Option<Proof>,
    body: Option<Proof>,
    limits: Option<Option<Evidence>>,
}

impl<'v, 'a> Assembler<'v, 'a> {
    /// One whose judge knows what others know.
    pub(super) fn new(
        values: &'v Values<'a>,
        sources: &'v SourceMap,
        limits: &'v Limits<'v, 'a>,
        known: &'v Known,
    ) -> Self {
        Assembler {
            values,
            sources,
            program: values.program,
            judge: Judge::new(values, sources, known),
            limits,
            effects: FxHashMap::default(),
            policies: FxHashMap::default(),
            boundless: FxHashMap::default(),
            limit_keys: FxHashMap::default(),
            handlers: FxHashMap::default(),
        }
    }

    /// What the layer at this place does to a route, judged once, and once more for each path and
    /// method if it looks at them.
    fn effect(&mut self, at: usize, framework: &str, route: &Route) -> Arc<Effect> {
        let seen = |path: &str| seen(at, framework, route, path);
        self.effect_of(&route.layers[at], framework, route, seen)
    }

    /// What a layer does, or would do, to a route that it sees under one of these paths.
    fn effect_of(
        &mut self,
        layer: &Layer,
        framework: &str,
        route: &Route,
        seen: impl FnOnce(&str) -> Option<Vec<String>>,
    ) -> Arc<Effect> {
        let which = format!("{} {:?}", layer.name, layer.conditions);
        let judge = &self.judge;
        let of_all = self
            .effects
            .entry((layer.span, which.clone(), (None, None)));
        let of_all = Arc::clone(of_all.or_insert_with(|| Arc::new(judge.layer(layer))));
        if !of_all.looks.any() {
            return of_all;
        }
        let path = asked(framework, route, &frameworks::normalise(&route.path));
        let Some(seen) = seen(&path) else {
            return of_all;
        };
        let methods = frameworks::methods_to(framework, &route.method);
        let by_method = methods.iter().map(|method| {
            let mut effects = seen.iter().map(|it| {
                let asked = (
                    of_all.looks.path.then(|| (it.clone(), path.clone())),
                    of_all.looks.method.then_some(*method),
                );
                let effect = self.effects.entry((layer.span, which.clone(), asked));
                let judged = || Arc::new(judge.layer_on(layer, it, &path, method));
                Arc::clone(effect.or_insert_with(judged))
            });
            let first = effects.next().unwrap_or_else(|| Arc::clone(&of_all));
            let status = (first.proof.status(), first.proof.condition.clone());
            match effects.all(|it| (it.proof.status(), it.proof.condition.clone()) == status) {
                true => first,
                false => Arc::clone(&of_all),
            }
        });
        // HEAD reaches what GET does: it matters where it is asked for less.
        let asks = |it: &Arc<Effect>| route.method != "GET" || it.proof.is_verified();
        let whole = by_method.reduce(|a, b| if asks(&a) { a.or(&b) } else { a });
        whole.unwrap_or(of_all)
    }

    /// The key by which a layer limits, if clients choose it.
    fn limit_key(&mut self, layer: &Layer) -> Option<Arc<ClientKey>> {
        let known = self.limit_keys.entry((layer.span, layer.name.clone()));
        let find = || super::limit_key::of_layer(self.values, layer).map(Arc::new);
        known.or_insert_with(find).clone()
    }

    /// Whether a layer limits bodies to what no body has.
    fn is_boundless(&mut self, layer: &Layer) -> bool {
        let Some(written) = layer.written else {
            return false;
        };
        let find = || super::body_limit::is_boundless(self.values, self.sources, layer);
        *self.boundless.entry(written).or_insert_with(find)
    }

    /// What a CORS layer allows that is written in this place.
    fn policy(&mut self, written: Place) -> Option<Arc<CorsPolicy>> {
        let known = self.policies.entry(written);
        let find = || super::cors::policy(self.values, written).map(Arc::new);
        known.or_insert_with(find).clone()
    }

    /// The endpoint that a route makes.
    pub(super) fn endpoint(&mut self, server: Server, route: &Route) -> Endpoint {
        let Server { krate, framework } = server;
        let path = frameworks::normalise(&route.path);
        let handler = self.handler(route);
        let mut layers = Vec::new();
        let mut proof = Proof::nothing();
        let mut applied: Vec<Applied> = Vec::new();
        // What takes the framework's own limit away.
        let mut lifted: Option<Evidence> = None;
        for (at, layer) in route.layers.iter().enumerate().rev() {
            let effect = self.effect(at, framework, route);
            // A layer that only looks says nothing of the endpoint: its handler may.
            if !effect.only_looks() {
                proof = proof.and(&effect.proof);
            }
            let evidence = Evidence {
                kind: EvidenceKind::Layer,
                name: layer.name.clone(),
                span: layer.span,
            };
            let limits = effect.protects.contains(&Protects::BodyLimit);
            let boundless = limits && self.is_boundless(layer);
            if effect.sets.is_some() && layer.conditions.is_empty() {
                applied.retain(|it| it.is_set != effect.sets);
                if effect.sets == Some(Protects::BodyLimit) {
                    lifted = (!limits || boundless).then(|| evidence.clone());
                }
            }
            let is_cors = effect.protects.contains(&Protects::Cors);
            let cors = layer.written.filter(|_| is_cors);
            let cors = cors.and_then(|written| self.policy(written));
            let is_limit = effect.protects.contains(&Protects::RateLimit);
            let limit_key = match is_limit {
                true => self.limit_key(layer),
                false => None,
            };
            let protects = effect.protects.iter();
            for protects in protects.filter(|it| **it != Protects::BodyLimit || !boundless) {
                let policy = cors.as_ref().filter(|_| *protects == Protects::Cors);
                let by = limit_key
                    .as_ref()
                    .filter(|_| *protects == Protects::RateLimit);
                let by = by.map(|it| format!("by `{}`, which clients choose", it.name));
                let bound = || super::limits::bound(*protects, self.sources.slice(layer.span));
                applied.push(Applied {
                    is_set: effect.sets,
                    value: policy.map(|it| it.text()).or(by).or_else(bound),
                    ..Applied::new(*protects, &evidence, &layer.conditions)
                });
            }
            layers.push(LayerSeen {
                name: layer.name.clone(),
                span: layer.span,
                effect: effect.text.clone(),
                condition: (!layer.conditions.is_empty()).then(|| layer.conditions.join(" and ")),
                gap: effect.gap.filter(|_| !effect.looks.any()),
                cors,
                limit_key,
                decider: effect.decider,
                refuses: effect.refuses,
            });
        }
        for guard in &route.guards {
            proof = proof.and(&self.judge.route_guard(guard));
        }
        let mut limits_in_body = None;
        if let Some(through) = route.through {
            let passed = self.passed(through);
            // One that only looks says nothing of what is behind it.
            if !matches!(passed.status(), Status::None | Status::Optional) {
                proof = proof.and(&passed);
            }
        }
        // What warp's filters end in, they are judged with.
        let is_own = route.filter.is_none() || route.through.is_some();
        if let Some(chain) = &route.filter {
            let path = asked(framework, route, &path);
            let filtered = self.judge.filters(chain, &path, &route.method);
            proof = proof.and(&filtered.proof);
            for (protects, evidence) in &filtered.protects {
                applied.push(Applied::new(*protects, evidence, &[]));
            }
        }
        let is_set = |it: &Applied| it.is_set == Some(Protects::BodyLimit);
        if let HandlerTarget::Fn(id) = route.handler
            && applied.iter().any(is_set)
            && frameworks::reads_unlimited(self.program, id)
        {
            applied.retain(|it| !is_set(it));
        }
        if let Some(answers) = route.within {
            let methods = frameworks::methods_to(framework, &route.method);
            proof = proof.and(&self.judge.answer_to(answers, &path, methods));
            if let HandlerTarget::Fn(id) = handler.target {
                limits_in_body = self.limits.in_handler(id);
            }
        } else if let HandlerTarget::Fn(id) = handler.target {
            let key = (id, format!("{:?}", route.types));
            let judged = self.handlers.entry(key).or_default();
            let others = match is_own && !proof.is_verified() {
                true => self.program.alternatives(id),
                false => Vec::new(),
            };
            if !others.is_empty() {
                let judge = || self.judge.in_all_builds(id, &others, &route.types);
                proof = proof.and(judged.body.get_or_insert_with(judge));
            } else if is_own {
                let judge = || self.judge.signature(id, &route.types);
                proof = proof.and(judged.signature.get_or_insert_with(judge));
                let is_known = proof.is_verified();
                if !is_known || self.judge.asks_rights() && proof.rights.held().is_empty() {
                    let judge = || self.judge.body(id, &route.types);
                    let body = judged.body.get_or_insert_with(judge);
                    match is_known {
                        true => proof.rights = proof.rights.and(&body.rights),
                        false => proof = proof.and(body),
                    }
                }
            }
            let limits = judged
                .limits
                .get_or_insert_with(|| self.limits.in_handler(id));
            limits_in_body.clone_from(limits);
            for added in self.judge.attributes(id) {
                let evidence = added.evidence;
                for protects in added.protects {
                    applied.push(Applied::new(*protects, &evidence, &[]));
                }
                proof = proof.and(&added.proof);
            }
        } else if let HandlerTarget::Closure(body, expr) = handler.target
            && is_own
            && !proof.is_verified()
        {
            proof = proof.and(&self.judge.closure(body, expr));
        } else if proof.maybe.is_none() && !proof.is_verified() {
            proof.maybe = self.unread(&handler);
        }
        let layered = |which: Protects| {
            let mut found = Protection::new(Status::None);
            for it in applied.iter().filter(|it| it.protects == which) {
                found.evidence.push(it.evidence.clone());
                if it.conditions.is_empty() {
                    if which == Protects::Authorization {
                        found.demanded.push(it.evidence.clone());
                    }
                    found.status = Status::Required;
                    found.condition = None;
                } else if found.status != Status::Required {
                    found.status = Status::Conditional;
                    found.condition = Some(it.conditions.join(" and "));
                }
                // Of several, the innermost speaks last.
                found.value = it.value.clone().or(found.value);
            }
            found
        };
        let mut body_limit = layered(Protects::BodyLimit);
        if body_limit.status == Status::None
            && let Some(lifted) = lifted
        {
            body_limit.value = Some(super::body_limit::NO_LIMIT.to_owned());
            body_limit.evidence.push(lifted);
        }
        let mut rate_limit = layered(Protects::RateLimit);
        if let Some(evidence) = limits_in_body {
            rate_limit.status = Status::Required;
            rate_limit.evidence.push(evidence);
        }
        let answers = route.framework.unwrap_or(framework);
        let purpose = frameworks::purpose_of(answers, &route.method, &path, &handler.name);
        // Whoever logs in shows a secret, too; what for, is not yet known.
        let hands_out = matches!(
            purpose,
            Purpose::Credential | Purpose::Account | Purpose::Capability
        );
        if proof.said && hands_out {
            proof = Proof::nothing();
        }
        let authentication = Protection {
            status: proof.status(),
            condition: proof
                .condition
                .clone()
                .filter(|_| proof.status() == Status::Conditional),
            value: None,
            evidence: proof.evidence.clone(),
            demanded: Vec::new(),
            unresolved: proof
                .maybe
                .clone()
                .filter(|_| proof.status() == Status::Unknown),
        };
        let missed = match route.missed.as_slice() {
            [] => Vec::new(),
            _ => self.missed(framework, route),
        };
        let mut authorization = layered(Protects::Authorization);
        if authorization.status == Status::None {
            authorization = self.demanded(&proof, handler.target);
        }
        let stream = match self.judge.asks_rights() {
            true => super::streams::of_route(self.values, route),
            false => None,
        };
        Endpoint {
            service: self.service(krate),
            listener: None,
            on_unix_socket: false,
            framework: answers,
            cfg: (!route.conditions.is_empty()).then(|| route.conditions.join(" and ")),
            method: route.method.clone(),
            path,
            handler,
            registered: route.registered,
            mounts: route.mounts.iter().rev().cloned().collect(),
            layers,
            missed,
            protections: Protections {
                authentication,
                authorization,
                rate_limit,
                body_limit,
                timeout: layered(Protects::Timeout),
                cors: layered(Protects::Cors),
                csrf: layered(Protects::Csrf),
                tracing: layered(Protects::Tracing),
            },
            purpose,
            stream,
        }
    }

    /// The layers that would protect a route and were added to its router before it: those that
    /// are there in any case, and that are nowhere around it.
    fn missed(&mut self, framework: &str, route: &Route) -> Vec<MissedLayer> {
        let mut found = Vec::new();
        for missed in &route.missed {
            let layer = &*missed.layer;
            let is_around = route.layers.iter().any(|it| it.span == layer.span);
            if is_around || !layer.conditions.is_empty() {
                continue;
            }
            let effect =
                self.effect_of(layer, framework, route, |path| Some(vec![path.to_owned()]));
            let protects = effect.controls();
            if !protects.is_empty() {
                found.push(MissedLayer {
                    name: layer.name.clone(),
                    span: layer.span,
                    added: missed.added,
                    protects,
                });
            }
        }
        found
    }

    /// What the handler demands that requests go through on their way to another.
    fn passed(&mut self, through: HandlerTarget) -> Proof {
        match through {
            HandlerTarget::Fn(id) => {
                let judged = self.handlers.entry((id, format!("{:?}", Types::default())));
                let judged = judged.or_default();
                let types = Types::default();
                let signature = || self.judge.signature(id, &types);
                let proof = judged.signature.get_or_insert_with(signature).clone();
                let attributes = self.judge.attributes(id);
                let proof = attributes.iter().fold(proof, |all, it| all.and(&it.proof));
                match proof.is_verified() {
                    true => proof,
                    false => {
                        let body = || self.judge.body(id, &types);
                        proof.and(judged.body.get_or_insert_with(body))
                    }
                }
            }
            HandlerTarget::Closure(body, expr) => self.judge.closure(body, expr),
            HandlerTarget::External(_) | HandlerTarget::Unknown => Proof::nothing(),
        }
    }

    /// What an endpoint demands beyond an identity.
    fn demanded(&self, proof: &Proof, handler: HandlerTarget) -> Protection {
        let rights = &proof.rights;
        let unknown = |why: &str| Protection {
            unresolved: Some(why.to_owned()),
            ..Protection::new(Status::Unknown)
        };
        // What a type does by itself says more than its name.
        let by = |status: Status, evidence: &[&Evidence]| {
            let says = |it: &&&Evidence| it.kind != EvidenceKind::Extractor;
            let first = evidence.iter().find(says).or(evidence.first());
            Protection {
                value: first.map(|it| it.name.clone()),
                evidence: evidence.iter().copied().cloned().collect(),
                ..Protection::new(status)
            }
        };
        match (proof.status(), &*rights.held(), &*rights.looked()) {
            (Status::None, ..) => Protection::new(Status::None),
            (_, held @ [_, ..], _) => Protection {
                demanded: rights.demanded(),
                ..by(Status::Required, held)
            },
            (_, [], looked @ [_, ..]) => by(Status::Optional, looked),
            _ if !self.judge.asks_rights() => unknown("nobody asked"),
            (Status::Unknown, ..) => unknown(proof.maybe.as_deref().unwrap_or_default()),
            _ => match (rights.unresolved(), handler) {
                (Some(what), _) => unknown(what),
                (None, HandlerTarget::Fn(_)) => Protection::new(Status::None),
                (None, _) => unknown("its code was not followed"),
            },
        }
    }

    /// What is not known of a handler whose code is not in the program.
    fn unread(&self, handler: &Handler) -> Option<String> {
        match handler.target {
            HandlerTarget::Unknown => Some("the handler could not be resolved".into()),
            HandlerTarget::External(path)
                if !self.program.models.describes(path) && !frameworks::is_page(path) =>
            {
                Some(format!("the code of `{path}` is not in this program"))
            }
            _ => None,
        }
    }

    /// The binary's or library's name.
    fn service(&self, krate: CrateId) -> String {
        let krate = &self.program[krate];
        match krate.kind {
            TargetKind::Example => format!("{} (example)", krate.name),
            _ => krate.name.to_string(),
        }
    }

    fn handler(&self, route: &Route) -> Handler {
        match route.handler {
            HandlerTarget::Fn(id) => {
                let def = &self.program[id];
                Handler {
                    name: self.program.fn_path(id),
                    span: def.keyword.in_file(def.file),
                    target: route.handler,
                }
            }
            HandlerTarget::Closure(body, expr) => {
                let data = &self.program[body];
                Handler {
                    name: "{closure}".into(),
                    span: data.body.expr_range(expr).in_file(data.file),
                    target: route.handler,
                }
            }
            HandlerTarget::External(path) => Handler {
                name: route
                    .handler_name
                    .clone()
                    .unwrap_or_else(|| path.to_string()),
                span: route.handler_span,
                target: route.handler,
            },
            HandlerTarget::Unknown => Handler {
                name: route.handler_name.clone().unwrap_or_else(|| "?".into()),
                span: route.handler_span,
                target: route.handler,
            },
        }
    }
}

/// The path of the requests for a route: without the name of a GraphQL operation.
fn asked(framework: &str, route: &Route, path: &str) -> String {
    frameworks::asked_path(route.framework.unwrap_or(framework), path)
}

/// The path of a route as a layer sees it: what axum and poem nest sees it without the prefix, and
/// what stands around it does not. Several where it cannot be told which, and none where the prefix
/// cannot be told.
fn seen(at: usize, framework: &str, route: &Route, path: &str) -> Option<Vec<String>> {
    let is_known = route.inside.len() == route.mounts.len();
    let is_stripped = |inside: Option<&usize>| !is_known || inside.is_some_and(|it| *it > at);
    let mut all = vec![path.to_owned()];
    let mounts = route.mounts.iter().enumerate().rev();
    for (number, (_, mount)) in mounts.filter(|_| matches!(framework, "axum" | "poem")) {
        if !is_stripped(route.inside.get(number)) {
            break;
        }
        let prefix = frameworks::normalise(&[Text::known(mount.as_str(), None)]);
        let last = all.last().map_or("", String::as_str);
        let rest = last.strip_prefix(prefix.trim_end_matches('/'));
        match rest {
            Some("") => all.push("/".to_owned()),
            Some(rest) if rest.starts_with('/') => all.push(rest.to_owned()),
            _ if is_known => return None,
            _ => break,
        }
    }
    let outer = match is_known {
        true => all.len() - 1,
        false => 0,
    };
    Some(all.split_off(outer))
}
