//! Patterns.

use quote::ToTokens;

use super::attr::literal;
use super::{Lowering, name_of};
use crate::facts::body::Body;
use crate::facts::{Pat, PatId};
use crate::source::{Name, TextRange};

impl Lowering<'_> {
    pub(super) fn pat(&mut self, pat: &syn::Pat, body: &mut Body) -> PatId {
        let range = self.pat_range(pat);
        let lowered = match pat {
            syn::Pat::Ident(it) => {
                let sub = it.subpat.as_ref().map(|(_, pat)| self.pat(pat, body));
                Pat::Bind {
                    name: name_of(&it.ident),
                    mutable: it.mutability.is_some(),
                    sub,
                }
            }
            syn::Pat::Paren(it) => return self.pat(&it.pat, body),
            syn::Pat::Guard(it) => return self.pat(&it.pat, body),
            syn::Pat::Path(it) => Pat::Path(Box::new(self.path(it.qself.as_ref(), &it.path))),
            syn::Pat::TupleStruct(it) => {
                let parts = self.pats(&it.elems, body);
                Pat::TupleStruct(Box::new(self.path(it.qself.as_ref(), &it.path)), parts)
            }
            syn::Pat::Struct(it) => {
                let fields = it
                    .fields
                    .iter()
                    .map(|field| (member(&field.member), self.pat(&field.pat, body)))
                    .collect();
                Pat::Struct(Box::new(self.path(it.qself.as_ref(), &it.path)), fields)
            }
            syn::Pat::Tuple(it) => Pat::Tuple(self.pats(&it.elems, body)),
            syn::Pat::Slice(it) => Pat::Slice(self.pats(&it.elems, body)),
            syn::Pat::Or(it) => Pat::Or(it.cases.iter().map(|pat| self.pat(pat, body)).collect()),
            syn::Pat::Reference(it) => {
                let inner = self.pat(&it.pat, body);
                Pat::Ref(inner)
            }
            syn::Pat::Type(it) => {
                let inner = self.pat(&it.pat, body);
                Pat::Typed(inner, Box::new(self.ty(&it.ty)))
            }
            syn::Pat::Lit(it) => literal(&it.lit).map_or(Pat::Value, Pat::Literal),
            syn::Pat::Rest(_) => Pat::Rest,
            syn::Pat::Range(_) | syn::Pat::Const(_) => Pat::Value,
            _ => Pat::Wild,
        };
        body.push_pat(lowered, range)
    }

    fn pats<'a>(
        &mut self,
        pats: impl IntoIterator<Item = &'a syn::Pat>,
        body: &mut Body,
    ) -> Box<[PatId]> {
        pats.into_iter().map(|pat| self.pat(pat, body)).collect()
    }

    fn pat_range(&self, pat: &syn::Pat) -> TextRange {
        match pat {
            syn::Pat::Ident(it) => self.range(it.ident.span()),
            other => self
                .stream_range(&other.to_token_stream())
                .unwrap_or_default(),
        }
    }
}

pub(super) fn member(member: &syn::Member) -> Name {
    match member {
        syn::Member::Named(ident) => name_of(ident),
        syn::Member::Unnamed(index) => Name::new(&index.index.to_string()),
    }
}
