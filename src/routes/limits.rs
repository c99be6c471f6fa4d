//! Limits on requests per time that stand in a handler's signature or in its body.

use super::endpoint::{Evidence, EvidenceKind};
use super::guard::layers::names_a_limiter;
use super::limiters::{Limiters, MAX_DEPTH};
use crate::facts::Expr;
use crate::models::roles::Protection as Protects;
use crate::program::{FnId, Ty};
use crate::source::{Name, SourceMap};
use crate::values::{Callee, Values};

/// The limit that a layer is made with, as far as it is written where the layer is:
/// `DefaultBodyLimit::max(64 * 1024)`, `TimeoutLayer::new(Duration::from_secs(10))`.
pub(super) fn bound(protects: Protects, made: &str) -> Option<String> {
    let (_, arguments) = made.split_once('(')?;
    let arguments = arguments.strip_suffix(')')?;
    match protects {
        Protects::BodyLimit => bytes(arguments).map(|it| format!("{it} bytes")),
        Protects::Timeout => {
            let (_, unit) = arguments.split_once("Duration::from_")?;
            let (unit, number) = unit.split_once('(')?;
            let number = bytes(number.split(')').next()?)?;
            match unit {
                "secs" => Some(format!("{number} s")),
                "millis" => Some(format!("{number} ms")),
                "mins" => Some(format!("{number} min")),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A number, or a product of numbers.
fn bytes(text: &str) -> Option<u64> {
    text.split('*').try_fold(1_u64, |product, factor| {
        let digits: String = factor.trim().chars().filter(|it| *it != '_').collect();
        let digits = digits.trim_end_matches("usize").trim_end_matches("u64");
        product.checked_mul(digits.parse().ok()?)
    })
}

/// The limits of handlers.
pub(super) struct Limits<'v, 'a> {
    values: &'v Values<'a>,
    sources: &'v SourceMap,
    limiters: Limiters,
}

impl<'v, 'a> Limits<'v, 'a> {
    /// Looks for code that limits.
    pub(super) fn new(values: &'v Values<'a>, sources: &'v SourceMap) -> Limits<'v, 'a> {
        Limits {
            values,
            sources,
            limiters: Limiters::new(values, sources),
        }
    }

    /// What limits a handler from within: an extractor or guard that refuses whoever asks too
    /// often, or a call.
    pub(super) fn in_handler(&self, id: FnId) -> Option<Evidence> {
        self.signature(id).or_else(|| self.body(id))
    }

    fn signature(&self, id: FnId) -> Option<Evidence> {
        let program = self.values.program;
        let def = &program[id];
        let scope = program.fn_scope(id);
        def.sig.params.iter().find_map(|param| {
            let ty = program.lower_ty(&scope, &param.ty);
            // A `Result<Limit, _>` limits if the body hands the error on; an `Option` does not.
            let ty = match &ty {
                Ty::External(path, args) if path.as_str().ends_with("::Result") => {
                    let handed_on = param.name.is_some_and(|name| self.hands_on(id, name));
                    args.first().filter(|_| handed_on)?.clone()
                }
                _ => ty,
            };
            let limits = match ty.peel_refs() {
                Ty::External(path, _) => program
                    .models
                    .extractor(*path)
                    .is_some_and(|it| it.protects.contains(&Protects::RateLimit)),
                Ty::Adt(..) => ["from_request_parts", "from_request"].iter().any(|name| {
                    program
                        .find_methods(&ty, Name::new(name))
                        .iter()
                        .filter_map(|it| program[it.id].body)
                        .any(|body| self.limiters.is_reached(body, MAX_DEPTH))
                }),
                _ => false,
            };
            let span = param.ty_range.in_file(def.file);
            limits.then(|| Evidence {
                kind: EvidenceKind::Extractor,
                name: self.sources.slice(span).to_owned(),
                span,
            })
        })
    }

    /// Whether a body has `name..?`.
    fn hands_on(&self, id: FnId, name: Name) -> bool {
        let program = self.values.program;
        let Some(key) = program[id].body else {
            return false;
        };
        let body = &program[key].body;
        body.exprs().any(|(_, expr)| {
            let Expr::Try(inner) = expr else { return false };
            let mut inner = *inner;
            while let Expr::MethodCall(call) = body.expr(inner) {
                inner = call.receiver;
            }
            matches!(body.expr(inner), Expr::Path(path) if path.as_ident() == Some(name))
        })
    }

    /// A limiter that a handler calls itself.
    fn body(&self, id: FnId) -> Option<Evidence> {
        let program = self.values.program;
        let key = program[id].body?;
        let data = &program[key];
        if !self.limiters.may_be_called_in(data) {
            return None;
        }
        let typing = self.values.typing(key);
        data.body.exprs().find_map(|(expr, node)| {
            let callees = typing.callees(expr);
            let name = match node {
                Expr::MethodCall(call) => call.name.to_string(),
                Expr::Call { .. } => match callees.first()? {
                    Callee::Fn(candidate) => program[candidate.id].name.to_string(),
                    Callee::External(path) => path.to_string(),
                    _ => return None,
                },
                _ => return None,
            };
            let paces = match node {
                Expr::MethodCall(call) => {
                    call.name == "throttle"
                        && matches!(&*call.args, [only] if is_span_of_time(typing.ty(*only)))
                        && !callees.iter().any(|it| matches!(it, Callee::Fn(_)))
                }
                _ => false,
            };
            let limits = names_a_limiter(&name) && !paces
                || name == "check_key"
                || callees.iter().any(|callee| match callee {
                    Callee::Fn(candidate) => program[candidate.id]
                        .body
                        .is_some_and(|body| self.limiters.is_reached(body, MAX_DEPTH - 1)),
                    _ => false,
                });
            limits.then(|| Evidence {
                kind: EvidenceKind::BodyCheck,
                name,
                span: data.body.expr_range(expr).in_file(data.file),
            })
        })
    }
}

/// `stream.throttle(Duration::from_secs(1))` sends items of an answer at intervals, and limits no requests.
fn is_span_of_time(ty: &Ty) -> bool {
    ty.is_external("std::time::Duration")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_where_they_are_written() {
        let body = |made| bound(Protects::BodyLimit, made);
        assert_eq!(
            body("DefaultBodyLimit::max(64 * 1_024)").as_deref(),
            Some("65536 bytes")
        );
        assert_eq!(body("RequestBodyLimitLayer::new(limit)"), None);
        assert_eq!(body("limit"), None);
        let time = |made| bound(Protects::Timeout, made);
        let made = "TimeoutLayer::with_status_code(status, Duration::from_secs(10))";
        assert_eq!(time(made).as_deref(), Some("10 s"));
        assert_eq!(time("TimeoutLayer::new(wait)"), None);
    }
}
