//! Patterns: what each binding's type is.

use super::typing::Infer;
use crate::facts::{Pat, PatId, Path};
use crate::program::{Def, Ty};

impl Infer<'_> {
    /// Matches a pattern against a type and brings its bindings into scope.
    pub(super) fn bind(&mut self, id: PatId, ty: &Ty) {
        self.set_pat_ty(id, ty.clone());
        match self.body.pat(id) {
            Pat::Wild | Pat::Rest | Pat::Literal(_) | Pat::Value | Pat::Path(_) => {}
            Pat::Bind { name, sub, .. } => {
                if let Some(sub) = sub {
                    self.bind(*sub, ty);
                } else if self.is_constant(*name) {
                    return;
                }
                self.locals.push((*name, id));
            }
            Pat::Typed(inner, written) => {
                let written = self.program.lower_ty(&self.scope, written);
                let inner = *inner;
                self.bind(inner, if written.is_unknown() { ty } else { &written });
            }
            Pat::Ref(inner) => {
                let inner = *inner;
                self.bind(inner, &ty.peel_refs().clone());
            }
            Pat::Or(all) => {
                // Every alternative binds the same names: the first one's are kept.
                for pat in all.iter().rev() {
                    self.bind(*pat, ty);
                }
            }
            Pat::Tuple(all) => {
                let parts = ty.peel_refs().clone();
                self.bind_positions(all, |at, _| parts.arg(at));
            }
            Pat::Slice(all) => {
                let element = self.element(ty);
                self.bind_positions(all, |_, _| element.clone());
            }
            Pat::TupleStruct(path, all) => {
                let types = self.positional(path, ty);
                self.bind_positions(all, |at, _| types.get(at).cloned().unwrap_or(Ty::Unknown));
            }
            Pat::Struct(path, fields) => {
                let own = self.named(path, ty);
                for (name, pat) in fields {
                    let field = own
                        .iter()
                        .find(|(it, _)| it == name)
                        .map_or(Ty::Unknown, |(_, ty)| ty.clone());
                    self.bind(*pat, &field);
                }
            }
        }
    }

    fn bind_positions(&mut self, all: &[PatId], ty_at: impl Fn(usize, usize) -> Ty) {
        let rest = all
            .iter()
            .position(|pat| matches!(self.body.pat(*pat), Pat::Rest));
        for (at, pat) in all.iter().enumerate() {
            if rest.is_some_and(|rest| at > rest) {
                self.bind(*pat, &Ty::Unknown);
            } else {
                self.bind(*pat, &ty_at(at, all.len()));
            }
        }
    }

    /// Whether an identifier pattern is a constant or unit variant rather than a binding.
    fn is_constant(&self, name: crate::source::Name) -> bool {
        if !name.as_str().starts_with(|c: char| c.is_uppercase()) {
            return false;
        }
        let found = self.program.resolve_names(self.module(), &[name], false);
        found.iter().any(|it| {
            matches!(
                it.def,
                Def::Const(_) | Def::Variant(..) | Def::Adt(_) | Def::External(_)
            )
        })
    }

    /// The types of the fields of a tuple struct or variant.
    fn positional(&self, path: &Path, ty: &Ty) -> Vec<Ty> {
        let peeled = ty.peel_refs();
        let own: Vec<Ty> = self.named(path, ty).into_iter().map(|(_, ty)| ty).collect();
        if !own.is_empty() {
            return own;
        }
        match path.last().map(crate::source::Name::as_str) {
            Some("Ok" | "Some") => vec![peeled.success().unwrap_or(Ty::Unknown)],
            Some("Err") => vec![peeled.arg(1)],
            // Extractors and other library newtypes: `Json(body)`, `State(state)`.
            _ => match peeled {
                Ty::External(_, args) if !args.is_empty() => args.to_vec(),
                _ => Vec::new(),
            },
        }
    }

    /// The fields of a struct or variant that a pattern names.
    fn named(&self, path: &Path, ty: &Ty) -> Vec<(crate::source::Name, Ty)> {
        let args = match ty.peel_refs() {
            Ty::Adt(_, args) => args.to_vec(),
            _ => Vec::new(),
        };
        let mut defs = self.program.resolve_whole(self.module(), path);
        if path
            .segments
            .first()
            .is_some_and(|first| first.name == "Self")
            && let Some(Ty::Adt(adt, _)) = &self.scope.self_ty
        {
            let variants = self.program[*adt].variants();
            let at = path
                .last()
                .and_then(|name| variants.iter().position(|it| it.name == name));
            defs = vec![at.map_or(Def::Adt(*adt), |at| Def::Variant(*adt, at as u32))];
        }
        for def in defs {
            let (adt, fields) = match def {
                Def::Adt(adt) => (adt, self.program[adt].fields()),
                Def::Variant(adt, at) => {
                    (adt, self.program[adt].variants()[at as usize].fields.list())
                }
                _ => continue,
            };
            return fields
                .iter()
                .map(|field| (field.name, self.field_ty(adt, &field.ty, &args)))
                .collect();
        }
        Vec::new()
    }
}
