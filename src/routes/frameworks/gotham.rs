//! gotham 0.3 to 0.8: routers that a closure draws, with pipelines of middleware.
//!
//! `build_router(chain, pipelines, |route| ..)` hands out a builder from which each route borrows its
//! place; `scope` and `associate` hand out others for what is below a path. Routes are behind the chain
//! of pipelines that is in force where they are drawn: `with_pipeline_chain` puts another in its place.
//! Of a chain `(inner, (outer, ()))` the last runs first; of a pipeline, what was added first. Sources:
//! gotham 0.7 `src/router/builder`, `src/pipeline`, `src/middleware/chain.rs`.

use std::sync::Arc;

use super::arguments::{arg_span, layers_arg, lost_arg, method_of, path_arg};
use super::method_named;
use crate::program::Ty;
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Callable, Layer, LayerKind, Lost, Route, Router, RouterKind, Value};
use crate::source::Name;
use crate::values::Text;

pub(super) const NAME: &str = "gotham";

/// What pipelines, sets of them and their handles are while routers are built: objects that hold the
/// layers, as far as they do.
const PIPELINE: &str = "gotham::pipeline::Pipeline";

/// What a type of gotham that composes routes is.
pub(super) fn kind(path: &str) -> Option<RouterKind> {
    match path.strip_prefix("gotham::router::")? {
        "Router" | "builder::RouterBuilder" | "builder::ScopeBuilder" => Some(RouterKind::App),
        "builder::AssociatedRouteBuilder"
        | "builder::SingleRouteBuilder"
        | "builder::AssociatedSingleRouteBuilder"
        | "builder::DelegateRouteBuilder" => Some(RouterKind::Part),
        _ => None,
    }
}

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let empty = || Value::List(Vec::new());
    let arg = |at: usize| call.args.get(at).cloned().unwrap_or_default();
    Some(match call.name {
        "new_pipeline" => pipeline(Vec::new()),
        "single_middleware" => pipeline(layers_arg(eval, call)),
        "new_pipeline_set" => Value::Object(Ty::external(SET, []), Vec::new()),
        "finalize_pipeline_set" => arg(0),
        "single_pipeline" => Value::List(vec![Value::List(vec![arg(0), empty()]), empty()]),
        "build_router" => drawn(eval, call, &arg(0), 2),
        "build_simple_router" => drawn(eval, call, &empty(), 0),
        "start" | "start_with_num_threads" | "init_server" | "bind_server" | "start_with_tls" => {
            serve(eval, call);
            Value::Unknown
        }
        _ => return None,
    })
}

/// A set of pipelines to which more can be added.
const SET: &str = "gotham::pipeline::EditablePipelineSet";

/// Methods of pipelines and sets of them.
pub(super) fn object_method(eval: &Eval<'_>, receiver: &Value, call: &Call<'_>) -> Option<Value> {
    let Value::Object(Ty::External(path, _), held) = receiver else {
        return None;
    };
    match (path.as_str(), call.name) {
        // The set, and the handle by which chains name the new pipeline.
        (SET, "add") => Some(Value::List(vec![
            receiver.clone(),
            call.args.first().cloned().unwrap_or_default(),
        ])),
        (PIPELINE, "add") => {
            let mut layers = held_layers(held);
            layers.extend(layers_arg(eval, call));
            Some(pipeline(layers))
        }
        (PIPELINE, "build" | "clone") => Some(receiver.clone()),
        _ => None,
    }
}

fn pipeline(layers: Vec<Arc<Layer>>) -> Value {
    Value::Object(Ty::external(PIPELINE, []), vec![Value::Layers(layers)])
}

fn held_layers(held: &[Value]) -> Vec<Arc<Layer>> {
    match held {
        [Value::Layers(layers)] => layers.clone(),
        _ => Vec::new(),
    }
}

/// The middleware of a chain of pipelines, outermost first; of what is not known, one that is not.
fn chain(eval: &Eval<'_>, call: &Call<'_>, value: &Value) -> Vec<Arc<Layer>> {
    match value {
        Value::List(parts) => {
            // The rest of the chain stands around its head.
            let parts = parts.iter().rev();
            parts.flat_map(|it| chain(eval, call, it)).collect()
        }
        Value::Object(Ty::External(path, _), held) if *path == PIPELINE => held_layers(held),
        _ => {
            let span = arg_span(eval, call, 0);
            let name = shorten(eval.sources.slice(span));
            vec![Arc::new(Layer {
                name,
                span,
                kind: LayerKind::Unknown,
                conditions: Vec::new(),
                written: None,
            })]
        }
    }
}

