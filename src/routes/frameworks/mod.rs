//! How each framework composes routes: one adapter per framework.
//!
//! An adapter answers the calls of router-building code: library functions by canonical
//! path, methods by the router they are called on. It knows nothing of what guards what.

mod actix;
mod attribute;
mod axum;
mod documentation;
mod loco;
mod path;
mod rocket;

use rustc_hash::{FxHashMap, FxHashSet};

use super::eval::{Call, Eval};
use super::value::{Router, RouterKind, Value};
use crate::facts::body::MacroCall;
use crate::facts::{ExprId, Mention};
use crate::program::{BodyKey, FnId, ModuleId, Program, Ty};
use crate::source::{Name, Span};

pub use path::normalise;

/// The crates of axum, and those that export its functions.
const AXUM_CRATES: [&str; 6] = [
    "axum",
    "axum_core",
    "axum_extra",
    "utoipa_axum",
    "aide",
    "loco_rs",
];

/// The frameworks, with the crates that show a service uses them.
pub const FRAMEWORKS: [(&str, &[&str]); 3] = [
    (axum::NAME, &AXUM_CRATES),
    (actix::NAME, &["actix_web", "utoipa_actix_web"]),
    (rocket::NAME, &["rocket", "rocket_okapi"]),
];

/// Whether routes that are mounted together can be guarded together, by a layer on the mount.
/// What Rocket mounts is guarded handler by handler: its fairings reject nobody.
pub fn guards_mounts(framework: &str) -> bool {
    framework != rocket::NAME
}

/// Whether a library's handler shows documentation, and nothing else.
pub fn is_page(handler: Name) -> bool {
    documentation::is_page(handler)
}

/// A call of a library function.
pub fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    if let Some(value) = loco::call(eval, call) {
        return Some(value);
    }
    match crate_of(call.path) {
        "axum" | "axum_core" | "axum_extra" | "utoipa_axum" | "aide" | "loco_rs" | "tower"
        | "tower_http" | "tower_layer" | "axum_server" | "hyper" => axum::call(eval, call),
        "actix_web" | "actix_files" | "utoipa_actix_web" | "actix_web_lab" | "actix_web_extras" => {
            actix::call(eval, call)
        }
        "rocket" => rocket::call(eval, call),
        _ => None,
    }
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
        other => other,
    };
    let framework = match &receiver {
        Value::Router(router) => router.framework,
        _ => axum::NAME,
    };
    match framework {
        axum::NAME => axum::method(eval, receiver, call),
        actix::NAME => actix::method(eval, receiver, call),
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
    axum::object_method(eval, receiver, call)
}

/// A macro that makes routes.
pub fn macro_call(
    eval: &mut Eval<'_>,
    body: BodyKey,
    id: ExprId,
    call: &MacroCall,
) -> Option<Value> {
    axum::macro_call(eval, body, id, call).or_else(|| rocket::macro_call(eval, body, id, call))
}

/// Macros that make routes.
const BUILDING_MACROS: [&str; 3] = ["routes", "openapi_get_routes", "openapi_get_routes_spec"];

/// Library functions that start a router: code that calls them is worth running. Those that
/// end in `*` stand for all that begin so.
const BUILDERS: [&str; 25] = [
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
    "rocket::build",
    "rocket::custom",
    "rocket::ignite",
    "rocket::Rocket::build",
    "rocket::Rocket::custom",
];

/// What the functions behind a `*` are called, and the types that they belong to (axum 0.3 to
/// 0.8, tower 0.4 and 0.5).
const BUILDING_NAMES: [&str; 28] = [
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
    "from_extractor",
    "from_extractor_with_state",
    "from_fn",
    "from_fn_with_state",
    "ServiceBuilder",
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
    })
}

/// The bodies that may start a router, in order: known without reading them.
pub fn building_bodies(program: &Program) -> Vec<BodyKey> {
    let used = |path: &&&str| program.may_use(path.split("::").next().unwrap_or(path));
    let exact = BUILDERS.iter().filter(used).filter(|it| !it.ends_with('*'));
    let names = exact.map(|path| mentioned_name(path));
    let names = names.flat_map(|name| program.hashes_of(Name::new(name), &[Mention::Plain]));
    let macros = BUILDING_MACROS.iter();
    let macros = macros.flat_map(|name| program.hashes_of(Name::new(name), &[Mention::Macro]));
    let told: FxHashSet<u16> = names.chain(macros).collect();
    // `get`, `delete` and `any` are functions of many libraries.
    let common = BUILDING_NAMES.iter();
    let common = common.flat_map(|name| program.hashes_of(Name::new(name), &[Mention::Plain]));
    let common: FxHashSet<u16> = match ["axum", "tower"].iter().any(|it| program.may_use(it)) {
        true => common.collect(),
        false => FxHashSet::default(),
    };
    let qualified: FxHashSet<u16> = ["axum", "tower", "routing", "middleware"]
        .iter()
        .flat_map(|name| program.hashes_of(Name::new(name), &[Mention::Plain]))
        .collect();
    let mut modules: FxHashMap<ModuleId, bool> = FxHashMap::default();
    let bodies = program.bodies.iter().enumerate().filter(|(_, data)| {
        let mentions = data.body.mentions();
        mentions.has_any(&told)
            || mentions.has_any(&common)
                && (mentions.has_any(&qualified)
                    || *modules
                        .entry(data.module)
                        .or_insert_with(|| may_import_builders(program, data.module)))
    });
    bodies.map(|(index, _)| BodyKey(index as u32)).collect()
}

/// Whether a module may have brought axum's functions in: from axum or what exports it, or by way
/// of a module of the program.
fn may_import_builders(program: &Program, module: ModuleId) -> bool {
    let data = &program[module];
    let dependencies = &program[data.krate].dependencies;
    let imports = data.imports.iter().any(|import| {
        let Some(first) = import.path.first() else {
            return false;
        };
        let library = dependencies.get(first).unwrap_or(first).as_str();
        if library == "tower" || AXUM_CRATES.contains(&library) {
            return true;
        }
        let is_ours = !dependencies.contains_key(first) && library != "std";
        let last = import.path.last().map_or("", |it| it.as_str());
        is_ours && (import.name.is_none() || last == "routing" || BUILDING_NAMES.contains(&last))
    });
    imports
        || data
            .parent
            .filter(|_| data.of_body)
            .is_some_and(|parent| may_import_builders(program, parent))
}

/// What whoever calls a library function has to write of its path: the type that it belongs to,
/// or its own name.
fn mentioned_name(path: &str) -> &str {
    let mut last = path.rsplit("::");
    let (name, owner) = (last.next().unwrap_or(path), last.next());
    owner
        .filter(|it| it.starts_with(char::is_uppercase))
        .unwrap_or(name)
}

/// Whether a type is a router, scope, configuration or list of routes.
pub fn is_router(ty: &Ty) -> bool {
    let held = |inner: &Ty| is_router(inner);
    match ty {
        Ty::Ref(inner) | Ty::Future(inner) | Ty::Slice(inner) => held(inner),
        Ty::Tuple(all) => all.iter().any(held),
        Ty::External(path, args) => router_kind(path.as_str()).is_some() || args.iter().any(held),
        _ => false,
    }
}

/// The value of a parameter that a caller outside the program hands in.
pub fn parameter(program: &Program, ty: &Ty, span: Span) -> Option<Value> {
    let _ = program;
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
        "rocket::Rocket" => (RouterKind::App, rocket::NAME),
        "rocket::Route" => (RouterKind::List, rocket::NAME),
        _ => (loco::kind(path)?, axum::NAME),
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
