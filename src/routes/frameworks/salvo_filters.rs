//! salvo's filters: what a request must be like for a router to take it.
//!
//! A filter is a value of its own (`get()`, `path("x").and(delete())`) before a router takes it.
//! Source: salvo_core 0.95 `src/routing/filters.rs`, `src/routing/filters`.

use super::arguments::path_arg;
use super::{method_named, salvo};
use crate::routes::eval::{Call, Eval};
use crate::routes::value::{Router, RouterKind, Value};
use crate::values::Text;

/// `salvo::routing::get()` and its like.
pub(super) fn call(eval: &Eval<'_>, call: &Call<'_>) -> Option<Value> {
    let function = call.path.strip_prefix("salvo::routing::")?;
    let mut made = Router::new(RouterKind::Filter, salvo::NAME, call.span);
    match function {
        "path" | "PathFilter::new" | "filters::PathFilter::new" => {
            made.prefix = Some(path_arg(eval, call, 0));
        }
        "host" | "port" | "scheme" => {
            let what = format!("{function} is {}", salvo::text_of(eval, call, 0));
            made.conditions.push(what);
        }
        "query" => made.methods.push("QUERY".into()),
        _ => made.methods.push(method_named(function)?),
    }
    Some(Value::Router(Box::new(made)))
}

/// `a.and(b)`, `a.or(b)`.
pub(super) fn method(
    eval: &Eval<'_>,
    mut filter: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    let other = match call.args.first() {
        Some(Value::Router(other)) if other.kind == RouterKind::Filter => Some((**other).clone()),
        _ => None,
    };
    match (call.name, other) {
        ("and", Some(other)) => {
            filter.prefix = match (filter.prefix.take(), other.prefix) {
                (Some(mut first), Some(second)) => {
                    first.push(&Text::known("/", None));
                    first.push(&second);
                    Some(first)
                }
                (first, second) => first.or(second),
            };
            restrict(&mut filter.methods, &other.methods);
            filter.conditions.extend(other.conditions);
        }
        ("or", Some(other)) if is_method(&filter) && is_method(&other) => {
            filter.methods.extend(other.methods);
        }
        // What it takes beside, or instead: its paths and methods are not known any more.
        ("or" | "or_else", _) => {
            filter.prefix = None;
            filter.methods.clear();
            filter.conditions = vec![salvo::text_of(eval, call, 0)];
        }
        ("and" | "and_then", _) => filter.conditions.push(salvo::text_of(eval, call, 0)),
        _ => return Err(Value::Router(Box::new(filter))),
    }
    Ok(Value::Router(Box::new(filter)))
}

fn is_method(filter: &Router) -> bool {
    filter.prefix.is_none() && filter.conditions.is_empty() && !filter.methods.is_empty()
}

/// Leaves the methods that both allow; none stands for all.
pub(super) fn restrict(methods: &mut Vec<String>, others: &[String]) {
    if methods.is_empty() {
        methods.extend_from_slice(others);
    } else if !others.is_empty() {
        methods.retain(|it| others.contains(it));
    }
}
