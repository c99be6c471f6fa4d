//! `path!("a" / u32 / "b")`.

use super::algebra;
use crate::facts::body::{BinaryOp, Literal, MacroCall};
use crate::facts::{Expr, ExprId};
use crate::program::{BodyKey, Def, Ty};
use crate::routes::eval::{Eval, shorten};
use crate::routes::filter::Chain;
use crate::routes::value::{Router, Value};
use crate::source::Span;
use crate::values::Text;

/// A filter of segments and parameters, at whose end the path ends unless `..` stands there.
pub(crate) fn macro_call(
    eval: &Eval<'_>,
    body: BodyKey,
    id: ExprId,
    call: &MacroCall,
) -> Option<Value> {
    let is_ours =
        |def: &Def| matches!(def, Def::External(path) if path.as_str().starts_with("warp::"));
    let names: Vec<&str> = call
        .path
        .segments
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let module = eval.program[body].module;
    if names.last() != Some(&"path")
        || names != ["warp", "path"]
            && !eval
                .program
                .resolve_whole(module, &call.path)
                .iter()
                .any(is_ours)
    {
        return None;
    }
    let data = &eval.program[body];
    let span = data.body.expr_range(id).in_file(data.file);
    let mut filter = super::one_router(span, |_, _| {});
    let mut parts = Vec::new();
    match call.args.as_deref() {
        Some([]) => {}
        Some([only]) => segments(eval, body, only.value, &mut parts),
        _ => return Some(Value::Router(Box::new(super::unknown("path!", span)))),
    }
    let is_prefix = parts.last().is_some_and(|it| matches!(it, Segment::Rest));
    for part in parts {
        let next = match part {
            Segment::Exact(text) => super::one(span, |route, _| route.path.push(text)),
            Segment::Param(name, span) => super::param_named(&name, Ty::Unknown, span),
            Segment::Rest => continue,
        };
        if let Value::Router(next) = next {
            filter = algebra::and(filter, *next, span);
        }
    }
    if !is_prefix {
        close(&mut filter);
    }
    Some(Value::Router(Box::new(filter)))
}

enum Segment {
    Exact(Text),
    /// The type as written.
    Param(String, Span),
    Rest,
}

/// The segments of a chain of divisions, as it is read.
fn segments(eval: &Eval<'_>, body: BodyKey, id: ExprId, out: &mut Vec<Segment>) {
    let data = &eval.program[body];
    let span = data.body.expr_range(id).in_file(data.file);
    match data.body.expr(id) {
        Expr::Binary {
            op: BinaryOp::Arithmetic,
            lhs,
            rhs,
        } => {
            segments(eval, body, *lhs, out);
            segments(eval, body, *rhs, out);
        }
        Expr::Literal(Literal::Str(text)) => {
            out.push(Segment::Exact(Text::known(&**text, Some(span))));
        }
        Expr::Range {
            start: None,
            end: None,
        } => out.push(Segment::Rest),
        _ => out.push(Segment::Param(shorten(eval.sources.slice(span)), span)),
    }
}

fn close(filter: &mut Router) {
    for route in &mut filter.routes {
        let own: Chain = algebra::chain(route);
        route.filter = Some(std::sync::Arc::new(Chain {
            is_closed: true,
            ..own
        }));
    }
}
