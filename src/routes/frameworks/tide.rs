//! tide 0.13 to 0.16: servers with routes that are borrowed from them one by one.
//!
//! Middleware of a server covers all that it answers, whenever it is added, the first outermost; that
//! of a route covers the endpoints that are added to the route afterwards. `nest` and `strip_prefix`
//! answer below a path, too. Sources: tide 0.16 `src/server.rs`, `src/route.rs`, `src/router.rs`,
//! `src/middleware.rs`; 0.13 differs in names of the request's methods only.

use super::arguments::{arg_span, layers_arg, lost_arg, method_of, path_arg};
use super::method_named;
use crate::program::Ty;
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten, type_name};
use crate::routes::value::{Callable, Route, Router, RouterKind, Value};
use crate::values::Text;

pub(super) const NAME: &str = "tide";

/// What a type of tide that composes routes is.
pub(super) fn kind(path: &str) -> Option<RouterKind> {
    match path {
        "tide::Server" => Some(RouterKind::App),
        "tide::Route" => Some(RouterKind::Part),
        _ => None,
    }
}

pub(super) fn call(call: &Call<'_>) -> Option<Value> {
    match call.path {
        "tide::new"
        | "tide::with_state"
        | "tide::Server::new"
        | "tide::Server::with_state"
        | "tide::Server::default" => {
            let made = Router::new(RouterKind::App, NAME, call.span);
            Some(Value::Router(Box::new(made)))
        }
        // A file, a folder or a stream as an endpoint: kept by its name.
        "tide::sse::endpoint" => Some(Value::Object(
            Ty::external("tide::sse::SseEndpoint", []),
            call.args.clone(),
        )),
        _ => None,
    }
}

/// Methods of `Server` and `Route`.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match (router.kind, call.name) {
        (_, "at") => {
            let mut part = router.part(call.span);
            let path = path_arg(eval, call, 0);
            part.prefix = Some(match part.prefix.take() {
                Some(prefix) => below(prefix, &path),
                None => path,
            });
            return Ok(Value::Router(Box::new(part)));
        }
        (RouterKind::App, "with") => {
            let layers = layers_arg(eval, call);
            router.wraps.splice(0..0, layers.into_iter().rev());
        }
        (RouterKind::App, "listen" | "bind") => {
            eval.emit(&Value::Router(Box::new(router)), call.span);
            return Ok(Value::Unknown);
        }
        (RouterKind::App, "clone" | "into") => {}
        (RouterKind::App, "state" | "respond") => return Ok(Value::Unknown),
        (RouterKind::Part, "with") => {
            let layers = layers_arg(eval, call);
            router.covers.extend(layers);
        }
        (RouterKind::Part, "reset_middleware") => router.covers.clear(),
        (RouterKind::Part, "strip_prefix") => router.methods = vec![STRIPPED.to_owned()],
        (RouterKind::Part, "nest") => match call.args.first().cloned() {
            Some(Value::Router(server)) if server.kind == RouterKind::App => {
                nest(&mut router, *server, None, call);
            }
            _ => router.lost.push(lost_arg(eval, call, 0, "server")),
        },
        (RouterKind::Part, "serve_dir") => {
            add(eval, &mut router, call, "GET", files("ServeDir"), "/*");
        }
        (RouterKind::Part, "serve_file") => {
            add(eval, &mut router, call, "GET", files("ServeFile"), "");
        }
        (RouterKind::Part, "all") => endpoint(eval, &mut router, call, "ANY", 0),
        (RouterKind::Part, "method") => {
            let method = shorten(eval.sources.slice(arg_span(eval, call, 0)));
            let method = method.rsplit("::").next().unwrap_or_default();
            endpoint(eval, &mut router, call, &method.to_ascii_uppercase(), 1);
        }
        // The `Result` of `serve_dir`.
        (RouterKind::Part, "unwrap" | "expect" | "ok") => {}
        (RouterKind::Part, "path") => return Ok(Value::Unknown),
        (RouterKind::Part, name) => match method_named(name) {
            Some(method) => endpoint(eval, &mut router, call, &method, 0),
            None => return Err(Value::Router(Box::new(router))),
        },
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

