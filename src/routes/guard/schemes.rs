//! Security schemes of documented APIs (`#[derive(SecurityScheme)]` of poem-openapi): what taking
//! one as a parameter demands of a request.
//!
//! Without a `checker` any credential of the right form passes; with one its code decides. Of the
//! variants of an enum one suffices, and `#[oai(fallback)]` lets everybody through. Source:
//! poem-openapi-derive 2.0.27, 4.0.1 and 5.1.16 `src/security_scheme.rs`.

use super::Judge;
use super::extractors::as_result;
use super::proof::{Abs, From, Out, Proof, State, Strength};
use crate::facts::{Attr, Meta};
use crate::program::ty::{Subst, TyScope};
use crate::program::{AdtId, Def, FnId, Ty};
use crate::routes::endpoint::{Evidence, EvidenceKind};
use crate::source::{Name, Span};

impl Judge<'_> {
    /// What a parameter of this type proves, if the type is a security scheme.
    pub(super) fn security_scheme(&self, ty: &Ty, span: Span) -> Option<Abs> {
        let Ty::Adt(adt, _) = ty else { return None };
        let def = &self.program[*adt];
        let derives = |attr: &Attr| {
            let mut list = attr.meta.list().iter();
            attr.meta.is("derive") && list.any(|it| self.is_scheme(*adt, it))
        };
        if !def.attrs.iter().any(derives) {
            return None;
        }
        Some(match def.variants() {
            [] => self.one_scheme(*adt, span),
            _ => self.one_of_schemes(*adt, span),
        })
    }

    fn is_scheme(&self, adt: AdtId, derived: &Meta) -> bool {
        let module = self.program[adt].module;
        let found = self.program.resolve_names(module, &derived.path, false);
        let scheme =
            |def: Def| matches!(def, Def::External(path) if path == "poem_openapi::SecurityScheme");
        found.into_iter().any(|it| scheme(it.def))
    }

    fn one_scheme(&self, adt: AdtId, span: Span) -> Abs {
        let def = &self.program[adt];
        let evidence = Evidence {
            kind: EvidenceKind::Extractor,
            name: def.name.to_string(),
            span,
        };
        let presence = Proof::presence().by(vec![evidence.clone()]);
        let oai = def.attrs.iter().filter(|attr| attr.meta.is("oai"));
        let mut entries = oai.flat_map(|attr| attr.meta.list());
        let Some(checker) = entries.find(|it| it.is("checker")) else {
            return Abs::fallible("Ok", presence, Abs::of(From::CREDENTIAL));
        };
        let Some(function) = self.checker(adt, checker) else {
            let proof = Proof::maybe(format!(
                "the checker of `{}` could not be resolved",
                def.name
            ));
            return Abs::fallible("Ok", proof, Abs::of(From::CREDENTIAL));
        };
        let args = vec![Abs::of(From::REQUEST), Abs::of(From::CREDENTIAL)];
        let summary = self.run(function, args, Abs::default(), &Subst::new());
        let value = as_result(summary.value.clone(), summary.after.as_ref());
        let Some(mut out) = value.variant("Ok") else {
            return Abs::variants(From::REJECT, vec![("Err", Out::nothing())]);
        };
        // Without any credential the checker is not asked.
        out.proof = out.proof.and(&presence);
        out.val.from = match out.proof.strength {
            Strength::Verified => out.val.from.with(From::IDENTITY).without(From::CREDENTIAL),
            _ => out.val.from.with(From::CREDENTIAL),
        };
        Abs::fallible("Ok", out.proof, out.val)
    }

    /// The function that `checker = "path"` names.
    fn checker(&self, adt: AdtId, checker: &Meta) -> Option<FnId> {
        let names: Vec<Name> = checker
            .string()?
            .split("::")
            .map(|it| it.trim().into())
            .collect();
        let found = self
            .program
            .resolve_names(self.program[adt].module, &names, false);
        let whole = found.into_iter().filter(|it| it.used == names.len());
        whole.into_iter().find_map(|it| match it.def {
            Def::Fn(id) => Some(id),
            _ => None,
        })
    }

    fn one_of_schemes(&self, adt: AdtId, span: Span) -> Abs {
        let def = &self.program[adt];
        let scope = TyScope::of(def.module, &def.generics);
        let mut joined: Option<Proof> = None;
        let mut variants = Vec::new();
        for variant in def.variants() {
            let is_fallback = variant.attrs.iter().any(|attr| {
                attr.meta.is("oai") && attr.meta.list().iter().any(|it| it.is("fallback"))
            });
            let out = match variant.fields.list() {
                [field] if !is_fallback => {
                    let ty = self.program.lower_ty(&scope, &field.ty);
                    let out = self.extractor(&ty, span).variant("Ok");
                    out.unwrap_or_else(Out::nothing)
                }
                _ => Out::nothing(),
            };
            joined = Some(match joined {
                None => out.proof.clone(),
                Some(known) => {
                    let (a, b) = (State::start().with(&known), State::start().with(&out.proof));
                    a.join(&b).proof
                }
            });
            variants.push((variant.name.as_str(), out));
        }
        let mut proof = joined.unwrap_or_else(Proof::nothing);
        // Who sends a credential has it read.
        proof.looked |= variants
            .iter()
            .any(|(_, out)| out.proof.strength > proof.strength);
        let from = match proof.is_verified() {
            true => From::IDENTITY,
            false => From::default(),
        };
        Abs::fallible("Ok", proof, Abs::variants(from, variants))
    }
}
