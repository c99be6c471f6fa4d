//! Joining the values of two branches.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::frameworks;
use super::super::value::{Layer, Route, Router, Value};

/// The value after a branch: `a` if the condition holds, `b` if not. What is in only one of
/// them is there under that condition.
pub(super) fn join(a: Value, b: Value, condition: Option<&str>) -> Value {
    match (a, b) {
        (Value::Router(a), Value::Router(b)) => {
            let switched = frameworks::switched(&a, &b, condition);
            Value::Router(Box::new(
                switched.unwrap_or_else(|| routers(*a, *b, condition)),
            ))
        }
        // `enabled.unwrap_or(false)` may well be true.
        (Value::Unknown, Value::Bool(_)) | (Value::Bool(_), Value::Unknown) => Value::Unknown,
        (Value::Unknown, other) | (other, Value::Unknown) => other,
        (Value::Layers(a), Value::Layers(b)) => {
            let there =
                |all: &[Arc<Layer>], layer: &Layer| all.iter().any(|it| it.span == layer.span);
            let not = condition.map(negate);
            let mut all: Vec<_> = a.to_vec();
            for layer in all.iter_mut().filter(|it| !there(&b, it)) {
                *layer = with_condition(layer, condition);
            }
            for layer in b.iter().filter(|it| !there(&a, it)) {
                all.push(with_condition(layer, not.as_deref()));
            }
            Value::Layers(all)
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() => Value::List(
            a.into_iter()
                .zip(b)
                .map(|(a, b)| join(a, b, condition))
                .collect(),
        ),
        (Value::Object(ty, a), Value::Object(_, b)) if a.len() == b.len() => Value::Object(
            ty,
            a.into_iter()
                .zip(b)
                .map(|(a, b)| join(a, b, condition))
                .collect(),
        ),
        (Value::Text(a), Value::Text(b)) if a == b => Value::Text(a),
        (Value::Text(a), Value::Text(_)) => Value::Text(crate::values::Text {
            parts: vec![crate::values::TextPart::Hole(
                condition.unwrap_or("..").to_owned(),
            )],
            origin: a.origin,
        }),
        (Value::Bool(a), Value::Bool(b)) if a != b => Value::Unknown,
        (a, b) => {
            if b.holds_router() && !a.holds_router() {
                b
            } else {
                a
            }
        }
    }
}

fn routers(a: Router, b: Router, condition: Option<&str>) -> Router {
    let mut joined = a;
    let not = condition.map(negate);
    // Mostly in the same order, so it is the first.
    let mut others = VecDeque::from(b.routes);
    for route in &mut joined.routes {
        let at = others.iter().position(|it| same(it, route));
        match at.and_then(|it| others.remove(it)) {
            Some(other) => {
                merge_layers(route, other, condition, not.as_deref());
            }
            None => route.conditions.extend(condition.map(str::to_owned)),
        }
    }
    for mut route in others {
        // A router nested under a configured prefix, or not: the same routes, shown without it.
        if let Some(plain) = joined
            .routes
            .iter_mut()
            .find(|it| prefixed(it, &route) || prefixed(&route, it))
        {
            let shorter = if plain.path.len() <= route.path.len() {
                plain.clone()
            } else {
                route.clone()
            };
            *plain = shorter;
            plain
                .conditions
                .retain(|it| Some(it.as_str()) != condition && Some(it) != not.as_ref());
            continue;
        }
        route.conditions.extend(not.clone());
        joined.routes.push(route);
    }
    joined.wraps = layers(&joined.wraps, &b.wraps, condition, not.as_deref());
    joined.covers = layers(&joined.covers, &b.covers, condition, not.as_deref());
    joined.taken.retain(|it| b.taken.contains(it));
    // What is there on one branch only is not missed by whatever is added after both.
    let is_on_both = |layer: &Layer| b.covered_by.iter().any(|it| it.span == layer.span);
    joined.covered_by.retain(|it| is_on_both(it));
    for lost in b.lost {
        if !joined.lost.iter().any(|it| it.span == lost.span) {
            joined.lost.push(lost);
        }
    }
    joined
}

/// The layers of two branches: what is there on one of them only is so under its condition.
fn layers(
    own: &[Arc<Layer>],
    others: &[Arc<Layer>],
    condition: Option<&str>,
    not: Option<&str>,
) -> Vec<Arc<Layer>> {
    let is_in = |all: &[Arc<Layer>], layer: &Layer| all.iter().any(|it| it.span == layer.span);
    let own_ones = own.iter().map(|layer| match is_in(others, layer) {
        true => Arc::clone(layer),
        false => with_condition(layer, condition),
    });
    let more = others.iter().filter(|layer| !is_in(own, layer));
    own_ones
        .chain(more.map(|layer| with_condition(layer, not)))
        .collect()
}

/// Whether two routes are the same registration, seen on two branches.
fn same(a: &Route, b: &Route) -> bool {
    a.registered == b.registered
        && a.method == b.method
        && a.handler == b.handler
        && a.path == b.path
        && a.mounts == b.mounts
}

/// Whether `long` is `short` below a prefix of which nothing is known.
fn prefixed(short: &Route, long: &Route) -> bool {
    let extra = long.path.len().saturating_sub(short.path.len());
    extra > 0
        && short.registered == long.registered
        && short.method == long.method
        && short.handler == long.handler
        && long.path[extra..] == short.path[..]
        && long.path[..extra]
            .iter()
            .all(|text| text.prefix().trim_matches('/').is_empty())
}

fn merge_layers(route: &mut Route, other: Route, condition: Option<&str>, not: Option<&str>) {
    if let Some(both) = frameworks::merged(route, &other, condition) {
        route.filter = Some(both);
    }
    let own = std::mem::take(&mut route.layers);
    for layer in &own {
        if other.layers.iter().any(|it| it.span == layer.span) {
            route.layers.push(layer.clone());
        } else {
            route.layers.push(with_condition(layer, condition));
        }
    }
    let within = other.inside.last().copied().unwrap_or_default();
    for (at, layer) in other.layers.iter().enumerate() {
        if !own.iter().any(|it| it.span == layer.span) {
            route.layers.push(with_condition(layer, not));
            // It stands inside of a prefix, and is now the last.
            if at < within {
                route.inside.clear();
            }
        }
    }
    // A route that exists on both branches exists whatever the condition.
    route.conditions.retain(|it| other.conditions.contains(it));
}

fn with_condition(layer: &Arc<Layer>, condition: Option<&str>) -> Arc<Layer> {
    let text = condition.unwrap_or("a branch");
    match layer.conditions.iter().any(|it| it == text) {
        true => Arc::clone(layer),
        false => layer.under(text),
    }
}

/// The opposite of a condition as written.
pub(super) fn negate(condition: &str) -> String {
    match condition.strip_prefix('!') {
        Some(rest) if !rest.contains([' ', '&', '|']) => rest.to_owned(),
        _ if condition.contains(' ') => format!("!({condition})"),
        _ => format!("!{condition}"),
    }
}
