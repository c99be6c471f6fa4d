//! What values are that a trait makes: defaults of types of std, and of types of the program that
//! derive them, and parts of the state.

use std::sync::Arc;

use super::counted::NONE;
use super::interpret::Run;
use super::keys::derives_default;
use super::proof::{Abs, From, Out};
use crate::facts::{Expr, ExprId};
use crate::program::{AdtId, Ty};
use crate::routes::eval::type_name;
use crate::source::Name;

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
            ("default", Ty::Adt(adt, _)) => self.default_value(*adt, 0),
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
        let mut fields = program[*adt].fields().iter();
        let declared = fields.find(|it| it.name == field)?;
        match program.field_ty(*adt, declared) {
            Ty::Adt(adt, _) => self.default_value(adt, 0),
            _ => None,
        }
    }

    fn calls_default(&self, callee: ExprId) -> bool {
        let body = &self.judge.program[self.key].body;
        matches!(body.expr(callee), Expr::Path(path) if path.last().is_some_and(|it| it == "default"))
    }

    fn default_value(&self, adt: AdtId, depth: u32) -> Option<Abs> {
        self.default_variant(adt)
            .or_else(|| self.default_struct(adt, depth))
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

    fn default_struct(&self, adt: AdtId, depth: u32) -> Option<Abs> {
        let program = self.judge.program;
        let def = &program[adt];
        if depth > MAX_DEPTH || def.fields().is_empty() || !derives_default(&def.attrs) {
            return None;
        }
        let only = |variant| Abs::variants(From::LITERAL, vec![(variant, Out::nothing())]);
        let of = |ty: &Ty| match ty {
            ty if is_list(ty) => Abs {
                parts: Some(Arc::default()),
                ..Abs::default()
            },
            Ty::Primitive(name) if *name == "bool" => only("false"),
            ty if ty.is_external("std::option::Option") => only("None"),
            Ty::Adt(inner, _) => self.default_value(*inner, depth + 1).unwrap_or_default(),
            _ => Abs::default(),
        };
        let fields = def.fields().iter();
        let fields = fields.map(|it| (it.name, of(&program.field_ty(adt, it))));
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
