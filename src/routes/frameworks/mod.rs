//! How each framework composes routes: one adapter per framework.
//!
//! An adapter answers the calls of router-building code: library functions by canonical
//! path, methods by the router they are called on. It knows nothing of what guards what.

mod actix;
mod actix_attributes;
mod actix_family;
mod actix_guards;
mod actix_order;
mod arguments;
mod attribute;
mod axum;
mod axum_body;
mod axum_stack;
mod documentation;
mod dropshot;
mod gotham;
mod graphql;
mod hyper;
mod hyper_branches;
mod hyper_subjects;
mod loco;
mod path;
mod poem;
mod poem_openapi;
mod rocket;
mod salvo;
mod salvo_filters;
mod server_fns;
mod tide;
mod tonic;
mod viz;
mod warp;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::endpoint::{HandlerTarget, Purpose};
use super::eval::{Call, Eval};
use super::filter::Chain;
use super::purpose;
use super::value::{Lost, Route, Router, RouterKind, Value};
use crate::facts::body::MacroCall;
use crate::facts::{ExprId, Mention};
use crate::program::{BodyKey, FnId, Program, Ty};
use crate::source::{Name, Span};
use crate::values::Values;

pub use graphql::{asked_path, is_graphql};
pub use path::normalise;
pub use tonic::Servers;

/// The frameworks, with the crates that show a service uses them.
pub const FRAMEWORKS: [(&str, &[&str]); 13] = [
    (
        axum::NAME,
        &[
            "axum",
            "axum_core",
            "axum_extra",
            "utoipa_axum",
            "aide",
            "loco_rs",
        ],
    ),
    (actix::NAME, &["actix_web", "utoipa_actix_web"]),
    (actix::NTEX, &["ntex"]),
    (rocket::NAME, &["rocket", "rocket_okapi"]),
    (tonic::NAME, &["tonic"]),
    (poem::NAME, &["poem", "poem_openapi"]),
    (warp::NAME, &["warp"]),
    (salvo::NAME, &["salvo", "salvo_core"]),
    (dropshot::NAME, &["dropshot"]),
    (viz::NAME, &["viz", "viz_core", "viz_router"]),
    (tide::NAME, &["tide"]),
    (gotham::NAME, &["gotham"]),
    (hyper::NAME, &["hyper"]),
];

/// Whether routes that are mounted together can be guarded together, by a layer on the mount.
/// What Rocket mounts is guarded handler by handler: its fairings reject nobody. dropshot has no layers.
pub fn guards_mounts(framework: &str) -> bool {
    framework != rocket::NAME && framework != dropshot::NAME
}

/// The methods of requests that a route of this method answers.
pub fn methods_to(framework: &str, method: &str) -> &'static [&'static str] {
    const ALL: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ];
    match ALL.iter().position(|it| *it == method) {
        // axum 0.8 `src/routing/method_routing.rs`: `get` answers HEAD too.
        Some(0) if framework == axum::NAME => &ALL[..2],
        Some(at) => &ALL[at..=at],
        None => &ALL,
    }
}

/// Whether what one registration adds is guarded together: a gRPC service, with all its methods.
pub fn guards_registrations(framework: &str) -> bool {
    framework == tonic::NAME
}

/// What one registration adds that is guarded together, as reports call it.
pub fn registration_of(framework: &str, path: &str) -> Option<String> {
    let (service, _) = path.trim_start_matches('/').rsplit_once('/')?;
    guards_registrations(framework).then(|| format!("the service `{service}`"))
}

/// The method that says what an endpoint does. Of gRPC all are called by `POST`, and their names
/// tell whether they read; of GraphQL the kind of operation tells.
pub fn acts_as<'m>(framework: &str, method: &'m str, path: &str) -> &'m str {
    if let Some((kind, _)) = graphql::operation(path).filter(|_| is_graphql(framework)) {
        return match kind {
            "mutation" => "POST",
            _ => "GET",
        };
    }
    match framework == tonic::NAME && purpose::reads_by_name(path) {
        true => "GET",
        false => method,
    }
}

