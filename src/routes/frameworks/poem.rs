//! poem 1.3 to 3.
//!
//! `at` takes an endpoint for one path, `nest` one for all paths below a prefix, which it takes
//! off; what is done to an endpoint (`with`, `around`, `before`) covers all that is in it then.
//! Every handler, router and struct that implements `Endpoint` is one. Source: poem 1.3.59,
//! 2.0.1 and 3.1.12 `src/route`, `src/endpoint`, `src/middleware/mod.rs`.

use std::sync::Arc;

use super::arguments::{arg_span, expr_span, lost_arg, path_arg};
use super::method_named;
use crate::facts::{Expr, ExprId, GenericArg};
use crate::models::TypeRole;
use crate::program::{BodyOwner, Def, FnId, Program, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten, type_name};
use crate::routes::value::{
    Callable, Layer, LayerKind, Route, Router, RouterKind, Shadowed, Taken, Types, Value,
};
use crate::source::Span;
use crate::values::{Text, TextPart};

pub(super) const NAME: &str = "poem";

/// Everything below a prefix.
const REST: &str = "/{*rest}";

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let kind = match call.path {
        "poem::Route::new" | "poem::Route::default" => RouterKind::App,
        "poem::RouteMethod::new" | "poem::RouteMethod::default" => RouterKind::Methods,
        "poem::RouteDomain::new"
        | "poem::RouteDomain::default"
        | "poem::RouteScheme::new"
        | "poem::RouteScheme::default" => RouterKind::Hosts,
        "poem::endpoint::make" | "poem::endpoint::make_sync" => {
            let Some(Value::Callable(callable)) = call.args.first() else {
                return None;
            };
            return Some(router(single(callable, call.span)));
        }
        // One endpoint in the place of another.
        "poem::endpoint::EitherEndpoint::A"
        | "poem::endpoint::EitherEndpoint::B"
        | "poem::endpoint::ToDynEndpoint" => return call.args.pop(),
        "poem_lambda::run" => {
            let served = call.args.first().cloned()?;
            serve(eval, served, call, 0);
            return Some(Value::Unknown);
        }
        path => {
            let method = method_named(path.strip_prefix("poem::")?)?;
            let mut made = Router::new(RouterKind::Methods, NAME, call.span);
            add_method(eval, &mut made, &method, call, 0);
            return Some(router(made));
        }
    };
    Some(router(Router::new(kind, NAME, call.span)))
}

fn router(made: Router) -> Value {
    Value::Router(Box::new(made))
}

/// What a function or closure answers, whatever the method.
fn single(callable: &Callable, span: Span) -> Router {
    let mut made = Router::new(RouterKind::Methods, NAME, span);
    made.routes.push(Route {
        types: callable.types(),
        ..Route::new("ANY", callable.target(), span)
    });
    made
}

/// Whether a method wraps an endpoint, and gives another.
fn extends(name: &str) -> bool {
    matches!(
        name,
        "with"
            | "with_if"
            | "around"
            | "before"
            | "after"
            | "data"
            | "data_opt"
            | "map"
            | "and_then"
            | "map_to_response"
            | "to_response"
            | "boxed"
            | "catch_error"
            | "catch_all_error"
            | "inspect_err"
            | "inspect_all_err"
            | "into_endpoint"
    )
}

/// Whether a function is an endpoint: `#[handler]`.
fn is_handler(program: &Program, id: FnId) -> bool {
    let def = &program[id];
    def.attrs.iter().any(|attr| {
        let found = program.resolve_names(def.module, &attr.meta.path, false);
        let mut found = found.into_iter();
        found.any(|it| matches!(it.def, Def::External(path) if path == "poem::handler"))
    })
}

/// A method on a handler or on several middlewares; gives the receiver back if it is none of ours.
pub(super) fn value_method(
    eval: &mut Eval<'_>,
    receiver: Value,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match receiver {
        Value::Layers(layers) if is_combination(call.name) => {
            Ok(combined(eval, Value::Layers(layers), call))
        }
        Value::Callable(Callable::Fn(id, types))
            if extends(call.name) && is_handler(eval.program, id) =>
        {
            let made = single(&Callable::Fn(id, types), call.span);
            method(eval, made, call)
        }
        other => Err(other),
    }
}

