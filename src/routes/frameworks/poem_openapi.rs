//! poem-openapi 2 to 5: APIs that are impls, with an attribute on every operation.
//!
//! `OpenApiService::new((ApiA, ApiB), ..)` is an endpoint that routes to all operations of its
//! APIs; webhooks describe what the service sends, and are not served. Source: poem-openapi
//! 2.0.27, 4.0.1 and 5.1.16 `src/openapi.rs`, `src/path_util.rs`; poem-openapi-derive `src/api.rs`.

use super::arguments::expr_span;
use super::poem::{NAME, method as endpoint_method, written};
use crate::facts::body::Literal;
use crate::facts::{Attr, Expr, ExprId, Meta, MetaValue};
use crate::program::{AdtId, Def, FnId, ImplId, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Lost, Route, Router, RouterKind, Value};
use crate::source::{Name, Span};
use crate::values::{Text, TextPart};

/// Pages that show the documentation of an API, and the documentation itself.
const PAGES: [&str; 8] = [
    "swagger_ui",
    "rapidoc",
    "redoc",
    "scalar",
    "openapi_explorer",
    "stoplight_elements",
    "spec_endpoint",
    "spec_endpoint_yaml",
];

/// Whether a library's handler is one of these.
pub(super) fn is_page(handler: Name) -> bool {
    let page = handler
        .as_str()
        .strip_prefix("poem_openapi::OpenApiService::");
    page.is_some_and(|page| PAGES.contains(&page))
}

pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    if call.path != "poem_openapi::OpenApiService::new" {
        return None;
    }
    let mut made = Router::new(RouterKind::List, NAME, call.span);
    let api = call.args.first().cloned().unwrap_or_default();
    add_api(eval, &mut made, &api, call.arg_exprs.first().copied(), call);
    Some(Value::Router(Box::new(made)))
}

/// A method on a service.
pub(super) fn method(
    eval: &mut Eval<'_>,
    made: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    match call.name {
        name if PAGES.contains(&name) => {
            let path = format!("poem_openapi::OpenApiService::{name}");
            let mut page = Router::new(RouterKind::Methods, NAME, call.span);
            page.routes.push(Route {
                handler_name: Some(format!("OpenApiService::{name}")),
                ..Route::new(
                    "ANY",
                    HandlerTarget::External(path.as_str().into()),
                    call.span,
                )
            });
            Ok(Value::Router(Box::new(page)))
        }
        "spec" | "spec_yaml" => Ok(Value::Unknown),
        name if name.ends_with("_html") => Ok(Value::Unknown),
        "summary"
        | "description"
        | "terms_of_service"
        | "server"
        | "contact"
        | "license"
        | "external_document"
        | "extra_response_header"
        | "extra_request_header"
        | "info_extension"
        | "cookie_key"
        | "url_prefix"
        | "webhooks" => Ok(Value::Router(Box::new(made))),
        _ => endpoint_method(eval, made, call),
    }
}

/// Adds the operations of one API, or of each of several.
fn add_api(
    eval: &mut Eval<'_>,
    made: &mut Router,
    api: &Value,
    expr: Option<ExprId>,
    call: &Call<'_>,
) {
    if let Value::List(all) = api {
        let parts = expr.and_then(|expr| match eval.program[call.body].body.expr(expr) {
            Expr::Tuple(ids) => Some(ids.to_vec()),
            _ => None,
        });
        for (at, api) in all.iter().enumerate() {
            let expr = parts.as_ref().and_then(|ids| ids.get(at)).copied();
            add_api(eval, made, api, expr, call);
        }
        return;
    }
    let ty = api.local_type().or_else(|| {
        let typed = eval.values.typing(call.body).ty(expr?);
        Some(typed.peel_refs().clone())
    });
    if !add_type(eval, made, &ty.unwrap_or(Ty::Unknown)) {
        let span = expr.map_or(call.span, |expr| expr_span(eval, call.body, expr));
        let text = shorten(eval.sources.slice(span));
        made.lost.push(Lost {
            reason: format!("API `{text}` could not be followed"),
            span,
        });
    }
}

/// Adds the operations of a type, or of all types of a tuple; `false` if it has none.
fn add_type(eval: &mut Eval<'_>, made: &mut Router, ty: &Ty) -> bool {
    match ty {
        Ty::Tuple(all) => all.iter().all(|ty| add_type(eval, made, ty)),
        Ty::Ref(inner) => add_type(eval, made, inner),
        Ty::External(path, args) if path.as_str().starts_with("std::") => {
            args.first().is_some_and(|ty| add_type(eval, made, ty))
        }
        Ty::Adt(adt, _) => {
            let impls = apis(eval, *adt);
            for (id, attr) in &impls {
                let operations = eval.program[*id].fns.clone();
                for operation in operations {
                    add_operation(eval, made, operation, attr);
                }
            }
            !impls.is_empty()
        }
        _ => false,
    }
}

