//! The expression that a body ends with: each of its branches is an exit of its own, so that an
//! answer that refuses is not joined with one that does not.

use super::interpret::Run;
use super::proof::Abs;
use crate::facts::body::BlockKind;
use crate::facts::{Expr, ExprId};
use crate::values::Callee;

impl Run<'_, '_> {
    /// Leaves the body with the value of this expression.
    pub(super) fn leave(&mut self, id: ExprId) {
        let body = &self.judge.program[self.key].body;
        match body.expr(id) {
            Expr::Block(block) if block.label.is_none() && block.kind != BlockKind::Try => {
                if self.statements(block) {
                    match block.tail {
                        Some(tail) => self.leave(tail),
                        None => self.exit(Abs::default()),
                    }
                }
            }
            Expr::If {
                cond,
                then,
                otherwise,
            } => {
                let value = self.expr(*cond);
                if self.state.is_none() {
                    return;
                }
                let (yes, no) = self.outcomes(&value);
                let env = self.env.clone();
                self.state = yes;
                self.leave(*then);
                self.env = env;
                self.state = no;
                self.narrow(*cond);
                match otherwise {
                    Some(otherwise) => self.leave(*otherwise),
                    None => self.exit(Abs::default()),
                }
            }
            Expr::Match { scrutinee, arms } => self.each_arm(*scrutinee, arms, Self::leave),
            // `Box::pin(async move { .. })`.
            Expr::Call { args, .. } if self.pins(id) && args.len() == 1 => self.leave(args[0]),
            _ => {
                let value = self.expr(id);
                self.exit(value);
            }
        }
    }

    fn exit(&mut self, value: Abs) {
        if let Some(state) = self.state.take() {
            self.exits.push((value, state));
        }
    }

    /// Whether a call does nothing but pin its argument.
    fn pins(&self, id: ExprId) -> bool {
        let callees = self.typing.callees(id);
        callees
            .iter()
            .any(|it| matches!(it, Callee::External(path) if *path == "std::boxed::Box::pin"))
    }
}
