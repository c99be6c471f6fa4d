//! Paths, types, generics.

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::Lowerer;
use crate::facts::item::{GenericParam, Generics};
use crate::facts::ty::{GenericArg, Path, QSelf, Segment, Segments, TypeRef};
use crate::source::{Name, TextRange};

impl Lowerer<'_> {
    /// A path without qualified self.
    pub(crate) fn path(&mut self, path: syn::Path) -> Path {
        let start = path
            .leading_colon
            .map(|colons| self.spans.short(colons.spans[0], 2));
        let global = start.is_some();
        let (segments, range) = self.segments(path.segments, start);
        Path {
            range,
            global,
            qself: None,
            segments,
        }
    }

    /// A path that may start with `<T as Trait>`.
    pub(crate) fn qpath(&mut self, qself: Option<syn::QSelf>, path: syn::Path) -> Path {
        let Some(qself) = qself else {
            return self.path(path);
        };
        let start = self.spans.short(qself.lt_token.span, 1);
        let ty = self.ty(*qself.ty).0;
        let global = path.leading_colon.is_some();
        let (mut segments, range) = self.segments(path.segments, Some(start));
        let mut as_trait = None;
        if qself.as_token.is_some() && qself.position > 0 {
            let mut all = Vec::from(segments);
            let rest = all.split_off(qself.position.min(all.len()));
            let end = self.spans.short(qself.gt_token.span, 1);
            let range = TextRange::new(start.start, end.start);
            as_trait = Some(Path {
                range,
                global,
                qself: None,
                segments: all.into(),
            });
            segments = rest.into();
        }
        Path {
            range,
            global: false,
            qself: Some(Box::new(QSelf { ty, as_trait })),
            segments,
        }
    }

    fn segments(
        &mut self,
        segments: syn::punctuated::Punctuated<syn::PathSegment, syn::Token![::]>,
        start: Option<TextRange>,
    ) -> (Segments, TextRange) {
        let mut range = start;
        let mut only = None;
        let mut lowered = match segments.len() {
            1 => Vec::new(),
            len => Vec::with_capacity(len),
        };
        let is_only = segments.len() == 1;
        for segment in segments {
            let (name, at) = self.spans.ident(&segment.ident);
            let mut at = range.map_or(at, |range| range.cover(at));
            let args = match segment.arguments {
                syn::PathArguments::None => None,
                syn::PathArguments::AngleBracketed(args) => {
                    at = at.cover(self.spans.short(args.gt_token.span, 1));
                    Some(
                        args.args
                            .into_iter()
                            .map(|arg| self.generic_arg(arg))
                            .collect(),
                    )
                }
                syn::PathArguments::Parenthesized(args) => {
                    at = at.cover(self.spans.close(args.paren_token.span));
                    let inputs = args
                        .inputs
                        .into_iter()
                        .map(|arg| self.ty(arg.ty).0)
                        .collect();
                    let (output, output_range) = self.return_type(args.output);
                    at = output_range.map_or(at, |range| at.cover(range));
                    let inputs = GenericArg::Type(TypeRef::Tuple(inputs));
                    Some(
                        Box::new([inputs, GenericArg::Assoc(Name::new("Output"), output)])
                            as Box<[_]>,
                    )
                }
            };
            range = Some(at);
            let segment = Segment { name, args };
            match is_only {
                true => only = Some(segment),
                false => lowered.push(segment),
            }
        }
        let segments = only.map_or_else(|| lowered.into(), Segments::One);
        (segments, range.unwrap_or_default())
    }

    /// `<T>` of a method call.
    pub(crate) fn turbofish(
        &mut self,
        args: Option<syn::AngleBracketedGenericArguments>,
    ) -> Box<[GenericArg]> {
        match args {
            Some(args) => args
                .args
                .into_iter()
                .map(|arg| self.generic_arg(arg))
                .collect(),
            None => Box::default(),
        }
    }

    fn generic_arg(&mut self, arg: syn::GenericArgument) -> GenericArg {
        match arg {
            syn::GenericArgument::Lifetime(_) => GenericArg::Lifetime,
            syn::GenericArgument::Type(ty) => GenericArg::Type(self.ty(ty).0),
            syn::GenericArgument::Const(expr) => GenericArg::Const(self.source_of(&expr)),
            syn::GenericArgument::AssocType(assoc) => {
                GenericArg::Assoc(self.spans.name(&assoc.ident), self.ty(assoc.ty).0)
            }
            syn::GenericArgument::AssocConst(assoc) => {
                GenericArg::Const(self.source_of(&assoc.value))
            }
            syn::GenericArgument::Constraint(constraint) => GenericArg::Constraint(
                self.spans.name(&constraint.ident),
                self.bounds(constraint.bounds),
            ),
            _ => GenericArg::Const(Box::default()),
        }
    }

    /// The text of a small expression. Re-tokenises it: for const arguments and attribute values only.
    pub(crate) fn source_of(&self, expr: &syn::Expr) -> Box<str> {
        let mut tokens = quote::ToTokens::to_token_stream(expr).into_iter();
        let first = tokens
            .next()
            .map_or_else(Span::call_site, |token| token.span());
        let last = tokens.last().map_or(first, |token| token.span());
        let (start, end) = (self.spans.local(first), self.spans.local_range(last).1);
        self.spans.slice(start, end).into()
    }

    /// A type, and where it stands.
    pub(crate) fn ty(&mut self, ty: syn::Type) -> (TypeRef, TextRange) {
        match ty {
            syn::Type::Path(ty) => {
                let path = self.qpath(ty.qself, ty.path);
                let range = path.range;
                (TypeRef::Path(path), range)
            }
            syn::Type::Reference(ty) => {
                let start = self.spans.short(ty.and_token.span, 1);
                let (inner, range) = self.ty(*ty.elem);
                let inner = Box::new(inner);
                (
                    TypeRef::Ref {
                        mutable: ty.mutability.is_some(),
                        inner,
                    },
                    start.cover(range),
                )
            }
            syn::Type::Ptr(ty) => {
                let start = self.spans.short(ty.star_token.span, 1);
                let (inner, range) = self.ty(*ty.elem);
                (TypeRef::Ptr(Box::new(inner)), start.cover(range))
            }
            syn::Type::Tuple(ty) => {
                let elems = ty.elems.into_iter().map(|elem| self.ty(elem).0).collect();
                (
                    TypeRef::Tuple(elems),
                    self.spans.delimited(ty.paren_token.span),
                )
            }
            syn::Type::Slice(ty) => {
                let inner = self.ty(*ty.elem).0;
                (
                    TypeRef::Slice(Box::new(inner)),
                    self.spans.delimited(ty.bracket_token.span),
                )
            }
            syn::Type::Array(ty) => {
                let inner = self.ty(*ty.elem).0;
                (
                    TypeRef::Array(Box::new(inner)),
                    self.spans.delimited(ty.bracket_token.span),
                )
            }
            syn::Type::Paren(ty) => (
                self.ty(*ty.elem).0,
                self.spans.delimited(ty.paren_token.span),
            ),
            syn::Type::Group(ty) => self.ty(*ty.elem),
            syn::Type::ImplTrait(ty) => {
                let start = self.spans.short(ty.impl_token.span, 4);
                let (bounds, range) = self.ranged_bounds(ty.bounds, start);
                (TypeRef::ImplTrait(bounds), range)
            }
            syn::Type::TraitObject(ty) => {
                let start = ty.dyn_token.map(|token| self.spans.short(token.span, 3));
                let (bounds, range) = self.ranged_bounds(ty.bounds, start.unwrap_or_default());
                let range = match (start, bounds.first()) {
                    (None, Some(first)) => first.range.cover(range),
                    _ => range,
                };
                (TypeRef::DynTrait(bounds), range)
            }
            syn::Type::FnPtr(ty) => {
                let start = self.spans.short(ty.fn_token.span, 2);
                let mut range = start.cover(self.spans.close(ty.paren_token.span));
                let inputs = ty.inputs.into_iter().map(|arg| self.ty(arg.ty).0).collect();
                let (output, output_range) = self.return_type(ty.output);
                range = output_range.map_or(range, |output| range.cover(output));
                (TypeRef::FnPtr(inputs, Box::new(output)), range)
            }
            syn::Type::Never(ty) => (TypeRef::Never, self.spans.short(ty.bang_token.span, 1)),
            syn::Type::Infer(ty) => (
                TypeRef::Infer,
                self.spans.short(ty.underscore_token.span, 1),
            ),
            syn::Type::Macro(ty) => {
                let path = self.path(ty.mac.path);
                let end = self.spans.close(*ty.mac.delimiter.span());
                (TypeRef::Unknown, path.range.cover(end))
            }
            other => (
                TypeRef::Unknown,
                self.spans.try_token(other.span()).unwrap_or_default(),
            ),
        }
    }

    /// `-> T`; `()` if nothing is written.
    pub(crate) fn return_type(&mut self, output: syn::ReturnType) -> (TypeRef, Option<TextRange>) {
        match output {
            syn::ReturnType::Default => (TypeRef::unit(), None),
            syn::ReturnType::Type(_, ty) => {
                let (ty, range) = self.ty(*ty);
                (ty, Some(range))
            }
        }
    }

    /// The traits of `A + 'a + B`.
    pub(crate) fn bounds(
        &mut self,
        bounds: impl IntoIterator<Item = syn::TypeParamBound>,
    ) -> Vec<Path> {
        self.ranged_bounds(bounds, TextRange::default()).0
    }

    fn ranged_bounds(
        &mut self,
        bounds: impl IntoIterator<Item = syn::TypeParamBound>,
        start: TextRange,
    ) -> (Vec<Path>, TextRange) {
        let mut range = start;
        let mut paths = Vec::new();
        for bound in bounds {
            match bound {
                // `?Sized` takes a bound away; it is none.
                syn::TypeParamBound::Trait(bound) if bound.maybe.is_some() => {}
                syn::TypeParamBound::Trait(bound) => {
                    let path = self.path(bound.path);
                    range.end = range.end.max(path.range.end);
                    paths.push(path);
                }
                syn::TypeParamBound::Lifetime(lifetime) => {
                    range.end = range.end.max(self.spans.token(lifetime.ident.span()).end);
                }
                _ => {}
            }
        }
        (paths, range)
    }

    /// Generic parameters, where clauses merged in.
    pub(crate) fn generics(&mut self, generics: syn::Generics) -> Generics {
        let mut lowered = Generics::default();
        for param in generics.params {
            match param {
                syn::GenericParam::Lifetime(_) => {}
                syn::GenericParam::Type(param) => {
                    let name = self.spans.name(&param.ident);
                    let bounds = self.bounds(param.bounds);
                    let default = param.default.map(|(_, ty)| self.ty(ty).0);
                    lowered.params.push(GenericParam {
                        name,
                        bounds,
                        default,
                    });
                }
                syn::GenericParam::Const(param) => {
                    let name = self.spans.name(&param.ident);
                    lowered.params.push(GenericParam {
                        name,
                        bounds: Vec::new(),
                        default: None,
                    });
                }
            }
        }
        let predicates = generics
            .where_clause
            .map(|clause| clause.predicates)
            .unwrap_or_default();
        for predicate in predicates {
            let syn::WherePredicate::Type(predicate) = predicate else {
                continue;
            };
            let ty = self.ty(predicate.bounded_ty).0;
            let bounds = self.bounds(predicate.bounds);
            let ident = ty.as_path().and_then(Path::as_ident);
            match lowered
                .params
                .iter_mut()
                .find(|param| Some(param.name) == ident)
            {
                Some(param) => param.bounds.extend(bounds),
                None => lowered.predicates.push((ty, bounds)),
            }
        }
        lowered
    }
}