/// What an endpoint is for.
pub fn purpose_of(framework: &str, method: &str, path: &str, handler: &str) -> Purpose {
    if let Some((kind, name)) = graphql::operation(path).filter(|_| is_graphql(framework)) {
        return purpose::of_operation(kind == "mutation", name, handler);
    }
    match framework == tonic::NAME {
        true => purpose::of_rpc(path, handler),
        false => purpose::purpose(method, path, handler),
    }
}

/// Whether a library's handler shows documentation, and nothing else.
pub fn is_page(handler: Name) -> bool {
    documentation::is_page(handler) || poem_openapi::is_page(handler)
}

/// A call of a library function.
pub fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    if let Some(value) = loco::call(eval, call) {
        return Some(value);
    }
    if let Some(value) = server_fns::call(eval, call) {
        return Some(value);
    }
    match crate_of(call.path) {
        "axum" | "axum_core" | "axum_extra" | "utoipa_axum" | "aide" | "loco_rs" | "tower"
        | "tower_http" | "tower_layer" | "axum_server" => axum::call(eval, call),
        "hyper" => hyper::call(eval, call).or_else(|| axum::call(eval, call)),
        "actix_web" | "actix_files" | "utoipa_actix_web" | "actix_web_lab" | "actix_web_extras"
        | "ntex" | "ntex_files" => actix::call(eval, call),
        "rocket" => rocket::call(eval, call),
        "salvo" => salvo::call(eval, call),
        "dropshot" => dropshot::call(call),
        "viz" | "viz_core" | "viz_router" => viz::call(eval, call),
        "tide" => tide::call(call),
        "gotham" => gotham::call(eval, call),
        "warp" => warp::call(eval, call),
        "poem" | "poem_lambda" => poem::call(eval, call),
        "poem_openapi" => poem_openapi::call(eval, call),
        _ if dropshot::describes(call.name) => {
            let names: Vec<Name> = call.path.split("::").map(Name::new).collect();
            unwritten_call(eval, &names, call)
        }
        _ => tonic::call(eval, call),
    }
}

/// A call of a function of the program that stands for something of a framework: generated code.
pub fn own_call(eval: &Eval<'_>, id: FnId, call: &Call<'_>) -> Option<Value> {
    tonic::own_call(eval, id, call)
}

/// Whether a function is called as one that a macro of a framework makes.
pub fn may_be_unwritten(name: Name) -> bool {
    dropshot::describes(name.as_str())
}

/// A call of a function that nobody has written, by its path: one that a macro of a framework makes.
pub fn unwritten_call(eval: &Eval<'_>, path: &[Name], call: &Call<'_>) -> Option<Value> {
    dropshot::made_by_trait(eval, path, call)
}