/// The impls of a type that describe an API, with the attribute that says so.
fn apis(eval: &Eval<'_>, adt: AdtId) -> Vec<(ImplId, Attr)> {
    let program = eval.program;
    let describes = |id: &ImplId| {
        let def = &program[*id];
        let mut attrs = def.attrs.iter();
        let attr = attrs.find(|attr| {
            let found = program.resolve_names(def.module, &attr.meta.path, false);
            found
                .iter()
                .any(|it| matches!(it.def, Def::External(path) if path == "poem_openapi::OpenApi"))
        })?;
        Some((*id, attr.clone()))
    };
    program
        .impls_for(adt)
        .iter()
        .filter_map(describes)
        .collect()
}

fn entry<'m>(list: &'m [Meta], name: &str) -> Option<&'m Meta> {
    list.iter().find(|it| it.is(name))
}

fn add_operation(eval: &mut Eval<'_>, made: &mut Router, id: FnId, api: &Attr) {
    let def = &eval.program[id];
    let file = def.file;
    let list: Vec<Meta> = def
        .attrs
        .iter()
        .filter(|attr| attr.meta.is("oai"))
        .flat_map(|attr| attr.meta.list().iter().cloned())
        .collect();
    let Some(at) = def.attrs.iter().find(|attr| attr.meta.is("oai")) else {
        return;
    };
    let span = at.range.in_file(file);
    let own = entry(&list, "path")
        .and_then(Meta::string)
        .map(str::to_owned);
    let Some(own) = own else {
        let name = def.name;
        made.lost.push(Lost {
            reason: format!("`{name}` has no path that could be read"),
            span,
        });
        return;
    };
    let mut path = match entry(api.meta.list(), "prefix_path") {
        Some(prefix) => prefix_of(eval, id, prefix),
        None => Text::default(),
    };
    path.push(&Text::known("/", None));
    path.push(&Text::known(own, Some(span)));
    let methods = list.iter().filter(|it| it.is("method"));
    let methods = methods.filter_map(Meta::string);
    let mut one = Router::new(RouterKind::Methods, NAME, span);
    for method in methods {
        one.routes.push(Route::new(
            method.to_ascii_uppercase(),
            HandlerTarget::Fn(id),
            span,
        ));
    }
    if let Some(transform) = entry(&list, "transform").and_then(Meta::string) {
        one = transformed(eval, id, transform, one, span);
    }
    let path = written(path);
    for mut route in one.routes {
        route.path.insert(0, path.clone());
        made.routes.push(route);
    }
}

/// `transform = "function"`: what it makes of the operation's endpoint.
fn transformed(eval: &mut Eval<'_>, id: FnId, name: &str, mut one: Router, span: Span) -> Router {
    let module = eval.program[id].module;
    let found = eval.program.resolve_names(module, &[name.into()], false);
    let function = found.into_iter().find_map(|it| match it.def {
        Def::Fn(id) => Some(id),
        _ => None,
    });
    if let Some(function) = function {
        let given = Value::Router(Box::new(one.clone()));
        if let (Value::Router(made), _) = eval.run_fn(function, vec![given], None)
            && made.kind == RouterKind::Methods
            && made.routes.len() == one.routes.len()
        {
            return *made;
        }
    }
    let layer = crate::routes::value::Layer {
        name: name.to_owned(),
        span,
        kind: crate::routes::value::LayerKind::Unknown,
        conditions: Vec::new(),
        written: None,
    };
    one.cover(&[std::sync::Arc::new(layer)], true);
    one
}

/// `prefix_path = "/x"`, or a constant.
fn prefix_of(eval: &Eval<'_>, id: FnId, prefix: &Meta) -> Text {
    match &prefix.value {
        MetaValue::Literal(Literal::Str(text)) => Text::known(&**text, None),
        MetaValue::Expr(text) => {
            let names: Vec<Name> = text.split("::").map(|it| it.trim().into()).collect();
            let module = eval.program[id].module;
            let found = eval.program.resolve_names(module, &names, false);
            let known = found.into_iter().find_map(|it| match it.def {
                Def::Const(id) => eval.values.const_text(id),
                _ => None,
            });
            known.unwrap_or_else(|| Text {
                parts: vec![TextPart::Hole(text.to_string())],
                origin: None,
            })
        }
        _ => Text::default(),
    }
}
