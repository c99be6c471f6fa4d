//! The arguments of a framework's calls: where they stand, and what they are where every adapter
//! takes them alike.

use std::sync::Arc;

use crate::facts::ExprId;
use crate::program::{BodyKey, FnId};
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Layer, Lost, Value};
use crate::source::{Name, Span};
use crate::values::{Text, text};

/// Where an expression of a body stands.
pub(super) fn expr_span(eval: &Eval<'_>, body: BodyKey, expr: ExprId) -> Span {
    let data = &eval.program[body];
    data.body.expr_range(expr).in_file(data.file)
}

/// Where argument `at` stands; the call itself if it is not written there.
pub(super) fn arg_span(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Span {
    let expr = call.arg_exprs.get(at);
    expr.map_or(call.span, |expr| expr_span(eval, call.body, *expr))
}

/// The path in argument `at`.
pub(super) fn path_arg(eval: &Eval<'_>, call: &Call<'_>, at: usize) -> Text {
    if let Some(Value::Text(text)) = call.args.get(at) {
        return text.clone();
    }
    let Some(expr) = call.arg_exprs.get(at) else {
        return Text::hole("path");
    };
    eval.values
        .text(call.body, *expr)
        .unwrap_or_else(|| Text::hole(text::expr_name(&eval.program[call.body].body, *expr)))
}

/// The layers in the first argument.
pub(super) fn layers_arg(eval: &Eval<'_>, call: &Call<'_>) -> Vec<Arc<Layer>> {
    let Some(value) = call.args.first() else {
        return Vec::new();
    };
    let expr = call.arg_exprs.first().copied();
    eval.layers(value, call.body, expr, arg_span(eval, call, 0))
}

/// The method of this name by which a value of a type of the program answers requests.
pub(super) fn method_of(eval: &Eval<'_>, value: &Value, name: &str) -> Option<FnId> {
    let ty = value.local_type()?;
    let found = eval.program.find_methods(&ty, Name::new(name));
    let mut found = found.into_iter().map(|it| it.id);
    found.find(|it| eval.program[*it].body.is_some())
}

/// That argument `at`, which would be such a thing, could not be followed.
pub(super) fn lost_arg(eval: &Eval<'_>, call: &Call<'_>, at: usize, what: &str) -> Lost {
    let span = arg_span(eval, call, at);
    let text = shorten(eval.sources.slice(span));
    Lost {
        reason: format!("{what} `{text}` could not be followed"),
        span,
    }
}