/// A method on a router, layer stack or handler; gives the receiver back if it is not known.
pub fn method(eval: &mut Eval<'_>, receiver: Value, call: &mut Call<'_>) -> Result<Value, Value> {
    let receiver = match receiver {
        Value::Router(router)
            if matches!(
                router.kind,
                RouterKind::Controller | RouterKind::Controllers
            ) =>
        {
            return loco::method(eval, *router, call);
        }
        Value::Router(router) if router.framework == warp::NAME => {
            return warp::method(eval, *router, call);
        }
        other => other,
    };
    let receiver = match receiver {
        Value::Router(router) if router.framework == tonic::NAME => {
            return tonic::method(eval, *router, call);
        }
        Value::Layers(layers) if tonic::is_tls_method(call.name) => {
            return Ok(Value::Layers(tonic::tls_method(layers, call)));
        }
        Value::Router(router) if router.framework == poem::NAME => {
            return match router.kind {
                RouterKind::List => poem_openapi::method(eval, *router, call),
                _ => poem::method(eval, *router, call),
            };
        }
        Value::Router(router) if router.framework == dropshot::NAME => {
            return dropshot::method(eval, *router, call);
        }
        Value::Router(router) if router.framework == viz::NAME => {
            return viz::method(eval, *router, call);
        }
        Value::Router(router) if router.framework == tide::NAME => {
            return tide::method(eval, *router, call);
        }
        Value::Router(router) if router.framework == gotham::NAME => {
            return gotham::method(eval, *router, call);
        }
        Value::Router(_) => receiver,
        other => match poem::value_method(eval, other, call) {
            Ok(value) => return Ok(value),
            Err(other) => other,
        },
    };
    let receiver = match receiver {
        Value::Callable(handler) => match viz::handler_method(eval, handler, call) {
            Ok(value) => return Ok(value),
            Err(other) => other,
        },
        other => other,
    };
    let framework = match &receiver {
        Value::Router(router) => router.framework,
        _ => axum::NAME,
    };
    let is_handler = match &receiver {
        Value::Callable(_) => true,
        Value::Router(router) => router.kind == RouterKind::Methods,
        _ => false,
    };
    if is_handler && let Some(hooped) = salvo::handler_method(eval, &receiver, call) {
        return Ok(hooped);
    }
    if server_fns::mounts(call.name)
        && let Value::Router(mut router) = receiver
    {
        let before = router.routes.len();
        router.routes.push(server_fns::all(call.span));
        router.note_missed(before, call.span);
        return Ok(Value::Router(router));
    }
    match framework {
        salvo::NAME => match receiver {
            Value::Router(router) => salvo::method(eval, *router, call),
            other => Err(other),
        },
        axum::NAME => axum::method(eval, receiver, call),
        actix::NAME | actix::NTEX => actix::method(eval, receiver, call),
        rocket::NAME => rocket::method(eval, receiver, call),
        _ => Err(receiver),
    }
}

/// What the framework does to what a function returned that only the framework calls.
pub fn hooked(eval: &mut Eval<'_>, hook: FnId, value: Value) -> Value {
    loco::after_routes(eval, hook, value)
}

/// A method on another object that matters for routing: servers, builders.
pub fn object_method(eval: &mut Eval<'_>, receiver: &Value, call: &mut Call<'_>) -> Option<Value> {
    tonic::object_method(eval, receiver, call)
        .or_else(|| poem::object_method(eval, receiver, call))
        .or_else(|| warp::object_method(receiver, call))
        .or_else(|| salvo::object_method(eval, receiver, call))
        .or_else(|| gotham::object_method(eval, receiver, call))
        .or_else(|| server_fns::object_method(eval, receiver, call))
        .or_else(|| hyper::object_method(eval, call))
        .or_else(|| axum::object_method(eval, receiver, call))
}

/// The routes of a router that is served, and what of it could not be followed.
pub fn finish(values: &Values<'_>, router: Router) -> (Vec<Route>, Vec<Lost>) {
    let (routes, mut lost) = match router.framework {
        warp::NAME => warp::finish(values, router),
        _ => router.finish(),
    };
    let routes = server_fns::expanded(values, routes);
    let (routes, more) = graphql::with_operations(values, routes);
    lost.extend(more);
    (routes, lost)
}

/// What two branches of the program make of a filter that only checks: one that does either.
pub fn switched(a: &Router, b: &Router, condition: Option<&str>) -> Option<Router> {
    let is_filter = |it: &Router| it.kind == RouterKind::Filter && it.framework == warp::NAME;
    (is_filter(a) && is_filter(b)).then(|| warp::switched(a, b, condition))?
}

/// What two branches of the program put before the same handler, if they differ.
pub fn merged(a: &Route, b: &Route, condition: Option<&str>) -> Option<Arc<Chain>> {
    warp::merged(a, b, condition)
}

/// Whether calling a function of the program makes a handler out of it.
pub fn makes_handler(program: &Program, id: FnId) -> bool {
    salvo::makes_handler(program, id)
}

/// Whether a handler reads the body of its request past what layers set for extractors.
pub fn reads_unlimited(program: &Program, handler: FnId) -> bool {
    axum_body::reads_unlimited(program, handler)
}

