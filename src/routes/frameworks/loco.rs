//! loco's controllers on top of axum: `Routes` of a controller, `AppRoutes` of the application.
//!
//! A prefix of `Routes` is for all of its routes, one of `AppRoutes` for what is added after it;
//! a layer covers what was added before it. Source: loco-rs 1.2 `src/controller/routes.rs`,
//! `src/controller/app_routes.rs`, `src/controller/monitoring.rs`.

use super::arguments::path_arg;
use super::axum;
use crate::program::{Container, FnId};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval};
use crate::routes::value::{Lost, Route, Router, RouterKind, Value};
use crate::source::Span;
use crate::values::Text;

pub(super) fn call(eval: &Eval<'_>, call: &Call<'_>) -> Option<Value> {
    let (owner, function) = call.path.rsplit_once("::")?;
    let kind = kind(owner)?;
    let mut made = Router::new(kind, axum::NAME, call.span);
    match (kind, function) {
        (_, "new" | "empty" | "default") => {}
        (RouterKind::Controller, "at") => made.prefix = Some(path_arg(eval, call, 0)),
        (RouterKind::Controllers, "with_default_routes") => {
            made.routes
                .extend(["ping", "health", "readiness"].map(|it| monitoring(it, call.span)));
        }
        _ => return None,
    }
    Some(Value::Router(Box::new(made)))
}

/// What a type of loco is, by its canonical path or by that in its prelude.
pub(super) fn kind(path: &str) -> Option<RouterKind> {
    match path.strip_prefix("loco_rs::")?.rsplit("::").next()? {
        "Routes" => Some(RouterKind::Controller),
        "AppRoutes" => Some(RouterKind::Controllers),
        _ => None,
    }
}

/// Routes that the application has by default.
fn monitoring(name: &str, span: Span) -> Route {
    let handler = format!("loco_rs::controller::monitoring::{name}");
    Route {
        path: vec![Text::known(format!("/_{name}"), None)],
        handler_name: Some(handler.clone()),
        ..Route::new(
            "GET",
            HandlerTarget::External(handler.as_str().into()),
            span,
        )
    }
}

/// Methods of `Routes` and `AppRoutes`.
pub(super) fn method(
    eval: &mut Eval<'_>,
    mut router: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    let before = router.routes.len();
    match (router.kind, call.name) {
        (RouterKind::Controller, "add") => {
            let path = path_arg(eval, call, 0);
            axum::add_route(eval, &mut router, call, &path, 1);
        }
        (RouterKind::Controller, "prefix") => router.prefix = Some(path_arg(eval, call, 0)),
        // The prefixes of what is merged or nested are dropped.
        (RouterKind::Controller, "merge" | "merge_all") => {
            for other in routers(call, 0) {
                router.routes.extend(other.routes);
                router.lost.extend(other.lost);
            }
        }
        (RouterKind::Controller, "nest") => {
            let prefix = path_arg(eval, call, 0);
            for other in routers(call, 1) {
                add(
                    &mut router,
                    Router {
                        prefix: None,
                        ..other
                    },
                    Some(&prefix),
                    call.span,
                );
            }
        }
        (RouterKind::Controller, "layer") => {
            let layers = axum::layers_of(eval, call);
            router.cover_so_far(&layers, true);
        }
        (RouterKind::Controllers, "prefix") => {
            router.prefix = Some(path_arg(eval, call, 0));
        }
        (RouterKind::Controllers, "nest_prefix") => {
            let inner = path_arg(eval, call, 0);
            router.prefix = Some(joined(router.prefix.as_ref(), &inner));
        }
        (RouterKind::Controllers, "add_route" | "add_routes" | "nest_route" | "nest_routes") => {
            let nested = call.name.starts_with("nest");
            let prefix = match nested {
                true => {
                    let inner = path_arg(eval, call, 0);
                    Some(joined(router.prefix.as_ref(), &inner))
                }
                false => router.prefix.clone(),
            };
            let all = routers(call, usize::from(nested));
            if all.is_empty() {
                router.lost.push(Lost {
                    reason: "the routes of a controller could not be followed".into(),
                    span: call.span,
                });
            }
            for other in all {
                add(&mut router, other, prefix.as_ref(), call.span);
            }
        }
        (_, "clone" | "into") => {}
        _ => return Err(Value::Router(Box::new(router))),
    }
    router.note_missed(before, call.span);
    Ok(Value::Router(Box::new(router)))
}

/// The routers in argument `at`.
fn routers(call: &Call<'_>, at: usize) -> Vec<Router> {
    match call.args.get(at).cloned() {
        Some(Value::Router(one)) => vec![*one],
        Some(Value::List(all)) => all
            .into_iter()
            .filter_map(|it| match it {
                Value::Router(one) => Some(*one),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Adds the routes of a controller under a prefix and its own.
fn add(router: &mut Router, other: Router, prefix: Option<&Text>, span: Span) {
    let prefix = match (prefix, &other.prefix) {
        (Some(outer), Some(own)) => Some(joined(Some(outer), own)),
        (outer, own) => outer.or(own.as_ref()).cloned(),
    };
    for mut route in other.routes {
        let uri = route.path.iter().fold(Text::default(), |mut all, part| {
            all.push(part);
            all
        });
        route.path = vec![joined(prefix.as_ref(), &uri)];
        if let Some(prefix) = &prefix {
            route.mounts.push((span, prefix.display()));
        }
        router.routes.push(route);
    }
    router.lost.extend(other.lost);
}

/// A prefix and what is below it, with one slash before each part and none at the end.
fn joined(prefix: Option<&Text>, rest: &Text) -> Text {
    let mut whole = Text::known("/", None);
    if let Some(prefix) = prefix {
        whole.push(prefix);
        whole.push(&Text::known("/", None));
    }
    whole.push(rest);
    match whole.as_known() {
        Some(text) => {
            let parts: Vec<&str> = text.split('/').filter(|it| !it.is_empty()).collect();
            Text::known(format!("/{}", parts.join("/")), None)
        }
        None => whole,
    }
}

/// What `Hooks::after_routes` of the same application does to its routes: it may add layers.
pub(super) fn after_routes(eval: &mut Eval<'_>, hook: FnId, value: Value) -> Value {
    let Value::Router(router) = value else {
        return value;
    };
    let container = eval.program[hook].container;
    let (RouterKind::Controllers, Container::Impl(id)) = (router.kind, container) else {
        return Value::Router(router);
    };
    let own = eval.program[id].fns.iter().copied();
    let after = own
        .into_iter()
        .find(|it| eval.program[*it].name == "after_routes");
    let Some(after) = after else {
        return Value::Router(router);
    };
    let before = Router {
        kind: RouterKind::App,
        prefix: None,
        ..(*router).clone()
    };
    match eval
        .run_fn(after, vec![Value::Router(Box::new(before))], None)
        .0
    {
        changed @ Value::Router(_) => changed,
        _ => Value::Router(router),
    }
}
