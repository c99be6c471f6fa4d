//! Parts of routers that are borrowed to add something to them: `app.at("/items").get(list)`.

use super::{Eval, Frame};
use crate::facts::{Expr, ExprId};
use crate::routes::value::{Router, RouterKind, Value};

impl Eval<'_> {
    /// Notes what a part was borrowed from that a method on `receiver` has given: a router, or a part
    /// that somebody else has handed in, and will find changed.
    pub(super) fn lend(&mut self, frame: &mut Frame, receiver: ExprId, part: &mut Router) {
        let is_known = part.part_of.is_some_and(|(body, _)| body == frame.body);
        if part.kind != RouterKind::Part || is_known {
            return;
        }
        let Some(place) = self.place(frame, receiver) else {
            return;
        };
        if let Value::Router(whole) = self.expr(frame, place)
            && whole.framework == part.framework
            && whole.span != part.span
        {
            part.part_of = Some((frame.body, place));
        }
    }

    /// Hands what was added to a part to what it was borrowed from, if that is in sight.
    pub(super) fn give_back(&mut self, frame: &mut Frame, part: &mut Router) {
        let is_empty = part.routes.is_empty() && part.lost.is_empty();
        if part.kind != RouterKind::Part || is_empty {
            return;
        }
        let Some((body, place)) = part.part_of else {
            return;
        };
        if body != frame.body {
            return;
        }
        if let Value::Router(mut whole) = self.expr(frame, place) {
            whole.routes.append(&mut part.routes);
            whole.lost.append(&mut part.lost);
            self.assign(frame, place, Value::Router(whole));
        }
    }

    /// The variable, or the field of one, at the head of a chain of calls.
    fn place(&self, frame: &Frame, mut expr: ExprId) -> Option<ExprId> {
        let body = &self.program[frame.body].body;
        loop {
            expr = match body.expr(expr) {
                Expr::Path(_) => return Some(expr),
                Expr::Field { base, .. } => return self.place(frame, *base).map(|_| expr),
                Expr::MethodCall(call) => call.receiver,
                Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => *inner,
                _ => return None,
            }
        }
    }
}
