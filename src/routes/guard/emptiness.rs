//! What asking whether something is empty, or there at all, tells of it afterwards: that a setting is
//! set, that a list has something in it, that a variable holds something.

use std::sync::Arc;

use super::interpret::Run;
use super::proof::{Abs, From};
use crate::facts::body::{BinaryOp, Literal, MethodCall, UnaryOp};
use crate::facts::{Expr, ExprId, Pat, PatId};

/// What a condition shows of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// A text, it is not the empty one.
    Filled,
    /// An `Option` or `Result`, it holds something.
    There,
}

impl Run<'_, '_> {
    /// `settings.tokens.is_empty()`: a setting of its own, which tells paths apart.
    pub(super) fn emptiness(&self, call: &MethodCall, receiver: &Abs) -> Option<Abs> {
        let setting = receiver.setting.as_ref()?;
        let other = From::SENT
            .with(From::IDENTITY)
            .with(From::FETCHED)
            .with(From::ANSWERED)
            .with(From::PUBLIC);
        let is_own = receiver.from.has(From::OWN) && !receiver.from.has(other);
        if call.name != "is_empty" || !call.args.is_empty() || !is_own || setting.is_empty() {
            return None;
        }
        // That a list has something in it, says nothing of what that is.
        let setting = match self.is_text(call.receiver) {
            true => format!("!{}", is_set(setting)),
            false => format!("!{setting} is not empty"),
        };
        Some(Abs {
            setting: Some(setting.into()),
            ..Abs::default()
        })
    }

    /// Whether an expression is a text.
    fn is_text(&self, id: ExprId) -> bool {
        let ty = self.judge.program.pointed_to(&self.ty(id));
        let is_str = matches!(&ty, crate::program::Ty::Primitive(name) if *name == "str");
        is_str || ty.is_external("std::string::String")
    }

    /// What is shown of variables where a condition holds, or does not.
    fn shown(&self, cond: ExprId, holds: bool) -> Vec<(PatId, Shown)> {
        let body = &self.judge.program[self.key].body;
        let both = |a: &ExprId, b: &ExprId| {
            let mut found = self.shown(*a, holds);
            found.extend(self.shown(*b, holds));
            found
        };
        let local = |mut it: ExprId| {
            while let Expr::Ref { inner, .. } = body.expr(it) {
                it = *inner;
            }
            self.typing.local(it)
        };
        let filled = |text: ExprId| {
            let found = local(text).filter(|_| self.is_text(text));
            found.map(|it| (it, Shown::Filled)).into_iter().collect()
        };
        match body.expr(cond) {
            Expr::Unary {
                op: UnaryOp::Not,
                inner,
            } => self.shown(*inner, !holds),
            Expr::Binary { op, lhs, rhs } => match (op, holds) {
                (BinaryOp::And, true) | (BinaryOp::Or, false) => both(lhs, rhs),
                (BinaryOp::Ge | BinaryOp::Gt, true) | (BinaryOp::Lt | BinaryOp::Le, false) => {
                    // `key.len() >= 16`, `key.len() > 0`.
                    let least = match op {
                        BinaryOp::Ge | BinaryOp::Lt => 1,
                        _ => 0,
                    };
                    let is_long = matches!(body.expr(*rhs), Expr::Literal(Literal::Int(Some(it))) if *it >= least);
                    match body.expr(*lhs) {
                        Expr::MethodCall(call) if is_long && call.name == "len" => {
                            filled(call.receiver)
                        }
                        _ => Vec::new(),
                    }
                }
                _ => Vec::new(),
            },
            Expr::MethodCall(call) if call.args.is_empty() => match (call.name.as_str(), holds) {
                ("is_empty", false) => filled(call.receiver),
                ("is_some" | "is_ok", true) | ("is_none" | "is_err", false) => {
                    let found = local(call.receiver);
                    found.map(|it| (it, Shown::There)).into_iter().collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// A condition that is only asked where another holds, or does not.
    pub(super) fn condition_where(&mut self, cond: ExprId, holds: bool, id: ExprId) -> Abs {
        let shown = self.shown(cond, holds);
        if shown.is_empty() {
            return self.condition(id);
        }
        let env = self.env.clone();
        self.know_set(cond, holds);
        let value = self.condition(id);
        for (local, _) in shown {
            match env.get(&local) {
                Some(before) => self.env.insert(local, before.clone()),
                None => self.env.remove(&local),
            };
        }
        value
    }

    /// Goes on where a condition holds, or does not: variables that it shows to hold something do.
    pub(super) fn know_set(&mut self, cond: ExprId, holds: bool) {
        for (local, shown) in self.shown(cond, holds) {
            let Some(value) = self.env.get_mut(&local) else {
                continue;
            };
            match shown {
                Shown::Filled => value.from = value.from.without(From::UNSET),
                Shown::There if value.success().is_some() => {
                    *value = std::mem::take(value).never(&["None", "Err"]);
                }
                Shown::There => {}
            }
        }
    }

    /// Whether a closure lets only texts pass that are not empty: `|key| !key.is_empty()`.
    pub(super) fn lets_only_set_pass(&self, closure: ExprId) -> bool {
        let body = &self.judge.program[self.key].body;
        let Expr::Closure(closure) = body.expr(closure) else {
            return false;
        };
        let [(param, _)] = &*closure.params else {
            return false;
        };
        let mut param = *param;
        while let Pat::Ref(inner) | Pat::Typed(inner, _) = body.pat(param) {
            param = *inner;
        }
        self.shown(closure.body, true)
            .contains(&(param, Shown::Filled))
    }

    /// A secret, which is there where that was asked before: `!key.is_empty() && sent == key`.
    pub(super) fn unless_known_set(&self, value: Abs) -> Abs {
        if !value.from.has(From::UNSET) {
            return value;
        }
        let is_known = |setting: &Arc<str>| {
            let set = is_set(setting);
            let state = self.state.iter();
            let mut assumed = state.flat_map(|it| it.assume.iter());
            assumed.any(|(name, holds)| match name.strip_prefix('!') {
                Some(name) => name == set && holds == "false",
                None => **name == *set && holds == "true",
            })
        };
        match value.setting.as_ref().is_some_and(is_known) {
            true => Abs {
                from: value.from.without(From::UNSET),
                ..value
            },
            false => value,
        }
    }
}

/// That a setting is set, as it is called in conditions.
fn is_set(setting: &str) -> String {
    format!("{setting} is set")
}
