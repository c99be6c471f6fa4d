//! Loops: what one turn leaves behind, another one finds.

use super::taint::Value;
use super::walk::Walk;
use crate::facts::body::LoopKind;
use crate::facts::{ExprId, PatId};
use crate::source::Name;

impl Walk<'_, '_> {
    pub(super) fn repeat(&mut self, label: Option<Name>, kind: LoopKind, body: ExprId) -> Value {
        let mut value = Value::default();
        // What one turn leaves behind, another one finds.
        for turn in 0..2 {
            self.breaks.push((label, Vec::new(), Value::default()));
            let mut held = Vec::new();
            let mut parts = Value::default();
            let start = self.env.clone();
            match kind {
                LoopKind::Loop => {}
                LoopKind::While(cond) => {
                    self.condition(cond);
                    held = self.facts(cond, true);
                }
                LoopKind::For(pat, iter) => {
                    let all = self.expr(iter);
                    parts = all.clone();
                    self.bind(pat, all);
                }
            }
            let before = self.env.clone();
            self.apply(&held);
            self.expr(body);
            // What each part was asked for holds for all, if no turn ends before that.
            let is_whole = self.breaks.last().is_some_and(|it| it.1.is_empty());
            let of_all = match kind {
                LoopKind::For(pat, iter) if is_whole => self.held_by_loop(pat, iter, &parts),
                _ => Vec::new(),
            };
            let mut after = self.env.take();
            value = self.after_loop(Value::default());
            // Left by `break` alone, or by its end as well.
            let broken = self.env.clone();
            self.join_env(after.take());
            self.join_env(before.clone());
            self.apply(&of_all);
            // What is bound in it, each turn binds anew.
            let inside = self.body.expr_range(body);
            let head = match kind {
                LoopKind::Loop => inside,
                LoopKind::While(cond) => self.body.expr_range(cond),
                LoopKind::For(pat, _) => self.body.pat_range(pat),
            };
            let is_own = |pat: PatId| {
                let range = self.body.pat_range(pat);
                inside.contains(range) || head.contains(range)
            };
            let is_settled = match (&self.env, &start) {
                (Some(now), Some(start)) => now.is_as(start, is_own),
                _ => true,
            };
            if turn == 1 || is_settled {
                if matches!(kind, LoopKind::Loop) {
                    self.env = broken;
                }
                break;
            }
        }
        value
    }

    pub(super) fn after_loop(&mut self, mut value: Value) -> Value {
        let Some((_, envs, broken)) = self.breaks.pop() else {
            return value;
        };
        for env in envs {
            self.join_env(Some(env));
        }
        value.join(&broken);
        value
    }
}
