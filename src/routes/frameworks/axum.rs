//! axum 0.3 to 0.8, with utoipa-axum and aide.
//!
//! A layer covers what was added to a router before it; `route_layer` passes over the
//! fallback; `nest` puts a prefix before paths; `merge` and `nest` take routes with the
//! layers they already have. Source: axum 0.8 `src/routing/mod.rs`, `path_router.rs`.

use std::sync::Arc;

use super::arguments::{arg_span, expr_span, lost_arg, path_arg};
use super::axum_stack::{handler_method, optional, stack_method};
use super::{attribute, documentation, method_named, named_functions};
use crate::facts::ExprId;
use crate::facts::body::MacroCall;
use crate::program::{BodyKey, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten, type_name};
use crate::routes::value::{Layer, LayerKind, Lost, Route, Router, RouterKind, Value};
use crate::source::{Name, Span};
use crate::values::Text;

pub(super) const NAME: &str = "axum";

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let path = call.path;
    match path {
        "axum::Router::new"
        | "axum::Router::default"
        | "utoipa_axum::router::OpenApiRouter::new"
        | "utoipa_axum::router::OpenApiRouter::default"
        | "utoipa_axum::router::OpenApiRouter::with_openapi"
        | "aide::axum::ApiRouter::new"
        | "aide::axum::ApiRouter::default"
        | "aide::axum::routing::ApiRouter::new" => {
            return Some(router(RouterKind::App, call.span));
        }
        "utoipa_axum::router::OpenApiRouter::from"
        | "axum::Router::from"
        | "aide::axum::ApiRouter::from" => {
            return call.args.pop();
        }
        "axum::serve" | "axum::serve::serve" => {
            let app = call.args.get(1).cloned()?;
            eval.emit(&app, call.span);
            return Some(Value::Unknown);
        }
        "tower::ServiceBuilder::new" => return Some(Value::Layers(Vec::new())),
        // A function as a service.
        "tower::service_fn" if matches!(call.args.first(), Some(Value::Callable(_))) => {
            return call.args.pop();
        }
        "tower::util::option_layer"
        | "axum_extra::middleware::option_layer"
        | "tower::builder::option_layer" => {
            let layers = eval.layers(
                call.args.first()?,
                call.body,
                call.arg_exprs.first().copied(),
                call.span,
            );
            return Some(Value::Layers(layers.into_iter().map(optional).collect()));
        }
        _ => {}
    }
    if let Some(function) = path
        .strip_prefix("axum::middleware::")
        .or_else(|| path.strip_prefix("axum::extract::extractor_middleware"))
    {
        return middleware(eval, call, function);
    }
    let routing = path
        .strip_prefix("axum::routing::")
        .or_else(|| path.strip_prefix("aide::axum::routing::"))
        .or_else(|| path.strip_prefix("axum::handler::"))
        .or_else(|| path.strip_prefix("axum::service::"))
        .or_else(|| path.strip_prefix("loco_rs::prelude::"))
        .or_else(|| path.strip_prefix("axum::routing::method_routing::"));
    let (methods, is_service) = routing.and_then(routing_function)?;
    let mut made = Router::new(RouterKind::Methods, NAME, call.span);
    let at = usize::from(methods.is_empty());
    let methods = if methods.is_empty() {
        filter_methods(eval, call)
    } else {
        methods
    };
    add_handler(eval, &mut made, call, at, &methods, is_service);
    Some(Value::Router(Box::new(made)))
}

fn router(kind: RouterKind, span: Span) -> Value {
    Value::Router(Box::new(Router::new(kind, NAME, span)))
}

/// The methods of `get`, `post_service`, `any`, ..; none for `on`, whose filter is an argument.
fn routing_function(function: &str) -> Option<(Vec<String>, bool)> {
    let base = function.strip_suffix("_service").unwrap_or(function);
    let is_service = base.len() != function.len();
    let base = base.strip_suffix("_with").unwrap_or(base);
    match base {
        "any" => Some((vec!["ANY".into()], is_service)),
        "on" => Some((Vec::new(), is_service)),
        _ => Some((vec![method_named(base)?], is_service)),
    }
}

