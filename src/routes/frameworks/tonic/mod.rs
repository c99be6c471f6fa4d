//! tonic 0.8 to 0.14, with tonic-web, tonic-health, tonic-reflection, tonic-middleware and
//! tonic-async-interceptor.
//!
//! A service is a router with complete paths, one for each method, until it is added to a server,
//! to routes or to a router of axum. A server's layers cover whatever it serves, the first one is
//! the outermost; an interceptor covers the service that it is put around. Sources: tonic 0.14
//! `src/transport/server/mod.rs`, `src/service/router.rs`, `src/service/interceptor.rs`.

mod servers;

use std::sync::Arc;

use super::arguments::{arg_span, expr_span};
use super::axum;
use crate::program::{FnId, Ty};
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Layer, LayerKind, Lost, Router, RouterKind, Value};
use crate::source::{Name, Span};

pub use servers::Servers;

pub(super) const NAME: &str = "tonic";

/// A layer that stands for the certificate which a connection demands of its client.
const CLIENT_CERTIFICATE: &str = "tonic::transport::ServerTlsConfig::client_ca_root";

/// What a type of tonic that composes services is.
pub(super) fn kind(path: &str) -> Option<RouterKind> {
    match path {
        "tonic::transport::Server"
        | "tonic::transport::server::Router"
        | "tonic::service::Routes" => Some(RouterKind::App),
        "tonic::service::RoutesBuilder" => Some(RouterKind::Scope),
        _ => None,
    }
}

/// A call of a library function.
pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let made = |kind| Some(Value::Router(Box::new(Router::new(kind, NAME, call.span))));
    match call.path {
        "tonic::transport::Server::builder"
        | "tonic::transport::Server::default"
        | "tonic::service::Routes::default" => return made(RouterKind::App),
        "tonic::service::Routes::builder" | "tonic::service::RoutesBuilder::default" => {
            return made(RouterKind::Scope);
        }
        "tonic::service::Routes::new" => {
            let mut router = Router::new(RouterKind::App, NAME, call.span);
            add_service(eval, &mut router, call, false);
            return Some(Value::Router(Box::new(router)));
        }
        "tonic::service::Routes::from" | "tonic::service::RoutesBuilder::from" => {
            return call.args.pop();
        }
        // What a connection demands is a layer around everything.
        "tonic::transport::ServerTlsConfig::new" | "tonic::transport::ServerTlsConfig::default" => {
            return Some(Value::Layers(Vec::new()));
        }
        "tonic::service::interceptor::InterceptedService::new"
        | "tonic_async_interceptor::AsyncInterceptedService::new"
        | "tonic_middleware::InterceptorFor::new"
        | "tonic_middleware::MiddlewareFor::new" => {
            let mut service = service(eval, call, 0)?;
            service.cover(&interceptor(eval, call, 1), true);
            return Some(Value::Router(Box::new(service)));
        }
        "tonic::service::InterceptorLayer::new"
        | "tonic::service::interceptor"
        | "tonic::service::interceptor_fn"
        | "tonic_async_interceptor::async_interceptor"
        | "tonic_middleware::RequestInterceptorLayer::new"
        | "tonic_middleware::MiddlewareLayer::new" => {
            return Some(Value::Layers(interceptor(eval, call, 0)));
        }
        "tonic_web::enable" | "tonic_web::GrpcWebService::new" => return call.args.pop(),
        "tonic_health::server::health_reporter" => {
            let health = given(eval, call)?;
            return Some(Value::List(vec![Value::Unknown, health]));
        }
        _ => {}
    }
    let (owner, function) = call.path.rsplit_once("::")?;
    let server = Name::new(owner);
    let is_server =
        || servers::is_external_server(owner) || eval.program.models.service(server).is_some();
    if !matches!(function, "new" | "from_arc" | "with_interceptor") || !is_server() {
        return None;
    }
    let implementation = implementation(eval, call);
    let mut made = servers::external(eval.program, server, &implementation, call.span)?;
    if function == "with_interceptor" {
        made.cover(&interceptor(eval, call, 1), true);
    }
    Some(Value::Router(Box::new(made)))
}

/// A call of a function of the program, if it is one that makes a generated server.
pub(super) fn own_call(eval: &Eval<'_>, id: FnId, call: &Call<'_>) -> Option<Value> {
    let server = eval.servers.made_by(eval.program, id)?;
    let implementation = implementation(eval, call);
    let mut made = eval
        .servers
        .local(eval.program, server, &implementation, call.span)?;
    if call.name == "with_interceptor" {
        made.cover(&interceptor(eval, call, 1), true);
    }
    Some(Value::Router(Box::new(made)))
}