/// A method on a router.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut made: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match call.name {
        "at" | "try_at" if made.kind == RouterKind::Hosts => {
            let host = path_arg(eval, call, 0).display();
            add_host(eval, &mut made, &format!("Host is {host}"), call, 1);
        }
        "http" | "https" | "fallback" if made.kind == RouterKind::Hosts => {
            let condition = match call.name {
                "fallback" => "any other scheme".to_owned(),
                scheme => format!("scheme is {scheme}"),
            };
            add_host(eval, &mut made, &condition, call, 0);
        }
        "custom" if made.kind == RouterKind::Hosts => {
            add_host(eval, &mut made, "scheme is another", call, 1);
        }
        "at" | "try_at" => {
            let path = written(path_arg(eval, call, 0));
            add_at(eval, &mut made, &path, call, 1);
        }
        "just_at" => add_at(eval, &mut made, &Text::known("/", None), call, 0),
        "nest" | "try_nest" => add_below(eval, &mut made, true, call),
        "nest_no_strip" | "try_nest_no_strip" => add_below(eval, &mut made, false, call),
        "with" | "with_if" | "around" | "before" => return Ok(covered(eval, made, call)),
        "method" if made.kind == RouterKind::Methods => {
            let method = method_of(eval, call);
            add_method(eval, &mut made, &method, call, 1);
        }
        // What happens to answers and errors changes nothing of who gets in.
        "data" | "data_opt" | "after" | "map_to_response" | "to_response" | "boxed"
        | "catch_error" | "catch_all_error" | "inspect_err" | "inspect_all_err"
        | "into_endpoint" | "clone" | "into" | "unwrap" | "expect" | "unwrap_or_else"
        | "unwrap_or_default" | "map_err" | "as_ref" | "ok" => {}
        // Of an answer, or of an `Option` or `Result` that holds a router.
        "map" | "and_then" => {
            if let Some(Value::Callable(callable)) = call.args.first().cloned() {
                let (value, _) = eval.apply(&callable, vec![router(made.clone())]);
                if let Value::Router(changed) = value
                    && changed.framework == NAME
                    && changed.routes.len() >= made.routes.len()
                {
                    return Ok(Value::Router(changed));
                }
            }
        }
        name if made.kind == RouterKind::Methods && method_named(name).is_some() => {
            let method = method_named(name).unwrap_or_default();
            add_method(eval, &mut made, &method, call, 0);
        }
        _ => return Err(router(made)),
    }
    Ok(router(made))
}

/// A method on something else that may be an endpoint, middleware, or a server of one.
pub(super) fn object_method(
    eval: &mut Eval<'_>,
    receiver: &Value,
    call: &mut Call<'_>,
) -> Option<Value> {
    if !eval.program.may_use("poem") {
        return None;
    }
    match call.name {
        "run" | "run_with_graceful_shutdown" => {
            let is_server =
                matches!(receiver, Value::Object(ty, _) if ty.is_external("poem::Server"));
            let served = call.args.first().filter(|_| is_server).cloned()?;
            serve(eval, served, call, 0);
            Some(Value::Unknown)
        }
        // A layer of tower's as middleware.
        "compat" if is_middleware(eval.program, receiver) => Some(receiver.clone()),
        name if is_combination(name) && is_middleware(eval.program, receiver) => {
            Some(combined(eval, receiver.clone(), call))
        }
        name if extends(name) && is_endpoint(eval.program, receiver) => {
            let made = made_of(eval, receiver.clone(), call.span)?;
            method(eval, made, call).ok()
        }
        _ => None,
    }
}

/// Notes what a server runs.
fn serve(eval: &mut Eval<'_>, served: Value, call: &Call<'_>, at: usize) {
    let Some(made) = endpoint(eval, served.clone(), call, at) else {
        eval.emit(&served, call.span);
        return;
    };
    let value = match made.kind {
        RouterKind::Methods => {
            let mut whole = Router::new(RouterKind::App, NAME, call.span);
            extend(&mut whole, made, &Text::known(REST, None), call.span);
            router(whole)
        }
        _ => router(made),
    };
    eval.emit(&value, call.span);
}

/// Whether a value is an endpoint of the program or of poem, and no router yet.
fn is_endpoint(program: &Program, value: &Value) -> bool {
    match value {
        Value::Object(Ty::External(path, _), _) => {
            let role = program.models.type_(*path).and_then(|it| it.role);
            role == Some(TypeRole::StaticFiles) || path.as_str().starts_with("poem::endpoint::")
        }
        other => other.local_type().is_some_and(|ty| {
            let impls = |path: &str| !program.external_impls(path, &ty).is_empty();
            impls("poem::Endpoint") || impls("poem::IntoEndpoint")
        }),
    }
}

