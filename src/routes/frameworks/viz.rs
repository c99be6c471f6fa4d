//! viz 0.8 to 0.10: routers that grow by paths with handlers.
//!
//! `with` and `with_handler` put a middleware around what a router, a route or a set of resources has
//! by then; `nest` and `resources` put it under a path. Source: viz-router 0.10 `src/router.rs`,
//! `src/route.rs`, `src/resources.rs`; viz-core 0.10 `src/handler`.

use std::sync::Arc;

use super::arguments::{arg_span, lost_arg, path_arg};
use super::method_named;
use crate::program::Ty;
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Callable, Layer, LayerKind, Route, Router, RouterKind, Value};
use crate::values::Text;

pub(super) const NAME: &str = "viz";

/// What a type of viz that composes routes is.
pub(super) fn kind(path: &str) -> Option<RouterKind> {
    match path {
        "viz_router::Router" => Some(RouterKind::App),
        "viz_router::Route" => Some(RouterKind::Methods),
        "viz_router::Resources" => Some(RouterKind::Resource),
        _ => None,
    }
}

/// What stands for the name of one resource until that is known.
const ONE: &str = "\u{0}";

/// What each method of `Resources` answers: a method, and the path below that of the resources.
const RESOURCES: [(&str, &str, &str); 8] = [
    ("index", "GET", ""),
    ("new", "GET", "new"),
    ("create", "POST", ""),
    ("show", "GET", ONE),
    ("edit", "GET", "\u{0}/edit"),
    ("update", "PUT", ONE),
    ("update_with_patch", "PATCH", ONE),
    ("destroy", "DELETE", ONE),
];

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let (owner, function) = call.path.rsplit_once("::")?;
    let made = |kind| Router::new(kind, NAME, call.span);
    if let (Some(kind), "new" | "default") = (kind(owner), function) {
        return Some(Value::Router(Box::new(made(kind))));
    }
    match (owner, function) {
        // The tree that is served is made of a router.
        ("viz_router::Tree", "from") | ("viz", "serve") => {
            let app = call.args.iter().find(|it| it.holds_router()).cloned()?;
            if function == "serve" {
                eval.emit(&app, call.span);
                return Some(Value::Unknown);
            }
            Some(app)
        }
        ("viz" | "viz_router", name)
            if name == "any" || name == "on" || method_named(name).is_some() =>
        {
            method(eval, made(RouterKind::Methods), call).ok()
        }
        _ => None,
    }
}

/// Methods of handlers, viz-core 0.10 `src/handler/mod.rs`: middleware around one of them, and what
/// makes a handler of it that does the same.
pub(super) fn handler_method(
    eval: &Eval<'_>,
    handler: Callable,
    call: &Call<'_>,
) -> Result<Value, Value> {
    let uses_viz = eval.program.may_use("viz") || eval.program.may_use("viz_core");
    match call.name {
        "into_handler" | "boxed" | "after" | "map" | "map_into_response" | "catch_error"
        | "catch_unwind" | "or_else"
            if uses_viz && matches!(handler, Callable::Fn(..)) =>
        {
            Ok(Value::Callable(handler))
        }
        "with" | "around" | "before" if uses_viz && matches!(handler, Callable::Fn(..)) => {
            let mut made = Router::new(RouterKind::Methods, NAME, call.span);
            let mut route = Route::new("", handler.target(), call.span);
            route.types = handler.types();
            made.routes.push(route);
            made.cover(&middleware(eval, call), true);
            Ok(Value::Router(Box::new(made)))
        }
        _ => Err(Value::Callable(handler)),
    }
}

