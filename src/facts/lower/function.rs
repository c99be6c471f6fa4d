//! Functions, constants and their bodies.

use super::item::Head;
use super::{Cut, CutTokens, Lowerer, TOO_DEEP, parse_stmts, read_body};
use crate::facts::body::{Body, BodyId, Pat, PatId};
use crate::facts::item::{ConstItem, FnItem, Item, ItemKind, Param, SelfParam};
use crate::facts::lazy::{LazyBody, Written};
use crate::facts::outline::Found;
use crate::facts::{Extent, Tests};
use crate::source::{Name, TextRange};

/// The block of a function, or nothing for a declaration.
pub(super) enum FnBlock {
    Present(syn::Block),
    Absent,
}

/// The value of a constant.
enum Initialiser {
    /// Read, and the range that it is taken from.
    Here(syn::Expr, TextRange),
    /// To be read when it matters.
    Found(Found),
}

/// The variable that a pattern is, or takes out of something.
fn bound(body: &Body, pat: PatId) -> Option<Name> {
    match body.pat(pat) {
        Pat::TupleStruct(_, all) => match **all {
            [only] => bound(body, only),
            _ => None,
        },
        Pat::Bind { name, .. } => Some(*name),
        _ => None,
    }
}

impl Lowerer<'_> {
    /// The first of the words before a function's name.
    pub(super) fn fn_keyword(
        &self,
        sig: &syn::Signature,
        defaultness: Option<syn::Token![default]>,
    ) -> TextRange {
        let safety = match &sig.safety {
            syn::Safety::Unsafe(token) => Some((token.span, 6)),
            syn::Safety::Safe(token) => Some((token.span, 4)),
            _ => None,
        };
        let first = defaultness
            .map(|token| (token.span, 7))
            .or(sig.constness.map(|token| (token.span, 5)))
            .or(sig.asyncness.map(|token| (token.span, 5)))
            .or(safety)
            .or(sig.abi.as_ref().map(|abi| (abi.extern_token.span, 6)))
            .unwrap_or((sig.fn_token.span, 2));
        self.spans.short(first.0, first.1)
    }

    pub(super) fn function(
        &mut self,
        head: Head,
        sig: syn::Signature,
        block: FnBlock,
        semicolon: Option<syn::Token![;]>,
    ) -> Item {
        let generics = self.generics(sig.generics);
        let (ret, ret_range) = self.return_type(sig.output);
        let mut end = self.spans.close(sig.paren_token.span);
        end = ret_range.map_or(end, |range| end.cover(range));
        end = semicolon.map_or(end, |token| end.cover(self.spans.short(token.span, 1)));
        let mut self_param = None;
        let mut params = Vec::with_capacity(sig.inputs.len());
        let mut pats = Vec::with_capacity(sig.inputs.len());
        for input in sig.inputs {
            match input {
                syn::FnArg::Receiver(receiver) => {
                    self_param = Some(match receiver.kind {
                        syn::ReceiverKind::Value => SelfParam::Value,
                        syn::ReceiverKind::Reference(_, _, None) => SelfParam::Ref,
                        syn::ReceiverKind::Reference(_, _, Some(_)) => SelfParam::RefMut,
                        _ => SelfParam::Typed,
                    });
                }
                syn::FnArg::Typed(typed) => {
                    let (ty, ty_range) = self.ty(*typed.ty);
                    let name = match &*typed.pat {
                        syn::Pat::Ident(pat) if pat.subpat.is_none() => {
                            Some(self.spans.name(&pat.ident))
                        }
                        _ => None,
                    };
                    let attrs = self.attrs(&typed.attrs);
                    let cfg = self.cfg(&typed.attrs);
                    params.push(Param {
                        name,
                        binds: None,
                        ty,
                        range: ty_range,
                        ty_range,
                        attrs,
                        cfg,
                    });
                    pats.push(*typed.pat);
                }
            }
        }
        let mut lost_body = None;
        let mut found = None;
        let block = match block {
            FnBlock::Absent => None,
            FnBlock::Present(block) => {
                let range = self.spans.delimited(block.brace_token.span);
                end = end.cover(range);
                let open = self.spans.local(block.brace_token.span.open());
                let wanted = |this: &Self| this.tests == Tests::Whole || !this.is_test(&head.attrs);
                match self.cut.remove(&open) {
                    None => Some((range, block.stmts)),
                    Some(Cut::Found(it)) => {
                        lost_body = Some(range);
                        found = Some(it).filter(|_| wanted(self));
                        None
                    }
                    Some(Cut::Tokens(cut)) => {
                        lost_body = Some(range);
                        let wanted = wanted(self);
                        let stmts = wanted.then(|| self.cut_stmts(cut, range)).flatten();
                        stmts.map(|stmts| (range, stmts))
                    }
                }
            }
        };
        let range = block
            .as_ref()
            .map(|(range, _)| *range)
            .or(lost_body)
            .unwrap_or(end);
        let mut scratch = Body::new(range);
        let lowered: Vec<_> = pats
            .into_iter()
            .map(|pat| self.ranged_pat(&mut scratch, pat))
            .collect();
        for (param, (pat, pat_range)) in params.iter_mut().zip(&lowered) {
            param.range = pat_range.cover(param.range);
            param.binds = bound(&scratch, *pat);
        }
        let body = match (block, found) {
            (Some((range, stmts)), _) => {
                scratch.params = lowered.into_iter().map(|(pat, _)| pat).collect();
                Some(self.fn_body(scratch, range, stmts))
            }
            (None, Some(found)) => {
                let pattern = |it: &Param| TextRange::new(it.range.start, it.ty_range.start);
                self.found(found, params.iter().map(pattern).collect())
            }
            (None, None) => None,
        };
        let is_async = sig.asyncness.is_some();
        let kind = FnItem {
            is_async,
            generics,
            self_param,
            params,
            ret,
            body,
        };
        self.named(head, &sig.ident, Some(end), ItemKind::Fn(kind))
    }

    fn fn_body(&mut self, mut body: Body, range: TextRange, stmts: Vec<syn::Stmt>) -> BodyId {
        self.root_block(&mut body, stmts, range);
        self.finish(body)
    }

    fn finish(&mut self, mut body: Body) -> BodyId {
        body.shrink_to_fit();
        self.push(LazyBody::ready(body))
    }

    fn push(&mut self, body: LazyBody) -> BodyId {
        self.bodies.push(body);
        BodyId(self.bodies.len() as u32 - 1)
    }

    /// Notes a body for later, or reads it at once if it declares items: everybody has to know of those.
    fn found(&mut self, found: Found, params: Box<[TextRange]>) -> Option<BodyId> {
        let written = Written {
            text: self.text?.clone(),
            range: self.spans.at(found.start, found.end),
            is_initialiser: found.is_initialiser,
            params,
            is_expanded: false,
        };
        if !found.declares {
            return Some(self.push(LazyBody::new(written, found.mentions)));
        }
        let body = read_body(&written, self.tests, self.bodies, &mut self.problems)?;
        Some(self.push(LazyBody::read_at_once(body, found.mentions)))
    }

    fn cut_stmts(&mut self, cut: CutTokens, range: TextRange) -> Option<Vec<syn::Stmt>> {
        if self.is_deep(cut.local) {
            self.problem(range, TOO_DEEP, Extent::Body);
            return None;
        }
        match parse_stmts(cut.tokens) {
            Ok(stmts) => Some(stmts),
            Err(error) => {
                self.syntax_problem(range, &error, Extent::Body);
                None
            }
        }
    }

    pub(super) fn constant(
        &mut self,
        head: Head,
        ident: &syn::Ident,
        ty: syn::Type,
        value: Option<syn::Expr>,
        semicolon: syn::Token![;],
        is_static: bool,
    ) -> Item {
        let ty = self.ty(ty).0;
        let end = self.spans.short(semicolon.span, 1);
        let body = value.and_then(|value| {
            let (value, within) = match self.initialiser(value, end)? {
                Initialiser::Here(value, within) => (value, within),
                Initialiser::Found(found) => return self.found(found, Box::default()),
            };
            let mut body = Body::new(within);
            let (root, range) = self.ranged_expr(&mut body, value);
            body.root = root;
            body.range = range;
            Some(self.finish(body))
        });
        self.named(
            head,
            ident,
            Some(end),
            ItemKind::Const(ConstItem {
                ty,
                body,
                is_static,
            }),
        )
    }

    /// The value, if it is not the placeholder of one that was cut out.
    fn initialiser(&mut self, value: syn::Expr, within: TextRange) -> Option<Initialiser> {
        let syn::Expr::Block(block) = &value else {
            return Some(Initialiser::Here(value, within));
        };
        let open = self.spans.local(block.block.brace_token.span.open());
        let cut = match self.cut.remove(&open) {
            Some(Cut::Found(found)) => return Some(Initialiser::Found(found)),
            Some(Cut::Tokens(cut)) if cut.is_initialiser => cut,
            _ => return Some(Initialiser::Here(value, within)),
        };
        let range = self.spans.at(cut.local.0, cut.local.1);
        if self.is_deep(cut.local) {
            self.problem(range, TOO_DEEP, Extent::Body);
            return None;
        }
        match syn::parse2::<syn::Expr>(cut.tokens) {
            Ok(value) => Some(Initialiser::Here(value, range)),
            Err(error) => {
                self.syntax_problem(range, &error, Extent::Body);
                None
            }
        }
    }
}