/// `MethodFilter::GET.or(MethodFilter::POST)`, read from its text.
fn filter_methods(eval: &Eval<'_>, call: &Call<'_>) -> Vec<String> {
    let Some(first) = call.arg_exprs.first() else {
        return vec!["ANY".into()];
    };
    let data = &eval.program[call.body];
    let text = eval
        .sources
        .slice(data.body.expr_range(*first).in_file(data.file))
        .to_owned();
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    let methods: Vec<String> = words
        .filter(|it| it.chars().all(|c| c.is_ascii_uppercase()))
        .filter(|it| method_named(&it.to_ascii_lowercase()).is_some())
        .map(str::to_owned)
        .collect();
    if methods.is_empty() {
        vec!["ANY".into()]
    } else {
        methods
    }
}

/// Adds the handler in argument `at` for each method.
pub(super) fn add_handler(
    eval: &mut Eval<'_>,
    made: &mut Router,
    call: &Call<'_>,
    at: usize,
    methods: &[String],
    is_service: bool,
) {
    let Some(value) = call.args.get(at) else {
        return;
    };
    let span = arg_span(eval, call, at);
    for method in methods {
        let mut route = Route {
            registered: call.span,
            ..Route::new(method, HandlerTarget::Unknown, span)
        };
        match value {
            Value::Callable(callable) => {
                route.handler = callable.target();
                route.types = callable.types();
            }
            // A handler with layers of its own.
            Value::Router(inner)
                if inner.kind == RouterKind::Methods && !inner.routes.is_empty() =>
            {
                route.handler = inner.routes[0].handler;
                route.types = inner.routes[0].types.clone();
                route.layers.clone_from(&inner.routes[0].layers);
                route.handler_span = inner.routes[0].handler_span;
            }
            Value::Object(ty, _) => {
                route.handler_name = Some(type_name(eval.program, ty));
                if let Ty::External(path, _) = ty {
                    route.handler = HandlerTarget::External(*path);
                }
            }
            Value::Struct(adt, _) => route.handler_name = Some(eval.program[*adt].name.to_string()),
            _ if is_service => route.handler_name = Some(shorten(eval.sources.slice(span))),
            _ => route.handler_name = Some(shorten(eval.sources.slice(span))),
        }
        made.routes.push(route);
    }
}

/// `axum::middleware::*`.
fn middleware(eval: &mut Eval<'_>, call: &Call<'_>, function: &str) -> Option<Value> {
    let (at, runs_before) = match function {
        "from_fn" | "map_request" => (0, true),
        "from_fn_with_state" | "from_fn_with_state_arc" | "map_request_with_state" => (1, true),
        "map_response" => (0, false),
        "map_response_with_state" => (1, false),
        "from_extractor" | "from_extractor_with_state" => {
            let ty = call.generics.first().cloned().unwrap_or(Ty::Unknown);
            let kind = LayerKind::Extractor(ty);
            let name = eval.layer_name(&kind, call.span);
            return Some(layer(name, call.span, kind));
        }
        _ => return None,
    };
    let kind = match runs_before {
        true => LayerKind::of_argument(call.args.get(at)),
        // The handler has done by then what it does.
        false => {
            let ty = Ty::external("axum::middleware::map_response", []);
            LayerKind::Type(ty, Vec::new())
        }
    };
    let span = arg_span(eval, call, at);
    let name = eval.layer_name(&kind, span);
    Some(layer(name, call.span, kind))
}

fn layer(name: String, span: Span, kind: LayerKind) -> Value {
    Value::Layers(vec![Arc::new(Layer {
        name,
        span,
        kind,
        conditions: Vec::new(),
        written: None,
    })])
}

pub(super) fn method(
    eval: &mut Eval<'_>,
    receiver: Value,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match receiver {
        Value::Layers(layers) => stack_method(eval, layers, call),
        Value::Callable(callable) => handler_method(eval, callable, call),
        Value::Router(router) if router.kind == RouterKind::Methods => {
            methods_method(eval, *router, call)
        }
        Value::Router(router) => {
            let before = router.routes.len();
            let mut value = router_method(eval, *router, call);
            if let Ok(Value::Router(router)) = &mut value {
                router.note_missed(before, call.span);
            }
            value
        }
        other => Err(other),
    }
}

