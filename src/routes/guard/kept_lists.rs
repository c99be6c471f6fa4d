//! Lists that the service's state keeps: what its one constructor put into them.

use std::sync::Arc;

use super::Judge;
use super::interpret::Run;
use super::proof::{Abs, From};
use crate::facts::ExprId;
use crate::program::ty::Subst;
use crate::program::{AdtId, Ty};
use crate::source::Name;

/// Structs in structs are looked into so deep.
const MAX_DEPTH: u32 = 2;

impl Run<'_, '_> {
    /// Whether an expression's type wraps a single value.
    pub(super) fn is_newtype(&self, id: ExprId) -> bool {
        let program = self.judge.program;
        match program.pointed_to(&self.ty(id)) {
            Ty::Adt(adt, _) => matches!(program[adt].fields(), [only] if only.name == "0"),
            _ => false,
        }
    }

    /// A field of a value of this type, with the lists in it that all such values have.
    pub(super) fn perhaps_listed(&self, base: ExprId, field: Name, value: Abs) -> Abs {
        let is_known = value.variants.is_some()
            || value.text.is_some()
            || value.parts.is_some()
            || value.fields.is_some();
        let is_sent = value.from.has(From::SENT.with(From::NEXT));
        if is_known || is_sent {
            return value;
        }
        let Ty::Adt(adt, _) = self.judge.program.pointed_to(&self.ty(base)) else {
            return value;
        };
        match self.judge.kept_lists(adt, field) {
            Some(kept) => Abs {
                parts: kept.parts,
                fields: kept.fields,
                ..value
            },
            None => value,
        }
    }
}

impl Judge<'_> {
    /// The lists in a field, if all code that makes such a struct agrees on them: there is one place.
    fn kept_lists(&self, adt: AdtId, field: Name) -> Option<Abs> {
        let find = || self.find_kept_lists(adt, field);
        self.ask(&self.known.kept, (adt, field), || None, find)
    }

    fn find_kept_lists(&self, adt: AdtId, field: Name) -> Option<Abs> {
        if !self.may_hold_a_list(adt, Some(field), 0) {
            return None;
        }
        let origins = self.origins(adt);
        let mut made = origins.fields.iter().filter(|it| it.0 == field);
        let (_, key, value) = made.next()?;
        if made.next().is_some() || origins.by_default || self.is_changed(adt, field) {
            return None;
        }
        let mut run = self.start(*key, Abs::default(), Subst::new());
        run.know_listed(*value);
        let made = run.expr(*value);
        made.only_lists().filter(|_| !self.is_exhausted())
    }

    /// Whether a struct, or the field of it, may hold a list of texts.
    fn may_hold_a_list(&self, adt: AdtId, field: Option<Name>, depth: u32) -> bool {
        let fields = self.program[adt].fields().iter();
        let mut fields = fields.filter(|it| field.is_none_or(|name| it.name == name));
        fields.any(
            |it| match self.program.pointed_to(&self.program.field_ty(adt, it)) {
                Ty::Adt(inner, _) => {
                    depth < MAX_DEPTH && self.may_hold_a_list(inner, None, depth + 1)
                }
                Ty::Slice(_) => true,
                other => super::defaults::is_list(&other),
            },
        )
    }
}

impl Abs {
    /// Nothing but the lists in it; `None` if there are none.
    fn only_lists(&self) -> Option<Abs> {
        if self.is_list() {
            return Some(self.clone());
        }
        let fields = self.fields.iter().flat_map(|all| all.iter());
        let kept = fields.filter_map(|(name, it)| Some((*name, it.only_lists()?)));
        let kept: Vec<(Name, Abs)> = kept.collect();
        (!kept.is_empty()).then(|| Abs {
            fields: Some(Arc::new(kept)),
            ..Abs::default()
        })
    }
}
