//! actix-web 3 and 4, with utoipa-actix-web, and ntex.
//!
//! `wrap` covers everything in its app, scope or resource whatever the order; the last
//! `wrap` is the outermost. Source: actix-web 4 `src/app.rs`, `scope.rs`, `resource.rs`.

use std::sync::Arc;

use super::actix_attributes::attributed;
use super::actix_family::{self, Family};
use super::actix_order::{Arriving, register};
use super::arguments::{arg_span, expr_span, layers_arg, path_arg};
use super::{actix_guards, method_named};
use crate::program::Ty;
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten, type_name};
use crate::routes::value::{
    Callable, Guard, Layer, LayerKind, Lost, Route, Router, RouterKind, Value, restricted,
};
use crate::source::Span;
use crate::values::Text;

pub(super) const NAME: &str = "actix-web";
pub(super) const NTEX: &str = "ntex";

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let (family, item) = actix_family::item(call.path)?;
    match item {
        "App::new" | "App::with" | "App::default" => {
            return Some(router(family, RouterKind::App, call.span));
        }
        "scope" | "Scope::new" => return Some(with_paths(family, eval, call, RouterKind::Scope)),
        "resource" | "Resource::new" | "service" => {
            return Some(with_paths(family, eval, call, RouterKind::Resource));
        }
        "route" | "Route::new" => return Some(router(family, RouterKind::Methods, call.span)),
        "to" | "to_async" => {
            let mut made = Router::new(RouterKind::Methods, family.name, call.span);
            add_handler(eval, &mut made, call, 0);
            return Some(Value::Router(Box::new(made)));
        }
        "method" => {
            let mut made = Router::new(RouterKind::Methods, family.name, call.span);
            made.methods.push(method_arg(eval, call));
            return Some(Value::Router(Box::new(made)));
        }
        "HttpServer::new" | "server" => {
            if let Some(Value::Callable(factory)) = call.args.first().cloned() {
                let (app, _) = eval.apply(&factory, Vec::new());
                eval.emit(&app, call.span);
            }
            return Some(Value::Object(Ty::external(family.server, []), Vec::new()));
        }
        "middleware::from_fn" | "middleware::mw_from_fn" => {
            let kind = LayerKind::of_argument(call.args.first());
            let name = eval.layer_name(&kind, call.span);
            return Some(Value::Layers(vec![Arc::new(Layer {
                name,
                span: call.span,
                kind,
                conditions: Vec::new(),
                written: None,
            })]));
        }
        "middleware::Condition::new" => {
            let condition = match call.args.first() {
                Some(Value::Bool(known)) => Err(*known),
                _ => Ok(call
                    .arg_exprs
                    .first()
                    .map(|expr| slice(eval, call, *expr))
                    .unwrap_or_default()),
            };
            let value = call.args.get(1)?.clone();
            let layers = eval.layers(&value, call.body, call.arg_exprs.get(1).copied(), call.span);
            let with = |layer: Arc<Layer>| match &condition {
                Ok(setting) => layer.under(&**setting),
                // Always in force, or never.
                Err(true) => layer,
                Err(false) => Arc::new(Layer {
                    kind: LayerKind::Off,
                    ..Layer::clone(&layer)
                }),
            };
            return Some(Value::Layers(layers.into_iter().map(with).collect()));
        }
        // actix-web-extras 0.1 `src/middleware/condition.rs`.
        "middleware::Condition::from_option" => {
            let expr = *call.arg_exprs.first()?;
            let text = slice(eval, call, expr);
            let named = text.split(['.', '(']).next().unwrap_or_default();
            let condition = format!("{} is set", named.trim_start_matches('&'));
            // By its type, where the code that makes it tells nothing.
            let ty = eval.values.typing(call.body).ty(expr).peel_refs();
            let value = match (call.args.first()?, ty.success()) {
                (known @ (Value::Layers(_) | Value::Struct(..)), _) => known.clone(),
                (_, Some(held)) => Value::Object(held, Vec::new()),
                (other, None) => other.clone(),
            };
            let layers = eval.layers(&value, call.body, Some(expr), call.span);
            let with = |layer: &Arc<Layer>| layer.under(&*condition);
            return Some(Value::Layers(layers.iter().map(with).collect()));
        }
        "redirect" => {
            let mut made = Router::new(RouterKind::Resource, family.name, call.span);
            made.prefix = Some(path_arg(eval, call, 0));
            let mut route = Route::new(
                "ANY",
                HandlerTarget::External("actix_web::web::redirect".into()),
                call.span,
            );
            route.handler_name = Some("actix_web::web::redirect".into());
            made.routes.push(route);
            return Some(Value::Router(Box::new(made)));
        }
        "Files::new" => {
            let mut made = Router::new(RouterKind::Resource, family.name, call.span);
            let mut prefix = path_arg(eval, call, 0);
            prefix.push(&Text::known("/{*tail}", None));
            made.prefix = Some(prefix);
            let files = call.path.strip_suffix("::new").unwrap_or(call.path);
            let mut route = Route::new("GET", HandlerTarget::External(files.into()), call.span);
            route.handler_name = Some(files.into());
            made.routes.push(route);
            return Some(Value::Router(Box::new(made)));
        }
        _ => {}
    }
    let method = match item {
        "query" => "QUERY".to_owned(),
        _ => method_named(item)?,
    };
    let mut made = Router::new(RouterKind::Methods, family.name, call.span);
    made.methods.push(method);
    Some(Value::Router(Box::new(made)))
}

