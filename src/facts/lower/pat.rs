//! Patterns.

use super::Lowerer;
use crate::facts::body::{Body, Expr, ExprId, Pat, PatId};
use crate::facts::ty::{Path, Segment, Segments};
use crate::source::{Name, TextRange};

impl Lowerer<'_> {
    /// A pattern. A guard inside it is lost: use [`Self::guarded_pat`] where one can stand.
    pub(crate) fn pat(&mut self, body: &mut Body, pat: syn::Pat) -> PatId {
        self.ranged_pat(body, pat).0
    }

    /// A pattern and its guard.
    pub(crate) fn guarded_pat(
        &mut self,
        body: &mut Body,
        pat: syn::Pat,
    ) -> (PatId, Option<ExprId>) {
        match pat {
            syn::Pat::Guard(guarded) => {
                let pat = self.pat(body, *guarded.pat);
                (pat, Some(self.expr(body, *guarded.guard)))
            }
            pat => (self.pat(body, pat), None),
        }
    }

    /// A pattern and where it stands, parentheses included.
    pub(crate) fn ranged_pat(&mut self, body: &mut Body, pat: syn::Pat) -> (PatId, TextRange) {
        let (pat, range) = match pat {
            syn::Pat::Ident(pat) => {
                let (name, mut range) = self.spans.ident(&pat.ident);
                if let Some(token) = pat.mutability {
                    range = range.cover(self.spans.short(token.span, 3));
                }
                if let Some(token) = pat.by_ref {
                    range = range.cover(self.spans.short(token.span, 3));
                }
                let sub = pat.subpat.map(|(_, sub)| {
                    let (sub, sub_range) = self.ranged_pat(body, *sub);
                    range = range.cover(sub_range);
                    sub
                });
                (
                    Pat::Bind {
                        name,
                        mutable: pat.mutability.is_some(),
                        sub,
                    },
                    range,
                )
            }
            syn::Pat::Path(pat) => {
                let path = self.qpath(pat.qself, pat.path);
                let range = path.range;
                (Pat::Path(Box::new(path)), range)
            }
            syn::Pat::TupleStruct(pat) => {
                let path = self.qpath(pat.qself, pat.path);
                let range = path.range.cover(self.spans.close(pat.paren_token.span));
                let elems = pat
                    .elems
                    .into_iter()
                    .map(|pat| self.pat(body, pat))
                    .collect();
                (Pat::TupleStruct(Box::new(path), elems), range)
            }
            syn::Pat::Struct(pat) => {
                let path = self.qpath(pat.qself, pat.path);
                let range = path.range.cover(self.spans.close(pat.brace_token.span));
                let fields = pat.fields.into_iter().map(|field| {
                    let name = self.member(&field.member).0;
                    (name, self.pat(body, *field.pat))
                });
                (Pat::Struct(Box::new(path), fields.collect()), range)
            }
            syn::Pat::Tuple(pat) => {
                let elems = pat
                    .elems
                    .into_iter()
                    .map(|pat| self.pat(body, pat))
                    .collect();
                (
                    Pat::Tuple(elems),
                    self.spans.delimited(pat.paren_token.span),
                )
            }
            syn::Pat::Slice(pat) => {
                let elems = pat
                    .elems
                    .into_iter()
                    .map(|pat| self.pat(body, pat))
                    .collect();
                (
                    Pat::Slice(elems),
                    self.spans.delimited(pat.bracket_token.span),
                )
            }
            syn::Pat::Or(pat) => {
                let mut range = pat
                    .leading_vert
                    .map(|token| self.spans.short(token.span, 1));
                let mut cases = Vec::with_capacity(pat.cases.len());
                for case in pat.cases {
                    let (case, case_range) = self.ranged_pat(body, case);
                    range = Some(range.map_or(case_range, |range| range.cover(case_range)));
                    cases.push(case);
                }
                (Pat::Or(cases.into()), range.unwrap_or_default())
            }
            syn::Pat::Paren(pat) => {
                let inner = self.pat(body, *pat.pat);
                return (inner, self.spans.delimited(pat.paren_token.span));
            }
            syn::Pat::Reference(pat) => {
                let start = self.spans.short(pat.and_token.span, 1);
                let (inner, range) = self.ranged_pat(body, *pat.pat);
                (Pat::Ref(inner), start.cover(range))
            }
            syn::Pat::Type(pat) => {
                let (inner, range) = self.ranged_pat(body, *pat.pat);
                let (ty, ty_range) = self.ty(*pat.ty);
                (Pat::Typed(inner, Box::new(ty)), range.cover(ty_range))
            }
            syn::Pat::Guard(pat) => return self.ranged_pat(body, *pat.pat),
            syn::Pat::Wild(pat) => (Pat::Wild, self.spans.short(pat.underscore_token.span, 1)),
            syn::Pat::Rest(pat) => (Pat::Rest, self.spans.short(pat.dot2_token.spans[0], 2)),
            syn::Pat::Lit(pat) => {
                let (literal, range) = self.literal(&pat.lit);
                (Pat::Literal(literal), range)
            }
            syn::Pat::Range(pat) => {
                let limits = match pat.limits {
                    syn::RangeLimits::HalfOpen(token) => self.spans.short(token.spans[0], 2),
                    syn::RangeLimits::Closed(token) => self.spans.short(token.spans[0], 3),
                };
                let range = [pat.start, pat.end]
                    .into_iter()
                    .flatten()
                    .filter_map(|bound| self.bound_range(&bound))
                    .fold(limits, TextRange::cover);
                (Pat::Value, range)
            }
            syn::Pat::Const(pat) => {
                let start = self.spans.short(pat.const_token.span, 5);
                (
                    Pat::Value,
                    start.cover(self.spans.close(pat.block.brace_token.span)),
                )
            }
            syn::Pat::Macro(pat) => {
                let path = self.path(pat.mac.path);
                let end = self.spans.close(*pat.mac.delimiter.span());
                (Pat::Value, path.range.cover(end))
            }
            // `-1`, `box p`.
            syn::Pat::Verbatim(tokens) => {
                let range = self.tokens_range(tokens).unwrap_or_default();
                (Pat::Value, range)
            }
            _ => (Pat::Value, TextRange::default()),
        };
        (body.push_pat(pat, range), range)
    }

    /// Where the bound of a range pattern stands: a literal, its negative, a path or a const block.
    fn bound_range(&self, bound: &syn::Expr) -> Option<TextRange> {
        match bound {
            syn::Expr::Lit(lit) => Some(self.spans.token(lit.lit.span())),
            syn::Expr::Unary(unary) => self.bound_range(&unary.expr),
            syn::Expr::Path(path) => {
                let segments = &path.path.segments;
                let first = self.spans.token(segments.first()?.ident.span());
                Some(first.cover(self.spans.token(segments.last()?.ident.span())))
            }
            _ => None,
        }
    }

    /// A field's name or index.
    pub(crate) fn member(&self, member: &syn::Member) -> (Name, TextRange) {
        match member {
            syn::Member::Named(ident) => self.spans.ident(ident),
            syn::Member::Unnamed(index) => (
                Name::new(&index.index.to_string()),
                self.spans.token(index.span),
            ),
        }
    }

    /// An expression that is one identifier.
    pub(crate) fn ident_expr(&self, body: &mut Body, name: Name, range: TextRange) -> ExprId {
        let segments = Segments::One(Segment { name, args: None });
        let path = Path {
            range,
            global: false,
            qself: None,
            segments,
        };
        body.push_expr(Expr::Path(Box::new(path)), range)
    }
}