fn is_middleware(program: &Program, value: &Value) -> bool {
    match value {
        Value::Object(Ty::External(path, _), _) => program.models.layer(*path).is_some(),
        other => other
            .local_type()
            .is_some_and(|ty| !program.external_impls("poem::Middleware", &ty).is_empty()),
    }
}

fn is_combination(name: &str) -> bool {
    matches!(name, "combine" | "combine_if")
}

/// `a.combine(b)`: `b` around `a`.
fn combined(eval: &Eval<'_>, first: Value, call: &Call<'_>) -> Value {
    let inner = eval.layers(&first, call.body, None, call.span);
    let mut all = match call.name {
        "combine_if" => conditional(eval, call),
        _ => middleware(eval, call, 0),
    };
    all.extend(inner);
    Value::Layers(all)
}

/// The middleware in argument `at`, outermost first.
fn middleware(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Vec<Arc<Layer>> {
    let expr = call.arg_exprs.get(at).copied();
    let span = arg_span(eval, call, at);
    let Some(value) = call.args.get(at) else {
        return Vec::new();
    };
    match value {
        // The first of a tuple is the innermost.
        Value::List(all) => {
            let parts = expr.and_then(|expr| match eval.program[call.body].body.expr(expr) {
                Expr::Tuple(ids) => Some(ids.to_vec()),
                _ => None,
            });
            let part = |index: usize| parts.as_ref().and_then(|ids| ids.get(index)).copied();
            let layers = all.iter().enumerate().rev().flat_map(|(index, value)| {
                let expr = part(index);
                let span = expr.map_or(span, |expr| expr_span(eval, call.body, expr));
                eval.layers(value, call.body, expr, span)
            });
            layers.collect()
        }
        value => eval.layers(value, call.body, expr, span),
    }
}

/// The middleware of `with_if(condition, ..)` and `combine_if(condition, ..)`.
fn conditional(eval: &Eval<'_>, call: &Call<'_>) -> Vec<Arc<Layer>> {
    let layers = middleware(eval, call, 1);
    let condition = match (call.args.first(), call.arg_exprs.first()) {
        (Some(Value::Bool(true)), _) => return layers,
        (Some(Value::Bool(false)), _) => return Vec::new(),
        (_, Some(expr)) => shorten(eval.sources.slice(expr_span(eval, call.body, *expr))),
        _ => "a condition".to_owned(),
    };
    let layers = layers.iter().map(|layer| layer.under(&*condition));
    layers.collect()
}

/// `with`, `with_if`, `around` and `before`.
fn covered(eval: &mut Eval<'_>, mut made: Router, call: &Call<'_>) -> Value {
    let layers = match call.name {
        "with" => {
            // Middleware that is a function from endpoint to endpoint.
            if let Some(Value::Object(Ty::External(path, _), held)) = call.args.first()
                && matches!(
                    path.as_str(),
                    "poem::middleware::make" | "poem::middleware::FnMiddleware"
                )
                && let Some(Value::Callable(callable)) = held.first()
            {
                let (value, _) = eval.apply(&callable.clone(), vec![router(made.clone())]);
                if let Some(changed) = made_of(eval, value, call.span)
                    && changed.routes.len() == made.routes.len()
                {
                    return router(changed);
                }
            }
            // Middleware of the program, whose type does not tell what it makes of an endpoint.
            if let Some(transform) = call.args.first().and_then(|it| transform(eval.program, it)) {
                let given = vec![router(made.clone())];
                let (value, _) = eval.run_fn(transform, given, call.args.first().cloned());
                if let Some(changed) = made_of(eval, value, call.span)
                    && changed.routes.len() == made.routes.len()
                {
                    return router(changed);
                }
            }
            middleware(eval, call, 0)
        }
        "with_if" => conditional(eval, call),
        _ => {
            let span = arg_span(eval, call, 0);
            let kind = match (call.args.first(), call.name) {
                (Some(Value::Callable(callable)), "around") => {
                    LayerKind::Around(callable.target(), callable.types())
                }
                (value, _) => LayerKind::of_argument(value),
            };
            vec![Arc::new(Layer {
                name: eval.layer_name(&kind, span),
                span,
                kind,
                conditions: Vec::new(),
                written: None,
            })]
        }
    };
    made.cover(&layers, true);
    router(made)
}

/// The function that wraps an endpoint in what has no type of the program's own.
fn transform(program: &Program, middleware: &Value) -> Option<FnId> {
    let ty = middleware.local_type()?;
    let impls = program.external_impls("poem::Middleware", &ty);
    let (id, _) = impls.first()?;
    let made = program.project(&ty, "Output".into());
    let mut fns = program[*id].fns.iter().copied();
    fns.find(|it| program[*it].name == "transform")
        .filter(|_| !matches!(made, Ty::Adt(..) | Ty::Param(..)))
}

/// What answers where argument `at` is given: routes of whole paths, or of methods without a path.
fn endpoint(eval: &mut Eval<'_>, value: Value, call: &Call<'_>, at: usize) -> Option<Router> {
    let expr = call.arg_exprs.get(at).copied();
    let span = arg_span(eval, call, at);
    if let Some(handler) = expr.and_then(|expr| generic_handler(eval, call, expr)) {
        return Some(single(&handler, span));
    }
    if let Some(made) = made_of(eval, value, span) {
        return Some(made);
    }
    let expr = expr?;
    let ty = eval.values.typing(call.body).ty(expr).peel_refs().clone();
    match ty {
        Ty::Adt(..) | Ty::External(..) => made_of(eval, Value::Object(ty, Vec::new()), span),
        _ => None,
    }
}

/// `index::<u32>::default()`: a handler with type parameters is a struct of this name.
fn generic_handler(eval: &Eval<'_>, call: &Call<'_>, expr: ExprId) -> Option<Callable> {
    let data = &eval.program[call.body];
    let Expr::Call { callee, args } = data.body.expr(expr) else {
        return None;
    };
    let Expr::Path(path) = data.body.expr(*callee) else {
        return None;
    };
    let names: Vec<_> = path.segments.iter().map(|it| it.name).collect();
    let (last, handler) = names.split_last()?;
    if *last != "default" || !args.is_empty() {
        return None;
    }
    let program = eval.program;
    let found = program.resolve_names(data.module, handler, false);
    let id = found.into_iter().find_map(|it| match it.def {
        Def::Fn(id) if is_handler(program, id) => Some(id),
        _ => None,
    })?;
    let BodyOwner::Fn(owner) = data.owner else {
        return Some(Callable::Fn(id, Types::default()));
    };
    let scope = program.fn_scope(owner);
    let written = path.segments[handler.len() - 1].args.as_deref();
    let written = written
        .unwrap_or_default()
        .iter()
        .filter_map(|arg| match arg {
            GenericArg::Type(ty) => Some(program.lower_ty(&scope, ty)),
            _ => None,
        });
    let named = program[id].sig.generics.params.iter().map(|it| it.name);
    Some(Callable::Fn(id, Types::new(named.zip(written).collect())))
}

fn made_of(eval: &mut Eval<'_>, value: Value, span: Span) -> Option<Router> {
    match value {
        Value::Router(made) => Some(*made),
        Value::Callable(callable) => Some(single(&callable, span)),
        Value::Struct(adt, ref fields) => {
            let mut held: Vec<_> = fields
                .iter()
                .map(|(name, it)| (*name, it.clone()))
                .collect();
            held.sort_by_key(|(name, _)| name.as_str());
            let held = held.into_iter().map(|(_, it)| it).collect();
            own_endpoint(
                eval,
                &Ty::Adt(adt, std::sync::Arc::from([])),
                held,
                value,
                span,
            )
        }
        Value::Object(ref ty @ Ty::Adt(..), ref held) => {
            let (ty, held) = (ty.clone(), held.clone());
            own_endpoint(eval, &ty, held, value, span)
        }
        Value::Object(Ty::External(path, args), held) => {
            let (routers, _): (Vec<_>, Vec<_>) = held.into_iter().partition(Value::holds_router);
            if let Some(inner) = routers.into_iter().next() {
                return made_of(eval, inner, span);
            }
            if path.as_str().starts_with("std::") {
                return None;
            }
            let role = eval.program.models.type_(path).and_then(|it| it.role);
            let method = match role {
                Some(TypeRole::StaticFiles) => "GET",
                _ => "ANY",
            };
            let mut made = Router::new(RouterKind::Methods, NAME, span);
            made.routes.push(Route {
                handler_name: Some(type_name(eval.program, &Ty::External(path, args))),
                ..Route::new(method, HandlerTarget::External(path), span)
            });
            Some(made)
        }
        _ => None,
    }
}

/// An endpoint that a type of the program is: a wrapper around what it holds, or an answer.
fn own_endpoint(
    eval: &mut Eval<'_>,
    ty: &Ty,
    held: Vec<Value>,
    this: Value,
    span: Span,
) -> Option<Router> {
    let method_of = |eval: &Eval<'_>, of: &str, name: &str| {
        let impls = eval.program.external_impls(of, ty);
        let mut fns = impls
            .into_iter()
            .flat_map(|(id, _)| eval.program[id].fns.iter().copied());
        fns.find(|id| eval.program[*id].name == name)
    };
    if let Some(answer) = method_of(eval, "poem::Endpoint", "call") {
        let wrapped = held.into_iter().find(|it| match it {
            Value::Callable(Callable::Fn(id, _)) => is_handler(eval.program, *id),
            Value::Router(_) => true,
            other => is_endpoint(eval.program, other),
        });
        if let Some(mut inner) = wrapped.and_then(|it| made_of(eval, it, span)) {
            let kind = LayerKind::Type(ty.clone(), Vec::new());
            let layer = Layer {
                name: eval.layer_name(&kind, span),
                span,
                kind,
                conditions: Vec::new(),
                written: None,
            };
            inner.cover(&[Arc::new(layer)], true);
            return Some(inner);
        }
        let mut made = Router::new(RouterKind::Methods, NAME, span);
        made.routes
            .push(Route::new("ANY", HandlerTarget::Fn(answer), span));
        return Some(made);
    }
    let into = method_of(eval, "poem::IntoEndpoint", "into_endpoint")?;
    let (value, _) = eval.run_fn(into, Vec::new(), Some(this));
    match value {
        // Its code is not followed: the type that it says it gives.
        Value::Unknown => {
            let ty = eval.program.fn_return(into);
            let ty = ty.peel_refs().clone();
            matches!(ty, Ty::Adt(..)).then(|| made_of(eval, Value::Object(ty, Vec::new()), span))?
        }
        value => made_of(eval, value, span),
    }
}

