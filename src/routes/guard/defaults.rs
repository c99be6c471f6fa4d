//! What values are by default: of types of std, and of structs of the program that derive it.

use std::sync::Arc;

use super::counted::NONE;
use super::interpret::Run;
use super::keys::derives_default;
use super::proof::{Abs, From, Out};
use crate::facts::{Expr, ExprId};
use crate::program::ty::TyScope;
use crate::program::{AdtId, Ty};

/// Structs in structs are looked into so deep.
const MAX_DEPTH: u32 = 3;

impl Run<'_, '_> {
    /// The default of an expression's type: that of most is empty, which is no refusal.
    pub(super) fn default_of(&self, id: ExprId) -> Abs {
        let only = |variant| Abs::variants(From::default(), vec![(variant, Out::nothing())]);
        match self.ty(id).peel_refs() {
            Ty::Unknown => only("false"),
            ty if is_list(ty) => only(NONE),
            Ty::Primitive(name) if *name == "bool" => only("false"),
            ty if ty.is_external("std::option::Option") => only("None"),
            _ => Abs::default(),
        }
    }

    /// What `Settings::default()` makes, if that is derived.
    pub(super) fn made_by_default(&self, call: ExprId, callee: ExprId) -> Option<Abs> {
        let is_default = match self.judge.program[self.key].body.expr(callee) {
            Expr::Path(path) => path.last().is_some_and(|it| it == "default"),
            _ => false,
        };
        match self.ty(call).peel_refs() {
            Ty::Adt(adt, _) if is_default => self.default_struct(*adt, 0),
            _ => None,
        }
    }

    fn default_struct(&self, adt: AdtId, depth: u32) -> Option<Abs> {
        let program = self.judge.program;
        let def = &program[adt];
        if depth > MAX_DEPTH || def.fields().is_empty() || !derives_default(&def.attrs) {
            return None;
        }
        let scope = TyScope {
            module: def.module,
            generics: vec![&def.generics],
            self_ty: None,
            subst: Vec::new(),
        };
        let only = |variant| Abs::variants(From::LITERAL, vec![(variant, Out::nothing())]);
        let of = |ty: &Ty| match ty {
            ty if is_list(ty) => Abs {
                parts: Some(Arc::default()),
                ..Abs::default()
            },
            Ty::Primitive(name) if *name == "bool" => only("false"),
            ty if ty.is_external("std::option::Option") => only("None"),
            Ty::Adt(inner, _) => self.default_struct(*inner, depth + 1).unwrap_or_default(),
            _ => Abs::default(),
        };
        let fields = def.fields().iter();
        let fields = fields.map(|it| (it.name, of(&program.lower_ty(&scope, &it.ty))));
        Some(Abs {
            fields: Some(Arc::new(fields.collect())),
            ..Abs::default()
        })
    }
}

/// Whether a type is that of lists or sets, of which the default is empty.
pub(super) fn is_list(ty: &Ty) -> bool {
    const LISTS: [&str; 4] = [
        "std::vec::Vec",
        "std::collections::HashSet",
        "std::collections::BTreeSet",
        "std::collections::VecDeque",
    ];
    LISTS.iter().any(|it| ty.is_external(it))
}
