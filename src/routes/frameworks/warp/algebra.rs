//! How filters are put together, alternative by alternative.

use std::sync::Arc;

use crate::routes::filter::{Chain, Step};
use crate::routes::value::{Layer, Lost, Route, Router};
use crate::source::Span;
use crate::values::Text;

/// So many alternatives are kept of one filter. Services have hundreds, and join them with few.
const MAX_ALTERNATIVES: usize = 4_000;

/// What the filters of an alternative do.
pub(super) fn chain(route: &Route) -> Chain {
    route.filter.as_deref().cloned().unwrap_or_default()
}

/// Whether an alternative says nothing of path and method: it only takes and checks.
pub(super) fn is_pure(route: &Route) -> bool {
    let is_closed = route.filter.as_ref().is_some_and(|it| it.is_closed);
    route.path.is_empty() && route.method == "ANY" && !is_closed
}

/// Adds a step to every alternative.
pub(super) fn push(filter: &mut Router, step: Step) {
    for route in &mut filter.routes {
        let mut own = chain(route);
        own.steps.push(step.clone());
        route.filter = Some(Arc::new(own));
    }
}

/// Makes the steps of each alternative one step.
pub(super) fn wrapped(mut filter: Router, wrap: impl Fn(Vec<Step>) -> Step) -> Router {
    for route in &mut filter.routes {
        let mut own = chain(route);
        own.steps = vec![wrap(own.steps)];
        route.filter = Some(Arc::new(own));
    }
    filter
}

/// Puts layers, outermost first, around every alternative.
pub(super) fn cover(filter: &mut Router, layers: &[Arc<Layer>]) {
    filter.cover(layers, true);
}

/// Takes the limits off that the filter itself brings, and goes on with what is left.
pub(super) fn without_limit(mut filter: Router, then: impl FnOnce(&mut Router)) -> Router {
    for route in &mut filter.routes {
        route.layers.clear();
    }
    then(&mut filter);
    filter
}

/// One filter, and then another.
pub(super) fn and(first: Router, second: Router, span: Span) -> Router {
    let mut made = Router {
        routes: Vec::new(),
        lost: Vec::new(),
        ..first.clone()
    };
    made.lost.extend(first.lost);
    for lost in second.lost {
        if !made.lost.iter().any(|it| it.span == lost.span) {
            made.lost.push(lost);
        }
    }
    if first.routes.len() * second.routes.len() > MAX_ALTERNATIVES {
        made.lost.push(Lost {
            reason: "these filters have too many alternatives together".into(),
            span,
        });
        return made;
    }
    for a in &first.routes {
        for b in &second.routes {
            made.routes.extend(joined(a, b, span));
        }
    }
    made
}

/// One alternative, and then another; `None` if no request passes both.
fn joined(a: &Route, b: &Route, span: Span) -> Option<Route> {
    let (mut own, next) = (chain(a), chain(b));
    // Behind the end there is nothing to match, but for the empty rest.
    let is_rest = |it: &Text| it.as_known().is_some_and(|it| it.starts_with("{*"));
    let path: &[Text] = match own.is_closed {
        true if b.path.iter().all(is_rest) => &[],
        true => return None,
        false => &b.path,
    };
    let method = match (a.method.as_str(), b.method.as_str()) {
        ("ANY", other) | (other, "ANY") => other,
        (a, b) if a == b => a,
        _ => return None,
    };
    let answers = next.handler().is_some();
    own.steps.extend(next.steps);
    own.is_closed |= next.is_closed;
    let mut route = Route {
        method: method.to_owned(),
        path: a.path.iter().chain(path).cloned().collect(),
        layers: b.layers.iter().chain(&a.layers).cloned().collect(),
        mounts: b.mounts.clone(),
        conditions: a.conditions.clone(),
        filter: Some(Arc::new(own)),
        ..match answers {
            true => b.clone(),
            false => a.clone(),
        }
    };
    for condition in &b.conditions {
        if !route.conditions.contains(condition) {
            route.conditions.push(condition.clone());
        }
    }
    // A prefix before a filter that answers.
    if answers && !a.path.is_empty() {
        let prefix = super::super::normalise(&a.path);
        route.mounts.push((span, prefix));
    } else if !answers {
        route.mounts.extend(a.mounts.iter().cloned());
    }
    Some(route)
}

/// One filter, or another if that rejects. What says nothing of path and method stays one
/// alternative, so that checks that may be passed in several ways are no endpoints.
pub(super) fn or(first: Router, second: Router) -> Router {
    let mut made = first;
    if let ([a], [b]) = (made.routes.as_mut_slice(), second.routes.as_slice())
        && is_pure(a)
        && is_pure(b)
        && a.conditions == b.conditions
    {
        let (mut own, next) = (chain(a), chain(b));
        own.steps = match own.steps.as_mut_slice() {
            [Step::Either(all)] => {
                all.push(next.steps);
                own.steps
            }
            _ => vec![Step::Either(vec![own.steps, next.steps])],
        };
        a.filter = Some(Arc::new(own));
        for layer in &b.layers {
            if !a.layers.iter().any(|it| it.span == layer.span) {
                a.layers.push(layer.clone());
            }
        }
    } else {
        made.routes.extend(second.routes);
    }
    made.lost.extend(second.lost);
    made
}

/// The same filter on two branches of the program, if it only takes and checks: one step that
/// does the one or the other.
pub(crate) fn switched(a: &Router, b: &Router, condition: Option<&str>) -> Option<Router> {
    let ([x], [y]) = (a.routes.as_slice(), b.routes.as_slice()) else {
        return None;
    };
    let (one, other) = (chain(x), chain(y));
    let is_same = x.registered == y.registered
        && x.filter.as_ref().map(Arc::as_ptr) == y.filter.as_ref().map(Arc::as_ptr);
    if !is_pure(x) || !is_pure(y) || is_same {
        return None;
    }
    let mut made = a.clone();
    made.routes[0].filter = Some(Arc::new(either(one, other, condition)));
    Some(made)
}

/// What the same alternative does on two branches of the program.
pub(crate) fn merged(a: &Route, b: &Route, condition: Option<&str>) -> Option<Arc<Chain>> {
    let (Some(one), Some(other)) = (&a.filter, &b.filter) else {
        return None;
    };
    (!Arc::ptr_eq(one, other))
        .then(|| Arc::new(either((**one).clone(), (**other).clone(), condition)))
}

fn either(one: Chain, other: Chain, condition: Option<&str>) -> Chain {
    let step = match condition {
        Some(condition) => Step::Switch {
            condition: condition.to_owned(),
            then: one.steps,
            otherwise: other.steps,
        },
        None => Step::Either(vec![one.steps, other.steps]),
    };
    Chain {
        steps: vec![step],
        is_closed: one.is_closed && other.is_closed,
    }
}
