//! Rocket 0.5 (and 0.4 as far as it parses), with rocket_okapi's lists.
//!
//! Routes are attributes on handlers, lists of them are made by `routes![]` and mounted
//! under a base; fairings see every request and reject none by themselves.
//! Source: rocket 0.5 `core/lib/src/rocket.rs`, `core/codegen/src/attribute/route`.

use super::arguments::lost_arg;
use super::{attribute, named_functions};
use crate::facts::body::MacroCall;
use crate::facts::{Expr, ExprId};
use crate::program::{BodyKey, Container, FnId, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten, type_name};
use crate::routes::value::{Callable, Lost, Route, Router, RouterKind, Value};
use crate::source::{Name, Span};
use crate::values::{Text, text};

pub(super) const NAME: &str = "rocket";

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    match call.path {
        "rocket::build"
        | "rocket::custom"
        | "rocket::ignite"
        | "rocket::Rocket::build"
        | "rocket::Rocket::custom"
        | "rocket::Rocket::ignite" => Some(Value::Router(Box::new(Router::new(
            RouterKind::App,
            NAME,
            call.span,
        )))),
        "rocket::fs::FileServer::from"
        | "rocket::fs::FileServer::new"
        | "rocket_contrib::serve::StaticFiles::from" => Some(Value::Object(
            Ty::external("rocket::fs::FileServer", []),
            Vec::new(),
        )),
        "rocket::Route::new" => Some(by_hand(eval, call, 0)),
        "rocket::Route::ranked" => Some(by_hand(eval, call, 1)),
        _ => None,
    }
}