fn router(family: &Family, kind: RouterKind, span: Span) -> Value {
    Value::Router(Box::new(Router::new(kind, family.name, span)))
}

/// A scope or resource, at one path or several.
fn with_paths(family: &Family, eval: &Eval<'_>, call: &Call<'_>, kind: RouterKind) -> Value {
    let mut made = Router::new(kind, family.name, call.span);
    let mut paths: Vec<Text> = match call.args.first() {
        Some(Value::List(all)) => {
            let text = |it: &Value| it.as_text().cloned().unwrap_or_else(|| Text::hole("path"));
            all.iter().map(text).collect()
        }
        _ => vec![path_arg(eval, call, 0)],
    };
    made.other_prefixes = paths.split_off(paths.len().min(1));
    made.prefix = paths.pop();
    Value::Router(Box::new(made))
}

fn slice(eval: &Eval<'_>, call: &Call<'_>, expr: crate::facts::ExprId) -> String {
    shorten(eval.sources.slice(expr_span(eval, call.body, expr)))
}

/// `Method::GET`, `guard::Post()`: the method's name.
fn method_arg(eval: &Eval<'_>, call: &Call<'_>) -> String {
    let text = call
        .arg_exprs
        .first()
        .map(|expr| slice(eval, call, *expr))
        .unwrap_or_default();
    let word = text
        .trim_end_matches("()")
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    method_named(&word).unwrap_or_else(|| "ANY".into())
}

