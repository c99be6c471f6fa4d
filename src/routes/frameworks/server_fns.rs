//! Server functions, leptos 0.5 to 0.8 and dioxus 0.6 and 0.7, behind the router that mounts them.
//!
//! Each function with `#[server]` is an endpoint: `POST {prefix}/{name}{hash}`, the prefix `/api` and the
//! hash of the package's folder and the module unless the attribute says otherwise; with an `endpoint`
//! there is no hash. It stands for itself in paths: `/api/add_todo{hash}`. How the arguments are sent
//! (`input`) says the method. dioxus 0.7 has `#[get("/path")]` and its like besides. All of them are
//! mounted at once, by the router's `leptos_routes`, or under a path by `handle_server_fns`. Sources:
//! server_fn_macro 0.6, 0.7, 0.8 `src/lib.rs`; server_fn 0.8 `src/codec`; leptos_axum 0.8 and
//! leptos_actix 0.8 `src/lib.rs`; dioxus-fullstack-macro 0.7 `src/lib.rs`.

use super::path::may_lie_under;
use super::{axum, method_named, normalise};
use crate::facts::body::Literal;
use crate::facts::{Attr, Expr, Mention, Meta, MetaValue};
use crate::program::{BodyKey, Def, FnDef, FnId, Program, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval};
use crate::routes::value::{Callable, Route, Router, RouterKind, Value};
use crate::source::{Name, Span};
use crate::values::{Callee, Text, Values};

pub(super) const LEPTOS: &str = "leptos";
pub(super) const DIOXUS: &str = "dioxus";

/// The crates that show that a program has server functions.
const CRATES: [&str; 6] = [
    "leptos",
    "leptos_axum",
    "leptos_actix",
    "server_fn",
    "dioxus",
    "dioxus_fullstack",
];

/// What stands for the handler of all server functions until they are known.
const ALL: &str = "server_fn::all";

/// Methods of routers that mount all server functions under their own paths.
const MOUNTING: [&str; 6] = [
    "leptos_routes",
    "leptos_routes_with_context",
    "serve_dioxus_application",
    "serve_api_application",
    "register_server_functions",
    "register_server_functions_with_context",
];

/// Whether a method of a router mounts all server functions.
pub(super) fn mounts(name: &str) -> bool {
    MOUNTING.contains(&name)
}

/// The route that stands for all server functions, mounted by the call at this place.
pub(super) fn all(span: Span) -> Route {
    let mut route = Route::new("ANY", HandlerTarget::External(Name::new(ALL)), span);
    route.path = vec![Text::known("/{*server_fn}", None)];
    route
}

/// Calls of functions that mount server functions.
pub(super) fn call(eval: &mut Eval<'_>, call: &Call<'_>) -> Option<Value> {
    let krate = call.path.split("::").next()?;
    if krate == "leptos_actix" && call.name.starts_with("handle_server_fns") {
        let mut made = Router::new(RouterKind::Methods, super::actix::NAME, call.span);
        let mut route = Route::new("ANY", HandlerTarget::External(Name::new(ALL)), call.span);
        route.registered = call.span;
        made.routes.push(route);
        return Some(Value::Router(Box::new(made)));
    }
    if !krate.starts_with(DIOXUS) {
        return None;
    }
    let mounted = || {
        let mut router = Router::new(RouterKind::App, axum::NAME, call.span);
        router.routes.push(all(call.span));
        Value::Router(Box::new(router))
    };
    match call.name {
        // The router that a program's own `serve` goes on from.
        "router" if call.path.contains("server::") => Some(mounted()),
        "serve" => {
            let Some(Value::Callable(made @ Callable::Closure(..))) = call.args.first() else {
                return None;
            };
            let (value, _) = eval.apply(&made.clone(), Vec::new());
            eval.emit(&value, call.span);
            Some(Value::Unknown)
        }
        "launch" => {
            eval.emit(&mounted(), call.span);
            Some(Value::Unknown)
        }
        _ => None,
    }
}

/// Methods of what launches a program of dioxus.
pub(super) fn object_method(
    eval: &mut Eval<'_>,
    receiver: &Value,
    call: &Call<'_>,
) -> Option<Value> {
    let Value::Object(Ty::External(path, _), _) = receiver else {
        return None;
    };
    if call.name != "launch" || !path.as_str().ends_with("LaunchBuilder") {
        return None;
    }
    let mut router = Router::new(RouterKind::App, axum::NAME, call.span);
    router.routes.push(all(call.span));
    eval.emit(&Value::Router(Box::new(router)), call.span);
    Some(Value::Unknown)
}

