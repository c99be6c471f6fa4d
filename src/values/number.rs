//! What numbers are worth that are written down: literals, constants, products, `usize::MAX`,
//! units of memory.

use super::making::Place;
use super::{Callee, Values};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Expr, Pat, Stmt};
use crate::source::SourceMap;

/// How deep expressions and constants are followed.
const MAX_DEPTH: u32 = 16;

/// The number that an expression is, at most what 128 bits hold.
pub fn number(values: &Values<'_>, sources: &SourceMap, place: Place) -> Option<u128> {
    of(values, sources, place, MAX_DEPTH)
}

fn of(values: &Values<'_>, sources: &SourceMap, (key, id): Place, depth: u32) -> Option<u128> {
    let depth = depth.checked_sub(1)?;
    let data = &values.program[key];
    let body = &data.body;
    let inner = |id| of(values, sources, (key, id), depth);
    match body.expr(id) {
        Expr::Literal(Literal::Int(Some(number))) => u128::try_from(*number).ok(),
        Expr::Cast { inner: it, .. } | Expr::Ref { inner: it, .. } | Expr::Try(it) => inner(*it),
        Expr::Block(block) if block.stmts.is_empty() => inner(block.tail?),
        Expr::Binary { op, lhs, rhs } => {
            let (left, right) = (inner(*lhs)?, inner(*rhs)?);
            match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Arithmetic => {
                    let (start, end) = (body.expr_range(*lhs).end, body.expr_range(*rhs).start);
                    let between = crate::source::TextRange::new(start, end).in_file(data.file);
                    match sources
                        .slice(between)
                        .trim_matches(|c: char| c.is_whitespace() || "()".contains(c))
                    {
                        "*" => left.checked_mul(right),
                        "-" => left.checked_sub(right),
                        "/" => left.checked_div(right),
                        "<<" => left.checked_shl(u32::try_from(right).ok()?),
                        _ => None,
                    }
                }
                _ => None,
            }
        }
        Expr::Path(path) => {
            if let Some(pat) = values.typing(key).local(id) {
                let is_it = |stmt: &Stmt| match stmt {
                    Stmt::Let(it) => match body.pat(it.pat) {
                        Pat::Bind { .. } if it.pat == pat => it.init,
                        Pat::Typed(inner, _) if *inner == pat => it.init,
                        _ => None,
                    },
                    Stmt::Expr(_) => None,
                };
                let mut inits = body.exprs().filter_map(|(_, expr)| match expr {
                    Expr::Block(block) => block.stmts.iter().find_map(is_it),
                    _ => None,
                });
                return inner(inits.next()?);
            }
            if let Some(Callee::Const(constant)) = values.typing(key).defs(id).first() {
                let body = values.program[*constant].body?;
                let root = values.program[body].body.root;
                return of(values, sources, (body, root), depth);
            }
            let names: Vec<&str> = path.segments.iter().map(|it| it.name.as_str()).collect();
            match names.as_slice() {
                [.., "u16", "MAX"] => Some(u16::MAX.into()),
                [.., "u32", "MAX"] => Some(u32::MAX.into()),
                [.., "i32", "MAX"] => Some(i32::MAX.unsigned_abs().into()),
                [.., "usize" | "u64", "MAX"] => Some(u64::MAX.into()),
                [.., "isize" | "i64", "MAX"] => Some(i64::MAX.unsigned_abs().into()),
                [.., "u128", "MAX"] => Some(u128::MAX),
                _ => None,
            }
        }
        // `10.mebibytes()`.
        Expr::MethodCall(call) if call.args.is_empty() => {
            let number = inner(call.receiver)?;
            number.checked_mul(unit(call.name.as_str())?)
        }
        // `ByteUnit::Gibibyte(2)`.
        Expr::Call { callee, args } => {
            let [only] = &**args else { return None };
            let Expr::Path(path) = body.expr(*callee) else {
                return None;
            };
            let name = path.last()?.as_str().to_ascii_lowercase();
            inner(*only)?.checked_mul(unit(&name)?)
        }
        _ => None,
    }
}

/// The bytes of a unit, by the name of what makes it; 1 where a name changes nothing.
fn unit(name: &str) -> Option<u128> {
    let unit = match name.trim_end_matches('s') {
        "byte" | "into" | "clone" | "get" | "from" | "some" | "new" => 1,
        "kilobyte" => 1_000,
        "kibibyte" => 1 << 10,
        "megabyte" => 1_000_000,
        "mebibyte" => 1 << 20,
        "gigabyte" => 1_000_000_000,
        "gibibyte" => 1 << 30,
        "terabyte" => 1_000_000_000_000,
        "tebibyte" => 1 << 40,
        _ => return None,
    };
    Some(unit)
}
