//! What values are that a trait makes: defaults of types of std, and of structs of the program that
//! derive them, and parts of the state.

use std::sync::Arc;

use super::counted::NONE;
use super::interpret::Run;
use super::keys::derives_default;
use super::proof::{Abs, From, Out};
use crate::facts::{Expr, ExprId};
use crate::program::ty::TyScope;
use crate::program::{AdtId, Ty};
use crate::routes::eval::type_name;

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

    /// What a trait makes that is derived, or a library's: `Settings::default()`, and what
    /// `Settings::from_ref(state)` takes out of the service's state.
    pub(super) fn made_by_trait(&self, call: ExprId, callee: ExprId) -> Option<Abs> {
        let Expr::Path(path) = self.judge.program[self.key].body.expr(callee) else {
            return None;
        };
        let ty = self.ty(call);
        match (path.last()?.as_str(), ty.peel_refs()) {
            ("default", Ty::Adt(adt, _)) => self.default_struct(*adt, 0),
            // axum 0.6 to 0.8 `FromRef`.
            ("from_ref", _) => match self.judge.program.pointed_to(&ty) {
                held @ (Ty::Adt(..) | Ty::External(..)) => Some(Abs {
                    setting: Some(type_name(self.judge.program, &held).into()),
                    ..Abs::of(From::OWN)
                }),
                _ => None,
            },
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