/// Library functions that mount server functions where no router is built.
pub(super) const BUILDERS: [&str; 6] = [
    "dioxus::LaunchBuilder::new",
    "dioxus::prelude::LaunchBuilder::new",
    "dioxus::launch",
    "dioxus::prelude::launch",
    "dioxus::serve",
    "dioxus::server::router",
];

/// One server function.
struct ServerFn {
    id: FnId,
    framework: &'static str,
    method: String,
    path: Text,
    written: Span,
}

/// The routes, with the server functions in the place of what mounts them.
pub(super) fn expanded(values: &Values<'_>, routes: Vec<Route>) -> Vec<Route> {
    let program = values.program;
    if !CRATES.iter().any(|it| program.may_use(it)) {
        return routes;
    }
    let running = running_bodies(program);
    let is_mount = |it: &Route| is_mount(values, &running, it);
    let (mut mounts, mut rest): (Vec<Route>, Vec<Route>) = routes.into_iter().partition(is_mount);
    if mounts.is_empty() {
        return rest;
    }
    // What stands under a path is asked before what takes all.
    mounts.sort_by_key(|it| it.handler == HandlerTarget::External(Name::new(ALL)));
    let functions = functions(program);
    let mut listed: Vec<FnId> = Vec::new();
    for mount in mounts {
        let under = Text::known(normalise(&mount.path), None);
        let mut is_used = false;
        for function in &functions {
            let path = std::slice::from_ref(&function.path);
            if !may_lie_under(path, &under) {
                continue;
            }
            is_used = true;
            if !listed.contains(&function.id) {
                listed.push(function.id);
                rest.push(route_of(&mount, function));
            }
        }
        if !is_used && mount.handler != HandlerTarget::External(Name::new(ALL)) {
            rest.push(mount);
        }
    }
    rest
}

fn route_of(mount: &Route, function: &ServerFn) -> Route {
    let mut route = mount.clone();
    route.path = vec![function.path.clone()];
    route.method.clone_from(&function.method);
    if matches!(
        mount.handler,
        HandlerTarget::Fn(_) | HandlerTarget::Closure(..)
    ) {
        route.through = Some(mount.handler);
    }
    route.handler = HandlerTarget::Fn(function.id);
    route.handler_name = None;
    route.handler_span = function.written;
    route.registered = function.written;
    route.framework = Some(function.framework);
    route
}

/// Whether a library's handler runs whatever server function is asked for.
fn runs_all(path: &str) -> bool {
    path == ALL
        || path.starts_with("leptos_") && path.contains("::handle_server_fns")
        || path.starts_with(DIOXUS) && path.ends_with("::handle_server_fn")
}

/// The bodies that may run them.
fn running_bodies(program: &Program) -> Vec<BodyKey> {
    let names = ["handle_server_fns", "handle_server_fns_with_context"].map(Name::new);
    let hashes = names.iter();
    let hashes = hashes.flat_map(|it| program.hashes_of(*it, &Mention::IN_PATH));
    program.mentioning(&hashes.collect())
}

/// Whether a route's handler runs whatever server function is asked for; `running` are the bodies that
/// may do so.
fn is_mount(values: &Values<'_>, running: &[BodyKey], route: &Route) -> bool {
    let program = values.program;
    let calls = |key: BodyKey| {
        let is_meant =
            |it: &Callee| matches!(it, Callee::External(path) if runs_all(path.as_str()));
        let mut exprs = program[key].body.exprs();
        running.contains(&key)
            && exprs.any(|(id, expr)| {
                let is_call = matches!(expr, Expr::Call { .. });
                is_call && values.typing(key).callees(id).iter().any(is_meant)
            })
    };
    match route.handler {
        HandlerTarget::External(path) => runs_all(path.as_str()),
        HandlerTarget::Fn(id) => program[id].body.is_some_and(calls),
        HandlerTarget::Closure(key, _) => calls(key),
        HandlerTarget::Unknown => false,
    }
}

/// The server functions of a program, in order.
fn functions(program: &Program) -> Vec<ServerFn> {
    let outside = program.fn_ids().filter(|(_, def)| !def.is_test);
    outside
        .filter_map(|(id, def)| {
            let mut attrs = def.attrs.iter();
            attrs.find_map(|attr| server_fn(program, id, def, attr))
        })
        .collect()
}

