//! salvo 0.60 to 1.1: trees of routers.
//!
//! A router's path, filters and hoops are for itself and all below it, in whatever order they
//! were added; hoops run from the outermost router to the innermost, those of the service
//! first. `get(handler)` and its like add a child for one method. Source: salvo_core 0.60,
//! 0.76, 0.88, 0.95 and 1.1 `src/routing/router.rs`, `src/service.rs`, `src/handler.rs`.

use std::sync::Arc;

use super::arguments::{arg_span, path_arg};
use super::{method_named, salvo_filters};
use crate::facts::ExprId;
use crate::program::{BodyKey, FnId, Program, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten, type_name};
use crate::routes::value::{
    Callable, Layer, LayerKind, Lost, Route, Router, RouterKind, Types, Value, When,
};
use crate::source::{Name, Span};
use crate::values::Text;

pub(super) const NAME: &str = "salvo";

/// Constructors of a router, and the method that each is short for.
const CONSTRUCTORS: [(&str, &str); 12] = [
    ("new", ""),
    ("default", ""),
    ("with_path", "path"),
    ("try_with_path", "path"),
    ("with_hoop", "hoop"),
    ("with_hoop_when", "hoop_when"),
    ("with_filter", "filter"),
    ("with_filter_fn", "filter_fn"),
    ("with_host", "host"),
    ("with_port", "port"),
    ("with_scheme", "scheme"),
    ("from", ""),
];

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    if let Some(function) = call.path.strip_prefix("salvo::Router::") {
        let (_, method) = CONSTRUCTORS.iter().find(|it| it.0 == function)?;
        let made = Router::new(RouterKind::App, NAME, call.span);
        if method.is_empty() {
            return Some(Value::Router(Box::new(made)));
        }
        call.name = method;
        return self::method(eval, made, call).ok();
    }
    if let Some("new" | "from") = call.path.strip_prefix("salvo::Service::") {
        let mut service = Router::new(RouterKind::App, NAME, call.span);
        push(eval, &mut service, call, 0);
        return Some(Value::Router(Box::new(service)));
    }
    salvo_filters::call(eval, call)
}

/// Methods of `Router` and of `Service`.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    if router.kind == RouterKind::Filter {
        return salvo_filters::method(eval, router, call);
    }
    match call.name {
        "path" | "try_path" => {
            let path = path_arg(eval, call, 0);
            add_path(&mut router, &path);
        }
        "push" | "unshift" | "append" => push(eval, &mut router, call, 0),
        "insert" => push(eval, &mut router, call, 1),
        "hoop" | "hoop_when" => {
            for layer in hoops(eval, call) {
                router.wraps.insert(0, layer);
            }
        }
        "then" => {
            if let Some(Value::Callable(function)) = call.args.first().cloned() {
                let given = Value::Router(Box::new(router.clone()));
                let (Value::Router(made), _) = eval.apply(&function, vec![given]) else {
                    let reason = "what `then` makes of this router could not be followed";
                    eval.lose(&mut router, reason, call.span);
                    return Ok(Value::Router(Box::new(router)));
                };
                return Ok(Value::Router(made));
            }
        }
        "goal" => add_handler(eval, &mut router, call, "ANY"),
        "query" => add_handler(eval, &mut router, call, "QUERY"),
        "filter" => match call.args.first().cloned() {
            Some(Value::Router(filter)) if filter.kind == RouterKind::Filter => {
                if let Some(path) = &filter.prefix {
                    add_path(&mut router, path);
                }
                salvo_filters::restrict(&mut router.methods, &filter.methods);
                router.conditions.extend(filter.conditions);
            }
            _ => router.conditions.push(text_of(eval, call, 0)),
        },
        "filter_fn" => router.conditions.push(text_of(eval, call, 0)),
        "host" | "scheme" | "port" => {
            let what = format!("{} is {}", call.name, text_of(eval, call, 0));
            router.conditions.push(what);
        }
        "oapi_tag"
        | "oapi_tags"
        | "oapi_security"
        | "oapi_securities"
        | "catcher"
        | "allowed_media_types"
        | "clone"
        | "into"
        | "arc"
        | "unwrap"
        | "expect"
        | "router" => {}
        name => match method_named(name) {
            Some(method) => add_handler(eval, &mut router, call, &method),
            None => return Err(Value::Router(Box::new(router))),
        },
    }
    Ok(Value::Router(Box::new(router)))
}

