//! actix-web's attributes: `#[get("/x")]`, `#[routes]`, and the guards and middleware that they name.
//!
//! Source: actix-web-codegen 4 `src/route.rs`.

use std::sync::Arc;

use super::attribute;
use crate::program::{FnId, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::Eval;
use crate::routes::value::{Guard, Layer, LayerKind, Route, Types};
use crate::source::Span;
use crate::values::Text;

/// The routes of each of a handler's attributes: `#[get("/x", wrap = "Auth")]`, `#[routes]`.
pub(super) fn attributed(eval: &Eval<'_>, id: FnId, span: Span) -> Vec<Vec<Route>> {
    let def = &eval.program[id];
    let scope = attribute::scope_prefix(&eval.program[def.module].attrs);
    let mut attributes = Vec::new();
    for attr in attribute::route_attrs(eval.program, id) {
        let mut routes = Vec::new();
        for method in &attr.methods {
            let mut made = Route::new(method, HandlerTarget::Fn(id), span);
            if let Some((prefix, range)) = scope.filter(|_| attr.is_word) {
                let module = &eval.program[def.module];
                made.path
                    .push(Text::known(prefix, Some(range.in_file(module.file))));
            }
            made.path.push(Text::known(
                attr.path.clone(),
                Some(attr.range.in_file(def.file)),
            ));
            for wrap in &attr.wraps {
                made.layers.push(Arc::new(attribute_layer(
                    eval,
                    id,
                    wrap,
                    attr.range.in_file(def.file),
                )));
            }
            for guard in &attr.guards {
                let names: Vec<crate::source::Name> =
                    guard.split("::").map(|it| it.trim().into()).collect();
                let resolved = eval.program.resolve_names(def.module, &names, false);
                let target = resolved.into_iter().find_map(|it| match it.def {
                    crate::program::Def::Fn(id) => Some(HandlerTarget::Fn(id)),
                    _ => None,
                });
                made.guards.push(Guard {
                    name: guard.clone(),
                    span: attr.range.in_file(def.file),
                    target: target.unwrap_or(HandlerTarget::Unknown),
                    written: None,
                });
            }
            routes.push(made);
        }
        attributes.push(routes);
    }
    attributes
}

/// `wrap = "path::Type"` or `wrap = "from_fn(f)"`, as written in an attribute.
fn attribute_layer(eval: &Eval<'_>, id: FnId, written: &str, span: Span) -> Layer {
    let module = eval.program[id].module;
    let resolve = |path: &str| {
        let names: Vec<crate::source::Name> =
            path.trim().split("::").map(|it| it.trim().into()).collect();
        eval.program.resolve_names(module, &names, false)
    };
    let (head, inner) = match written.split_once('(') {
        Some((head, rest)) => (head, rest.trim_end_matches(')').trim()),
        None => (written, ""),
    };
    let function = resolve(inner).into_iter().find_map(|it| match it.def {
        crate::program::Def::Fn(id) => Some(id),
        _ => None,
    });
    if head.trim().ends_with("from_fn")
        && let Some(function) = function
    {
        let kind = LayerKind::Function(HandlerTarget::Fn(function), Types::default());
        return Layer {
            name: eval.layer_name(&kind, span),
            span,
            kind,
            conditions: Vec::new(),
            written: None,
        };
    }
    let kind = resolve(head)
        .into_iter()
        .find_map(|it| match it.def {
            crate::program::Def::Adt(adt) => Some(LayerKind::Type(
                Ty::Adt(adt, std::sync::Arc::from([])),
                Vec::new(),
            )),
            crate::program::Def::External(path) => Some(LayerKind::Type(
                Ty::External(path, std::sync::Arc::from([])),
                Vec::new(),
            )),
            _ => None,
        })
        .unwrap_or(LayerKind::Unknown);
    Layer {
        name: written.to_owned(),
        span,
        kind,
        conditions: Vec::new(),
        written: None,
    }
}
