//! Expressions and statements. Ranges are put together bottom-up from leaf tokens; the
//! left spines of chains are walked in a loop, so that long chains cost no stack.

use super::attr::literal;
use super::pat::member;
use super::{Lowering, name_of};
use crate::facts::body::{
    Arm, BinaryOp, Block, BlockKind, Body, Closure, LetStmt, Loop, LoopKind, MethodCall,
    StructExpr, UnaryOp,
};
use crate::facts::{Expr, ExprId, Stmt};
use crate::source::{Name, TextRange};

impl Lowering<'_> {
    pub(super) fn expr(&mut self, expr: &syn::Expr, body: &mut Body) -> ExprId {
        // Walk down the left spine, then build up.
        let mut spine = Vec::new();
        let mut head = expr;
        while let Some(inner) = left(head) {
            spine.push(head);
            head = inner;
        }
        let mut id = self.head(head, body);
        for link in spine.into_iter().rev() {
            id = self.link(link, id, body);
        }
        id
    }

    /// An expression whose first operand is already lowered.
    fn link(&mut self, expr: &syn::Expr, first: ExprId, body: &mut Body) -> ExprId {
        let start = body.expr_range(first);
        match expr {
            syn::Expr::MethodCall(it) => {
                let args = self.exprs(&it.args, body);
                let name_range = self.range(it.method.span());
                let call = MethodCall {
                    receiver: first,
                    name: name_of(&it.method),
                    name_range,
                    generics: it
                        .turbofish
                        .as_ref()
                        .map(|args| self.generic_args(args))
                        .unwrap_or_default(),
                    args,
                };
                let range = start.cover(self.range(it.paren_token.span.close()));
                body.push_expr(Expr::MethodCall(Box::new(call)), range)
            }
            syn::Expr::Call(it) => {
                let args = self.exprs(&it.args, body);
                let range = start.cover(self.range(it.paren_token.span.close()));
                body.push_expr(
                    Expr::Call {
                        callee: first,
                        args,
                    },
                    range,
                )
            }
            syn::Expr::Field(it) => {
                let end = match &it.member {
                    syn::Member::Named(ident) => self.range(ident.span()),
                    syn::Member::Unnamed(index) => self.range(index.span),
                };
                body.push_expr(
                    Expr::Field {
                        base: first,
                        name: member(&it.member),
                    },
                    start.cover(end),
                )
            }
            syn::Expr::Index(it) => {
                let index = self.expr(&it.index, body);
                let range = start.cover(self.range(it.bracket_token.span.close()));
                body.push_expr(Expr::Index { base: first, index }, range)
            }
            syn::Expr::Try(it) => {
                let range = start.cover(self.range(it.question_token.span));
                body.push_expr(Expr::Try(first), range)
            }
            syn::Expr::Await(it) => {
                let range = start.cover(self.range(it.await_token.span));
                body.push_expr(Expr::Await(first), range)
            }
            syn::Expr::Cast(it) => {
                let ty = self.ty(&it.ty);
                body.push_expr(
                    Expr::Cast {
                        inner: first,
                        ty: Box::new(ty),
                    },
                    start,
                )
            }
            syn::Expr::Binary(it) => {
                let rhs = self.expr(&it.right, body);
                let range = start.cover(body.expr_range(rhs));
                body.push_expr(
                    Expr::Binary {
                        op: binary_op(&it.op),
                        lhs: first,
                        rhs,
                    },
                    range,
                )
            }
            _ => first,
        }
    }

    fn head(&mut self, expr: &syn::Expr, body: &mut Body) -> ExprId {
        match expr {
            syn::Expr::Paren(it) => self.expr(&it.expr, body),
            syn::Expr::Group(it) => self.expr(&it.expr, body),
            syn::Expr::Path(it) => {
                let path = self.path(it.qself.as_ref(), &it.path);
                let range = path.range;
                body.push_expr(Expr::Path(Box::new(path)), range)
            }
            syn::Expr::Lit(it) => {
                let range = self.range(it.lit.span());
                body.push_expr(literal(&it.lit).map_or(Expr::Missing, Expr::Literal), range)
            }
            syn::Expr::Tuple(it) => {
                let parts = self.exprs(&it.elems, body);
                let range = self.pair(it.paren_token.span.open(), it.paren_token.span.close());
                body.push_expr(Expr::Tuple(parts), range)
            }
            syn::Expr::Array(it) => {
                let parts = self.exprs(&it.elems, body);
                let range = self.pair(it.bracket_token.span.open(), it.bracket_token.span.close());
                body.push_expr(Expr::Array(parts), range)
            }
            syn::Expr::Repeat(it) => {
                let value = self.expr(&it.expr, body);
                let len = self.expr(&it.len, body);
                let range = self.pair(it.bracket_token.span.open(), it.bracket_token.span.close());
                body.push_expr(Expr::Repeat { value, len }, range)
            }
            syn::Expr::Reference(it) => {
                let inner = self.expr(&it.expr, body);
                let range = self.range(it.and_token.span).cover(body.expr_range(inner));
                body.push_expr(
                    Expr::Ref {
                        mutable: it.mutability.is_some(),
                        inner,
                    },
                    range,
                )
            }
            syn::Expr::RawAddr(it) => {
                let inner = self.expr(&it.expr, body);
                let range = self.range(it.and_token.span).cover(body.expr_range(inner));
                body.push_expr(
                    Expr::Ref {
                        mutable: false,
                        inner,
                    },
                    range,
                )
            }
            syn::Expr::Unary(it) => {
                let inner = self.expr(&it.expr, body);
                let (op, span) = match &it.op {
                    syn::UnOp::Deref(token) => (UnaryOp::Deref, token.span),
                    syn::UnOp::Not(token) => (UnaryOp::Not, token.span),
                    syn::UnOp::Neg(token) => (UnaryOp::Neg, token.span),
                    _ => return inner,
                };
                let range = self.range(span).cover(body.expr_range(inner));
                body.push_expr(Expr::Unary { op, inner }, range)
            }
            syn::Expr::Assign(it) => {
                let target = self.expr(&it.left, body);
                let value = self.expr(&it.right, body);
                let range = body.expr_range(target).cover(body.expr_range(value));
                body.push_expr(Expr::Assign { target, value }, range)
            }
            syn::Expr::Range(it) => {
                let start = it.start.as_ref().map(|it| self.expr(it, body));
                let end = it.end.as_ref().map(|it| self.expr(it, body));
                let limits = match &it.limits {
                    syn::RangeLimits::HalfOpen(token) => self.pair(token.spans[0], token.spans[1]),
                    syn::RangeLimits::Closed(token) => self.pair(token.spans[0], token.spans[2]),
                };
                let range = start
                    .into_iter()
                    .chain(end)
                    .map(|id| body.expr_range(id))
                    .fold(limits, TextRange::cover);
                body.push_expr(Expr::Range { start, end }, range)
            }
            syn::Expr::Struct(it) => self.struct_expr(it, body),
            syn::Expr::Block(it) => {
                let label = it.label.as_ref().map(|label| name_of(&label.name.ident));
                self.syn_block(BlockKind::Plain, label, &it.block, body)
            }
            syn::Expr::Async(it) => {
                self.keyword_block(BlockKind::Async, it.async_token.span, &it.block, body)
            }
            syn::Expr::Unsafe(it) => {
                self.keyword_block(BlockKind::Unsafe, it.unsafe_token.span, &it.block, body)
            }
            syn::Expr::Const(it) => {
                self.keyword_block(BlockKind::Const, it.const_token.span, &it.block, body)
            }
            syn::Expr::TryBlock(it) => {
                self.keyword_block(BlockKind::Try, it.try_token.span, &it.block, body)
            }
            syn::Expr::If(it) => {
                let cond = self.expr(&it.cond, body);
                let then = self.syn_block(BlockKind::Plain, None, &it.then_branch, body);
                let otherwise = it
                    .else_branch
                    .as_ref()
                    .map(|(_, expr)| self.expr(expr, body));
                let end = body.expr_range(otherwise.unwrap_or(then));
                let range = self.range(it.if_token.span).cover(end);
                body.push_expr(
                    Expr::If {
                        cond,
                        then,
                        otherwise,
                    },
                    range,
                )
            }
            syn::Expr::Let(it) => {
                let value = self.expr(&it.expr, body);
                let pat = self.pat(&it.pat, body);
                let range = self.range(it.let_token.span).cover(body.expr_range(value));
                body.push_expr(Expr::Let { pat, value }, range)
            }
            syn::Expr::Match(it) => {
                let scrutinee = self.expr(&it.expr, body);
                let arms = it.arms.iter().map(|arm| self.arm(arm, body)).collect();
                let range = self.pair(it.match_token.span, it.brace_token.span.close());
                body.push_expr(Expr::Match { scrutinee, arms }, range)
            }
            syn::Expr::Loop(it) => self.loop_expr(
                LoopKind::Loop,
                it.label.as_ref(),
                it.loop_token.span,
                &it.body,
                body,
            ),
            syn::Expr::While(it) => {
                let cond = self.expr(&it.cond, body);
                self.loop_expr(
                    LoopKind::While(cond),
                    it.label.as_ref(),
                    it.while_token.span,
                    &it.body,
                    body,
                )
            }
            syn::Expr::ForLoop(it) => {
                let iter = self.expr(&it.expr, body);
                let pat = self.pat(&it.pat, body);
                self.loop_expr(
                    LoopKind::For(pat, iter),
                    it.label.as_ref(),
                    it.for_token.span,
                    &it.body,
                    body,
                )
            }
            syn::Expr::Closure(it) => self.closure(it, body),
            syn::Expr::Return(it) => {
                let value = it.expr.as_ref().map(|it| self.expr(it, body));
                let range = self.keyword_range(it.return_token.span, value, body);
                body.push_expr(Expr::Return(value), range)
            }
            syn::Expr::Break(it) => {
                let value = it.expr.as_ref().map(|it| self.expr(it, body));
                let range = self.keyword_range(it.break_token.span, value, body);
                let label = it.label.as_ref().map(|label| name_of(&label.ident));
                body.push_expr(Expr::Break { label, value }, range)
            }
            syn::Expr::Continue(it) => {
                let label = it.label.as_ref().map(|label| name_of(&label.ident));
                let range = self.range(it.continue_token.span);
                body.push_expr(Expr::Continue(label), range)
            }
            syn::Expr::Yield(it) => {
                let value = it.expr.as_ref().map(|it| self.expr(it, body));
                let range = self.keyword_range(it.yield_token.span, value, body);
                body.push_expr(Expr::Yield(value), range)
            }
            syn::Expr::Macro(it) => self.macro_expr(&it.mac, false, body),
            other => {
                let tokens = quote::ToTokens::to_token_stream(other);
                let range = self.stream_range(&tokens).unwrap_or_default();
                body.push_expr(Expr::Missing, range)
            }
        }
    }

    pub(super) fn exprs<'a>(
        &mut self,
        exprs: impl IntoIterator<Item = &'a syn::Expr>,
        body: &mut Body,
    ) -> Box<[ExprId]> {
        exprs
            .into_iter()
            .map(|expr| self.expr(expr, body))
            .collect()
    }

    pub(super) fn pair(&self, first: proc_macro2::Span, last: proc_macro2::Span) -> TextRange {
        self.range(first).cover(self.range(last))
    }

    fn keyword_range(
        &self,
        keyword: proc_macro2::Span,
        value: Option<ExprId>,
        body: &Body,
    ) -> TextRange {
        let range = self.range(keyword);
        value.map_or(range, |id| range.cover(body.expr_range(id)))
    }

    fn keyword_block(
        &mut self,
        kind: BlockKind,
        keyword: proc_macro2::Span,
        block: &syn::Block,
        body: &mut Body,
    ) -> ExprId {
        let range = self.pair(keyword, block.brace_token.span.close());
        self.block_expr(kind, None, &block.stmts, range, body)
    }

    fn syn_block(
        &mut self,
        kind: BlockKind,
        label: Option<Name>,
        block: &syn::Block,
        body: &mut Body,
    ) -> ExprId {
        let range = self.pair(
            block.brace_token.span.open(),
            block.brace_token.span.close(),
        );
        self.block_expr(kind, label, &block.stmts, range, body)
    }

    pub(super) fn block_expr(
        &mut self,
        kind: BlockKind,
        label: Option<Name>,
        stmts: &[syn::Stmt],
        range: TextRange,
        body: &mut Body,
    ) -> ExprId {
        let block = self.block(kind, label, stmts, body);
        body.push_expr(Expr::Block(Box::new(block)), range)
    }

    pub(super) fn block(
        &mut self,
        kind: BlockKind,
        label: Option<Name>,
        stmts: &[syn::Stmt],
        body: &mut Body,
    ) -> Block {
        let mut block = Block {
            kind,
            label,
            stmts: Vec::with_capacity(stmts.len()),
            tail: None,
        };
        for (at, stmt) in stmts.iter().enumerate() {
            let is_last = at + 1 == stmts.len();
            match stmt {
                syn::Stmt::Local(it) => {
                    let init = it.init.as_ref().map(|init| self.expr(&init.expr, body));
                    let diverge = it
                        .init
                        .as_ref()
                        .and_then(|init| init.diverge.as_ref())
                        .map(|(_, expr)| self.expr(expr, body));
                    let (pat, ty) = match &it.pat {
                        syn::Pat::Type(typed) => {
                            (self.pat(&typed.pat, body), Some(self.ty(&typed.ty)))
                        }
                        other => (self.pat(other, body), None),
                    };
                    block.stmts.push(Stmt::Let(Box::new(LetStmt {
                        pat,
                        ty,
                        init,
                        diverge,
                    })));
                }
                syn::Stmt::Item(it) => {
                    let items = self.items(std::slice::from_ref(it));
                    body.items.extend(items);
                }
                syn::Stmt::Expr(it, semicolon) => {
                    let id = self.expr(it, body);
                    if is_last && semicolon.is_none() {
                        block.tail = Some(id);
                    } else {
                        block.stmts.push(Stmt::Expr(id));
                    }
                }
                syn::Stmt::Macro(it) => {
                    let is_tail = is_last && it.semi_token.is_none();
                    let id = self.macro_expr(&it.mac, !is_tail, body);
                    if is_tail {
                        block.tail = Some(id);
                    } else {
                        block.stmts.push(Stmt::Expr(id));
                    }
                }
            }
        }
        block
    }

    fn struct_expr(&mut self, it: &syn::ExprStruct, body: &mut Body) -> ExprId {
        let path = self.path(it.qself.as_ref(), &it.path);
        let fields = it
            .fields
            .iter()
            .map(|field| (member(&field.member), self.expr(&field.expr, body)))
            .collect();
        let rest = it.rest.as_ref().map(|rest| self.expr(rest, body));
        let range = path.range.cover(self.range(it.brace_token.span.close()));
        body.push_expr(
            Expr::Struct(Box::new(StructExpr { path, fields, rest })),
            range,
        )
    }

    fn arm(&mut self, arm: &syn::Arm, body: &mut Body) -> Arm {
        let (pat, guard) = match &arm.pat {
            syn::Pat::Guard(it) => (self.pat(&it.pat, body), Some(self.expr(&it.guard, body))),
            other => (self.pat(other, body), None),
        };
        let value = self.expr(&arm.body, body);
        Arm {
            pat,
            guard,
            body: value,
        }
    }

    fn loop_expr(
        &mut self,
        kind: LoopKind,
        label: Option<&syn::Label>,
        keyword: proc_macro2::Span,
        block: &syn::Block,
        body: &mut Body,
    ) -> ExprId {
        let inner = self.syn_block(BlockKind::Plain, None, block, body);
        let range = self.range(keyword).cover(body.expr_range(inner));
        let label = label.map(|label| name_of(&label.name.ident));
        body.push_expr(
            Expr::Loop(Box::new(Loop {
                label,
                kind,
                body: inner,
            })),
            range,
        )
    }

    fn closure(&mut self, it: &syn::ExprClosure, body: &mut Body) -> ExprId {
        let params = it
            .inputs
            .iter()
            .map(|pat| match pat {
                syn::Pat::Type(typed) => (self.pat(&typed.pat, body), Some(self.ty(&typed.ty))),
                other => (self.pat(other, body), None),
            })
            .collect();
        let ret = match &it.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.ty(ty)),
        };
        let value = self.expr(&it.body, body);
        let range = self
            .range(it.inputs_begin.span)
            .cover(body.expr_range(value));
        let closure = Closure {
            is_async: it.asyncness.is_some(),
            params,
            ret,
            body: value,
        };
        body.push_expr(Expr::Closure(Box::new(closure)), range)
    }
}

