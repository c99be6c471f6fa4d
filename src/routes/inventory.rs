//! All endpoints of a program, with what guards each.

use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::endpoint::{
    Endpoint, Evidence, EvidenceKind, Handler, HandlerTarget, LayerSeen, Protection, Protections,
    Status,
};
use super::eval::{Eval, relevant_functions};
use super::filter::Chain;
use super::frameworks;
use super::guard::Judge;
use super::guard::filters::Filtered;
use super::guard::layers::Effect;
use super::guard::proof::Proof;
use super::limits::Limits;
use super::listener::listener;
use super::value::{Layer, Lost, Route};
use crate::models::roles::Protection as Protects;
use crate::program::ty::Subst;
use crate::program::{CrateId, FnId, Program};
use crate::source::{SourceMap, Span};
use crate::values::Values;
use crate::workspace::TargetKind;

/// So many handlers share a judge, and what it has found out: always, so that nothing depends on
/// the number of threads.
const JUDGED_BY_ONE: usize = 64;

/// The endpoints, and what could not be followed.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Sorted by service, path and method.
    pub endpoints: Vec<Endpoint>,
    /// Registrations that could not be followed.
    pub unresolved: Vec<Lost>,
}

/// Finds all endpoints and judges them.
pub fn build(values: &Values<'_>, sources: &SourceMap) -> Inventory {
    let servers = frameworks::Servers::of(values);
    let (relevant, roots) = relevant_functions(values, &servers);
    let mut eval = Eval::new(values, sources, relevant.clone(), servers);
    for root in roots {
        eval.run_root(root);
    }
    // Functions that only call each other, or that nothing reached.
    let mut left: Vec<_> = relevant
        .into_iter()
        .filter(|id| !eval.entered.contains(id))
        .collect();
    left.sort();
    for id in left {
        if !eval.entered.contains(&id) {
            eval.run_root(id);
        }
    }
    eval.serve_left();
    let judge = Judge::new(values, sources);
    let mut inventory = Inventory::default();
    let mut registered: Vec<(CrateId, &'static str, Vec<Route>)> = Vec::new();
    let mut listeners = Vec::new();
    for served in eval.served {
        listeners.push(listener(values, sources, served.span));
        let krate = served.krate;
        let framework = served.router.framework;
        let (routes, lost) = frameworks::finish(values, served.router);
        for one in lost {
            if !inventory.unresolved.iter().any(|it| it.span == one.span) {
                inventory.unresolved.push(one);
            }
        }
        registered.push((krate, framework, routes));
    }
    let mut builder = Builder {
        sources,
        program: values.program,
        judge,
        effects: FxHashMap::default(),
        handlers: FxHashMap::default(),
        filtered: FxHashMap::default(),
        limits: limits(values, sources, &registered),
    };
    let routes = registered.iter();
    let routes = routes.flat_map(|(_, framework, all)| all.iter().map(|it| (*framework, it)));
    builder.judge_handlers(values, routes.clone());
    builder.judge_filters(values, routes.map(|(_, route)| route));
    let mut seen = FxHashSet::default();
    for ((krate, framework, routes), listener) in registered.iter().zip(listeners) {
        for route in routes {
            let mut endpoint = builder.endpoint(*krate, framework, route);
            endpoint.listener.clone_from(&listener);
            let layers: Vec<Span> = route.layers.iter().map(|layer| layer.span).collect();
            let key = (
                endpoint.service.clone(),
                endpoint.method.clone(),
                endpoint.path.clone(),
                endpoint.handler.span,
                layers,
            );
            if seen.insert(key) {
                inventory.endpoints.push(endpoint);
            }
        }
    }
    inventory.unresolved.extend(eval.lost);
    inventory.sort();
    inventory
}

impl Inventory {
    /// Adds what was found of another program.
    pub fn merge(&mut self, other: Inventory) {
        self.endpoints.extend(other.endpoints);
        self.unresolved.extend(other.unresolved);
        self.sort();
    }

    fn sort(&mut self) {
        fn by(it: &Endpoint) -> impl Ord {
            let (service, path, method) = (&it.service, &it.path, &it.method);
            (service, path, method, it.handler.span, it.registered)
        }
        self.endpoints.sort_by(|a, b| by(a).cmp(&by(b)));
        self.unresolved
            .sort_by(|a, b| (a.span, &a.reason).cmp(&(b.span, &b.reason)));
    }
}

/// What limits requests per time in each handler.
fn limits(
    values: &Values<'_>,
    sources: &SourceMap,
    registered: &[(CrateId, &'static str, Vec<Route>)],
) -> FxHashMap<FnId, Option<Evidence>> {
    let routes = registered.iter().flat_map(|(_, _, routes)| routes);
    let handlers = routes.filter_map(|route| match route.handler {
        HandlerTarget::Fn(id) => Some(id),
        _ => None,
    });
    let mut handlers: Vec<FnId> = handlers.collect();
    handlers.sort();
    handlers.dedup();
    let limits = Limits::new(values, sources);
    handlers
        .into_par_iter()
        .map(|id| (id, limits.in_handler(id)))
        .collect()
}

/// A protection that a layer or attribute adds.
struct Applied {
    protects: Protects,
    evidence: Evidence,
    conditions: Vec<String>,
    /// The limit, as far as it is written down.
    value: Option<String>,
}

struct Builder<'a> {
    sources: &'a SourceMap,
    program: &'a Program,
    judge: Judge<'a>,
    effects: FxHashMap<EffectKey, Rc<Effect>>,
    handlers: FxHashMap<HandlerKey, Judged>,
    /// What filters demand, by the place in memory where they lie.
    filtered: FxHashMap<*const Chain, Filtered>,
    limits: FxHashMap<FnId, Option<Evidence>>,
}

/// A layer by where it is written and its conditions, and for which path and method.
type EffectKey = (Span, String, Option<(String, &'static str)>);

/// A handler with the types that its type parameters stand for.
type HandlerKey = (FnId, String);

/// What was judged of a handler.
struct Judged {
    signature: Proof,
    /// If what stands before it was not enough.
    body: Option<Proof>,
}

fn key_of(id: FnId, route: &Route) -> HandlerKey {
    (id, format!("{:?}", route.types))
}

impl Builder<'_> {
    /// What a layer does to a route, judged once, and once more for each path and method if it
    /// looks at them.
    fn effect(&mut self, layer: &Layer, framework: &str, route: &Route) -> Rc<Effect> {
        let conditions = format!("{:?}", layer.conditions);
        let judge = &self.judge;
        let of_all = self.effects.entry((layer.span, conditions.clone(), None));
        let of_all = Rc::clone(of_all.or_insert_with(|| Rc::new(judge.layer(layer))));
        if !of_all.by_route {
            return of_all;
        }
        // What axum and poem nest sees its path without the prefix, and what stands around it does not.
        let path = frameworks::normalise(&route.path);
        let mut seen = vec![path.as_str()];
        let mut prefix = String::new();
        let mounts = route
            .mounts
            .iter()
            .rev()
            .filter(|_| matches!(framework, "axum" | "poem"));
        for (_, mount) in mounts {
            prefix.push_str(mount.trim_end_matches('/'));
            seen.extend(path.strip_prefix(&prefix).filter(|it| it.starts_with('/')));
        }
        let methods = frameworks::methods_to(framework, &route.method);
        let by_method = methods.iter().map(|method| {
            let mut effects = seen.iter().map(|path| {
                let asked = Some(((*path).to_owned(), *method));
                let effect = self.effects.entry((layer.span, conditions.clone(), asked));
                Rc::clone(effect.or_insert_with(|| Rc::new(judge.layer_on(layer, path, method))))
            });
            let first = effects.next().unwrap_or_else(|| Rc::clone(&of_all));
            let status = (first.proof.status(), first.proof.condition.clone());
            match effects.all(|it| (it.proof.status(), it.proof.condition.clone()) == status) {
                true => first,
                false => Rc::clone(&of_all),
            }
        });
        // HEAD reaches what GET does: it matters where it is asked for less.
        let asks = |it: &Rc<Effect>| route.method != "GET" || it.proof.is_verified();
        let whole = by_method.reduce(|a, b| if asks(&a) { a.or(&b) } else { a });
        whole.unwrap_or(of_all)
    }

    /// Judges the signatures of handlers, and the bodies of those of which what stands before the
    /// body has not verified anybody.
    fn judge_handlers<'r>(
        &mut self,
        values: &Values<'_>,
        routes: impl Iterator<Item = (&'r str, &'r Route)>,
    ) {
        let mut handlers: Vec<(HandlerKey, &Subst, bool)> = Vec::new();
        let mut known: FxHashMap<HandlerKey, usize> = FxHashMap::default();
        for (framework, route) in routes {
            let HandlerTarget::Fn(id) = route.handler else {
                continue;
            };
            if route.filter.is_some() {
                continue;
            }
            let mut layers = route.layers.iter();
            let is_open = !layers.any(|it| self.effect(it, framework, route).proof.is_verified());
            let key = key_of(id, route);
            let index = *known.entry(key.clone()).or_insert(handlers.len());
            match handlers.get_mut(index) {
                Some((.., known)) => *known |= is_open,
                None => handlers.push((key, &route.types, is_open)),
            }
        }
        let parts = handlers.par_chunks(JUDGED_BY_ONE).map(|part| {
            let judge = Judge::new(values, self.sources);
            let judged = part.iter().map(|((id, _), types, is_open)| {
                let signature = judge.signature(*id, types);
                let body = (*is_open && !signature.is_verified()).then(|| judge.body(*id, types));
                Judged { signature, body }
            });
            judged.collect()
        });
        let judged: Vec<Vec<Judged>> = parts.collect();
        let keys = handlers.into_iter().map(|(key, ..)| key);
        self.handlers = keys.zip(judged.into_iter().flatten()).collect();
    }

    /// Judges the filters of routes, the function that answers included.
    fn judge_filters<'r>(&mut self, values: &Values<'_>, routes: impl Iterator<Item = &'r Route>) {
        let chains: Vec<(&Arc<Chain>, String, &str)> = routes
            .filter_map(|it| {
                let path = frameworks::normalise(&it.path);
                Some((it.filter.as_ref()?, path, it.method.as_str()))
            })
            .collect();
        let parts = chains.par_chunks(JUDGED_BY_ONE).map(|part| {
            let judge = Judge::new(values, self.sources);
            let judged = part.iter();
            let judged = judged.map(|(chain, path, method)| judge.filters(chain, path, method));
            judged.collect()
        });
        let judged: Vec<Vec<Filtered>> = parts.collect();
        let keys = chains.iter().map(|(chain, ..)| Arc::as_ptr(chain));
        self.filtered = keys.zip(judged.into_iter().flatten()).collect();
    }

    fn endpoint(&mut self, krate: CrateId, framework: &'static str, route: &Route) -> Endpoint {
        let path = frameworks::normalise(&route.path);
        let handler = self.handler(route);
        let mut layers = Vec::new();
        let mut proof = Proof::nothing();
        let mut applied: Vec<Applied> = Vec::new();
        for layer in route.layers.iter().rev() {
            let effect = self.effect(layer, framework, route);
            // A layer that only looks says nothing of the endpoint: its handler may.
            if !effect.only_looks() {
                proof = proof.and(&effect.proof);
            }
            let evidence = Evidence {
                kind: EvidenceKind::Layer,
                name: layer.name.clone(),
                span: layer.span,
            };
            for protects in &effect.protects {
                applied.push(Applied {
                    protects: *protects,
                    evidence: evidence.clone(),
                    conditions: layer.conditions.clone(),
                    value: super::limits::bound(*protects, self.sources.slice(layer.span)),
                });
            }
            layers.push(LayerSeen {
                name: layer.name.clone(),
                span: layer.span,
                effect: effect.text.clone(),
                condition: (!layer.conditions.is_empty()).then(|| layer.conditions.join(" and ")),
            });
        }
        for guard in &route.guards {
            proof = proof.and(&self.judge.route_guard(guard));
        }
        let mut limits_in_body = None;
        let filtered = route.filter.as_ref().map(Arc::as_ptr);
        if let Some(filtered) = filtered.and_then(|it| self.filtered.get(&it)) {
            proof = proof.and(&filtered.proof);
            for (protects, evidence) in &filtered.protects {
                applied.push(Applied {
                    protects: *protects,
                    evidence: evidence.clone(),
                    conditions: Vec::new(),
                    value: None,
                });
            }
        }
        if let HandlerTarget::Fn(id) = handler.target {
            if let Some(judged) = self.handlers.get(&key_of(id, route)) {
                proof = proof.and(&judged.signature);
                if let Some(body) = judged.body.as_ref().filter(|_| !proof.is_verified()) {
                    proof = proof.and(body);
                }
            }
            limits_in_body = self.limits.get(&id).cloned().flatten();
            for added in self.judge.attributes(id) {
                let evidence = added.evidence;
                for protects in added.protects {
                    applied.push(Applied {
                        protects: *protects,
                        evidence: evidence.clone(),
                        conditions: Vec::new(),
                        value: None,
                    });
                }
                proof = proof.and(&added.proof);
            }
        } else if proof.maybe.is_none() && !proof.is_verified() {
            proof.maybe = self.unread(&handler);
        }
        let layered = |which: Protects| {
            let mut found = Protection::new(Status::None);
            for it in applied.iter().filter(|it| it.protects == which) {
                found.evidence.push(it.evidence.clone());
                if it.conditions.is_empty() {
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
        let mut rate_limit = layered(Protects::RateLimit);
        if let Some(evidence) = limits_in_body {
            rate_limit.status = Status::Required;
            rate_limit.evidence.push(evidence);
        }
        let authentication = Protection {
            status: proof.status(),
            condition: proof
                .condition
                .clone()
                .filter(|_| proof.status() == Status::Conditional),
            value: None,
            evidence: proof.evidence.clone(),
            unresolved: proof
                .maybe
                .clone()
                .filter(|_| proof.status() == Status::Unknown),
        };
        let answers = route.framework.unwrap_or(framework);
        let purpose = frameworks::purpose_of(answers, &route.method, &path, &handler.name);
        Endpoint {
            service: self.service(krate),
            listener: None,
            framework: answers,
            cfg: (!route.conditions.is_empty()).then(|| route.conditions.join(" and ")),
            method: route.method.clone(),
            path,
            handler,
            registered: route.registered,
            mounts: route.mounts.iter().rev().cloned().collect(),
            layers,
            protections: Protections {
                authentication,
                authorization: layered(Protects::Authorization),
                rate_limit,
                body_limit: layered(Protects::BodyLimit),
                timeout: layered(Protects::Timeout),
                cors: layered(Protects::Cors),
                csrf: layered(Protects::Csrf),
                tracing: layered(Protects::Tracing),
            },
            purpose,
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