/// Methods of `MethodRouter` (and aide's).
fn methods_method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    if let Some((methods, is_service)) = routing_function(call.name) {
        let at = usize::from(methods.is_empty());
        let methods = if methods.is_empty() {
            filter_methods(eval, call)
        } else {
            methods
        };
        add_handler(eval, &mut router, call, at, &methods, is_service);
        return Ok(Value::Router(Box::new(router)));
    }
    match call.name {
        "layer" | "route_layer" => {
            let layers = layers_of(eval, call);
            router.cover(&layers, call.name == "layer");
        }
        "fallback" | "fallback_service" => {
            let before = router.routes.len();
            add_handler(eval, &mut router, call, 0, &["ANY".to_owned()], true);
            for route in &mut router.routes[before..] {
                route.fallback = true;
            }
        }
        "merge" => {
            if let Some(Value::Router(other)) = call.args.pop() {
                router.routes.extend(other.routes);
            }
        }
        "with_state" | "handle_error" | "boxed" | "clone" | "api_layer" | "with_path_items"
        | "map" => {}
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

pub(super) fn layers_of(eval: &Eval<'_>, call: &Call<'_>) -> Vec<Arc<Layer>> {
    let expr = call.arg_exprs.first().copied();
    let span = arg_span(eval, call, 0);
    call.args
        .first()
        .map_or_else(Vec::new, |arg| eval.layers(arg, call.body, expr, span))
}

/// Whether a service answers with files: tower-http's `ServeDir` and `ServeFile`, also in a stack.
fn serves_files(value: &Value) -> bool {
    let of = |path: Name| path.as_str().starts_with("tower_http::services::");
    match value {
        Value::Object(ty, _) => ty.external_path().is_some_and(of),
        Value::Router(router) => router.routes.iter().any(|it| match it.handler {
            HandlerTarget::External(path) => of(path),
            _ => false,
        }),
        _ => false,
    }
}

/// Methods of `Router`, `OpenApiRouter`, `ApiRouter`.
fn router_method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match call.name {
        "route" | "api_route" | "route_service" | "add" | "route_with_tsr" | "api_route_with"
        | "api_route_service" => {
            let path = path_arg(eval, call, 0);
            add_route(eval, &mut router, call, &path, 1);
        }
        "nest" | "nest_service" | "nest_api_service" | "nest_route" => {
            let prefix = path_arg(eval, call, 0);
            match call.args.get(1).cloned() {
                Some(Value::Router(inner)) if inner.kind != RouterKind::Methods => {
                    let (routes, lost) = inner.finish();
                    let mut inner = Router::new(RouterKind::App, NAME, call.span);
                    inner.routes = routes;
                    inner.mount(&prefix, call.span);
                    router.routes.extend(inner.routes);
                    router.lost.extend(lost);
                }
                Some(Value::Object(ty, held)) if held.iter().any(Value::holds_router) => {
                    let _ = ty;
                    for value in held {
                        if let Value::Router(inner) = value {
                            let (routes, lost) = inner.finish();
                            let mut inner = Router::new(RouterKind::App, NAME, call.span);
                            inner.routes = routes;
                            inner.mount(&prefix, call.span);
                            router.routes.extend(inner.routes);
                            router.lost.extend(lost);
                        }
                    }
                }
                Some(value)
                    if call.name == "nest_service"
                        || matches!(value, Value::Object(..) | Value::Struct(..)) =>
                {
                    // A service that answers at the prefix and everything below it: axum 0.8
                    // `src/routing/path_router.rs`, `nest_service`. Of files, the folder itself is none.
                    let mut inner = Router::new(RouterKind::App, NAME, call.span);
                    for path in &["/", "/{*tail}"][usize::from(serves_files(&value))..] {
                        add_route(eval, &mut inner, call, &Text::known(*path, None), 1);
                    }
                    inner.mount(&prefix, call.span);
                    router.routes.extend(inner.routes);
                    router.lost.extend(inner.lost);
                }
                _ => router.lost.push(lost_arg(eval, call, 1, "nested router")),
            }
        }
        "merge" | "add_route" | "add_routes" => match call.args.first().cloned() {
            Some(Value::Router(other)) => {
                let (routes, lost) = other.finish();
                router.routes.extend(routes);
                router.lost.extend(lost);
            }
            Some(Value::List(all)) => {
                for value in all {
                    if let Value::Router(other) = value {
                        let (routes, lost) = other.finish();
                        router.routes.extend(routes);
                        router.lost.extend(lost);
                    }
                }
            }
            Some(Value::Object(ty, held)) if !held.iter().any(Value::holds_router) => {
                if let Some(routes) = documentation::routes(&ty, &held, call.span, "/{*rest}") {
                    router.routes.extend(routes);
                    return Ok(Value::Router(Box::new(router)));
                }
                // A router of a library that we do not see into.
                let name = type_name(eval.program, &ty);
                router.lost.push(Lost {
                    reason: format!("router of `{name}` is not in this program"),
                    span: call.span,
                });
            }
            Some(Value::Object(_, held)) => {
                for value in held {
                    if let Value::Router(other) = value {
                        router.routes.extend(other.finish().0);
                    }
                }
            }
            _ => router.lost.push(lost_arg(eval, call, 0, "merged router")),
        },
        // utoipa-axum: `.routes(routes!(a, b))`.
        "routes" => match call.args.first().cloned() {
            Some(Value::Router(other)) => {
                let (mut routes, lost) = other.finish();
                for route in &mut routes {
                    route.registered = call.span;
                }
                router.routes.extend(routes);
                router.lost.extend(lost);
            }
            _ => router.lost.push(lost_arg(eval, call, 0, "routes")),
        },
        "prefix" => router.prefix = Some(path_arg(eval, call, 0)),
        "fallback" | "fallback_service" => {
            let before = router.routes.len();
            let path = Text::known("/{*fallback}", None);
            add_route(eval, &mut router, call, &path, 0);
            for route in &mut router.routes[before..] {
                route.fallback = true;
                if route.method.is_empty() {
                    route.method = "ANY".into();
                }
            }
        }
        "layer" | "route_layer" => {
            let layers = layers_of(eval, call);
            router.cover_so_far(&layers, call.name == "layer");
        }
        "split_for_parts" | "split_into_parts" => {
            return Ok(Value::List(vec![
                Value::Router(Box::new(router)),
                Value::Unknown,
            ]));
        }
        "into_make_service"
        | "into_make_service_with_connect_info"
        | "into_service"
        | "with_state"
        | "boxed"
        | "finish_api"
        | "finish_api_with"
        | "clone"
        | "method_not_allowed_fallback"
        | "reset_fallback"
        | "check_infallible"
        | "handle_error"
        | "without_v07_checks"
        | "as_service"
        | "with_path_items"
        | "to_router"
        | "into"
        | "add_extension"
        | "or"
        | "unwrap"
        | "expect"
        | "into_openapi"
        | "default_routes"
        | "boxed_clone" => {}
        _ => {
            if let Some(method) = call.name.strip_prefix("typed_").and_then(method_named) {
                typed_route(eval, &mut router, call, &method);
                return Ok(Value::Router(Box::new(router)));
            }
            return Err(Value::Router(Box::new(router)));
        }
    }
    Ok(Value::Router(Box::new(router)))
}

