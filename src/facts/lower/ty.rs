//! Types, paths, bounds and generics.

use quote::ToTokens;

use super::{Lowering, name_of};
use crate::facts::item::{GenericParam, Generics};
use crate::facts::ty::QSelf;
use crate::facts::{GenericArg, Path, Segment, TypeRef};
use crate::source::{Name, TextRange};

impl Lowering<'_> {
    pub(super) fn path(&self, qself: Option<&syn::QSelf>, path: &syn::Path) -> Path {
        let position = qself.map_or(0, |it| it.position);
        let segments: Vec<Segment> = path.segments.iter().map(|it| self.segment(it)).collect();
        let range = path
            .segments
            .iter()
            .map(|it| self.range(it.ident.span()))
            .reduce(TextRange::cover)
            .unwrap_or_default();
        let global = path.leading_colon.is_some();
        match qself {
            None => Path {
                range,
                global,
                qself: None,
                segments: segments.into(),
            },
            Some(qself) => {
                let (of_trait, rest) = segments.split_at(position.min(segments.len()));
                let as_trait = (!of_trait.is_empty()).then(|| Path {
                    range,
                    global,
                    qself: None,
                    segments: of_trait.to_vec().into(),
                });
                let qself = Box::new(QSelf {
                    ty: self.ty(&qself.ty),
                    as_trait,
                });
                Path {
                    range,
                    global: false,
                    qself: Some(qself),
                    segments: rest.to_vec().into(),
                }
            }
        }
    }

    fn segment(&self, segment: &syn::PathSegment) -> Segment {
        let args = match &segment.arguments {
            syn::PathArguments::None => None,
            syn::PathArguments::AngleBracketed(args) => Some(self.generic_args(args)),
            syn::PathArguments::Parenthesized(args) => {
                let inputs = args.inputs.iter().map(|it| self.ty(&it.ty)).collect();
                let output = match &args.output {
                    syn::ReturnType::Default => TypeRef::unit(),
                    syn::ReturnType::Type(_, ty) => self.ty(ty),
                };
                Some(
                    vec![
                        GenericArg::Type(TypeRef::Tuple(inputs)),
                        GenericArg::Assoc(Name::new("Output"), output),
                    ]
                    .into(),
                )
            }
        };
        Segment {
            name: name_of(&segment.ident),
            args,
        }
    }

    pub(super) fn generic_args(
        &self,
        args: &syn::AngleBracketedGenericArguments,
    ) -> Box<[GenericArg]> {
        args.args
            .iter()
            .map(|arg| match arg {
                syn::GenericArgument::Lifetime(_) => GenericArg::Lifetime,
                syn::GenericArgument::Type(ty) => GenericArg::Type(self.ty(ty)),
                syn::GenericArgument::AssocType(assoc) => {
                    GenericArg::Assoc(name_of(&assoc.ident), self.ty(&assoc.ty))
                }
                syn::GenericArgument::Constraint(it) => {
                    GenericArg::Constraint(name_of(&it.ident), self.bounds(&it.bounds))
                }
                syn::GenericArgument::Const(value) => {
                    GenericArg::Const(value.to_token_stream().to_string().into())
                }
                syn::GenericArgument::AssocConst(it) => {
                    GenericArg::Const(it.value.to_token_stream().to_string().into())
                }
                _ => GenericArg::Lifetime,
            })
            .collect()
    }

    pub(super) fn ty(&self, ty: &syn::Type) -> TypeRef {
        match ty {
            syn::Type::Path(it) => TypeRef::Path(self.path(it.qself.as_ref(), &it.path)),
            syn::Type::Reference(it) => TypeRef::Ref {
                mutable: it.mutability.is_some(),
                inner: Box::new(self.ty(&it.elem)),
            },
            syn::Type::Ptr(it) => TypeRef::Ptr(Box::new(self.ty(&it.elem))),
            syn::Type::Tuple(it) => TypeRef::Tuple(it.elems.iter().map(|it| self.ty(it)).collect()),
            syn::Type::Slice(it) => TypeRef::Slice(Box::new(self.ty(&it.elem))),
            syn::Type::Array(it) => TypeRef::Array(Box::new(self.ty(&it.elem))),
            syn::Type::ImplTrait(it) => TypeRef::ImplTrait(self.bounds(&it.bounds)),
            syn::Type::TraitObject(it) => TypeRef::DynTrait(self.bounds(&it.bounds)),
            syn::Type::FnPtr(it) => {
                let output = match &it.output {
                    syn::ReturnType::Default => TypeRef::unit(),
                    syn::ReturnType::Type(_, ty) => self.ty(ty),
                };
                TypeRef::FnPtr(
                    it.inputs.iter().map(|it| self.ty(&it.ty)).collect(),
                    Box::new(output),
                )
            }
            syn::Type::Paren(it) => self.ty(&it.elem),
            syn::Type::Group(it) => self.ty(&it.elem),
            syn::Type::Never(_) => TypeRef::Never,
            syn::Type::Infer(_) => TypeRef::Infer,
            _ => TypeRef::Unknown,
        }
    }

    pub(super) fn bounds<'a>(
        &self,
        bounds: impl IntoIterator<Item = &'a syn::TypeParamBound>,
    ) -> Vec<Path> {
        bounds
            .into_iter()
            .filter_map(|bound| match bound {
                syn::TypeParamBound::Trait(it) if it.maybe.is_none() => {
                    Some(self.path(None, &it.path))
                }
                _ => None,
            })
            .collect()
    }

    pub(super) fn generics(&self, generics: &syn::Generics) -> Generics {
        let mut lowered = Generics::default();
        for param in &generics.params {
            match param {
                syn::GenericParam::Type(it) => lowered.params.push(GenericParam {
                    name: name_of(&it.ident),
                    bounds: self.bounds(&it.bounds),
                    default: it.default.as_ref().map(|(_, ty)| self.ty(ty)),
                }),
                syn::GenericParam::Const(it) => {
                    lowered.params.push(GenericParam {
                        name: name_of(&it.ident),
                        bounds: Vec::new(),
                        default: None,
                    });
                }
                syn::GenericParam::Lifetime(_) => {}
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|it| &it.predicates) {
            let syn::WherePredicate::Type(it) = predicate else {
                continue;
            };
            let ty = self.ty(&it.bounded_ty);
            let bounds = self.bounds(&it.bounds);
            let own = ty
                .as_path()
                .and_then(Path::as_ident)
                .and_then(|name| lowered.params.iter_mut().find(|it| it.name == name));
            match own {
                Some(param) => param.bounds.extend(bounds),
                None => lowered.predicates.push((ty, bounds)),
            }
        }
        lowered
    }
}