/// Adds the handler in argument `at` for the methods that the router is waiting with.
fn add_handler(eval: &Eval<'_>, made: &mut Router, call: &Call<'_>, at: usize) {
    let span = arg_span(eval, call, at);
    let mut methods = made.methods.clone();
    if methods.is_empty() {
        methods.push("ANY".into());
    }
    for method in methods {
        let target = match call.args.get(at) {
            Some(Value::Callable(callable)) => callable.target(),
            // `HttpResponse::MethodNotAllowed`.
            Some(Value::Object(Ty::External(path, _), held)) if held.is_empty() => {
                HandlerTarget::External(*path)
            }
            _ => HandlerTarget::Unknown,
        };
        let mut made_route = Route::new(&method, target, call.span);
        if let Some(Value::Callable(callable)) = call.args.get(at) {
            made_route.types = callable.types();
        }
        made_route.handler_span = span;
        if target == HandlerTarget::Unknown {
            made_route.handler_name = Some(match call.args.get(at) {
                Some(Value::Object(ty, _)) => type_name(eval.program, ty),
                _ => shorten(eval.sources.slice(span)),
            });
        }
        made.routes.push(made_route);
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
    match (router.kind, call.name) {
        (RouterKind::Methods, "to" | "to_async" | "f") => add_handler(eval, &mut router, call, 0),
        (RouterKind::Methods, "method") => {
            let method = method_arg(eval, call);
            restrict(&mut router, &[method]);
        }
        (RouterKind::Methods, "service") => add_handler(eval, &mut router, call, 0),
        // ntex: `web::service("/x").finish(service)`.
        (RouterKind::Resource, "finish") => add_handler(eval, &mut router, call, 0),
        (_, "service" | "external_service") => {
            let value = call.args.first().cloned().unwrap_or_default();
            let expr = call.arg_exprs.first().copied();
            add_service(eval, &mut router, &value, expr, call);
        }
        (RouterKind::Resource, "route") => {
            // ntex takes lists of them, too.
            let all = match call.args.first().cloned() {
                Some(Value::List(all)) => all,
                other => other.into_iter().collect(),
            };
            for value in all {
                if let Value::Router(methods) = value {
                    let routes = routes_of(&mut router, *methods, None, call.span);
                    router.routes.extend(routes);
                } else {
                    router.lost.push(Lost {
                        reason: "route could not be followed".into(),
                        span: call.span,
                    });
                }
            }
        }
        (_, "route") => {
            let path = path_arg(eval, call, 0);
            match call.args.get(1).cloned() {
                Some(Value::Router(methods)) => {
                    // Its guards become those of the resource that it makes.
                    let asked = methods.methods.clone();
                    let arriving = Arriving {
                        path: &path,
                        below: false,
                        methods: &asked,
                        guarded: !methods.guards.is_empty() || asked.iter().any(|it| it == "ANY"),
                        span: call.span,
                    };
                    let routes = routes_of(&mut router, *methods, Some(&path), call.span);
                    register(eval, &mut router, &arriving, routes);
                }
                _ => router.lost.push(Lost {
                    reason: format!("handler of `{}` could not be followed", path.display()),
                    span: call.span,
                }),
            }
        }
        (RouterKind::Resource, "to" | "to_async") => add_handler(eval, &mut router, call, 0),
        (RouterKind::Resource, name) if method_named(name).is_some() => {
            let own = method_named(name).into_iter().collect();
            let asked = std::mem::replace(&mut router.methods, own);
            add_handler(eval, &mut router, call, 0);
            router.methods = asked;
        }
        (_, "configure") => match call.args.first().cloned() {
            Some(Value::Callable(callable @ (Callable::Fn(..) | Callable::Closure(..)))) => {
                let mut config = Router::new(RouterKind::Scope, router.framework, call.span);
                config.taken.clone_from(&router.taken);
                let (_, after) = eval.apply(&callable, vec![Value::Router(Box::new(config))]);
                if let Some(Value::Router(mut config)) = after.into_iter().next() {
                    router.taken = std::mem::take(&mut config.taken);
                    let (routes, lost) = config.finish();
                    router.routes.extend(routes);
                    router.lost.extend(lost);
                }
            }
            _ => {
                let text = call
                    .arg_exprs
                    .first()
                    .map(|expr| slice(eval, call, *expr))
                    .unwrap_or_default();
                router.lost.push(Lost {
                    reason: format!("`configure({text})` could not be followed"),
                    span: call.span,
                });
            }
        },
        (_, "wrap" | "middleware") => {
            let layers = layers_arg(eval, call);
            router.wraps.extend(layers.into_iter().rev());
        }
        // ntex: asked after all middleware, before a service is looked for.
        (_, "filter") => {
            let layers = layers_arg(eval, call);
            router.wraps.splice(0..0, layers.into_iter().rev());
        }
        (_, "wrap_fn") => {
            let kind = LayerKind::of_argument(call.args.first());
            let name = eval.layer_name(&kind, call.span);
            router.wraps.push(Arc::new(Layer {
                name,
                span: call.span,
                kind,
                conditions: Vec::new(),
                written: None,
            }));
        }
        (_, "default_service" | "default_resource") => {
            // The last one is asked.
            if eval.is_certain() {
                let is_own = |it: &Route| it.fallback && it.mounts.is_empty();
                router.routes.retain(|it| !is_own(it));
            }
            let before = router.routes.len();
            match call.args.first().cloned() {
                Some(Value::Router(mut methods)) => {
                    let path = (router.kind != RouterKind::Resource)
                        .then(|| Text::known("/{*fallback}", None));
                    // Nobody looks at the guards: `RouteService` of actix-web 4 `src/route.rs`.
                    methods.guards.clear();
                    if methods.kind == RouterKind::Methods {
                        methods.routes.truncate(1);
                        methods
                            .routes
                            .iter_mut()
                            .for_each(|it| it.method = "ANY".into());
                    }
                    let routes = routes_of(&mut router, *methods, path.as_ref(), call.span);
                    router.routes.extend(routes);
                }
                Some(value) => {
                    let mut made = Route::new("ANY", HandlerTarget::Unknown, call.span);
                    made.path.push(Text::known("/{*fallback}", None));
                    if let Value::Object(ty, _) = value {
                        made.handler_name = Some(type_name(eval.program, &ty));
                    }
                    router.routes.push(made);
                }
                None => {}
            }
            for route in &mut router.routes[before..] {
                route.fallback = true;
            }
        }
        (_, "guard") => {
            let expr = call.arg_exprs.first();
            let asked = expr.map(|expr| actix_guards::asked(eval, call.body, *expr));
            if let Some(asked) = asked.as_ref().filter(|it| it.narrows()) {
                let methods: Vec<String> = asked.methods.iter().map(|it| (*it).into()).collect();
                restrict(&mut router, &methods);
            }
            if !asked.is_some_and(|it| it.exact) {
                add_guard(eval, &mut router, call);
            }
        }
        (
            _,
            "app_data"
            | "state"
            | "state_factory"
            | "case_insensitive_routing"
            | "finish"
            | "data"
            | "data_factory"
            | "name"
            | "external_resource"
            | "into_utoipa_app"
            | "split_for_parts"
            | "into_app"
            | "openapi"
            | "openapi_service"
            | "map"
            | "boxed"
            | "clone"
            | "show_files_listing"
            | "index_file"
            | "prefer_utf8"
            | "use_last_modified"
            | "use_etag"
            | "default_handler"
            | "redirect_to_slash_directory"
            | "method_guard"
            | "path_filter"
            | "disable_content_disposition"
            | "use_guards"
            | "mime_override"
            | "files_listing_renderer"
            | "use_hidden_files",
        ) => {
            if call.name == "map"
                && let Some(Value::Callable(callable)) = call.args.first().cloned()
            {
                let (value, _) =
                    eval.apply(&callable, vec![Value::Router(Box::new(router.clone()))]);
                return Ok(if value.holds_router() {
                    value
                } else {
                    Value::Router(Box::new(router))
                });
            }
            if call.name == "split_for_parts" {
                return Ok(Value::List(vec![
                    Value::Router(Box::new(router)),
                    Value::Unknown,
                ]));
            }
        }
        _ => return Err(Value::Router(Box::new(router))),
    }
    Ok(Value::Router(Box::new(router)))
}

fn add_guard(eval: &Eval<'_>, router: &mut Router, call: &Call<'_>) {
    let name = call
        .arg_exprs
        .first()
        .map(|expr| slice(eval, call, *expr))
        .unwrap_or_default();
    let target = match call.args.first() {
        Some(Value::Callable(callable)) => callable.target(),
        _ => HandlerTarget::Unknown,
    };
    router.guards.push(Guard {
        name,
        span: call.span,
        target,
        written: call.arg_exprs.first().map(|expr| (call.body, *expr)),
    });
}

/// Lets only requests of these methods pass, beside what was asked before. `ANY` stands for a method
/// that is not known.
fn restrict(router: &mut Router, methods: &[String]) {
    if router.methods.is_empty() || router.methods == ["ANY"] {
        router.methods = methods.to_vec();
    } else if router.methods.iter().any(|it| methods.contains(it)) {
        router.methods.retain(|it| methods.contains(it));
    }
    if router.kind == RouterKind::Methods && router.methods != ["ANY"] {
        router.routes = restricted(std::mem::take(&mut router.routes), &router.methods);
    }
}

/// The routes that a `Route` (with its layers) makes under a path, or in a resource.
fn routes_of(router: &mut Router, methods: Router, path: Option<&Text>, span: Span) -> Vec<Route> {
    let wraps = methods.wraps;
    let guards = methods.guards;
    let with = |mut route: Route| {
        route.guards.extend(guards.iter().cloned());
        if let Some(path) = path {
            route.path.insert(0, path.clone());
        }
        route.layers.extend(wraps.iter().cloned());
        route.registered = span;
        route
    };
    let routes: Vec<Route> = methods.routes.into_iter().map(with).collect();
    if routes.is_empty() {
        router.lost.push(Lost {
            reason: "route without a handler".into(),
            span,
        });
    }
    routes
}

/// `service(x)`: a scope, a resource, files, a handler with a route attribute, or a tuple of these.
fn add_service(
    eval: &mut Eval<'_>,
    router: &mut Router,
    value: &Value,
    expr: Option<crate::facts::ExprId>,
    call: &Call<'_>,
) {
    match value {
        Value::Router(inner) => {
            // Each path of a resource is asked for itself.
            let mut others = inner.clone();
            let first = others.prefix.take();
            let paths = first
                .into_iter()
                .chain(std::mem::take(&mut others.other_prefixes));
            let paths: Vec<Text> = paths.collect();
            for path in &paths {
                let mut one = others.clone();
                one.prefix = Some(path.clone());
                let (routes, _) = one.finish();
                let arriving = Arriving {
                    path,
                    below: inner.kind == RouterKind::Scope,
                    methods: &inner.methods,
                    guarded: !inner.guards.is_empty(),
                    span: expr.map_or(call.span, |expr| expr_span(eval, call.body, expr)),
                };
                register(eval, router, &arriving, routes);
            }
            if paths.is_empty() {
                router.routes.extend(inner.clone().finish().0);
            }
            router.lost.extend(inner.lost.iter().cloned());
        }
        Value::List(all) => {
            let parts = expr.and_then(|expr| match eval.program[call.body].body.expr(expr) {
                crate::facts::Expr::Tuple(ids) => Some(ids.to_vec()),
                _ => None,
            });
            for (at, value) in all.iter().enumerate() {
                let expr = parts.as_ref().and_then(|ids| ids.get(at)).copied();
                add_service(eval, router, value, expr, call);
            }
        }
        Value::Callable(Callable::Fn(id, _)) => {
            let span = expr.map_or(call.span, |expr| expr_span(eval, call.body, expr));
            let routes = attributed(eval, *id, span);
            if routes.is_empty() {
                let name = eval.program[*id].name;
                router.lost.push(Lost {
                    reason: format!("`{name}` has no route attribute that could be read"),
                    span,
                });
            }
            for attribute in routes {
                let mut path = Text::default();
                let first = attribute.first();
                first
                    .into_iter()
                    .flat_map(|it| &it.path)
                    .for_each(|it| path.push(it));
                let methods: Vec<String> = attribute.iter().map(|it| it.method.clone()).collect();
                let arriving = Arriving {
                    path: &path,
                    below: false,
                    methods: &methods,
                    guarded: attribute
                        .iter()
                        .any(|it| !it.guards.is_empty() || it.method == "ANY"),
                    span,
                };
                register(eval, router, &arriving, attribute);
            }
        }
        Value::Object(_, held) if held.iter().any(Value::holds_router) => {
            for value in held {
                if value.holds_router() {
                    add_service(eval, router, value, None, call);
                }
            }
        }
        Value::Object(ty, held) => {
            if let Some(routes) = super::documentation::routes(ty, held, call.span, "") {
                router.routes.extend(routes);
                return;
            }
            let name = type_name(eval.program, ty);
            router.lost.push(Lost {
                reason: format!("service `{name}` is not in this program"),
                span: call.span,
            });
        }
        _ => {
            let text = expr.map(|expr| slice(eval, call, expr)).unwrap_or_default();
            router.lost.push(Lost {
                reason: format!("service `{text}` could not be followed"),
                span: call.span,
            });
        }
    }
}