/// Whether a handler, as its framework calls it, reads the body of its request as far as layers and
/// settings allow: of frameworks that tell by types, whether a type says so.
pub fn reads_limited(values: &Values<'_>, framework: &str, handler: HandlerTarget) -> bool {
    framework != axum::NAME || axum_body::reads_limited(values, handler)
}

/// A macro that makes routes.
pub fn macro_call(
    eval: &mut Eval<'_>,
    body: BodyKey,
    id: ExprId,
    call: &MacroCall,
) -> Option<Value> {
    match call.path.last()?.as_str() {
        "path" => warp::macro_call(eval, body, id, call),
        _ => axum::macro_call(eval, body, id, call)
            .or_else(|| rocket::macro_call(eval, body, id, call)),
    }
}

/// Macros that make routes.
const BUILDING_MACROS: [&str; 4] = [
    "routes",
    "openapi_get_routes",
    "openapi_get_routes_spec",
    "path",
];

/// Library functions that start a router: code that calls them is worth running. Those that
/// end in `*` stand for all that begin so.
const BUILDERS: [&str; 86] = [
    "axum::Router::new",
    "axum::Router::default",
    "axum::routing::*",
    "axum::middleware::from_*",
    "tower::ServiceBuilder::*",
    "utoipa_axum::router::OpenApiRouter::new",
    "utoipa_axum::router::OpenApiRouter::with_openapi",
    "utoipa_axum::router::OpenApiRouter::default",
    "aide::axum::ApiRouter::new",
    "aide::axum::ApiRouter::default",
    "aide::axum::routing::ApiRouter::new",
    "loco_rs::controller::Routes::new",
    "loco_rs::controller::Routes::at",
    "loco_rs::controller::AppRoutes::with_default_routes",
    "loco_rs::controller::AppRoutes::empty",
    "actix_web::App::new",
    "actix_web::web::scope",
    "actix_web::web::resource",
    "utoipa_actix_web::scope",
    "utoipa_actix_web::scope::scope",
    "ntex::web::App::new",
    "ntex::web::App::with",
    "ntex::web::App::default",
    "ntex::web::scope",
    "ntex::web::resource",
    "ntex::web::service",
    "rocket::build",
    "rocket::custom",
    "rocket::ignite",
    "rocket::Rocket::build",
    "rocket::Rocket::custom",
    "tonic::transport::Server::builder",
    "tonic::transport::Server::default",
    "tonic::transport::ServerTlsConfig::new",
    "tonic::service::Routes::new",
    "tonic::service::Routes::default",
    "tonic::service::Routes::builder",
    "tonic::service::RoutesBuilder::default",
    "tonic_health::server::health_reporter",
    "tonic_reflection::server::Builder::configure",
    "tonic_middleware::InterceptorFor::new",
    "tonic_middleware::MiddlewareFor::new",
    "poem::Route::new",
    "poem::Route::default",
    "poem::RouteMethod::new",
    "poem::RouteDomain::new",
    "poem::RouteScheme::new",
    "poem::Server::new",
    "poem::get",
    "poem::post",
    "poem::put",
    "poem::delete",
    "poem::patch",
    "poem::head",
    "poem::options",
    "poem::trace",
    "poem_openapi::OpenApiService::new",
    "salvo::Router::new",
    "salvo::Router::default",
    "salvo::Router::with_path",
    "salvo::Router::try_with_path",
    "salvo::Router::with_hoop",
    "salvo::Router::with_hoop_when",
    "salvo::Router::with_filter",
    "salvo::Router::with_filter_fn",
    "salvo::Router::with_host",
    "salvo::Router::with_port",
    "salvo::Router::with_scheme",
    "salvo::Service::new",
    "dropshot::ApiDescription::new",
    "dropshot::ApiDescription::default",
    "dropshot::HttpServerStarter::new",
    "dropshot::HttpServerStarter::new_with_tls",
    "dropshot::ServerBuilder::new",
    "viz_router::Router::new",
    "viz_router::Router::default",
    "viz_router::Route::new",
    "viz_router::Resources::default",
    "viz_router::Tree::from",
    "tide::new",
    "tide::with_state",
    "tide::Server::new",
    "tide::Server::with_state",
    "tide::Server::default",
    "gotham::router::build_router",
    "gotham::router::build_simple_router",
];

