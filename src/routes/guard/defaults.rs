//! `Default::default()` of an enum: the variant that says so.

use super::interpret::Run;
use super::proof::{Abs, From, Out};
use crate::facts::{Expr, ExprId};
use crate::program::ty::TyScope;
use crate::program::{AdtId, Ty};
use crate::source::Name;

impl Run<'_, '_> {
    /// The default of an enum that a call without arguments gives: `Status::default()`.
    pub(super) fn default_by_call(&self, id: ExprId, callee: ExprId) -> Option<Abs> {
        match (self.calls_default(callee), self.ty(id).peel_refs()) {
            (true, Ty::Adt(adt, _)) => self.default_variant(*adt),
            _ => None,
        }
    }

    /// What a field of a struct is filled with by `Default::default()`: of which type, the struct
    /// says.
    pub(super) fn default_in_field(
        &self,
        built: ExprId,
        field: Name,
        value: ExprId,
    ) -> Option<Abs> {
        let program = self.judge.program;
        let body = &program[self.key].body;
        let Expr::Call { callee, args } = body.expr(value) else {
            return None;
        };
        if !args.is_empty() || !self.calls_default(*callee) {
            return None;
        }
        let Ty::Adt(adt, _) = self.typing.ty(built) else {
            return None;
        };
        let def = &program[*adt];
        let declared = def.fields().iter().find(|it| it.name == field)?;
        let scope = TyScope {
            module: def.module,
            generics: vec![&def.generics],
            self_ty: None,
            subst: Vec::new(),
        };
        match program.lower_ty(&scope, &declared.ty) {
            Ty::Adt(adt, _) => self.default_variant(adt),
            _ => None,
        }
    }

    fn calls_default(&self, callee: ExprId) -> bool {
        let body = &self.judge.program[self.key].body;
        matches!(body.expr(callee), Expr::Path(path) if path.last().is_some_and(|it| it == "default"))
    }

    /// The variant of an enum under `#[default]`. One that is there only in some builds is none.
    fn default_variant(&self, adt: AdtId) -> Option<Abs> {
        let mut variants = self.judge.program[adt].variants().iter();
        let default = variants.find(|it| it.attrs.iter().any(|attr| attr.meta.is("default")))?;
        let is_sure = default.cfg.is_none();
        is_sure.then(|| {
            let variants = vec![(default.name.as_str(), Out::nothing())];
            Abs::variants(From::default(), variants)
        })
    }
}