fn server_fn(program: &Program, id: FnId, def: &FnDef, attr: &Attr) -> Option<ServerFn> {
    let name = attr.meta.last_segment()?;
    let verb = method_named(name.as_str()).filter(|_| program.may_use(DIOXUS));
    if name != "server" && verb.is_none() {
        return None;
    }
    let framework = framework_of(program, def, attr)?;
    let (method, path) = match verb {
        // `#[get("/api/users/{id}?verbose", headers: HeaderMap)]`.
        Some(method) if framework == DIOXUS => {
            let written = attr.meta.list().iter().find_map(Meta::string)?;
            let path = written.split('?').next().unwrap_or(written);
            (method, path.to_owned())
        }
        Some(_) => return None,
        None => declared(&attr.meta, def.name.as_str()),
    };
    let written = attr.range.in_file(def.file);
    Some(ServerFn {
        id,
        framework,
        method,
        path: Text::known(path, Some(written)),
        written: def.name_span(),
    })
}

/// Whose attribute this is. Where a glob has brought it in, of a crate whose names are not known, it
/// is that of the crate that the program has.
fn framework_of(program: &Program, def: &FnDef, attr: &Attr) -> Option<&'static str> {
    let found = program.resolve_names(def.module, &attr.meta.path, false);
    let by_use = [
        (LEPTOS, "leptos"),
        (LEPTOS, "server_fn"),
        (DIOXUS, "dioxus"),
    ];
    let whole = found.iter().filter(|it| it.used == attr.meta.path.len());
    let mut whole = whole.peekable();
    if whole.peek().is_none() {
        let imports = program[def.module].imports.iter();
        let globs = imports.filter(|it| it.name.is_none());
        let globs: Vec<Name> = globs.filter_map(|it| it.path.first().copied()).collect();
        let brought = by_use
            .iter()
            .find(|(_, krate)| globs.iter().any(|it| it == krate));
        let used = || by_use.iter().find(|(_, krate)| program.may_use(krate));
        return brought.or_else(used).map(|(framework, _)| *framework);
    }
    whole.find_map(|it| match it.def {
        Def::External(path) => {
            let path = path.as_str();
            let of = by_use.iter().find(|(_, krate)| path.starts_with(krate));
            of.map(|(framework, _)| *framework)
        }
        _ => None,
    })
}

/// The method and path that `#[server(..)]` gives a function of this name.
fn declared(meta: &Meta, name: &str) -> (String, String) {
    let text = |key: &str| meta.entry(key).and_then(value);
    // By place: a name, the prefix, the encoding, the endpoint.
    let mut placed = meta
        .list()
        .iter()
        .filter(|it| it.path.is_empty())
        .filter_map(Meta::string);
    let (prefix, encoding, endpoint) = (placed.next(), placed.next(), placed.next());
    let prefix = text("prefix").or(prefix.map(str::to_owned));
    let prefix = prefix.unwrap_or_else(|| "/api".to_owned());
    let endpoint = text("endpoint").or(endpoint.map(str::to_owned));
    let sent_as = text("input")
        .or(encoding.map(str::to_owned))
        .unwrap_or_default();
    let protocol = text("protocol").unwrap_or_default();
    let path = match endpoint {
        Some(endpoint) => format!("{prefix}/{}", endpoint.trim_start_matches('/')),
        None => format!("{prefix}/{name}{{hash}}"),
    };
    (method_of(&sent_as, &protocol).to_owned(), path)
}

/// The method by which arguments are sent that are encoded so.
fn method_of(input: &str, protocol: &str) -> &'static str {
    let encoding = input
        .rsplit("::")
        .next()
        .unwrap_or(input)
        .trim()
        .to_ascii_lowercase();
    let within = protocol.to_ascii_lowercase();
    let begins = |word: &str| encoding.starts_with(word) || within.contains(&format!("<{word}"));
    if within.contains("websocket") || begins("get") {
        "GET"
    } else if begins("put") {
        "PUT"
    } else if begins("patch") {
        "PATCH"
    } else if begins("delete") {
        "DELETE"
    } else {
        "POST"
    }
}

fn value(entry: &Meta) -> Option<String> {
    match &entry.value {
        MetaValue::Expr(text) => Some(text.trim().to_owned()),
        MetaValue::Literal(Literal::Str(text)) => Some(text.to_string()),
        _ => None,
    }
}