/// What stands behind a `*`, or the type that it belongs to (axum 0.3 to 0.8, tower 0.4 and 0.5).
const BUILDING_ITEMS: [(&str, &[&str]); 3] = [
    (
        "axum::routing",
        &[
            "any",
            "any_service",
            "connect",
            "connect_service",
            "delete",
            "delete_service",
            "get",
            "get_service",
            "head",
            "head_service",
            "on",
            "on_service",
            "options",
            "options_service",
            "patch",
            "patch_service",
            "post",
            "post_service",
            "put",
            "put_service",
            "trace",
            "trace_service",
            "MethodRouter",
        ],
    ),
    (
        "axum::middleware",
        &[
            "from_extractor",
            "from_extractor_with_state",
            "from_fn",
            "from_fn_with_state",
        ],
    ),
    ("tower", &["ServiceBuilder"]),
];

/// Whether a macro of this name makes routes.
pub fn building_macro(name: &str) -> bool {
    BUILDING_MACROS.contains(&name)
}

/// Whether a library function starts a router.
pub fn builds(path: &str) -> bool {
    BUILDERS.iter().any(|it| match it.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == *it,
    }) || hyper::BUILDERS.contains(&path)
        || server_fns::BUILDERS.contains(&path)
        || warp::builds(path)
}

/// The bodies that may start a router, in order: known without reading them.
pub fn building_bodies(program: &Program, servers: &Servers) -> Vec<BodyKey> {
    let exact = BUILDERS.iter().filter(|it| !it.ends_with('*'));
    let exact = exact.chain(&hyper::BUILDERS);
    let exact = exact.chain(&server_fns::BUILDERS);
    let starting = BUILDING_ITEMS
        .iter()
        .chain(&warp::FILTERS)
        .flat_map(|(module, names)| {
            let names = names.iter();
            names.map(move |name| Name::new(&format!("{module}::{name}")))
        });
    let items: FxHashSet<Name> = exact.map(|it| Name::new(it)).chain(starting).collect();
    let used = |path: &&str| program.may_use(path.split("::").next().unwrap_or(path));
    let paths = items.iter().map(|it| it.as_str()).filter(used);
    let mut bodies = program.using(paths, false, |path| items.contains(&path));
    let macros = BUILDING_MACROS.iter();
    let macros = macros.flat_map(|name| program.hashes_of(Name::new(name), &[Mention::Macro]));
    bodies.extend(program.mentioning(&macros.collect()));
    let servers = servers.names(program).into_iter();
    let servers = servers.flat_map(|name| program.hashes_of(name, &Mention::IN_PATH));
    bodies.extend(program.mentioning(&servers.collect()));
    bodies.sort_unstable();
    bodies.dedup();
    bodies
}

/// Whether a type is a router, scope, configuration or list of routes.
pub fn is_router(ty: &Ty) -> bool {
    let held = |inner: &Ty| is_router(inner);
    match ty {
        Ty::Ref(inner) | Ty::Future(inner) | Ty::Slice(inner) => held(inner),
        Ty::Tuple(all) => all.iter().any(held),
        Ty::External(path, args) => router_kind(path.as_str()).is_some() || args.iter().any(held),
        Ty::Opaque(bounds) | Ty::Param(_, bounds) | Ty::Dyn(bounds) => warp::is_filter(bounds),
        _ => false,
    }
}

