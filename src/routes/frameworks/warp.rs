//! warp 0.3 and 0.4: an algebra of filters.
//!
//! A filter is kept as a router whose routes are its alternatives (`or`). Each has the part of the
//! path that it matches, its method, and the steps that a request takes through it. `and` joins
//! every alternative of one filter with every one of another. Which function answers is
//! known when the whole is served: [`finish`].
//!
//! A route whose filters do not ask for the end of the path answers longer ones, too. Its path ends
//! in `{*rest}`, which may be empty. Source: warp 0.3.7 and 0.4.3 `src/filter/*.rs`,
//! `src/filters/{path,method,fs,header,body,multipart,ws}.rs`, `src/server.rs`.

mod algebra;
mod finish;
mod path;

use std::sync::Arc;

use super::arguments::{arg_span, expr_span};
use super::method_named;
use crate::facts::ExprId;
use crate::models::roles::Carries;
use crate::program::ty::Bounds;
use crate::program::{BodyKey, Def, Ty};
use crate::routes::endpoint::HandlerTarget;
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::filter::{Apply, Chain, Function, How, Part, Step};
use crate::routes::value::{Layer, LayerKind, Lost, Route, Router, RouterKind, Value};
use crate::source::{Name, Span};
use crate::values::{Text, text};

pub(super) use algebra::{merged, switched};
pub(super) use finish::finish;
pub(super) use path::macro_call;

pub(super) const NAME: &str = "warp";

/// The functions that make a filter or serve one: what calls them is worth running.
pub(super) const FILTERS: [(&str, &[&str]); 12] = [
    (
        "warp",
        &[
            "any", "cookie", "delete", "get", "head", "header", "method", "options", "patch",
            "path", "post", "put", "query", "serve", "service", "ws",
        ],
    ),
    ("warp::addr", &["remote"]),
    (
        "warp::body",
        &[
            "aggregate",
            "bytes",
            "content_length_limit",
            "form",
            "json",
            "stream",
        ],
    ),
    ("warp::cookie", &["optional"]),
    ("warp::ext", &["get", "optional"]),
    ("warp::fs", &["dir", "file"]),
    (
        "warp::header",
        &[
            "exact",
            "exact_ignore_case",
            "headers_cloned",
            "optional",
            "value",
        ],
    ),
    ("warp::host", &["exact", "optional"]),
    ("warp::multipart", &["form"]),
    ("warp::path", &["end", "full", "param", "peek", "tail"]),
    ("warp::query", &["raw"]),
    ("warp::sse", &["last_event_id"]),
];

/// Whether a library function makes a filter or serves one.
pub(super) fn builds(path: &str) -> bool {
    let parts = path.rsplit_once("::");
    parts.is_some_and(|(module, name)| {
        let mut all = FILTERS.iter();
        all.any(|(it, names)| *it == module && names.contains(&name))
    })
}