/// A method on something else: builders that give services.
pub(super) fn object_method(
    eval: &Eval<'_>,
    receiver: &Value,
    call: &mut Call<'_>,
) -> Option<Value> {
    match receiver {
        Value::Object(ty, _) if ty.is_external("tonic_reflection::server::Builder") => {
            match call.name {
                "build" | "build_v1" | "build_v1alpha" => {
                    let path = format!("tonic_reflection::server::Builder::{}", call.name);
                    let model = eval.program.models.service_given_by(&path)?;
                    let made = servers::external(eval.program, model.path, &Ty::Unknown, call.span);
                    Some(Value::Router(Box::new(made?)))
                }
                _ => Some(receiver.clone()),
            }
        }
        // `tonic_web::config().enable(service)`.
        Value::Object(ty, _)
            if call.name == "enable"
                && ty
                    .external_path()
                    .is_some_and(|it| it.as_str().starts_with("tonic_web::")) =>
        {
            call.args.pop()
        }
        _ => None,
    }
}

/// What a function gives that has the library's own implementation.
fn given(eval: &Eval<'_>, call: &Call<'_>) -> Option<Value> {
    let model = eval.program.models.service_given_by(call.path)?;
    let made = servers::external(eval.program, model.path, &Ty::Unknown, call.span)?;
    Some(Value::Router(Box::new(made)))
}

/// The type of the implementation in a server's first argument.
fn implementation(eval: &Eval<'_>, call: &Call<'_>) -> Ty {
    let written = call
        .arg_exprs
        .first()
        .map(|it| eval.values.typing(call.body).ty(*it).peel_refs().clone());
    let mut ty = written.unwrap_or(Ty::Unknown);
    while let Ty::External(path, args) = &ty
        && matches!(path.as_str(), "std::sync::Arc" | "std::boxed::Box")
        && let Some(inner) = args.first()
    {
        ty = inner.peel_refs().clone();
    }
    match ty {
        Ty::Adt(..) => ty,
        _ => call.args.first().and_then(Value::local_type).unwrap_or(ty),
    }
}