/// The value of a parameter that a caller outside the program hands in.
pub fn parameter(program: &Program, ty: &Ty, span: Span) -> Option<Value> {
    let _ = program;
    let bounds = match ty.peel_refs() {
        Ty::Opaque(bounds) | Ty::Param(_, bounds) => Some(bounds),
        _ => None,
    };
    let is_boxed = ty.peel_refs().is_external("warp::filters::BoxedFilter");
    if is_boxed || bounds.is_some_and(warp::is_filter) {
        let unknown = warp::unknown("the filter that is handed in", span);
        return Some(Value::Router(Box::new(unknown)));
    }
    let path = ty.peel_refs().external_path()?;
    let (kind, framework) = router_kind(path.as_str())?;
    Some(Value::Router(Box::new(Router::new(kind, framework, span))))
}

fn router_kind(path: &str) -> Option<(RouterKind, &'static str)> {
    Some(match path {
        "axum::Router" | "utoipa_axum::router::OpenApiRouter" | "aide::axum::ApiRouter" => {
            (RouterKind::App, axum::NAME)
        }
        "axum::routing::MethodRouter" | "aide::axum::routing::ApiMethodRouter" => {
            (RouterKind::Methods, axum::NAME)
        }
        "actix_web::App" => (RouterKind::App, actix::NAME),
        "actix_web::web::ServiceConfig"
        | "actix_web::Scope"
        | "utoipa_actix_web::service_config::ServiceConfig"
        | "utoipa_actix_web::scope::Scope" => (RouterKind::Scope, actix::NAME),
        "actix_web::Resource" => (RouterKind::Resource, actix::NAME),
        "actix_web::Route" => (RouterKind::Methods, actix::NAME),
        "ntex::web::App" => (RouterKind::App, actix::NTEX),
        "ntex::web::ServiceConfig" | "ntex::web::Scope" => (RouterKind::Scope, actix::NTEX),
        "ntex::web::Resource" => (RouterKind::Resource, actix::NTEX),
        "ntex::web::Route" => (RouterKind::Methods, actix::NTEX),
        "rocket::Rocket" => (RouterKind::App, rocket::NAME),
        "rocket::Route" => (RouterKind::List, rocket::NAME),
        "salvo::Router" | "salvo::Service" => (RouterKind::App, salvo::NAME),
        "warp::filters::BoxedFilter" => (RouterKind::Filter, warp::NAME),
        "poem::Route" => (RouterKind::App, poem::NAME),
        "poem::RouteMethod" => (RouterKind::Methods, poem::NAME),
        "poem::RouteDomain" | "poem::RouteScheme" => (RouterKind::Hosts, poem::NAME),
        "poem_openapi::OpenApiService" => (RouterKind::List, poem::NAME),
        "dropshot::ApiDescription" => (RouterKind::App, dropshot::NAME),
        _ if viz::kind(path).is_some() => (viz::kind(path)?, viz::NAME),
        _ if tide::kind(path).is_some() => (tide::kind(path)?, tide::NAME),
        _ if gotham::kind(path).is_some() => (gotham::kind(path)?, gotham::NAME),
        _ => match tonic::kind(path) {
            Some(kind) => (kind, tonic::NAME),
            None => (loco::kind(path)?, axum::NAME),
        },
    })
}

/// The first segment of a path.
fn crate_of(path: &str) -> &str {
    path.split("::").next().unwrap_or_default()
}

/// The handler functions that the paths in a list macro name (`routes![a, b::c]`).
fn named_functions(
    eval: &Eval<'_>,
    body: BodyKey,
    call: &MacroCall,
) -> Vec<(ExprId, Option<crate::program::FnId>)> {
    let typing = eval.values.typing(body);
    call.args
        .as_deref()
        .unwrap_or(&[])
        .iter()
        .map(|arg| {
            let found = typing
                .defs(arg.value)
                .iter()
                .find_map(|callee| match callee {
                    crate::values::Callee::Fn(candidate) => Some(candidate.id),
                    _ => None,
                });
            (arg.value, found)
        })
        .collect()
}

/// The HTTP method that a function or builder is named after.
fn method_named(name: &str) -> Option<String> {
    matches!(
        name,
        "get" | "post" | "put" | "delete" | "patch" | "head" | "options" | "trace" | "connect"
    )
    .then(|| name.to_ascii_uppercase())
}