/// Functions of warp: those that make filters, and those that serve them.
pub(super) fn call(eval: &mut Eval<'_>, call: &mut Call<'_>) -> Option<Value> {
    let path = call.path;
    let (module, function) = path.rsplit_once("::")?;
    let is_of_crate = module == "warp";
    match path {
        "warp::serve" | "warp::service" => {
            if let Some(Value::Router(mut filter)) = call.args.first().cloned() {
                filter.kind = RouterKind::App;
                eval.emit(&Value::Router(filter), call.span);
            } else {
                let text = call.arg_exprs.first().map(|it| slice(eval, call.body, *it));
                eval.lost.push(Lost {
                    reason: format!(
                        "the filter `{}` could not be followed",
                        text.unwrap_or_default()
                    ),
                    span: call.span,
                });
            }
            return Some(Value::Unknown);
        }
        "warp::any" => return Some(one(call.span, |_, _| {})),
        "warp::path" => {
            let segment = text_arg(eval, call, 0);
            return Some(one(call.span, |route, _| route.path.push(segment)));
        }
        "warp::path::end" => {
            return Some(one(call.span, |_, chain| chain.is_closed = true));
        }
        "warp::path::param" => {
            let ty = call.generics.first().cloned().unwrap_or(Ty::Unknown);
            return Some(param(eval, ty, call.span));
        }
        "warp::fs::dir" => return Some(folder(call)),
        "warp::fs::file" => {
            let answer = library(call.path, call.span);
            return Some(one(call.span, |_, chain| {
                chain.steps.push(Step::Apply(answer));
            }));
        }
        "warp::header::exact" | "warp::header::exact_ignore_case" => {
            let part = part(eval, call, Carries::Header, false);
            return Some(one(call.span, |_, chain| {
                chain.steps.push(Step::Exact(part));
            }));
        }
        // These ask for something that any client can say, and take nothing.
        "warp::host::exact" => return Some(one(call.span, |_, _| {})),
        "warp::body::content_length_limit" => return Some(limited(call)),
        _ => {}
    }
    if let Some(method) = method_named(function).filter(|_| is_of_crate) {
        return Some(one(call.span, |route, _| route.method = method));
    }
    let model = eval.program.models.extractor(Name::new(path))?;
    let part = part(eval, call, model.carries, model.optional);
    let mut made = one_router(call.span, |route, chain| match path {
        "warp::path::tail" => {
            route.path.push(Text::known("{*tail}", None));
            chain.is_closed = true;
        }
        // The handshake is a `GET`.
        "warp::ws" => route.method = "GET".to_owned(),
        _ => {}
    });
    algebra::push(&mut made, Step::Take(part));
    if path == "warp::multipart::form" {
        algebra::cover(&mut made, &[layer(call, path, "multipart::form")]);
    }
    Some(Value::Router(Box::new(made)))
}

/// `filter.and(..)` and the like.
pub(super) fn method(
    eval: &mut Eval<'_>,
    filter: Router,
    call: &mut Call<'_>,
) -> Result<Value, Value> {
    let made = match call.name {
        "and" => {
            let other = filter_arg(eval, call);
            algebra::and(filter, other, call.span)
        }
        "or" => {
            let other = filter_arg(eval, call);
            algebra::or(filter, other)
        }
        "map" | "then" => apply(eval, filter, call, How::Map),
        "and_then" => apply(eval, filter, call, How::AndThen),
        "untuple_one" => algebra::wrapped(filter, Step::Untuple),
        "or_else" | "recover" => {
            let by = function_arg(eval, call);
            let is_tuple = call.name == "or_else";
            algebra::wrapped(filter, |inner| Step::Rescue {
                inner,
                by: by.clone(),
                is_tuple,
            })
        }
        "with" => return Ok(with(eval, filter, call)),
        // `multipart::form().max_length(..)`.
        "max_length" => {
            let bound = call.arg_exprs.first().map(|it| slice(eval, call.body, *it));
            algebra::without_limit(filter, |made: &mut Router| {
                if bound.as_deref() != Some("None") {
                    let path = "warp::multipart::form";
                    algebra::cover(made, &[layer(call, path, "max_length")]);
                }
            })
        }
        // The alternatives are told apart by their paths, not by the types that they give.
        "unify" | "boxed" | "clone" | "to_owned" | "into" | "unwrap" | "expect" | "as_ref"
        | "borrow" | "unwrap_or_default" => filter,
        _ => return Err(Value::Router(Box::new(filter))),
    };
    Ok(Value::Router(Box::new(made)))
}

/// Methods of something that is not known on a filter: `self.auth.and(filter)`.
pub(super) fn object_method(receiver: &Value, call: &mut Call<'_>) -> Option<Value> {
    let is_filter = |it: &Value| matches!(it, Value::Router(router) if router.framework == NAME && router.kind == RouterKind::Filter);
    if !matches!(receiver, Value::Unknown | Value::Object(..))
        || !matches!(call.name, "and" | "or")
        || !call.args.first().is_some_and(is_filter)
    {
        return None;
    }
    let Some(Value::Router(other)) = call.args.pop() else {
        return None;
    };
    let unknown = unknown(
        &format!("what stands before `.{}(..)`", call.name),
        call.span,
    );
    let made = match call.name {
        "and" => algebra::and(unknown, *other, call.span),
        _ => algebra::or(unknown, *other),
    };
    Some(Value::Router(Box::new(made)))
}

