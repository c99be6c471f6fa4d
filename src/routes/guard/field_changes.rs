//! Fields that are changed after their struct was put together.

use super::Judge;
use crate::facts::item::SelfParam;
use crate::facts::mentions::hashes;
use crate::facts::{Expr, ExprId, Mention};
use crate::program::{AdtId, BodyKey, Ty};
use crate::source::Name;
use crate::values::Callee;

impl Judge<'_> {
    /// Whether some code changes a field in place, or lends it to be changed, after the struct was
    /// put together.
    pub(super) fn is_changed(&self, adt: AdtId, field: Name) -> bool {
        let mentions = hashes([Mention::Member], field.as_str());
        let bodies = self.program.mentioning(&mentions.into_iter().collect());
        bodies.into_iter().any(|key| {
            let is_it = |id: ExprId| self.is_in_field(key, id, adt, field);
            let mut exprs = self.program[key].body.exprs();
            exprs.any(|(id, expr)| match expr {
                Expr::Assign { target, .. } => is_it(*target),
                Expr::Ref {
                    mutable: true,
                    inner,
                } => is_it(*inner),
                Expr::MethodCall(call) => {
                    (changes(call.name.as_str()) || self.takes_to_change(key, id))
                        && is_it(call.receiver)
                }
                _ => false,
            })
        })
    }

    /// Whether an expression is the field, or something in it.
    fn is_in_field(&self, key: BodyKey, id: ExprId, adt: AdtId, field: Name) -> bool {
        let inside = |id: ExprId| self.is_in_field(key, id, adt, field);
        match self.program[key].body.expr(id) {
            Expr::Field { base, name } => {
                let of = self.program.pointed_to(self.values.typing(key).ty(*base));
                let is_of = match of {
                    Ty::Adt(it, _) => it == adt,
                    other => other.is_unknown(),
                };
                *name == field && is_of || inside(*base)
            }
            Expr::Unary { inner, .. } | Expr::Ref { inner, .. } => inside(*inner),
            Expr::Index { base, .. } => inside(*base),
            _ => false,
        }
    }

    /// Whether a call is of a method of the program that takes `&mut self`.
    fn takes_to_change(&self, key: BodyKey, call: ExprId) -> bool {
        let mut callees = self.values.typing(key).callees(call).iter();
        callees.any(|it| match it {
            Callee::Fn(it) => self.program[it.id].sig.self_param == Some(SelfParam::RefMut),
            _ => false,
        })
    }
}

/// Whether a library's method changes what it is called on, by its name.
fn changes(name: &str) -> bool {
    const STEMS: [&str; 18] = [
        "append",
        "clear",
        "dedup",
        "drain",
        "entry",
        "extend",
        "get_or_insert",
        "insert",
        "pop",
        "push",
        "remove",
        "replace",
        "retain",
        "set",
        "sort",
        "swap",
        "take",
        "truncate",
    ];
    name.ends_with("_mut") || STEMS.iter().any(|it| name.starts_with(it))
}