/// Adds the method router, handler or service in argument `at` under a path.
pub(super) fn add_route(
    eval: &mut Eval<'_>,
    router: &mut Router,
    call: &Call<'_>,
    path: &Text,
    at: usize,
) {
    match call.args.get(at).cloned() {
        Some(Value::Router(methods)) if methods.kind == RouterKind::Methods => {
            for mut route in methods.routes {
                route.path.insert(0, path.clone());
                route.registered = call.span;
                if route.method.is_empty() {
                    route.method = "ANY".into();
                }
                router.routes.push(route);
            }
        }
        Some(Value::Router(inner)) => {
            // A whole router as a service; one of another framework goes by the whole path.
            let (routes, lost) = inner.finish();
            let mut inner = Router::new(RouterKind::App, NAME, call.span);
            inner.routes = routes;
            match inner.routes.iter().any(|it| it.framework.is_none()) {
                true => inner.mount(path, call.span),
                false => inner
                    .routes
                    .retain(|it| super::path::may_lie_under(&it.path, path)),
            }
            router.routes.extend(inner.routes);
            router.lost.extend(lost);
        }
        Some(value @ (Value::Callable(_) | Value::Object(..) | Value::Struct(..))) => {
            let mut made = Router::new(RouterKind::Methods, NAME, call.span);
            let _ = &value;
            add_handler(eval, &mut made, call, at, &["ANY".to_owned()], true);
            for mut route in made.routes {
                route.path.insert(0, path.clone());
                router.routes.push(route);
            }
        }
        _ if call.name.ends_with("service") => {
            let mut made = Router::new(RouterKind::Methods, NAME, call.span);
            add_handler(eval, &mut made, call, at, &["ANY".to_owned()], true);
            for mut route in made.routes {
                route.path.insert(0, path.clone());
                router.routes.push(route);
            }
        }
        _ => {
            let mut lost = lost_arg(eval, call, at, "handler");
            lost.reason = format!("{} (path `{}`)", lost.reason, path.display());
            router.lost.push(lost);
        }
    }
}