/// Whether these bounds make a type a filter.
pub(super) fn is_filter(bounds: &Bounds) -> bool {
    let mut bounds = bounds.iter();
    bounds.any(|it| matches!(it.of, Def::External(path) if path == "warp::Filter"))
}

/// A filter of which nothing is known but that it is one.
pub(super) fn unknown(name: &str, span: Span) -> Router {
    let step = Step::Unknown {
        name: name.to_owned(),
        span,
    };
    one_router(span, |_, chain| chain.steps.push(step))
}

/// `map(f)`, `then(f)`, `and_then(f)`.
fn apply(eval: &mut Eval<'_>, filter: Router, call: &Call<'_>, how: How) -> Router {
    let function = function_arg(eval, call);
    let mut made = algebra::wrapped(filter, |inner| {
        Step::Apply(Apply {
            how,
            function: function.clone(),
            inner,
            span: call.span,
        })
    });
    for route in &mut made.routes {
        route.registered = call.span;
    }
    made
}

/// `with(wrapper)`: `wrap_fn` gets the filter, everything else stands around it.
fn with(eval: &mut Eval<'_>, mut filter: Router, call: &Call<'_>) -> Value {
    let expr = call.arg_exprs.first().copied();
    let Some(arg) = call.args.first() else {
        return Value::Router(Box::new(filter));
    };
    if let Value::Object(ty, held) = arg
        && ty.is_external("warp::wrap_fn")
        && let Some(Value::Callable(function)) = held.first()
    {
        let function = function.clone();
        let given = Value::Router(Box::new(filter.clone()));
        if let (made @ Value::Router(_), _) = eval.apply(&function, vec![given]) {
            return made;
        }
        let name = format!(
            "what `{}` makes of it",
            shorten(eval.sources.slice(call.span))
        );
        return Value::Router(Box::new(algebra::and(
            unknown(&name, call.span),
            filter,
            call.span,
        )));
    }
    let span = expr.map_or(call.span, |it| expr_span(eval, call.body, it));
    let layers = eval.layers(arg, call.body, expr, span);
    algebra::cover(&mut filter, &layers);
    Value::Router(Box::new(filter))
}

/// The filter that is the first argument.
fn filter_arg(eval: &Eval<'_>, call: &Call<'_>) -> Router {
    let span = arg_span(eval, call, 0);
    let name = shorten(eval.sources.slice(span));
    match call.args.first() {
        Some(Value::Router(router)) if router.framework == NAME => (**router).clone(),
        // A library's function around a filter.
        Some(Value::Object(_, held)) => {
            let inner = held.iter().find_map(|it| match it {
                Value::Router(router) if router.framework == NAME => Some((**router).clone()),
                _ => None,
            });
            match inner {
                Some(inner) => algebra::and(unknown(&name, span), inner, call.span),
                None => unknown(&name, span),
            }
        }
        _ => unknown(&name, span),
    }
}

/// The function that is the first argument.
fn function_arg(eval: &Eval<'_>, call: &Call<'_>) -> Function {
    let span = arg_span(eval, call, 0);
    let (target, types) = match call.args.first() {
        Some(Value::Callable(callable)) => (callable.target(), callable.types()),
        // `map(Some)`, `map(Login)`.
        Some(Value::Object(Ty::External(path, _), held)) if held.is_empty() => {
            (HandlerTarget::External(*path), Arc::default())
        }
        Some(Value::Struct(adt, fields)) if fields.is_empty() => {
            let path = eval.program[*adt].name;
            (HandlerTarget::External(path), Arc::default())
        }
        _ => (HandlerTarget::Unknown, Arc::default()),
    };
    Function {
        target,
        types: Arc::new((*types).clone()),
        name: shorten(eval.sources.slice(span)),
        span,
    }
}

/// A filter with one alternative.
fn one(span: Span, set: impl FnOnce(&mut Route, &mut Chain)) -> Value {
    Value::Router(Box::new(one_router(span, set)))
}