/// The interceptor in an argument, as a layer.
fn interceptor(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Vec<Arc<Layer>> {
    let Some(value) = call.args.get(at) else {
        return Vec::new();
    };
    let expr = call.arg_exprs.get(at).copied();
    let span = arg_span(eval, call, at);
    let layers = eval.layers(value, call.body, expr, span).into_iter();
    let layers = layers.map(|layer| {
        let layer = (*layer).clone();
        Arc::new(Layer {
            kind: LayerKind::Interceptor(Box::new(layer.kind)),
            ..layer
        })
    });
    layers.collect()
}

/// The service in an argument: by its value or, where nobody knows where it comes from, by its
/// type.
fn service(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Option<Router> {
    if let Some(Value::Router(router)) = call.args.get(at) {
        return Some((**router).clone());
    }
    let expr = *call.arg_exprs.get(at)?;
    let ty = eval.values.typing(call.body).ty(expr).clone();
    by_type(eval, &ty, expr_span(eval, call.body, expr))
}

/// The service that a type says it is.
fn by_type(eval: &Eval<'_>, ty: &Ty, span: Span) -> Option<Router> {
    let Ty::External(path, args) = ty.peel_refs() else {
        return eval.servers.service(eval.program, ty, span);
    };
    match path.as_str() {
        "std::option::Option" | "std::sync::Arc" | "std::boxed::Box" => {
            by_type(eval, args.first()?, span)
        }
        "tonic::service::interceptor::InterceptedService"
        | "tonic_async_interceptor::AsyncInterceptedService"
        | "tonic_middleware::InterceptorFor"
        | "tonic_middleware::MiddlewareFor" => {
            let mut inner = by_type(eval, args.first()?, span)?;
            let kind = match args.get(1) {
                Some(ty @ (Ty::Adt(..) | Ty::External(..))) => {
                    LayerKind::Type(ty.clone(), Vec::new())
                }
                _ => LayerKind::Unknown,
            };
            let layer = Layer {
                name: eval.layer_name(&kind, span),
                span,
                kind: LayerKind::Interceptor(Box::new(kind)),
                conditions: Vec::new(),
                written: None,
            };
            inner.cover(&[Arc::new(layer)], true);
            Some(inner)
        }
        _ => eval.servers.service(eval.program, ty, span),
    }
}

/// Adds the service in the last argument.
fn add_service(eval: &Eval<'_>, router: &mut Router, call: &Call<'_>, optional: bool) {
    let Some(service) = service(eval, call, 0) else {
        let span = arg_span(eval, call, 0);
        router.lost.push(Lost {
            reason: format!(
                "service `{}` could not be followed",
                shorten(eval.sources.slice(span))
            ),
            span,
        });
        return;
    };
    let (routes, lost) = service.finish();
    for mut route in routes {
        route.registered = call.span;
        if optional && route.conditions.is_empty() {
            route.conditions.push("the service is configured".into());
        }
        router.routes.push(route);
    }
    router.lost.extend(lost);
}

/// Methods of servers, routes and services.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    if router.kind == RouterKind::Service {
        return service_method(router, call);
    }
    match call.name {
        "add_service" | "add_optional_service" => {
            add_service(eval, &mut router, call, call.name == "add_optional_service");
            // A server stays what it was: `add_service` copies it.
            if router.kind == RouterKind::App {
                router.span = call.span;
            }
        }
        "add_routes" => {
            router.span = call.span;
            match call.args.pop() {
                Some(Value::Router(routes)) => {
                    let (routes, lost) = routes.finish();
                    router.routes.extend(routes);
                    router.lost.extend(lost);
                }
                _ => router.lost.push(Lost {
                    reason: "routes could not be followed".into(),
                    span: call.span,
                }),
            }
        }
        // Of several, the first is the outermost.
        "layer" => {
            for layer in axum::layers_of(eval, call) {
                router.wraps.insert(0, layer);
            }
        }
        "tls_config" => {
            let layers = axum::layers_of(eval, call).into_iter();
            router
                .wraps
                .extend(layers.filter(|it| demands_certificate(it)));
        }
        "timeout" | "trace_fn" => {
            let layer = setting("tonic::transport::Server", call);
            router.wraps.push(layer);
        }
        "routes" | "prepare" | "clone" | "into" | "unwrap" | "expect" => {
            if call.name == "routes" {
                router.kind = RouterKind::App;
            }
        }
        "into_axum_router" | "into_router" | "into_service" | "axum_router_mut" => {
            let (routes, lost) = router.finish();
            let mut made = Router::new(RouterKind::App, axum::NAME, call.span);
            made.routes = routes;
            made.lost = lost;
            return Ok(Value::Router(Box::new(made)));
        }
        "serve"
        | "serve_with_shutdown"
        | "serve_with_incoming"
        | "serve_with_incoming_shutdown" => {
            // A server serves what it is handed, a router what it has.
            for at in 0..call.args.len() {
                if matches!(&call.args[at], Value::Router(_))
                    && let Some(service) = service(eval, call, at)
                {
                    let (routes, lost) = service.finish();
                    router.routes.extend(routes);
                    router.lost.extend(lost);
                }
            }
            eval.emit(&Value::Router(Box::new(router)), call.span);
            return Ok(Value::Unknown);
        }
        // `accept_http1`, `load_shed`, windows and keep-alives protect from nothing that we show.
        _ if is_server_setting(call.name) => {}
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

fn is_server_setting(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "accept_http1",
        "concurrency_limit_per_connection",
        "load_shed",
        "initial_stream_window_size",
        "initial_connection_window_size",
        "max_concurrent_streams",
        "max_frame_size",
        "max_connection_age",
    ];
    NAMES.contains(&name) || name.starts_with("http2_") || name.starts_with("tcp_")
}

/// Methods of a generated server.
fn service_method(mut router: Router, call: &Call<'_>) -> Result<Value, Value> {
    match call.name {
        "max_decoding_message_size" => {
            // What is set last counts.
            for route in &mut router.routes {
                route.layers.retain(|it| it.name != call.name);
            }
            router.cover(&[setting("tonic::server::Grpc", call)], true);
        }
        "accept_compressed"
        | "send_compressed"
        | "max_encoding_message_size"
        | "accept_gzip"
        | "send_gzip"
        | "clone"
        | "into"
        | "unwrap"
        | "expect" => {}
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

/// A setting that works as a layer does.
fn setting(owner: &str, call: &Call<'_>) -> Arc<Layer> {
    let ty = Ty::external(&format!("{owner}::{}", call.name), []);
    Arc::new(Layer {
        name: call.name.to_owned(),
        span: call.span,
        kind: LayerKind::Type(ty, call.args.clone()),
        conditions: Vec::new(),
        written: call.arg_exprs.first().map(|it| (call.body, *it)),
    })
}

/// Whether a method of `ServerTlsConfig` says what is demanded of clients.
pub(super) fn is_tls_method(name: &str) -> bool {
    matches!(name, "client_ca_root" | "client_auth_optional")
}

/// `ServerTlsConfig`: what its connections demand.
pub(super) fn tls_method(mut layers: Vec<Arc<Layer>>, call: &Call<'_>) -> Vec<Arc<Layer>> {
    match (call.name, call.args.first()) {
        ("client_ca_root", _) => layers.push(setting("tonic::transport::ServerTlsConfig", call)),
        (_, Some(Value::Bool(false))) => {}
        (_, Some(Value::Bool(true))) => layers.clear(),
        _ => {
            for layer in &mut layers {
                *layer = layer.under("client certificates are not optional");
            }
        }
    }
    layers
}

fn demands_certificate(layer: &Layer) -> bool {
    matches!(&layer.kind, LayerKind::Type(ty, _) if ty.is_external(CLIENT_CERTIFICATE))
}
