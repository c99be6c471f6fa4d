//! What a filter is once it is served: for each alternative the path, the method and the function
//! that answers.

use std::sync::Arc;

use super::algebra::{chain, is_pure};
use crate::facts::{Expr, Pat};
use crate::models::roles::Carries;
use crate::program::ty::Bounds;
use crate::program::{Def, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::filter::{self, Apply, Chain, Function, Step};
use crate::routes::value::{Lost, Route, Router, RouterKind};
use crate::values::{Callee, Text, Values};

/// So deep are functions over functions looked into for the one that answers.
const MAX_DEPTH: usize = 12;

/// The routes of a filter that is served, or that a function gives of which nobody is seen to
/// make use.
pub(crate) fn finish(values: &Values<'_>, router: Router) -> (Vec<Route>, Vec<Lost>) {
    let is_served = router.kind == RouterKind::App;
    let mut routes = Vec::new();
    for route in router.routes {
        // A helper that nobody calls is no endpoint.
        if !is_served && is_pure(&route) {
            continue;
        }
        let own = chain(&route);
        for steps in answers(values, &own.steps, 0) {
            let chain = Chain {
                steps,
                is_closed: own.is_closed,
            };
            let done = complete(values, &route, chain);
            routes.extend(done.filter(|it| is_served || it.handler != HandlerTarget::Unknown));
        }
    }
    (routes, router.lost)
}

/// A route with its handler and its whole path.
fn complete(values: &Values<'_>, route: &Route, chain: Chain) -> Option<Route> {
    let mut done = route.clone();
    if !chain.is_closed {
        done.path.push(Text::known("{*rest}", None));
    }
    match chain.handler() {
        Some(apply) => {
            let Function {
                target,
                types,
                name,
                span,
            } = &apply.function;
            done.handler = *target;
            done.types = std::sync::Arc::new((**types).clone());
            done.handler_span = *span;
            done.registered = apply.span;
            done.handler_name = match target {
                HandlerTarget::External(path) => Some(path.to_string()),
                _ => Some(name.clone()),
            };
            name_parameters(values, &mut done, &apply.inner, &apply.function);
        }
        None => {
            let unknown = chain.steps.iter().find_map(|step| match step {
                Step::Unknown { name, .. } => Some(name.clone()),
                _ => None,
            });
            done.handler_name = Some(unknown?);
        }
    }
    done.filter = Some(Arc::new(chain));
    Some(done)
}

/// The chains of an alternative by the functions that answer: what decorates an answer and what
/// answers rejections is left out, and where one of several filters answers, each does.
fn answers(values: &Values<'_>, steps: &[Step], depth: usize) -> Vec<Vec<Step>> {
    let whole = || vec![steps.to_vec()];
    let Some(last) = steps.iter().rposition(gives).filter(|_| depth < MAX_DEPTH) else {
        return whole();
    };
    let inner = match &steps[last] {
        Step::Either(all) => all
            .iter()
            .flat_map(|it| answers(values, it, depth + 1))
            .collect(),
        Step::Switch {
            condition,
            then,
            otherwise,
        } => switch(
            condition,
            answers(values, then, depth + 1),
            answers(values, otherwise, depth + 1),
        ),
        Step::Rescue { inner, .. } => answers(values, inner, depth + 1),
        Step::Apply(apply) if decorates(values, apply) => answers(values, &apply.inner, depth + 1),
        _ => return whole(),
    };
    let around = |own: Vec<Step>| {
        let before = steps[..last].iter().cloned();
        let after = steps[last + 1..].iter().cloned();
        before.chain(own).chain(after).collect()
    };
    inner.into_iter().map(around).collect()
}

/// One chain where the same function answers whatever the setting, each by itself otherwise.
fn switch(condition: &str, then: Vec<Vec<Step>>, otherwise: Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let place = |steps: &[Step]| filter::answering(steps).map(|it| it.function.span);
    match (then.as_slice(), otherwise.as_slice()) {
        ([a], [b]) if place(a) == place(b) => {
            let step = Step::Switch {
                condition: condition.to_owned(),
                then: a.clone(),
                otherwise: b.clone(),
            };
            vec![vec![step]]
        }
        _ => then.into_iter().chain(otherwise).collect(),
    }
}

/// Whether a step may give an answer.
fn gives(step: &Step) -> bool {
    match step {
        Step::Apply(_) | Step::Either(_) | Step::Switch { .. } | Step::Rescue { .. } => true,
        Step::Take(_) | Step::Exact(_) | Step::Untuple(_) | Step::Unknown { .. } => false,
    }
}

/// Whether a function only changes how an answer looks that another gave: that answer is all
/// that it is given.
fn decorates(values: &Values<'_>, apply: &Apply) -> bool {
    let takes_one = match apply.function.target {
        HandlerTarget::Fn(id) => values.program[id].sig.params.len() == 1,
        HandlerTarget::Closure(key, expr) => {
            matches!(values.program[key].body.expr(expr), Expr::Closure(it) if it.params.len() == 1)
        }
        HandlerTarget::External(_) => true,
        HandlerTarget::Unknown => false,
    };
    let takes = |step: &Step| matches!(step, Step::Take(_) | Step::Unknown { .. });
    let last = apply.inner.iter().rfind(|it| gives(it));
    takes_one
        && !apply.inner.iter().any(takes)
        && last.is_some_and(|it| is_answer(values, it) || redresses(values, apply))
}

/// Whether a step gives an answer, as far as its function's signature says.
fn is_answer(values: &Values<'_>, step: &Step) -> bool {
    match step {
        Step::Apply(apply) => match apply.function.target {
            HandlerTarget::Fn(id) => is_reply(&values.program.fn_return(id)),
            HandlerTarget::External(path) => path.as_str().starts_with("warp::"),
            _ => false,
        },
        Step::Rescue { inner, .. } => inner.last().is_some_and(|it| is_answer(values, it)),
        Step::Either(all) => all
            .iter()
            .any(|it| it.last().is_some_and(|it| is_answer(values, it))),
        _ => false,
    }
}

/// Whether a type is one that warp sends.
fn is_reply(ty: &Ty) -> bool {
    let by_trait = |bounds: &Bounds| {
        let mut bounds = bounds.iter();
        bounds.any(|it| matches!(it.of, Def::External(path) if path == "warp::Reply"))
    };
    match ty {
        Ty::Future(inner) | Ty::Ref(inner) => is_reply(inner),
        Ty::Opaque(bounds) | Ty::Dyn(bounds) | Ty::Param(_, bounds) => by_trait(bounds),
        Ty::External(path, args) => match path.as_str() {
            "std::result::Result" | "std::boxed::Box" => args.first().is_some_and(is_reply),
            "http::StatusCode"
            | "http::status::StatusCode"
            | "http::Response"
            | "http::response::Response" => true,
            path => path.starts_with("warp::reply::") || path.starts_with("warp::http::"),
        },
        _ => false,
    }
}

/// Whether a closure wraps what it is given into a box or another answer.
fn redresses(values: &Values<'_>, apply: &Apply) -> bool {
    let (key, range) = match apply.function.target {
        HandlerTarget::External(path) => {
            return path.as_str().starts_with("warp::reply::with_");
        }
        HandlerTarget::Closure(key, expr) => (key, values.program[key].body.expr_range(expr)),
        HandlerTarget::Fn(_) | HandlerTarget::Unknown => return false,
    };
    let body = &values.program[key].body;
    let typing = values.typing(key);
    let is_given = |id: &crate::facts::ExprId| typing.local(*id).is_some();
    body.exprs().any(|(id, expr)| {
        range.contains(body.expr_range(id))
            && match expr {
                Expr::Call { args, .. } => {
                    let wraps = |it: &Callee| match it {
                        Callee::External(path) => {
                            path.as_str().starts_with("warp::reply::with_")
                                || *path == "std::boxed::Box::new"
                        }
                        _ => false,
                    };
                    args.first().is_some_and(is_given) && typing.callees(id).iter().any(wraps)
                }
                Expr::MethodCall(call) => call.name == "into_response" && is_given(&call.receiver),
                _ => false,
            }
    })
}

/// Path parameters get the names that the function which answers gives them.
fn name_parameters(values: &Values<'_>, route: &mut Route, handed: &[Step], function: &Function) {
    let names: Vec<Option<String>> = match function.target {
        HandlerTarget::Fn(id) => {
            let params = values.program[id].sig.params.iter();
            params
                .map(|it| it.binds.map(|name| name.to_string()))
                .collect()
        }
        HandlerTarget::Closure(key, expr) => {
            let body = &values.program[key].body;
            let Expr::Closure(closure) = body.expr(expr) else {
                return;
            };
            let name = |pat| match body.pat(pat) {
                Pat::Bind { name, .. } => Some(name.to_string()),
                Pat::Typed(inner, _) => match body.pat(*inner) {
                    Pat::Bind { name, .. } => Some(name.to_string()),
                    _ => None,
                },
                _ => None,
            };
            closure.params.iter().map(|(pat, _)| name(*pat)).collect()
        }
        HandlerTarget::External(_) | HandlerTarget::Unknown => return,
    };
    let mut name = |step: &Step, at: usize| {
        let (Step::Take(part), Some(Some(name))) = (step, names.get(at)) else {
            return;
        };
        if part.carries != Carries::Path || part.text.is_empty() || name.starts_with('_') {
            return;
        }
        let written = Text::hole(part.text.as_str());
        if let Some(place) = route.path.iter_mut().find(|it| **it == written) {
            *place = Text::hole(name.as_str());
        }
    };
    let mut at = 0;
    for (index, step) in handed.iter().enumerate() {
        let Some(count) = handed_on(step) else {
            // Those behind it are counted from the end.
            let mut at = names.len();
            for step in handed[index + 1..].iter().rev() {
                let Some(count) = handed_on(step).filter(|it| *it <= at) else {
                    return;
                };
                at -= count;
                name(step, at);
            }
            return;
        };
        name(step, at);
        at += count;
    }
}

/// How many values a step hands on, where it says so.
fn handed_on(step: &Step) -> Option<usize> {
    match step {
        Step::Take(_) | Step::Apply(_) => Some(1),
        Step::Exact(_) => Some(0),
        _ => None,
    }
}