/// The router that the closure in argument `at` draws.
fn drawn(eval: &mut Eval<'_>, call: &Call<'_>, first: &Value, at: usize) -> Value {
    let mut builder = Router::new(RouterKind::App, NAME, call.span);
    builder.covers = match at {
        0 => Vec::new(),
        _ => chain(eval, call, first),
    };
    let mut made = Router::new(RouterKind::App, NAME, call.span);
    draw(eval, call, &mut made, builder, at);
    Value::Router(Box::new(made))
}

/// Hands a builder to the code in argument `at`, and takes what that has drawn.
fn draw(eval: &mut Eval<'_>, call: &Call<'_>, into: &mut Router, builder: Router, at: usize) {
    let drawing = match call.args.get(at) {
        Some(Value::Callable(it @ (Callable::Fn(..) | Callable::Closure(..)))) => it.clone(),
        _ => {
            into.lost
                .push(lost_arg(eval, call, at, "code that draws routes"));
            return;
        }
    };
    let (_, after) = eval.apply(&drawing, vec![Value::Router(Box::new(builder))]);
    if let Some(Value::Router(drawn)) = after.into_iter().next() {
        into.routes.extend(drawn.routes);
        into.lost.extend(drawn.lost);
    }
}

/// A router that is served, or one handler that answers everything: `start(addr, || Ok(handler))`.
fn serve(eval: &mut Eval<'_>, call: &Call<'_>) {
    let served = call.args.iter().find(|it| it.holds_router()).cloned();
    if let Some(router) = served {
        eval.emit(&router, call.span);
        return;
    }
    let Some(Value::Callable(made)) = call.args.get(1).cloned() else {
        return;
    };
    let (value, _) = eval.apply(&made, Vec::new());
    if value.holds_router() {
        eval.emit(&value, call.span);
        return;
    }
    let mut app = Router::new(RouterKind::App, NAME, call.span);
    let mut route = Route::new("ANY", HandlerTarget::Unknown, arg_span(eval, call, 1));
    match value {
        Value::Callable(handler) => {
            route.handler = handler.target();
            route.types = handler.types();
        }
        _ => route.handler_name = Some(shorten(eval.sources.slice(route.handler_span))),
    }
    route.path = vec![Text::known("/*", None)];
    app.routes.push(route);
    eval.emit(&Value::Router(Box::new(app)), call.span);
}