/// Adds the endpoint in argument `at` for one method.
fn add_method(eval: &mut Eval<'_>, made: &mut Router, method: &str, call: &Call<'_>, at: usize) {
    let value = call.args.get(at).cloned().unwrap_or_default();
    match endpoint(eval, value, call, at) {
        Some(inner) => {
            made.lost.extend(inner.lost);
            for mut route in inner.routes {
                method.clone_into(&mut route.method);
                made.routes.push(route);
            }
        }
        None => made.lost.push(lost_arg(eval, call, at, "handler")),
    }
}

/// `Method::DELETE`, read from its text.
fn method_of(eval: &Eval<'_>, call: &Call<'_>) -> String {
    let text = call.arg_exprs.first().map_or("", |expr| {
        eval.sources.slice(expr_span(eval, call.body, *expr))
    });
    let last = text.rsplit("::").next().unwrap_or_default().trim();
    match method_named(&last.to_ascii_lowercase()) {
        Some(method) => method,
        None => "ANY".into(),
    }
}

/// Adds routes: those without a path under this one, those of whole paths as they are.
fn extend(made: &mut Router, inner: Router, path: &Text, span: Span) {
    let without_path = inner.kind == RouterKind::Methods;
    let (routes, lost) = inner.finish();
    made.lost.extend(lost);
    for mut route in routes {
        if without_path {
            route.path.insert(0, path.clone());
            route.registered = span;
        }
        made.routes.push(route);
    }
}

