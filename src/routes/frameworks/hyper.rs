//! Services on plain hyper 0.13 to 1: one function answers all requests, and finds out by their
//! method and path which one it has before it.
//!
//! What such a function does for one of its routes is judged by running it for requests with that
//! method and path ([`Route::within`]). Source: hyper 0.14.32 and 1.12 `src/service`, hyper-util
//! 0.1.21 `src/server/conn/auto/mod.rs`.

use super::hyper_branches;
use crate::program::FnId;
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval};
use crate::routes::value::{Callable, Router, RouterKind, Value};
use crate::source::Span;

pub(super) const NAME: &str = "hyper";

/// What makes a service of a function.
pub(super) const BUILDERS: [&str; 2] = [
    "hyper::service::service_fn",
    "hyper::service::make_service_fn",
];

/// What is handed a service of a type of the program.
const SERVING: [&str; 2] = ["serve_connection", "serve_connection_with_upgrades"];

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let Some(Value::Callable(callable)) = call.args.first().cloned() else {
        return None;
    };
    match call.path {
        "hyper::service::service_fn" => service(eval, callable.target(), call.span),
        // For each connection a service.
        "hyper::service::make_service_fn" => match callable {
            Callable::Fn(..) | Callable::Closure(..) => {
                Some(eval.apply(&callable, vec![Value::Unknown]).0)
            }
            Callable::External(_) => None,
        },
        _ => None,
    }
}

/// `http1::Builder::new().serve_connection(io, service)`.
pub(super) fn object_method(eval: &mut Eval<'_>, call: &Call<'_>) -> Option<Value> {
    let krate = call.path.split("::").next()?;
    if !SERVING.contains(&call.name) || !matches!(krate, "hyper" | "hyper_util") {
        return None;
    }
    let ty = call.args.get(1)?.local_type()?;
    let of_hyper = eval.program.impls_named(&["Service", "HttpService"], &ty);
    let called = of_hyper.into_iter().find_map(|(id, _)| {
        let mut own = eval.program[id].fns.iter().copied();
        own.find(|it: &FnId| eval.program[*it].name == "call")
    })?;
    let made = service(eval, HandlerTarget::Fn(called), call.span)?;
    eval.emit(&made, call.span);
    Some(Value::Unknown)
}

/// The routes of what answers all requests; `None` if it only hands them on to code that is not
/// in the program.
fn service(eval: &Eval<'_>, answers: HandlerTarget, span: Span) -> Option<Value> {
    let mut made = Router::new(RouterKind::App, NAME, span);
    made.routes = hyper_branches::routes(eval.values, answers)?;
    Some(Value::Router(Box::new(made)))
}