/// Methods on other values: of `Handler`, of libraries' hoops, of API documentation.
pub(super) fn object_method(
    eval: &mut Eval<'_>,
    receiver: &Value,
    call: &mut Call<'_>,
) -> Option<Value> {
    match call.name {
        "try_serve" | "serve_with_graceful_shutdown" => {
            let app = call.args.iter().find(|it| it.holds_router()).cloned()?;
            eval.emit(&app, call.span);
            Some(Value::Unknown)
        }
        "hoop" | "hoop_when" | "hooped" => handler_method(eval, receiver, call),
        // `layer.compat()`, of tower; `handler.arc()`.
        "compat" | "arc" if call.args.is_empty() => Some(receiver.clone()),
        "merge_router" | "merge_router_with_base" => Some(receiver.clone()),
        "into_router" => Some(documentation(eval, receiver, call)?),
        "force_passed" => Some(passed(eval, receiver, call)?),
        _ => None,
    }
}

/// `handler.hoop(auth)`: a handler with hoops of its own.
pub(super) fn handler_method(
    eval: &mut Eval<'_>,
    receiver: &Value,
    call: &mut Call<'_>,
) -> Option<Value> {
    if !matches!(call.name, "hoop" | "hoop_when" | "hooped") {
        return None;
    }
    let mut made = Router::new(RouterKind::Methods, NAME, call.span);
    match receiver {
        Value::Router(hooped) => made.routes.clone_from(&hooped.routes),
        other => {
            let place = (call.body, None, call.span);
            made.routes.push(handler(eval, other, place)?);
        }
    }
    let layers = hoops(eval, call);
    for route in &mut made.routes {
        for layer in &layers {
            route.layers.insert(0, layer.clone());
        }
    }
    Some(Value::Router(Box::new(made)))
}

/// Whether calling a function of the program makes a handler out of it: `#[craft(handler)]`.
pub(super) fn makes_handler(program: &Program, id: FnId) -> bool {
    let crafted = |it: &crate::facts::Meta| it.is("handler") || it.is("endpoint");
    let mut attrs = program[id].attrs.iter();
    attrs.any(|attr| {
        let name = attr.meta.last_segment();
        name.is_some_and(|it| it == "craft") && attr.meta.list().iter().any(crafted)
    })
}

fn add_path(router: &mut Router, path: &Text) {
    router.prefix = Some(match router.prefix.take() {
        None => path.clone(),
        Some(mut known) => {
            known.push(&Text::known("/", None));
            known.push(path);
            known
        }
    });
}

/// Adds the router or routers in argument `at` below this one.
fn push(eval: &mut Eval<'_>, router: &mut Router, call: &Call<'_>, at: usize) {
    let value = call.args.get(at).cloned().unwrap_or_default();
    if !add(router, value) {
        let span = arg_span(eval, call, at);
        let text = shorten(eval.sources.slice(span));
        router.lost.push(Lost {
            reason: format!("router `{text}` could not be followed"),
            span,
        });
    }
}

fn add(router: &mut Router, value: Value) -> bool {
    match value {
        Value::Router(inner) if inner.framework == NAME => {
            let (routes, lost) = inner.finish();
            router.routes.extend(routes);
            router.lost.extend(lost);
            true
        }
        Value::List(all) => add_all(router, all),
        Value::Object(_, mut held) if held.iter().any(Value::holds_router) => {
            held.retain(Value::holds_router);
            add_all(router, held)
        }
        _ => false,
    }
}

/// Adds each of them; whether all could be followed.
fn add_all(router: &mut Router, all: Vec<Value>) -> bool {
    let known = all.into_iter().map(|it| add(router, it));
    known.filter(|is_known| !is_known).count() == 0
}

fn add_handler(eval: &mut Eval<'_>, router: &mut Router, call: &Call<'_>, method: &str) {
    let value = call.args.first().cloned().unwrap_or_default();
    let place = (
        call.body,
        call.arg_exprs.first().copied(),
        arg_span(eval, call, 0),
    );
    let mut route = handler(eval, &value, place).unwrap_or_else(|| {
        let mut route = Route::new(method, HandlerTarget::Unknown, place.2);
        route.handler_name = Some(shorten(eval.sources.slice(place.2)));
        route
    });
    route.method = method.to_owned();
    route.registered = call.span;
    router.routes.push(route);
}

/// The handler that a value is, as a route without method and path.
fn handler(
    eval: &Eval<'_>,
    value: &Value,
    (body, expr, span): (BodyKey, Option<ExprId>, Span),
) -> Option<Route> {
    if let Some((id, types, _)) = function_of(eval, value, body, expr) {
        let mut route = Route::new("", HandlerTarget::Fn(id), span);
        route.types = types;
        return Some(route);
    }
    match value {
        Value::Router(hooped) if hooped.kind == RouterKind::Methods => {
            hooped.routes.first().cloned()
        }
        Value::Callable(Callable::External(path)) => {
            Some(Route::new("", HandlerTarget::External(*path), span))
        }
        Value::Object(ty @ Ty::External(path, _), _) => {
            let mut route = Route::new("", HandlerTarget::External(*path), span);
            route.handler_name = Some(type_name(eval.program, ty));
            Some(route)
        }
        _ => None,
    }
}