/// `at`: a router that is added so still sees the whole path.
fn add_at(eval: &mut Eval<'_>, made: &mut Router, path: &Text, call: &Call<'_>, at: usize) {
    let value = call.args.get(at).cloned().unwrap_or_default();
    match endpoint(eval, value, call, at) {
        Some(inner) => {
            let known = path.as_known().unwrap_or_default();
            if let Some((before, _)) = known.split_once("{*") {
                take(eval, made, before, call.span);
            }
            let before = made.routes.len();
            extend(made, inner, path, call.span);
            let mut taken = made.taken.iter();
            if let Some(by) = taken.find(|it| it.segments == [known.as_str()]) {
                let by = by.by;
                let hidden = made.routes.split_off(before);
                let hidden = hidden.into_iter().map(|it| Shadowed::new(it, by));
                eval.shadowed.extend(hidden);
            }
        }
        None => {
            let mut lost = lost_arg(eval, call, at, "endpoint");
            lost.reason = format!("{} (path `{}`)", lost.reason, path.display());
            made.lost.push(lost);
        }
    }
}

/// What answers all paths below one that ends with a slash takes that one, too, from whatever is
/// registered under it alone. Source: poem 1.3, 2.0 and 3.1 `src/route/internal/radix_tree.rs`.
fn take(eval: &mut Eval<'_>, made: &mut Router, path: &str, span: Span) {
    if !path.ends_with('/') || !eval.is_certain() {
        return;
    }
    let is_there =
        |it: &Route| matches!(&*it.path, [only] if only.as_known().as_deref() == Some(path));
    let routes = std::mem::take(&mut made.routes).into_iter();
    let (hidden, kept): (Vec<Route>, Vec<Route>) = routes.partition(is_there);
    made.routes = kept;
    let hidden = hidden.into_iter().map(|it| Shadowed::new(it, span));
    eval.shadowed.extend(hidden);
    made.taken.push(Taken {
        segments: vec![path.to_owned()],
        below: true,
        methods: Vec::new(),
        by: span,
    });
}

