//! Layers around services and handlers in axum and tower: `ServiceBuilder`, `handler.layer(..)`.
//!
//! Source: tower 0.5 `src/builder/mod.rs`, axum 0.8 `src/handler/mod.rs`.

use std::sync::Arc;

use super::arguments::arg_span;
use super::axum::{NAME, add_handler};
use crate::program::Ty;
use crate::routes::eval::{Call, Eval};
use crate::routes::value::{Callable, Layer, LayerKind, Route, Router, RouterKind, Value};
use crate::source::Span;

/// `ServiceBuilder` and layer stacks; the first layer is the outermost.
pub(super) fn stack_method(
    eval: &mut Eval<'_>,
    mut layers: Vec<Arc<Layer>>,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    let arg = call.args.first();
    let expr = call.arg_exprs.first().copied();
    match call.name {
        "layer" | "and_then" | "named_layer" => {
            if let Some(Value::Router(_)) = arg {
                // A layer's own `layer(service)`.
                let Some(Value::Router(mut router)) = call.args.pop() else {
                    return Err(Value::Layers(layers));
                };
                router.cover(&layers, true);
                return Ok(Value::Router(router));
            }
            if let Some(arg) = arg {
                let span = arg_span(eval, call, 0);
                layers.extend(eval.layers(arg, call.body, expr, span));
            }
            Ok(Value::Layers(layers))
        }
        "option_layer" => {
            if let Some(arg) = arg {
                let span = arg_span(eval, call, 0);
                layers.extend(
                    eval.layers(arg, call.body, expr, span)
                        .into_iter()
                        .map(optional),
                );
            }
            Ok(Value::Layers(layers))
        }
        "service" | "service_fn" => match arg {
            Some(Value::Router(router)) => {
                let mut router = router.clone();
                router.cover(&layers, true);
                Ok(Value::Router(router))
            }
            Some(Value::Callable(callable)) => handler_with(callable.clone(), &layers, call.span),
            Some(other) if other.holds_router() => Ok(other.clone()),
            Some(_) => {
                let mut made = Router::new(RouterKind::Methods, NAME, call.span);
                add_handler(eval, &mut made, call, 0, &[String::new()], true);
                made.cover(&layers, true);
                Ok(Value::Router(Box::new(made)))
            }
            None => Err(Value::Layers(layers)),
        },
        // tower's and tower-http's shorthands on `ServiceBuilder`.
        "timeout"
        | "rate_limit"
        | "concurrency_limit"
        | "load_shed"
        | "buffer"
        | "trace_for_http"
        | "compression"
        | "set_x_request_id"
        | "propagate_x_request_id"
        | "catch_panic"
        | "sensitive_headers"
        | "map_request"
        | "map_response"
        | "map_err"
        | "filter"
        | "check_clone"
        | "handle_error" => {
            let kind = LayerKind::Type(
                Ty::external(&format!("tower::ServiceBuilder::{}", call.name), []),
                call.args.clone(),
            );
            layers.push(Arc::new(Layer {
                name: call.name.to_owned(),
                span: call.span,
                kind,
                conditions: Vec::new(),
                written: None,
            }));
            Ok(Value::Layers(layers))
        }
        "into_inner" | "clone" | "layer_fn" => Ok(Value::Layers(layers)),
        _ => Ok(Value::Layers(layers)),
    }
}

fn handler_with(callable: Callable, layers: &[Arc<Layer>], span: Span) -> Result<Value, Value> {
    let mut made = Router::new(RouterKind::Methods, NAME, span);
    made.routes.push(Route {
        layers: layers.iter().rev().cloned().collect(),
        types: callable.types(),
        ..Route::new("", callable.target(), span)
    });
    Ok(Value::Router(Box::new(made)))
}

/// Methods of `Handler`: `handler.layer(..)`.
pub(super) fn handler_method(
    eval: &mut Eval<'_>,
    callable: Callable,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match call.name {
        "layer" => {
            let Some(arg) = call.args.first() else {
                return Err(Value::Callable(callable));
            };
            let layers = eval.layers(arg, call.body, call.arg_exprs.first().copied(), call.span);
            handler_with(callable, &layers, call.span)
        }
        "with_state" | "into_service" | "clone" | "into_make_service" => {
            Ok(Value::Callable(callable))
        }
        _ => Err(Value::Callable(callable)),
    }
}

/// The same layer, which may not be there.
pub(super) fn optional(layer: Arc<Layer>) -> Arc<Layer> {
    layer.under("the layer is configured")
}
