//! The arguments of a framework's calls: where they stand, and what they are where every adapter
//! takes them alike.

use crate::facts::ExprId;
use crate::program::BodyKey;
use crate::routes::eval::{Call, Eval, shorten};
use crate::routes::value::{Lost, Value};
use crate::source::Span;
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

/// That argument `at`, which would be such a thing, could not be followed.
pub(super) fn lost_arg(eval: &Eval<'_>, call: &Call<'_>, at: usize, what: &str) -> Lost {
    let span = arg_span(eval, call, at);
    let text = shorten(eval.sources.slice(span));
    Lost {
        reason: format!("{what} `{text}` could not be followed"),
        span,
    }
}