/// A route that no attribute makes: its method is argument `at`, its path and its handler follow.
fn by_hand(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Value {
    let data = &eval.program[call.body];
    let written = |at: usize| {
        let expr = call.arg_exprs.get(at)?;
        Some(data.body.expr_range(*expr).in_file(data.file))
    };
    let method = written(at).map_or("", |span| eval.sources.slice(span));
    let method = method.rsplit("::").next().unwrap_or_default().trim();
    let method = super::method_named(&method.to_ascii_lowercase());
    let mut made = Route::new(
        method.unwrap_or_else(|| "ANY".into()),
        HandlerTarget::Unknown,
        call.span,
    );
    made.path.push(path_arg(eval, call, at + 1));
    made.handler_span = written(at + 2).unwrap_or(call.span);
    match call.args.get(at + 2) {
        Some(Value::Callable(callable)) => {
            made.handler = callable.target();
            made.types = callable.types();
        }
        // Types handle requests by a trait of Rocket's.
        Some(value) => {
            let object = match value {
                Value::Object(ty, _) => Some(ty.clone()),
                other => other.local_type(),
            };
            let method = object.as_ref().and_then(|ty| handle(eval, ty));
            made.handler = method.map_or(HandlerTarget::Unknown, HandlerTarget::Fn);
            made.handler_name = object.map(|ty| type_name(eval.program, &ty));
        }
        None => {}
    }
    let mut list = Router::new(RouterKind::List, NAME, call.span);
    list.routes.push(made);
    Value::Router(Box::new(list))
}

/// What a type of the program does with requests: rocket 0.5 `core/lib/src/route/handler.rs`.
fn handle(eval: &Eval<'_>, ty: &Ty) -> Option<FnId> {
    let impls = ["rocket::route::Handler", "rocket::Handler"]
        .into_iter()
        .flat_map(|of| eval.program.external_impls(of, ty));
    let mut methods = impls.flat_map(|(id, _)| &eval.program[id].fns).copied();
    methods.find(|id| eval.program[*id].name == "handle")
}

fn path_arg(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Text {
    match call.args.get(at) {
        Some(Value::Text(text)) => text.clone(),
        _ => call.arg_exprs.get(at).map_or_else(Text::default, |expr| {
            let body = &eval.program[call.body].body;
            eval.values
                .text(call.body, *expr)
                .unwrap_or_else(|| Text::hole(text::expr_name(body, *expr)))
        }),
    }
}

pub(super) fn method(
    eval: &mut Eval<'_>,
    receiver: Value,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    let Value::Router(router) = receiver else {
        return Err(receiver);
    };
    let mut router = *router;
    match call.name {
        "mount" => {
            let base = path_arg(eval, call, 0);
            let value = call.args.get(1).cloned().unwrap_or_default();
            mount(eval, &mut router, &base, value, call);
        }
        "attach" => {
            let arg = call.args.first().cloned().unwrap_or_default();
            // A fairing that changes the rocket: `AdHoc::on_ignite("x", |rocket| async { rocket.mount(..) })`.
            if let Value::Object(_, held) = &arg {
                for callable in held {
                    if let Value::Callable(callable) = callable
                        && takes_one(eval, callable)
                    {
                        let (value, _) =
                            eval.apply(callable, vec![Value::Router(Box::new(router.clone()))]);
                        if let Value::Router(changed) = value
                            && changed.framework == NAME
                            && changed.routes.len() > router.routes.len()
                        {
                            router = *changed;
                        }
                    }
                }
            }
            let expr = call.arg_exprs.first().copied();
            let layers = eval.layers(&arg, call.body, expr, call.span);
            router.wraps.extend(layers);
        }
        "launch" => {
            let value = Value::Router(Box::new(router));
            eval.emit(&value, call.span);
            return Ok(Value::Unknown);
        }
        "manage" | "register" | "configure" | "ignite" | "catch" | "clone" | "into" | "boxed"
        | "reconfigure" | "unwrap" | "expect" | "map" | "into_iter" | "iter" | "collect"
        | "to_vec" => {}
        "chain" | "extend" | "append" | "push" => {
            if let Some(more) = call.args.first().cloned() {
                add(&mut router, more);
            }
        }
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

/// Whether code takes one thing: a fairing that is handed the rocket, and no request with its data or
/// its response.
fn takes_one(eval: &Eval<'_>, callable: &Callable) -> bool {
    match callable {
        Callable::Fn(id, _) => eval.program[*id].sig.params.len() == 1,
        Callable::Closure(key, id, _) => matches!(eval.program[*key].body.expr(*id),
            Expr::Closure(closure) if closure.params.len() == 1),
        Callable::External(_) => false,
    }
}

/// Adds routes to a list.
fn add(list: &mut Router, more: Value) {
    match more {
        Value::Router(other) => {
            list.routes.extend(other.routes);
            list.lost.extend(other.lost);
        }
        Value::List(all) => all.into_iter().for_each(|it| add(list, it)),
        _ => {}
    }
}

/// The routes that a type of the program turns into when it is mounted.
fn converted(eval: &mut Eval<'_>, value: &Value) -> Option<Value> {
    let ty = value.local_type()?;
    let program = eval.program;
    let is_of = |id: FnId, name: &str| match program[id].container {
        Container::Impl(id) => {
            let of = program[id].of_trait.as_ref().and_then(|it| it.last());
            of.is_some_and(|it| it == name)
        }
        _ => false,
    };
    let methods = program.find_methods(&ty, Name::new("into"));
    let into = methods.into_iter().find(|it| is_of(it.id, "Into"));
    let (made, _) = match into {
        Some(into) => eval.run_fn(into.id, Vec::new(), Some(value.clone())),
        None => {
            let routes = Ty::external("std::vec::Vec", [Ty::external("rocket::Route", [])]);
            let mut from = program
                .find_methods(&routes, Name::new("from"))
                .into_iter()
                .filter(|it| is_of(it.id, "From"));
            let from = from.find(|it| {
                let param = program[it.id].sig.params.first();
                let scope = program.fn_scope(it.id);
                param.is_some_and(|param| program.lower_ty(&scope, &param.ty) == ty)
            })?;
            eval.run_fn(from.id, vec![value.clone()], None)
        }
    };
    made.holds_router().then_some(made)
}

fn mount(eval: &mut Eval<'_>, router: &mut Router, base: &Text, value: Value, call: &Call<'_>) {
    let value = converted(eval, &value).unwrap_or(value);
    match value {
        Value::Router(list) => {
            let (routes, lost) = list.finish();
            let mut list = Router::new(RouterKind::List, NAME, call.span);
            list.routes = routes;
            list.mount(base, call.span);
            router.routes.extend(list.routes);
            router.lost.extend(lost);
        }
        Value::List(all) => all
            .into_iter()
            .for_each(|it| mount(eval, router, base, it, call)),
        Value::Object(ty, held) if !held.iter().any(Value::holds_router) => {
            if ty.is_external("rocket::fs::FileServer") {
                let mut route = Route::new(
                    "GET",
                    HandlerTarget::External("rocket::fs::FileServer".into()),
                    call.span,
                );
                route.handler_name = Some("rocket::fs::FileServer".into());
                route.path = vec![base.clone(), Text::known("<path..>", None)];
                router.routes.push(route);
            } else if let Some(routes) = super::documentation::routes(&ty, &held, call.span, "") {
                let mut list = Router::new(RouterKind::List, NAME, call.span);
                list.routes = routes;
                list.mount(base, call.span);
                router.routes.extend(list.routes);
            } else {
                let name = type_name(eval.program, &ty);
                router.lost.push(Lost {
                    reason: format!("routes of `{name}` are not in this program"),
                    span: call.span,
                });
            }
        }
        Value::Object(_, held) => held
            .into_iter()
            .filter(Value::holds_router)
            .for_each(|it| mount(eval, router, base, it, call)),
        _ => {
            router.lost.push(lost_arg(eval, call, 1, "routes"));
        }
    }
}

/// `routes![a, b]`, and rocket_okapi's lists with their specification.
pub(super) fn macro_call(
    eval: &mut Eval<'_>,
    body: BodyKey,
    id: ExprId,
    call: &MacroCall,
) -> Option<Value> {
    let name = call.path.last()?.as_str();
    let data = &eval.program[body];
    let span = data.body.expr_range(id).in_file(data.file);
    let mut made = Router::new(RouterKind::List, NAME, span);
    if call.args.is_none() {
        made.lost.push(Lost {
            reason: format!("`{name}!` could not be read"),
            span,
        });
    }
    for (expr, function) in named_functions(eval, body, call) {
        let span = eval.program[body]
            .body
            .expr_range(expr)
            .in_file(eval.program[body].file);
        let text = shorten(eval.sources.slice(span));
        // `openapi_get_routes_spec![settings: a, b]` names its settings first.
        let Some(function) = function else {
            if name == "routes" || text.contains("::") {
                made.lost.push(Lost {
                    reason: format!("route `{text}` was not found"),
                    span,
                });
            }
            continue;
        };
        let routes = attributed(eval, function, span);
        if routes.is_empty() && eval.program[function].sig.params.is_empty() && name != "routes" {
            continue;
        }
        if routes.is_empty() {
            made.lost.push(Lost {
                reason: format!("`{text}` has no route attribute that could be read"),
                span,
            });
        }
        made.routes.extend(routes);
    }
    let list = Value::Router(Box::new(made));
    Some(if name == "openapi_get_routes_spec" {
        Value::List(vec![list, Value::Unknown])
    } else {
        list
    })
}

/// The routes of a handler's attributes. The mount point comes first in the path, the query is dropped.
fn attributed(eval: &Eval<'_>, id: FnId, span: Span) -> Vec<Route> {
    let def = &eval.program[id];
    let mut routes = Vec::new();
    for attr in attribute::route_attrs(eval.program, id) {
        for method in &attr.methods {
            let mut made = Route::new(method, HandlerTarget::Fn(id), span);
            let path = attr.path.split('?').next().unwrap_or_default();
            made.path
                .push(Text::known(path, Some(attr.range.in_file(def.file))));
            made.rank = attr.rank;
            routes.push(made);
        }
    }
    routes
}