/// The operand that an expression starts with, for chains.
fn left(expr: &syn::Expr) -> Option<&syn::Expr> {
    match expr {
        syn::Expr::MethodCall(it) => Some(&it.receiver),
        syn::Expr::Call(it) => Some(&it.func),
        syn::Expr::Field(it) => Some(&it.base),
        syn::Expr::Index(it) => Some(&it.expr),
        syn::Expr::Try(it) => Some(&it.expr),
        syn::Expr::Await(it) => Some(&it.base),
        syn::Expr::Cast(it) => Some(&it.expr),
        syn::Expr::Binary(it) => Some(&it.left),
        _ => None,
    }
}

fn binary_op(op: &syn::BinOp) -> BinaryOp {
    match op {
        syn::BinOp::Add(_) => BinaryOp::Add,
        syn::BinOp::And(_) => BinaryOp::And,
        syn::BinOp::Or(_) => BinaryOp::Or,
        syn::BinOp::Eq(_) => BinaryOp::Eq,
        syn::BinOp::Ne(_) => BinaryOp::Ne,
        syn::BinOp::Lt(_) => BinaryOp::Lt,
        syn::BinOp::Le(_) => BinaryOp::Le,
        syn::BinOp::Gt(_) => BinaryOp::Gt,
        syn::BinOp::Ge(_) => BinaryOp::Ge,
        syn::BinOp::AddAssign(_) => BinaryOp::AddAssign,
        syn::BinOp::SubAssign(_)
        | syn::BinOp::MulAssign(_)
        | syn::BinOp::DivAssign(_)
        | syn::BinOp::RemAssign(_)
        | syn::BinOp::BitXorAssign(_)
        | syn::BinOp::BitAndAssign(_)
        | syn::BinOp::BitOrAssign(_)
        | syn::BinOp::ShlAssign(_)
        | syn::BinOp::ShrAssign(_) => BinaryOp::OtherAssign,
        _ => BinaryOp::Arithmetic,
    }
}