/// The function that runs where a value is a handler, and what reports call it.
fn function_of(
    eval: &Eval<'_>,
    value: &Value,
    body: BodyKey,
    expr: Option<ExprId>,
) -> Option<(FnId, Types, String)> {
    let ty = match value {
        Value::Callable(Callable::Fn(id, types)) => {
            return Some((*id, types.clone(), eval.program[*id].name.to_string()));
        }
        Value::Struct(..) | Value::Object(Ty::Adt(..), _) => value.local_type(),
        Value::Unknown => expr.map(|expr| eval.values.typing(body).ty(expr).peel_refs().clone()),
        _ => None,
    };
    let ty = ty.filter(|ty| matches!(ty, Ty::Adt(..)))?;
    let methods = eval.program.find_methods(&ty, Name::new("handle"));
    let method = methods
        .into_iter()
        .find(|it| eval.program[it.id].body.is_some())?;
    Some((
        method.id,
        Types::new(method.subst),
        type_name(eval.program, &ty),
    ))
}

/// The hoops in the first argument, outermost first.
fn hoops(eval: &Eval<'_>, call: &Call<'_>) -> Vec<Arc<Layer>> {
    let Some(value) = call.args.first() else {
        return Vec::new();
    };
    let expr = call.arg_exprs.first().copied();
    let span = arg_span(eval, call, 0);
    let layers = match function_of(eval, value, call.body, expr) {
        Some((id, types, name)) => vec![Arc::new(Layer {
            name,
            span,
            kind: LayerKind::Hoop(id, types),
            conditions: Vec::new(),
            written: None,
        })],
        None => eval.layers(value, call.body, expr, span),
    };
    if call.name != "hoop_when" {
        return layers;
    }
    let text = text_of(eval, call, 1);
    let Some(asked) = call.arg_exprs.get(1) else {
        return layers.iter().map(|layer| layer.under(&*text)).collect();
    };
    let conditional = |layer: &Arc<Layer>| {
        let mut layer = Layer::clone(layer);
        layer.kind = LayerKind::When(Box::new(When {
            kind: layer.kind,
            asked: (call.body, *asked),
            text: text.clone(),
        }));
        Arc::new(layer)
    };
    layers.iter().map(conditional).collect()
}

/// `JwtAuth::force_passed(true)`: it notes who asks, and refuses nobody.
fn passed(eval: &Eval<'_>, receiver: &Value, call: &Call<'_>) -> Option<Value> {
    let Value::Object(Ty::External(path, _), _) = receiver else {
        return None;
    };
    path.as_str().strip_prefix("salvo::jwt_auth::JwtAuth")?;
    match call.args.first() {
        Some(Value::Bool(false)) => Some(receiver.clone()),
        Some(Value::Bool(true)) => {
            let ty = Ty::external("salvo::jwt_auth::JwtAuth::force_passed", []);
            Some(Value::Object(ty, Vec::new()))
        }
        _ => {
            let layers = eval.layers(receiver, call.body, None, call.span);
            let condition = format!("!({})", text_of(eval, call, 0));
            let conditional = |layer: &Arc<Layer>| layer.under(&*condition);
            Some(Value::Layers(layers.iter().map(conditional).collect()))
        }
    }
}

/// `SwaggerUi::new("/openapi.json").into_router("/docs")`, `OpenApi::into_router(path)`.
fn documentation(eval: &Eval<'_>, receiver: &Value, call: &Call<'_>) -> Option<Value> {
    let Value::Object(ty @ Ty::External(made, _), _) = receiver else {
        return None;
    };
    made.as_str().strip_prefix("salvo::oapi::")?;
    let mut router = Router::new(RouterKind::App, NAME, call.span);
    let mut path = path_arg(eval, call, 0);
    if made.as_str().contains("SwaggerUi") {
        path.push(&Text::known("/{*rest}", None));
    }
    let mut route = Route::new("ANY", HandlerTarget::External(*made), call.span);
    route.handler_name = Some(type_name(eval.program, ty));
    router.routes.push(route);
    add_path(&mut router, &path);
    Some(Value::Router(Box::new(router)))
}

pub(super) fn text_of(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> String {
    shorten(eval.sources.slice(arg_span(eval, call, at)))
}