/// Methods of `Router`, `Route` and `Resources`.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match (router.kind, call.name) {
        (_, "with" | "with_handler") => {
            let layers = middleware(eval, call);
            router.cover(&layers, true);
        }
        (_, "map_handler") => {
            let layer = Layer {
                name: "map_handler".to_owned(),
                span: call.span,
                kind: LayerKind::Unknown,
                conditions: Vec::new(),
                written: None,
            };
            router.cover(&[Arc::new(layer)], true);
        }
        (RouterKind::App, "route") => match call.args.get(1).cloned() {
            Some(Value::Router(route)) => {
                let path = path_arg(eval, call, 0);
                add_below(&mut router, *route, &path, call);
            }
            _ => router.lost.push(lost_arg(eval, call, 1, "route")),
        },
        (RouterKind::App, "nest" | "resources") => match call.args.get(1).cloned() {
            Some(Value::Router(nested)) => {
                let path = path_arg(eval, call, 0);
                let mut nested = *nested;
                name_resources(&mut nested);
                nested.mount(&path, call.span);
                router.routes.append(&mut nested.routes);
                router.lost.append(&mut nested.lost);
            }
            _ => router.lost.push(lost_arg(eval, call, 1, "router")),
        },
        (RouterKind::App, "any") => add_handler(eval, &mut router, call, "ANY", 1),
        (RouterKind::Methods, "any") => add_handler(eval, &mut router, call, "ANY", 0),
        (RouterKind::Methods, "on") => {
            let method = shorten(eval.sources.slice(arg_span(eval, call, 0)));
            let method = method.rsplit("::").next().unwrap_or_default().to_owned();
            add_handler(eval, &mut router, call, &method, 1);
        }
        // What one of them is called: nothing, if there is only one.
        (RouterKind::Resource, "singular") => router.prefix = Some(Text::default()),
        (RouterKind::Resource, "named") if router.prefix.is_none() => {
            router.prefix = Some(path_arg(eval, call, 0));
        }
        (RouterKind::Resource, "named") => {}
        (RouterKind::Resource, "route") => match call.args.get(1).cloned() {
            Some(Value::Router(route)) => {
                let path = path_arg(eval, call, 0);
                add_below(&mut router, *route, &path, call);
            }
            _ => router.lost.push(lost_arg(eval, call, 1, "route")),
        },
        (RouterKind::Resource, name) => {
            let Some((_, method, below)) = RESOURCES.iter().find(|it| it.0 == name) else {
                return Err(Value::Router(Box::new(router)));
            };
            let before = router.routes.len();
            add_handler(eval, &mut router, call, method, 0);
            for route in &mut router.routes[before..] {
                route.path = vec![Text::known(*below, None)];
            }
        }
        (_, "clone" | "into") => {}
        (kind, name) => {
            let Some(method) = method_named(name) else {
                return Err(Value::Router(Box::new(router)));
            };
            let at = usize::from(kind == RouterKind::App);
            add_handler(eval, &mut router, call, &method, at);
        }
    }
    Ok(Value::Router(Box::new(router)))
}

/// Puts the name of one resource into the paths of those that are about one.
fn name_resources(router: &mut Router) {
    let one = match router.prefix.take() {
        None => ":_id".to_owned(),
        Some(name) if name.parts.is_empty() => String::new(),
        Some(name) => format!(":{}_id", name.display()),
    };
    for route in &mut router.routes {
        let below = route.path.first().and_then(Text::as_known);
        let rest = below.as_deref().and_then(|it| it.strip_prefix(ONE));
        let rest = rest.map(str::to_owned);
        if let Some(rest) = rest {
            route.path[0] = Text::known(format!("{one}{rest}"), None);
        }
    }
}

/// Adds what a route answers under a path.
fn add_below(router: &mut Router, route: Router, path: &Text, call: &Call<'_>) {
    router.lost.extend(route.lost);
    router.routes.extend(route.routes.into_iter().map(|mut it| {
        it.path.insert(0, path.clone());
        it.registered = call.span;
        it
    }));
}

/// Adds the handler in argument `at`; the path is what stands before it, if anything does.
fn add_handler(eval: &Eval<'_>, router: &mut Router, call: &Call<'_>, method: &str, at: usize) {
    let span = arg_span(eval, call, at);
    let mut route = match call.args.get(at) {
        Some(Value::Callable(callable)) => {
            let mut route = Route::new(method, callable.target(), span);
            route.types = callable.types();
            route
        }
        // A handler with middleware of its own.
        Some(Value::Router(inner))
            if inner.kind == RouterKind::Methods && !inner.routes.is_empty() =>
        {
            let mut route = inner.routes[0].clone();
            route.method = method.to_owned();
            route
        }
        Some(Value::Object(ty @ Ty::External(path, _), _)) => {
            let mut route = Route::new(method, HandlerTarget::External(*path), span);
            route.handler_name = Some(crate::routes::eval::type_name(eval.program, ty));
            route
        }
        _ => {
            let mut route = Route::new(method, HandlerTarget::Unknown, span);
            route.handler_name = Some(shorten(eval.sources.slice(span)));
            route
        }
    };
    route.registered = call.span;
    if router.kind == RouterKind::App {
        route.path.insert(0, path_arg(eval, call, 0));
    }
    router.routes.push(route);
}

/// The middleware in the first argument: a type that transforms handlers, or a function that is handed
/// the request and the rest of the chain.
fn middleware(eval: &Eval<'_>, call: &Call<'_>) -> Vec<Arc<Layer>> {
    let Some(value) = call.args.first() else {
        return Vec::new();
    };
    let expr = call.arg_exprs.first().copied();
    let span = arg_span(eval, call, 0);
    let value = match value {
        Value::Callable(Callable::External(path)) => {
            Value::Object(Ty::external(path.as_str(), []), Vec::new())
        }
        other => other.clone(),
    };
    eval.layers(&value, call.body, expr, span)
}