fn one_router(span: Span, set: impl FnOnce(&mut Route, &mut Chain)) -> Router {
    let mut route = Route::new("ANY", HandlerTarget::Unknown, span);
    let mut chain = Chain::default();
    set(&mut route, &mut chain);
    route.filter = Some(Arc::new(chain));
    let mut made = Router::new(RouterKind::Filter, NAME, span);
    made.routes.push(route);
    made
}

/// A path parameter of this type, named after it.
fn param(eval: &Eval<'_>, ty: Ty, span: Span) -> Value {
    let name = match &ty {
        Ty::Unknown => "param".to_owned(),
        ty => crate::routes::eval::type_name(eval.program, ty),
    };
    param_named(&name, ty, span)
}

fn param_named(name: &str, ty: Ty, span: Span) -> Value {
    let part = Part {
        carries: Carries::Path,
        name: None,
        ty,
        is_optional: false,
        is_route: false,
        text: name.to_owned(),
        span,
    };
    one(span, |route, chain| {
        route.path.push(Text::hole(name));
        chain.steps.push(Step::Take(part));
    })
}

/// `fs::dir` takes the rest of the path, and answers `GET` and `HEAD`.
fn folder(call: &Call<'_>) -> Value {
    let mut made = Router::new(RouterKind::Filter, NAME, call.span);
    for method in ["GET", "HEAD"] {
        let answer = library(call.path, call.span);
        let folder = one_router(call.span, |route, chain| {
            route.method = method.to_owned();
            route.path.push(Text::known("{*tail}", None));
            chain.is_closed = true;
            chain.steps.push(Step::Apply(answer));
        });
        made.routes.extend(folder.routes);
    }
    Value::Router(Box::new(made))
}

/// A library's function that answers.
fn library(path: &str, span: Span) -> Apply {
    Apply {
        how: How::Map,
        function: Function {
            target: HandlerTarget::External(Name::new(path)),
            types: Arc::default(),
            name: path.to_owned(),
            span,
        },
        inner: Vec::new(),
        span,
    }
}

/// `content_length_limit(n)` limits the body if it stands before what reads that.
fn limited(call: &Call<'_>) -> Value {
    let mut made = one_router(call.span, |_, _| {});
    algebra::cover(&mut made, &[layer(call, call.path, call.name)]);
    Value::Router(Box::new(made))
}

/// A layer that a filter is.
fn layer(call: &Call<'_>, path: &str, name: &str) -> Arc<Layer> {
    Arc::new(Layer {
        name: name.to_owned(),
        span: call.span,
        kind: LayerKind::Type(Ty::external(path, []), Vec::new()),
        conditions: Vec::new(),
        written: None,
    })
}

/// What a filter takes that the model describes.
fn part(eval: &Eval<'_>, call: &Call<'_>, carries: Carries, is_optional: bool) -> Part {
    let named = matches!(carries, Carries::Header | Carries::Cookies);
    let name = match call.args.first() {
        Some(Value::Text(text)) => text.as_known(),
        _ => call
            .arg_exprs
            .first()
            .and_then(|expr| eval.values.text(call.body, *expr)?.as_known()),
    };
    Part {
        carries,
        name: name.filter(|_| named),
        ty: call.generics.first().cloned().unwrap_or(Ty::Unknown),
        is_optional,
        is_route: call.path == "warp::path::full",
        text: String::new(),
        span: call.span,
    }
}

/// A text in argument `at`, or a hole with the name of the code that gives it.
fn text_arg(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Text {
    if let Some(Value::Text(text)) = call.args.get(at) {
        return text.clone();
    }
    let Some(expr) = call.arg_exprs.get(at) else {
        return Text::hole("segment");
    };
    eval.values
        .text(call.body, *expr)
        .unwrap_or_else(|| Text::hole(text::expr_name(&eval.program[call.body].body, *expr)))
}

fn slice(eval: &Eval<'_>, body: BodyKey, expr: ExprId) -> String {
    shorten(eval.sources.slice(expr_span(eval, body, expr)))
}