/// `nest`, and `nest_no_strip`, below which paths are whole.
fn add_below(eval: &mut Eval<'_>, made: &mut Router, strips: bool, call: &Call<'_>) {
    let prefix = path_arg(eval, call, 0);
    let value = call.args.get(1).cloned().unwrap_or_default();
    let Some(inner) = endpoint(eval, value, call, 1) else {
        made.lost.push(lost_arg(eval, call, 1, "nested endpoint"));
        return;
    };
    if let Some(known) = prefix.as_known() {
        take(
            eval,
            made,
            &format!("{}/", known.trim_end_matches('/')),
            call.span,
        );
    }
    if inner.kind != RouterKind::Methods && strips {
        let (routes, lost) = inner.finish();
        let mut below = Router::new(RouterKind::App, NAME, call.span);
        below.routes = routes;
        below.mount(&prefix, call.span);
        made.routes.extend(below.routes);
        made.lost.extend(lost);
        return;
    }
    let mut path = prefix;
    path.push(&Text::known(REST, None));
    extend(made, inner, &path, call.span);
}

/// Adds what answers for some hosts or schemes.
fn add_host(eval: &mut Eval<'_>, made: &mut Router, condition: &str, call: &Call<'_>, at: usize) {
    let value = call.args.get(at).cloned().unwrap_or_default();
    let Some(mut inner) = endpoint(eval, value, call, at) else {
        made.lost.push(lost_arg(eval, call, at, "endpoint"));
        return;
    };
    for route in &mut inner.routes {
        route.conditions.push(condition.to_owned());
    }
    extend(made, inner, &Text::known(REST, None), call.span);
}

/// A path as poem writes it (`:id`, `:id<\d+>`, `<\d+>`, `*rest`), with its parameters in braces.
pub(super) fn written(mut path: Text) -> Text {
    for part in &mut path.parts {
        if let TextPart::Known(known) = part {
            *known = in_braces(known);
        }
    }
    path
}

fn in_braces(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find([':', '*', '<']) {
        out.push_str(&rest[..at]);
        let (kind, after) = (&rest[at..=at], &rest[at + 1..]);
        rest = match kind {
            "*" => {
                let name = if after.is_empty() { "rest" } else { after };
                out.push_str(&format!("{{*{name}}}"));
                ""
            }
            ":" => {
                let end = after.find(['/', '<', '*']).unwrap_or(after.len());
                out.push_str(&format!("{{{}}}", &after[..end]));
                let after = &after[end..];
                match after.strip_prefix('<').and_then(|it| it.split_once('>')) {
                    Some((_, after)) => after,
                    None => after,
                }
            }
            _ => {
                out.push_str("{regex}");
                after.split_once('>').map_or("", |(_, after)| after)
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::in_braces;

    #[test]
    fn parameters_of_paths() {
        for (path, expected) in [
            ("/a/b", "/a/b"),
            ("/b/:group/:name", "/b/{group}/{name}"),
            ("/c/*path", "/c/{*path}"),
            ("/c/*", "/c/{*rest}"),
            (r"/d/<\d+>", "/d/{regex}"),
            (r"/e/:name<\d+>/x", "/e/{name}/x"),
            ("/f/v:major", "/f/v{major}"),
        ] {
            assert_eq!(in_braces(path), expected, "{path}");
        }
    }
}
