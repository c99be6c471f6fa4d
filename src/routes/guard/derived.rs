//! Extractors that are derived: axum's `#[derive(FromRequestParts)]` and `#[derive(FromRequest)]`,
//! of axum-macros 0.2 to 0.5.
//!
//! Every field is an extractor, and all of them must succeed. `#[from_request(via(Query))]` on a
//! field says what it is taken out of, and on the whole what that is.

use std::sync::Arc;

use super::Judge;
use super::proof::{Abs, From, Out, Proof};
use crate::facts::{Attr, Meta};
use crate::program::ty::TyScope;
use crate::program::{AdtId, Def, ModuleId, Ty};
use crate::source::{Name, Span};

impl Judge<'_> {
    /// What a derived extractor gives; `None`: it is derived by something that we do not know.
    pub(super) fn derived_extractor(&self, adt: AdtId, ty: &Ty, span: Span) -> Option<Abs> {
        let def = &self.program[adt];
        if !def.attrs.iter().any(|it| self.derives(def.module, it)) {
            return None;
        }
        if let Some(via) = via(&def.attrs) {
            let wrapper = self.wrapper(def.module, via, ty.clone())?;
            return Some(self.extractor(&wrapper, span));
        }
        let scope = TyScope {
            module: def.module,
            generics: vec![&def.generics],
            self_ty: Some(ty.clone()),
            subst: Vec::new(),
        };
        let mut proof = Proof::nothing();
        let mut fields = Vec::new();
        for field in def.fields() {
            let own = self.program.lower_ty(&scope, &field.ty);
            let own = match via(&field.attrs) {
                Some(via) => self.wrapper(def.module, via, own)?,
                None => own,
            };
            let out = self.extractor(&own, span).variant("Ok");
            let out = out.unwrap_or_else(Out::nothing);
            proof = proof.and(&out.proof);
            fields.push((field.name, out.val));
        }
        let val = Abs {
            fields: Some(Arc::new(fields)),
            ..Abs::of(From::INPUT)
        };
        Some(Abs::fallible("Ok", proof, val))
    }

    /// Whether an attribute derives axum's trait.
    fn derives(&self, module: ModuleId, attr: &Attr) -> bool {
        let is_axum = |path: &[Name]| {
            let found = self.program.resolve_names(module, path, false);
            found.iter().any(|it| match it.def {
                Def::External(path) => path.as_str().starts_with("axum"),
                _ => false,
            })
        };
        attr.meta.is("derive")
            && attr.meta.list().iter().any(|it| {
                let last = it.last_segment();
                last.is_some_and(|it| it == "FromRequestParts" || it == "FromRequest")
                    && is_axum(&it.path)
            })
    }

    /// The extractor out of which something is taken, around that.
    fn wrapper(&self, module: ModuleId, via: &Meta, held: Ty) -> Option<Ty> {
        let found = self.program.resolve_names(module, &via.path, false);
        found.iter().find_map(|it| match it.def {
            Def::External(path) => Some(Ty::external(path.as_str(), [held.clone()])),
            Def::Adt(adt) => Some(Ty::Adt(adt, [held.clone()].into_iter().collect())),
            _ => None,
        })
    }
}

/// The extractor that `#[from_request(via(..))]` names.
fn via(attrs: &[Attr]) -> Option<&Meta> {
    let entries = attrs.iter().filter(|it| it.meta.is("from_request"));
    let mut entries = entries.flat_map(|it| it.meta.list());
    entries.find(|it| it.is("via"))?.list().first()
}