/// axum-extra's `typed_get(handler)`: the path is on the handler's first parameter's type.
fn typed_route(eval: &mut Eval<'_>, router: &mut Router, call: &Call<'_>, method: &str) {
    let mut made = Router::new(RouterKind::Methods, NAME, call.span);
    add_handler(eval, &mut made, call, 0, &[method.to_owned()], false);
    for mut route in made.routes {
        let path = match route.handler {
            HandlerTarget::Fn(id) => {
                let scope = eval.program.fn_scope(id);
                eval.program[id].sig.params.iter().find_map(|param| {
                    match eval.program.lower_ty(&scope, &param.ty) {
                        Ty::Adt(adt, _) => {
                            let attr = eval.program[adt]
                                .attrs
                                .iter()
                                .find(|attr| attr.meta.is("typed_path"))?;
                            attr.meta
                                .list()
                                .iter()
                                .find_map(|it| it.string().map(str::to_owned))
                        }
                        _ => None,
                    }
                })
            }
            _ => None,
        };
        match path {
            Some(path) => {
                route.path.insert(0, Text::known(path, None));
                router.routes.push(route);
            }
            None => router.lost.push(lost_arg(eval, call, 0, "typed path of")),
        }
    }
}

/// Servers: `axum_server::bind(..).serve(app)`, hyper's `Server::bind(..).serve(..)`.
pub(super) fn object_method(
    eval: &mut Eval<'_>,
    _receiver: &Value,
    call: &mut Call<'_>,
) -> Option<Value> {
    if matches!(
        call.name,
        "serve"
            | "serve_connection"
            | "serve_connection_with_upgrades"
            | "serve_with_incoming"
            | "run"
    ) && let Some(app) = call.args.iter().find(|it| it.holds_router()).cloned()
    {
        eval.emit(&app, call.span);
        return Some(Value::Unknown);
    }
    None
}

/// utoipa-axum's `routes!(a, b)`: methods and paths are in `#[utoipa::path]`.
pub(super) fn macro_call(
    eval: &mut Eval<'_>,
    body: BodyKey,
    id: ExprId,
    call: &MacroCall,
) -> Option<Value> {
    if call.path.last()? != "routes" {
        return None;
    }
    let functions = named_functions(eval, body, call);
    let known: Vec<_> = functions.iter().filter_map(|(_, id)| *id).collect();
    let documented = known
        .iter()
        .any(|id| attribute::utoipa_path(&eval.program[*id].attrs).is_some());
    if !documented {
        return None;
    }
    let span = expr_span(eval, body, id);
    let mut made = Router::new(RouterKind::List, NAME, span);
    for (expr, function) in functions {
        let span = expr_span(eval, body, expr);
        let found =
            function.and_then(|id| Some((id, attribute::utoipa_path(&eval.program[id].attrs)?)));
        let Some((id, (methods, path, _))) = found else {
            made.lost.push(Lost {
                reason: format!(
                    "handler `{}` has no `#[utoipa::path]` that could be read",
                    shorten(eval.sources.slice(span))
                ),
                span,
            });
            continue;
        };
        for method in methods {
            made.routes.push(Route {
                path: vec![Text::known(path.clone(), None)],
                ..Route::new(method, HandlerTarget::Fn(id), span)
            });
        }
    }
    Some(Value::Router(Box::new(made)))
}
