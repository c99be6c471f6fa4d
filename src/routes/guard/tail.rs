//! The expression that a body ends with: each of its branches is an exit of its own, so that an
//! answer that refuses is not joined with one that does not.

use super::interpret::Run;
use super::proof::{Abs, State};
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
                let value = self.condition(*cond);
                if self.state.is_none() {
                    return;
                }
                let (yes, no) = self.outcomes(&value);
                let env = self.env.clone();
                let start = self.exits.len();
                self.state = yes;
                self.leave(*then);
                let middle = self.exits.len();
                self.env = env;
                self.state = no;
                self.narrow(*cond);
                match otherwise {
                    Some(otherwise) => self.leave(*otherwise),
                    None => self.exit(Abs::default()),
                }
                let refused = |exits: &[(Abs, State)]| exits.iter().all(|it| it.0.refuses());
                let (yes, no) = self.exits[start..].split_at_mut(middle - start);
                let (left, side) = match (refused(yes), refused(no)) {
                    (false, true) => (yes, "true"),
                    (true, false) => (no, "false"),
                    _ => return,
                };
                if let Some(gates) = value.variant(side) {
                    for (_, state) in left {
                        *state = state.clone().or_else_refused(&gates.proof.rights);
                    }
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
