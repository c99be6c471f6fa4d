//! Types of fields.

use std::sync::Arc;

use super::typing::Infer;
use crate::program::Ty;
use crate::program::ty::TyScope;
use crate::source::Name;

impl Infer<'_> {
    /// The type of a field, seen through references and smart pointers.
    pub(super) fn field(&self, base: &Ty, name: Name) -> Ty {
        let mut current = base.peel_refs().clone();
        for _ in 0..8 {
            match &current {
                Ty::Tuple(parts) => {
                    return name
                        .as_str()
                        .parse::<usize>()
                        .ok()
                        .and_then(|at| parts.get(at).cloned())
                        .unwrap_or(Ty::Unknown);
                }
                Ty::Adt(adt, args) => {
                    let def = &self.program[*adt];
                    if let Some(field) = def.fields().iter().find(|field| field.name == name) {
                        return self.field_ty(*adt, &field.ty, args);
                    }
                }
                Ty::External(path, _) => {
                    if let Some(signature) = self.program.models.field(*path, name.as_str())
                        && let Some(ty) = self.program.library_member(signature, &current)
                        && !ty.is_unknown()
                    {
                        return ty;
                    }
                    if name == "0" && current.arg(1).is_unknown() && !current.arg(0).is_unknown() {
                        return current.arg(0);
                    }
                }
                _ => {}
            }
            match self.program.deref(&current) {
                Some(next) => current = next.peel_refs().clone(),
                None => break,
            }
        }
        Ty::Unknown
    }

    pub(super) fn field_ty(
        &self,
        adt: crate::program::AdtId,
        ty: &crate::facts::TypeRef,
        args: &[Ty],
    ) -> Ty {
        let def = &self.program[adt];
        let subst = def
            .generics
            .params
            .iter()
            .map(|param| param.name)
            .zip(args.iter().cloned())
            .collect();
        let scope = TyScope {
            module: def.module,
            generics: vec![&def.generics],
            self_ty: Some(Ty::Adt(adt, Arc::from(args))),
            subst: Vec::new(),
        };
        self.program
            .lower_ty(&scope, ty)
            .subst(&subst, self.program)
    }
}