/// What a part keeps as its method while it takes its path away before endpoints see it: all below
/// that is answered, too.
const STRIPPED: &str = "strip_prefix";

/// The path of a route below another's: with one slash between them.
fn below(mut prefix: Text, path: &Text) -> Text {
    prefix.push(&Text::known("/", None));
    prefix.push(path);
    prefix
}

/// tide's own endpoints for files.
fn files(name: &str) -> (HandlerTarget, Option<String>) {
    let target = HandlerTarget::External(crate::source::Name::new(&format!("tide::fs::{name}")));
    (target, Some(name.to_owned()))
}

/// Adds the endpoint in argument `at`.
fn endpoint(eval: &Eval<'_>, router: &mut Router, call: &Call<'_>, method: &str, at: usize) {
    let span = arg_span(eval, call, at);
    let handler = match call.args.get(at) {
        Some(Value::Router(server)) if server.kind == RouterKind::App => {
            let server = (**server).clone();
            match router.methods.is_empty() {
                // It is asked for the whole path, of which this part answers only one.
                true => router.lost.push(lost_arg(
                    eval,
                    call,
                    at,
                    "server in the place of an endpoint",
                )),
                false => nest(router, server, Some(method), call),
            }
            return;
        }
        Some(Value::Callable(Callable::External(path))) => {
            (HandlerTarget::External(*path), Some(last(path.as_str())))
        }
        Some(Value::Callable(callable)) => (callable.target(), None),
        Some(Value::Object(ty @ Ty::External(path, _), _)) => {
            let name = type_name(eval.program, ty);
            (HandlerTarget::External(*path), Some(name))
        }
        // An endpoint that is a type of the program: by its `call`.
        Some(value) if value.local_type().is_some() => match method_of(eval, value, "call") {
            Some(method) => (HandlerTarget::Fn(method), None),
            None => (
                HandlerTarget::Unknown,
                Some(shorten(eval.sources.slice(span))),
            ),
        },
        _ => (
            HandlerTarget::Unknown,
            Some(shorten(eval.sources.slice(span))),
        ),
    };
    add(eval, router, call, method, handler.clone(), "");
    if !router.methods.is_empty() {
        add(eval, router, call, method, handler, "/*");
    }
}

fn last(path: &str) -> String {
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// Adds one route at the part's path, with `rest` behind it.
fn add(
    eval: &Eval<'_>,
    router: &mut Router,
    call: &Call<'_>,
    method: &str,
    (target, name): (HandlerTarget, Option<String>),
    rest: &str,
) {
    let at = usize::from(call.name == "method");
    let mut route = Route::new(method, target, arg_span(eval, call, at));
    if let Some(Value::Callable(callable)) = call.args.get(at) {
        route.types = callable.types();
    }
    route.handler_name = name;
    route.registered = call.span;
    route.path = router.prefix.iter().cloned().collect();
    if !rest.is_empty() {
        route.path.push(Text::known(rest, None));
    }
    router.add_covered(route);
}

/// Puts a server below the part's path, for requests of one method or of all.
fn nest(router: &mut Router, mut server: Router, method: Option<&str>, call: &Call<'_>) {
    server
        .methods
        .extend(method.filter(|it| *it != "ANY").map(str::to_owned));
    let framework = server.framework;
    let (routes, lost) = server.finish();
    let mut mounted = Router::new(RouterKind::App, framework, call.span);
    mounted.routes = routes;
    if let Some(prefix) = &router.prefix {
        mounted.mount(prefix, call.span);
    }
    for route in mounted.routes {
        router.add_covered(route);
    }
    router.lost.extend(lost);
}
