//! What variables hold.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::taint::Value;
use crate::facts::PatId;

/// What variables hold at one point. A copy shares them until one of both is changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Env {
    /// Of those that hold anything.
    locals: Rc<FxHashMap<PatId, Value>>,
    pub(super) this: Value,
}

impl Env {
    pub(super) fn local(&self, pat: PatId) -> Option<&Value> {
        self.locals.get(&pat)
    }

    /// The place of a variable, to be written to.
    pub(super) fn slot(&mut self, pat: PatId) -> &mut Value {
        Rc::make_mut(&mut self.locals).entry(pat).or_default()
    }

    pub(super) fn set(&mut self, pat: PatId, value: Value) {
        if !value.is_clean() {
            Rc::make_mut(&mut self.locals).insert(pat, value);
        } else if self.locals.contains_key(&pat) {
            Rc::make_mut(&mut self.locals).remove(&pat);
        }
    }

    pub(super) fn join(&mut self, other: &Env) {
        self.this.join(&other.this);
        if Rc::ptr_eq(&self.locals, &other.locals) {
            return;
        }
        let locals = Rc::make_mut(&mut self.locals);
        #[expect(
            clippy::iter_over_hash_type,
            reason = "each variable is joined by itself"
        )]
        for (pat, value) in &*other.locals {
            locals.entry(*pat).or_default().join(value);
        }
    }

    /// Whether variables hold here what they hold in another, but for some.
    pub(super) fn is_as(&self, other: &Env, but_for: impl Fn(PatId) -> bool) -> bool {
        let is_same = |(pat, value): (&PatId, &Value)| {
            let theirs = other.locals.get(pat);
            theirs.map_or(value.is_clean(), |it| it.is_same(value)) || but_for(*pat)
        };
        self.this.is_same(&other.this)
            && (Rc::ptr_eq(&self.locals, &other.locals) || self.locals.iter().all(is_same))
    }
}