/// Methods of the builders of routers and of routes.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    let is_app = router.kind == RouterKind::App;
    match call.name {
        "scope" if is_app => {
            let mut builder = Router::new(RouterKind::App, NAME, call.span);
            builder.covers.clone_from(&router.covers);
            let mut drawn = Router::new(RouterKind::App, NAME, call.span);
            draw(eval, call, &mut drawn, builder, 1);
            drawn.mount(&path_arg(eval, call, 0), call.span);
            router.routes.append(&mut drawn.routes);
            router.lost.append(&mut drawn.lost);
        }
        "with_pipeline_chain" if is_app => {
            let mut builder = Router::new(RouterKind::App, NAME, call.span);
            let of = call.args.first().cloned().unwrap_or_default();
            builder.covers = chain(eval, call, &of);
            draw(eval, call, &mut router, builder, 1);
        }
        "associate" if is_app => {
            let mut builder = router.part(call.span);
            builder.prefix = Some(path_arg(eval, call, 0));
            draw(eval, call, &mut router, builder, 1);
        }
        "delegate" | "delegate_without_pipelines" if is_app => {
            let mut part = router.part(call.span);
            part.prefix = Some(path_arg(eval, call, 0));
            if call.name != "delegate" {
                part.covers.clear();
            }
            return Ok(Value::Router(Box::new(part)));
        }
        "add_response_extender" | "clone" | "into_handler" | "new_handler" if is_app => {}
        "to_router" => match call.args.first().cloned() {
            Some(Value::Router(below)) => delegate(&mut router, *below, call),
            _ => router.lost.push(lost_arg(eval, call, 0, "router")),
        },
        "with_path_extractor" | "with_query_string_extractor" => {
            return Ok(Value::Router(Box::new(same_part(&router, call))));
        }
        "add_route_matcher" => {
            let mut part = same_part(&router, call);
            let matcher = shorten(eval.sources.slice(arg_span(eval, call, 0)));
            part.conditions
                .push(format!("the request is matched by `{matcher}`"));
            return Ok(Value::Router(Box::new(part)));
        }
        "to" | "to_async" | "to_async_borrowing" | "to_new_handler" => {
            handler(eval, &mut router, call);
        }
        "to_dir" | "to_file" => {
            let name = match call.name {
                "to_dir" => "DirHandler",
                _ => "FileHandler",
            };
            let path = Name::new(&format!("gotham::handler::{name}"));
            let target = HandlerTarget::External(path);
            let mut route = Route::new("GET", target, arg_span(eval, call, 0));
            route.handler_name = Some(name.to_owned());
            add(&mut router, route, call);
        }
        name => {
            let methods = match (name, method_named(name)) {
                ("get_or_head", _) => vec!["GET".to_owned(), "HEAD".to_owned()],
                ("request", _) => methods(eval.sources.slice(arg_span(eval, call, 0))),
                (_, Some(method)) => vec![method],
                _ => return Err(Value::Router(Box::new(router))),
            };
            let mut part = router.part(call.span);
            part.conditions.clone_from(&router.conditions);
            if is_app {
                part.prefix = Some(path_arg(eval, call, usize::from(name == "request")));
            }
            part.methods = methods;
            return Ok(Value::Router(Box::new(part)));
        }
    }
    Ok(Value::Router(Box::new(router)))
}

/// The same part of a router, as another builder.
fn same_part(router: &Router, call: &Call<'_>) -> Router {
    let mut part = router.part(call.span);
    part.methods.clone_from(&router.methods);
    part.conditions.clone_from(&router.conditions);
    part
}

/// The methods that a list names, as written: `vec![Method::GET, Method::HEAD]`.
fn methods(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    let named = words.filter(|it| it.len() > 1 && it.chars().all(|c| c.is_ascii_uppercase()));
    named.map(str::to_owned).collect()
}

/// Adds the handler in the first argument: itself, or what a function gives that makes it.
fn handler(eval: &mut Eval<'_>, router: &mut Router, call: &Call<'_>) {
    let span = arg_span(eval, call, 0);
    let mut value = call.args.first().cloned().unwrap_or_default();
    if call.name == "to_new_handler"
        && let Value::Callable(maker) = &value
    {
        value = eval.apply(&maker.clone(), Vec::new()).0;
    }
    let mut route = Route::new("ANY", HandlerTarget::Unknown, span);
    match &value {
        Value::Callable(callable) => {
            route.handler = callable.target();
            route.types = callable.types();
        }
        Value::Object(Ty::External(path, _), _) => route.handler = HandlerTarget::External(*path),
        // A type of the program that handles requests.
        other => match method_of(eval, other, "handle") {
            Some(method) => route.handler = HandlerTarget::Fn(method),
            None => route.handler_name = Some(shorten(eval.sources.slice(span))),
        },
    }
    add(router, route, call);
}

/// Adds a route at the part's path, for each of its methods.
fn add(router: &mut Router, mut route: Route, call: &Call<'_>) {
    route.registered = call.span;
    route.path = router.prefix.iter().cloned().collect();
    route.conditions.clone_from(&router.conditions);
    if router.methods.is_empty() {
        router.add_covered(route.clone());
    }
    for method in router.methods.clone() {
        router.add_covered(Route {
            method,
            ..route.clone()
        });
    }
}

/// Puts a whole router below the part's path.
fn delegate(router: &mut Router, mut below: Router, call: &Call<'_>) {
    if let Some(prefix) = &router.prefix {
        below.mount(&prefix.clone(), call.span);
    }
    let lost: Vec<Lost> = below.lost;
    router.lost.extend(lost);
    for mut route in below.routes {
        route.conditions.extend(router.conditions.iter().cloned());
        router.add_covered(route);
    }
}
