//! Lists of rows and numbers of them: what it proves that there is something.
//!
//! `rows.is_empty()`, `rows_affected() != 1`, `let [row] = ..` ask all the same of a query by a
//! credential. A list is no success of its own: whoever answers with it answers with none, too.

use std::sync::Arc;

use super::interpret::Run;
use super::proof::{Abs, Out, Proof};
use crate::facts::body::{BinaryOp, Literal};
use crate::facts::{Expr, ExprId, Pat, PatId};
use crate::source::Name;

/// The variant of a list that holds something, of a number that is not zero.
pub(super) const SOME: &str = "#some";
/// The variant of the empty list, and of zero.
pub(super) const NONE: &str = "#none";

impl Abs {
    /// A list or number: that it is not empty, or zero, proves this.
    pub(super) fn counted(proof: Proof, val: Abs) -> Abs {
        let from = val.from;
        Abs::variants(
            from,
            vec![(SOME, Out { proof, val }), (NONE, Out::nothing())],
        )
    }

    /// Whether it is a list or number of which it is known what it proves that it is something.
    pub(super) fn is_counted(&self) -> bool {
        self.names().iter().any(|it| [SOME, NONE].contains(it))
    }

    /// The same with these names for something and nothing.
    fn called(&self, some: &str, none: &str) -> Abs {
        let all = self.variants.iter().flat_map(|all| all.iter());
        let all = all.map(|(name, out)| match *name == SOME {
            true => (Name::new(some), out.clone()),
            false => (Name::new(none), out.clone()),
        });
        Abs {
            variants: Some(Arc::new(all.collect())),
            ..self.clone()
        }
    }

    /// What is known where the one or the other holds, for a condition that only tells them apart
    /// on one side.
    fn told(&self, only_if_some: bool) -> Abs {
        let some = self.variant(SOME).unwrap_or_else(Out::nothing);
        let proof = match only_if_some {
            true => some.proof,
            false => Proof::nothing(),
        };
        Abs::fallible("true", proof, Abs::default())
    }
}

impl Run<'_, '_> {
    /// What a method makes of a list or number.
    pub(super) fn counted_method(
        &mut self,
        id: ExprId,
        receiver: &Abs,
        name: &str,
        args: &[ExprId],
    ) -> Option<Abs> {
        if !receiver.is_counted() {
            return None;
        }
        match (name, args) {
            (
                "iter" | "iter_mut" | "into_iter" | "as_slice" | "to_vec" | "len" | "count"
                | "rows_affected" | "clone" | "as_ref" | "rev" | "collect" | "to_owned",
                [],
            ) => Some(receiver.clone()),
            ("is_empty", []) => Some(receiver.called("false", "true")),
            ("first" | "last" | "next" | "pop" | "first_mut" | "next_back" | "pop_front", []) => {
                Some(receiver.called("Some", "None"))
            }
            ("get", [at]) if self.is_number(*at, 0) => Some(receiver.called("Some", "None")),
            ("any" | "find" | "find_map" | "position", [_]) => {
                let each = receiver.called("Some", "None");
                self.combinator(id, &each, name, args)
            }
            ("contains", [key]) => {
                self.expr(*key);
                Some(receiver.told(true))
            }
            _ => None,
        }
    }

    fn is_number(&self, id: ExprId, number: i64) -> bool {
        self.number(id) == Some(number)
    }

    fn number(&self, id: ExprId) -> Option<i64> {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Literal(Literal::Int(number)) => *number,
            _ => None,
        }
    }

    /// A number of rows compared with one that stands in the code.
    pub(super) fn counted_against(
        &self,
        op: BinaryOp,
        (lhs, a): (ExprId, &Abs),
        (rhs, b): (ExprId, &Abs),
    ) -> Option<Abs> {
        let (value, number, op) = match (a.is_counted(), b.is_counted()) {
            (true, false) => (a, self.number(rhs)?, op),
            (false, true) => (b, self.number(lhs)?, turned(op)),
            _ => return None,
        };
        let something = || value.called("true", "false");
        let nothing = || value.called("false", "true");
        Some(match (op, number) {
            (BinaryOp::Eq | BinaryOp::Le, 0) | (BinaryOp::Lt, 1) => nothing(),
            (BinaryOp::Ne | BinaryOp::Gt, 0) | (BinaryOp::Ge, 1) => something(),
            (BinaryOp::Eq | BinaryOp::Gt | BinaryOp::Ge, 1..) => value.told(true),
            (BinaryOp::Ne, 1..) => super::interpret::negated(&value.told(true)),
            (BinaryOp::Lt, 2..) | (BinaryOp::Le, 1..) => value.told(false),
            _ => return None,
        })
    }

    /// Whether a pattern of a list or number takes something or nothing, and whether it takes all
    /// of that; `None`: it is no such pattern.
    pub(super) fn counts(&self, pat: PatId) -> Option<(&'static str, bool)> {
        let body = &self.judge.program[self.key].body;
        match body.pat(pat) {
            Pat::Slice(all) => {
                let is_rest = |it: &PatId| match body.pat(*it) {
                    Pat::Rest => true,
                    Pat::Bind { sub: Some(sub), .. } => matches!(body.pat(*sub), Pat::Rest),
                    _ => false,
                };
                let is_open = |it: &PatId| {
                    is_rest(it) || matches!(body.pat(*it), Pat::Wild | Pat::Bind { sub: None, .. })
                };
                let elements = all.iter().filter(|it| !is_rest(it)).count();
                let is_whole = all.iter().all(is_open);
                match (elements, all.len()) {
                    (0, 0) => Some((NONE, true)),
                    (0, _) => None,
                    (1, 2..) => Some((SOME, is_whole)),
                    _ => Some((SOME, false)),
                }
            }
            Pat::Literal(Literal::Int(Some(0))) => Some((NONE, true)),
            Pat::Literal(Literal::Int(Some(1..))) => Some((SOME, false)),
            _ => None,
        }
    }
}

/// The comparison with its sides exchanged.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}
