//! Expressions, blocks, statements.

use syn::spanned::Spanned as _;

use super::Lowerer;
use crate::facts::body::{
    Arm, BinaryOp, Block, BlockKind, Body, Closure, Expr, ExprId, LetStmt, Literal, Loop, LoopKind,
    MethodCall, Stmt, StructExpr, UnaryOp,
};
use crate::source::{Name, TextRange};

/// A node of an expression's left spine, its left operand taken out.
enum Link {
    Method(syn::ExprMethodCall),
    Field(syn::Member),
    Call(
        syn::token::Paren,
        syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ),
    Index(syn::token::Bracket, syn::Expr),
    Try(syn::Token![?]),
    Await(syn::token::Await),
    Binary(syn::BinOp, syn::Expr),
    Cast(syn::Type),
    Paren(syn::token::Paren),
}

/// What stands in the place of a left operand that was taken out.
fn taken(operand: &mut Box<syn::Expr>) -> syn::Expr {
    std::mem::replace(
        &mut **operand,
        syn::Expr::Verbatim(proc_macro2::TokenStream::new()),
    )
}

impl Lowerer<'_> {
    /// An expression.
    pub(crate) fn expr(&mut self, body: &mut Body, expr: syn::Expr) -> ExprId {
        self.ranged_expr(body, expr).0
    }

    fn opt_expr(
        &mut self,
        body: &mut Body,
        expr: Option<Box<syn::Expr>>,
    ) -> Option<(ExprId, TextRange)> {
        expr.map(|expr| self.ranged_expr(body, *expr))
    }

    /// An expression and where it stands, parentheses included.
    pub(crate) fn ranged_expr(
        &mut self,
        body: &mut Body,
        mut expr: syn::Expr,
    ) -> (ExprId, TextRange) {
        let mut links = Vec::new();
        let (mut id, mut range) = loop {
            expr = match expr {
                syn::Expr::MethodCall(mut call) => {
                    let receiver = taken(&mut call.receiver);
                    links.push(Link::Method(call));
                    receiver
                }
                syn::Expr::Field(field) => {
                    links.push(Link::Field(field.member));
                    *field.base
                }
                syn::Expr::Call(call) => {
                    links.push(Link::Call(call.paren_token, call.args));
                    *call.func
                }
                syn::Expr::Index(index) => {
                    links.push(Link::Index(index.bracket_token, *index.index));
                    *index.expr
                }
                syn::Expr::Try(expr) => {
                    links.push(Link::Try(expr.question_token));
                    *expr.expr
                }
                syn::Expr::Await(expr) => {
                    links.push(Link::Await(expr.await_token));
                    *expr.base
                }
                syn::Expr::Binary(binary) => {
                    links.push(Link::Binary(binary.op, *binary.right));
                    *binary.left
                }
                syn::Expr::Cast(cast) => {
                    links.push(Link::Cast(*cast.ty));
                    *cast.expr
                }
                syn::Expr::Paren(paren) => {
                    links.push(Link::Paren(paren.paren_token));
                    *paren.expr
                }
                syn::Expr::Group(group) => *group.expr,
                base => break self.base_expr(body, base),
            }
        };
        while let Some(link) = links.pop() {
            (id, range) = self.link(body, link, id, range);
        }
        (id, range)
    }

    fn link(
        &mut self,
        body: &mut Body,
        link: Link,
        base: ExprId,
        start: TextRange,
    ) -> (ExprId, TextRange) {
        let (expr, range) = match link {
            Link::Paren(token) => return (base, self.spans.delimited(token.span)),
            Link::Method(call) => {
                let (name, name_range) = self.spans.ident(&call.method);
                let generics = self.turbofish(call.turbofish);
                let args = self.exprs(body, call.args);
                let range = start.cover(self.spans.close(call.paren_token.span));
                let call = MethodCall {
                    receiver: base,
                    name,
                    name_range,
                    generics,
                    args,
                };
                (Expr::MethodCall(Box::new(call)), range)
            }
            Link::Field(member) => {
                let (name, range) = self.member(&member);
                (Expr::Field { base, name }, start.cover(range))
            }
            Link::Call(token, args) => {
                let args = self.exprs(body, args);
                (
                    Expr::Call { callee: base, args },
                    start.cover(self.spans.close(token.span)),
                )
            }
            Link::Index(token, index) => {
                let index = self.expr(body, index);
                (
                    Expr::Index { base, index },
                    start.cover(self.spans.close(token.span)),
                )
            }
            Link::Try(token) => (
                Expr::Try(base),
                start.cover(self.spans.short(token.span, 1)),
            ),
            Link::Await(token) => (
                Expr::Await(base),
                start.cover(self.spans.short(token.span, 5)),
            ),
            Link::Binary(op, right) => {
                let op = binary_op(&op);
                let (rhs, rhs_range) = self.ranged_expr(body, right);
                (Expr::Binary { op, lhs: base, rhs }, start.cover(rhs_range))
            }
            Link::Cast(ty) => {
                let (ty, ty_range) = self.ty(ty);
                (
                    Expr::Cast {
                        inner: base,
                        ty: Box::new(ty),
                    },
                    start.cover(ty_range),
                )
            }
        };
        (body.push_expr(expr, range), range)
    }

    fn exprs(
        &mut self,
        body: &mut Body,
        exprs: impl IntoIterator<Item = syn::Expr>,
    ) -> Box<[ExprId]> {
        exprs
            .into_iter()
            .map(|expr| self.expr(body, expr))
            .collect()
    }

    /// An expression that does not start with another expression.
    fn base_expr(&mut self, body: &mut Body, expr: syn::Expr) -> (ExprId, TextRange) {
        let (expr, range) = match expr {
            syn::Expr::Path(expr) => {
                let path = self.qpath(expr.qself, expr.path);
                let range = path.range;
                (Expr::Path(Box::new(path)), range)
            }
            syn::Expr::Lit(expr) => {
                let (literal, range) = self.literal(&expr.lit);
                (Expr::Literal(literal), range)
            }
            syn::Expr::Macro(expr) => return self.macro_call(body, expr.mac, false),
            syn::Expr::Reference(expr) => {
                let start = self.spans.short(expr.and_token.span, 1);
                let (inner, range) = self.ranged_expr(body, *expr.expr);
                (
                    Expr::Ref {
                        mutable: expr.mutability.is_some(),
                        inner,
                    },
                    start.cover(range),
                )
            }
            syn::Expr::RawAddr(expr) => {
                let start = self.spans.short(expr.and_token.span, 1);
                let (inner, range) = self.ranged_expr(body, *expr.expr);
                let mutable = matches!(expr.mutability, syn::PointerMutability::Mut(_));
                (Expr::Ref { mutable, inner }, start.cover(range))
            }
            syn::Expr::Unary(expr) => {
                let (op, span) = match expr.op {
                    syn::UnOp::Deref(token) => (UnaryOp::Deref, token.span),
                    syn::UnOp::Not(token) => (UnaryOp::Not, token.span),
                    syn::UnOp::Neg(token) => (UnaryOp::Neg, token.span),
                    _ => return self.missing(body, TextRange::default()),
                };
                let start = self.spans.short(span, 1);
                let (inner, range) = self.ranged_expr(body, *expr.expr);
                (Expr::Unary { op, inner }, start.cover(range))
            }
            syn::Expr::Assign(expr) => {
                let (target, start) = self.ranged_expr(body, *expr.left);
                let (value, range) = self.ranged_expr(body, *expr.right);
                (Expr::Assign { target, value }, start.cover(range))
            }
            syn::Expr::Range(expr) => {
                let limits = match expr.limits {
                    syn::RangeLimits::HalfOpen(token) => self.spans.short(token.spans[0], 2),
                    syn::RangeLimits::Closed(token) => self.spans.short(token.spans[0], 3),
                };
                let start = self.opt_expr(body, expr.start);
                let end = self.opt_expr(body, expr.end);
                let range = [start, end]
                    .iter()
                    .flatten()
                    .fold(limits, |range, (_, at)| range.cover(*at));
                (
                    Expr::Range {
                        start: start.map(|it| it.0),
                        end: end.map(|it| it.0),
                    },
                    range,
                )
            }
            syn::Expr::Struct(expr) => {
                let path = self.qpath(expr.qself, expr.path);
                let range = path.range.cover(self.spans.close(expr.brace_token.span));
                let fields = expr.fields.into_iter().map(|field| {
                    let name = self.member(&field.member).0;
                    (name, self.expr(body, field.expr))
                });
                let fields = fields.collect();
                let rest = expr.rest.map(|rest| self.expr(body, *rest));
                (
                    Expr::Struct(Box::new(StructExpr { path, fields, rest })),
                    range,
                )
            }
            syn::Expr::Tuple(expr) => (
                Expr::Tuple(self.exprs(body, expr.elems)),
                self.spans.delimited(expr.paren_token.span),
            ),
            syn::Expr::Array(expr) => (
                Expr::Array(self.exprs(body, expr.elems)),
                self.spans.delimited(expr.bracket_token.span),
            ),
            syn::Expr::Repeat(expr) => {
                let value = self.expr(body, *expr.expr);
                let len = self.expr(body, *expr.len);
                (
                    Expr::Repeat { value, len },
                    self.spans.delimited(expr.bracket_token.span),
                )
            }
            syn::Expr::Block(expr) => {
                let label = expr.label.map(|label| self.label(label));
                return self.block(body, BlockKind::Plain, label, None, expr.block);
            }
            syn::Expr::Async(expr) => {
                let start = self.spans.short(expr.async_token.span, 5);
                return self.block(body, BlockKind::Async, None, Some(start), expr.block);
            }
            syn::Expr::Unsafe(expr) => {
                let start = self.spans.short(expr.unsafe_token.span, 6);
                return self.block(body, BlockKind::Unsafe, None, Some(start), expr.block);
            }
            syn::Expr::Const(expr) => {
                let start = self.spans.short(expr.const_token.span, 5);
                return self.block(body, BlockKind::Const, None, Some(start), expr.block);
            }
            syn::Expr::TryBlock(expr) => {
                let start = self.spans.short(expr.try_token.span, 3);
                return self.block(body, BlockKind::Try, None, Some(start), expr.block);
            }
            syn::Expr::If(expr) => return self.if_chain(body, expr),
            syn::Expr::Let(expr) => {
                let start = self.spans.short(expr.let_token.span, 3);
                let pat = self.pat(body, *expr.pat);
                let (value, range) = self.ranged_expr(body, *expr.expr);
                (Expr::Let { pat, value }, start.cover(range))
            }
            syn::Expr::Match(expr) => {
                let start = self.spans.short(expr.match_token.span, 5);
                let scrutinee = self.expr(body, *expr.expr);
                let arms = expr.arms.into_iter().map(|arm| {
                    let (pat, guard) = self.guarded_pat(body, arm.pat);
                    Arm {
                        pat,
                        guard,
                        body: self.expr(body, *arm.body),
                    }
                });
                let arms = arms.collect();
                (
                    Expr::Match { scrutinee, arms },
                    start.cover(self.spans.close(expr.brace_token.span)),
                )
            }
            syn::Expr::Loop(expr) => {
                let start = self.spans.short(expr.loop_token.span, 4);
                return self.looped(body, expr.label, LoopKind::Loop, start, expr.body);
            }
            syn::Expr::While(expr) => {
                let start = self.spans.short(expr.while_token.span, 5);
                let cond = self.expr(body, *expr.cond);
                return self.looped(body, expr.label, LoopKind::While(cond), start, expr.body);
            }
            syn::Expr::ForLoop(expr) => {
                let start = self.spans.short(expr.for_token.span, 3);
                let pat = self.pat(body, *expr.pat);
                let iterated = self.expr(body, *expr.expr);
                return self.looped(
                    body,
                    expr.label,
                    LoopKind::For(pat, iterated),
                    start,
                    expr.body,
                );
            }
            syn::Expr::Closure(expr) => self.closure(body, expr),
            syn::Expr::Return(expr) => {
                let start = self.spans.short(expr.return_token.span, 6);
                let value = self.opt_expr(body, expr.expr);
                (Expr::Return(value.map(|it| it.0)), cover(start, value))
            }
            syn::Expr::Break(expr) => {
                let mut start = self.spans.short(expr.break_token.span, 5);
                let label = expr.label.map(|label| {
                    let (name, range) = self.spans.ident(&label.ident);
                    start = start.cover(range);
                    name
                });
                let value = self.opt_expr(body, expr.expr);
                (
                    Expr::Break {
                        label,
                        value: value.map(|it| it.0),
                    },
                    cover(start, value),
                )
            }
            syn::Expr::Continue(expr) => {
                let mut range = self.spans.short(expr.continue_token.span, 8);
                let label = expr.label.map(|label| {
                    let (name, label_range) = self.spans.ident(&label.ident);
                    range = range.cover(label_range);
                    name
                });
                (Expr::Continue(label), range)
            }
            syn::Expr::Yield(expr) => {
                let start = self.spans.short(expr.yield_token.span, 5);
                let value = self.opt_expr(body, expr.expr);
                (Expr::Yield(value.map(|it| it.0)), cover(start, value))
            }
            // `_ = x`: a place that takes nothing.
            syn::Expr::Infer(expr) => {
                return self.missing(body, self.spans.short(expr.underscore_token.span, 1));
            }
            syn::Expr::Verbatim(tokens) => {
                let range = self.tokens_range(tokens).unwrap_or_default();
                return self.missing(body, range);
            }
            other => {
                let range = self.spans.try_token(other.span()).unwrap_or_default();
                return self.missing(body, range);
            }
        };
        (body.push_expr(expr, range), range)
    }

    fn missing(&self, body: &mut Body, range: TextRange) -> (ExprId, TextRange) {
        (body.push_expr(Expr::Missing, range), range)
    }

    /// From the first to the last token.
    pub(crate) fn tokens_range(&self, tokens: proc_macro2::TokenStream) -> Option<TextRange> {
        let mut tokens = tokens.into_iter();
        let first = self.spans.token(tokens.next()?.span());
        Some(
            tokens
                .last()
                .map_or(first, |last| first.cover(self.spans.token(last.span()))),
        )
    }

    fn label(&self, label: syn::Label) -> (Name, TextRange) {
        let (name, range) = self.spans.ident(&label.name.ident);
        (
            name,
            self.spans.short(label.name.apostrophe, 1).cover(range),
        )
    }

    /// `if … else if … else …`, however many.
    fn if_chain(&mut self, body: &mut Body, first: syn::ExprIf) -> (ExprId, TextRange) {
        let mut links = Vec::new();
        let mut next = Some(first);
        let mut last = None;
        while let Some(branch) = next.take() {
            let start = self.spans.short(branch.if_token.span, 2);
            let cond = self.expr(body, *branch.cond);
            let (then, then_range) =
                self.block(body, BlockKind::Plain, None, None, branch.then_branch);
            links.push((start, cond, then, then_range));
            match branch.else_branch.map(|(_, otherwise)| *otherwise) {
                Some(syn::Expr::If(branch)) => next = Some(branch),
                Some(otherwise) => last = Some(self.ranged_expr(body, otherwise)),
                None => {}
            }
        }
        while let Some((start, cond, then, then_range)) = links.pop() {
            let range = cover(start.cover(then_range), last);
            let expr = Expr::If {
                cond,
                then,
                otherwise: last.map(|it| it.0),
            };
            last = Some((body.push_expr(expr, range), range));
        }
        last.expect("an `if` has at least one branch")
    }

    fn looped(
        &mut self,
        body: &mut Body,
        label: Option<syn::Label>,
        kind: LoopKind,
        mut start: TextRange,
        block: syn::Block,
    ) -> (ExprId, TextRange) {
        let label = label.map(|label| {
            let (name, range) = self.label(label);
            start = start.cover(range);
            name
        });
        let (block, block_range) = self.block(body, BlockKind::Plain, None, None, block);
        let range = start.cover(block_range);
        (
            body.push_expr(
                Expr::Loop(Box::new(Loop {
                    label,
                    kind,
                    body: block,
                })),
                range,
            ),
            range,
        )
    }

    fn closure(&mut self, body: &mut Body, closure: syn::ExprClosure) -> (Expr, TextRange) {
        let mut start = self.spans.short(closure.inputs_begin.span, 1);
        if let Some(token) = closure.capture {
            start = start.cover(self.spans.short(token.span, 4));
        }
        if let Some(token) = closure.asyncness {
            start = start.cover(self.spans.short(token.span, 5));
        }
        let params = closure.inputs.into_iter().map(|pat| match pat {
            syn::Pat::Type(typed) => {
                let pat = self.pat(body, *typed.pat);
                (pat, Some(self.ty(*typed.ty).0))
            }
            pat => (self.pat(body, pat), None),
        });
        let params = params.collect();
        let ret = match closure.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.ty(*ty).0),
        };
        let (value, range) = self.ranged_expr(body, *closure.body);
        let is_async = closure.asyncness.is_some();
        (
            Expr::Closure(Box::new(Closure {
                is_async,
                params,
                ret,
                body: value,
            })),
            start.cover(range),
        )
    }

    /// A block with what stands before its brace.
    pub(crate) fn block(
        &mut self,
        body: &mut Body,
        kind: BlockKind,
        label: Option<(Name, TextRange)>,
        start: Option<TextRange>,
        block: syn::Block,
    ) -> (ExprId, TextRange) {
        let mut range = self.spans.delimited(block.brace_token.span);
        range = start.map_or(range, |start| start.cover(range));
        range = label.map_or(range, |(_, label)| label.cover(range));
        let (stmts, tail, cfgs) = self.stmts(body, block.stmts);
        let block = Block {
            kind,
            label: label.map(|it| it.0),
            stmts,
            tail,
            cfgs,
        };
        (body.push_expr(Expr::Block(Box::new(block)), range), range)
    }

    /// Statements, the last expression, and which statements stand under a `cfg`.
    #[expect(clippy::type_complexity, reason = "the three parts of a block")]
    pub(crate) fn stmts(
        &mut self,
        body: &mut Body,
        stmts: Vec<syn::Stmt>,
    ) -> (
        Vec<Stmt>,
        Option<ExprId>,
        Box<[(u32, crate::facts::CfgPredicate)]>,
    ) {
        let count = stmts.len();
        let mut lowered = Vec::with_capacity(count);
        let mut tail = None;
        let mut cfgs = Vec::new();
        for (index, stmt) in stmts.into_iter().enumerate() {
            let is_last = index + 1 == count;
            let cfg = stmt_attrs(&stmt).and_then(|attrs| self.cfg(attrs));
            if let Some(cfg) = cfg {
                cfgs.push((lowered.len() as u32, cfg));
            }
            match stmt {
                syn::Stmt::Local(local) => {
                    let (pat, ty) = match local.pat {
                        syn::Pat::Type(typed) => (*typed.pat, Some(*typed.ty)),
                        pat => (pat, None),
                    };
                    let ty = ty.map(|ty| self.ty(ty).0);
                    let (init, diverge) = match local.init {
                        Some(init) => {
                            let value = self.expr(body, *init.expr);
                            let diverge =
                                init.diverge.map(|(_, diverge)| self.expr(body, *diverge));
                            (Some(value), diverge)
                        }
                        None => (None, None),
                    };
                    let pat = self.pat(body, pat);
                    lowered.push(Stmt::Let(Box::new(LetStmt {
                        pat,
                        ty,
                        init,
                        diverge,
                    })));
                }
                syn::Stmt::Item(item) => {
                    let items = self.item(item);
                    body.items.extend(items);
                }
                syn::Stmt::Expr(expr, semicolon) => {
                    let expr = self.expr(body, expr);
                    if is_last && semicolon.is_none() {
                        tail = Some(expr);
                    } else {
                        lowered.push(Stmt::Expr(expr));
                    }
                }
                syn::Stmt::Macro(stmt) => {
                    let is_tail = is_last && stmt.semi_token.is_none();
                    let expr = self.macro_call(body, stmt.mac, !is_tail).0;
                    if is_tail {
                        tail = Some(expr);
                    } else {
                        lowered.push(Stmt::Expr(expr));
                    }
                }
            }
        }
        (lowered, tail, cfgs.into())
    }

    /// A literal and where it stands.
    pub(crate) fn literal(&self, lit: &syn::Lit) -> (Literal, TextRange) {
        let literal = match lit {
            syn::Lit::Str(lit) => Literal::Str(lit.value().into()),
            syn::Lit::ByteStr(lit) => Literal::Bytes(lit.value().into()),
            syn::Lit::CStr(lit) => Literal::Bytes(lit.value().into_bytes().into()),
            syn::Lit::Byte(lit) => Literal::Int(Some(lit.value().into())),
            syn::Lit::Char(lit) => Literal::Char(lit.value()),
            syn::Lit::Int(lit) => Literal::Int(lit.base10_parse().ok()),
            syn::Lit::Float(_) => Literal::Float,
            syn::Lit::Bool(lit) => Literal::Bool(lit.value),
            _ => Literal::Int(None),
        };
        (literal, self.spans.token(lit.span()))
    }
}

fn cover(range: TextRange, other: Option<(ExprId, TextRange)>) -> TextRange {
    other.map_or(range, |(_, other)| range.cover(other))
}

/// The attributes of a statement, where a `cfg` can stand among them.
fn stmt_attrs(stmt: &syn::Stmt) -> Option<&[syn::Attribute]> {
    let attrs = match stmt {
        syn::Stmt::Local(local) => &local.attrs,
        syn::Stmt::Macro(stmt) => &stmt.attrs,
        syn::Stmt::Expr(expr, _) => match expr {
            syn::Expr::Assign(expr) => &expr.attrs,
            syn::Expr::Block(expr) => &expr.attrs,
            syn::Expr::Call(expr) => &expr.attrs,
            syn::Expr::MethodCall(expr) => &expr.attrs,
            syn::Expr::If(expr) => &expr.attrs,
            syn::Expr::Match(expr) => &expr.attrs,
            syn::Expr::ForLoop(expr) => &expr.attrs,
            syn::Expr::While(expr) => &expr.attrs,
            syn::Expr::Loop(expr) => &expr.attrs,
            syn::Expr::Try(expr) => &expr.attrs,
            syn::Expr::Await(expr) => &expr.attrs,
            syn::Expr::Return(expr) => &expr.attrs,
            syn::Expr::Unsafe(expr) => &expr.attrs,
            syn::Expr::Macro(expr) => &expr.attrs,
            syn::Expr::Struct(expr) => &expr.attrs,
            syn::Expr::Path(expr) => &expr.attrs,
            syn::Expr::Tuple(expr) => &expr.attrs,
            syn::Expr::Binary(expr) => &expr.attrs,
            syn::Expr::Lit(expr) => &expr.attrs,
            _ => return None,
        },
        syn::Stmt::Item(_) => return None,
    };
    (!attrs.is_empty()).then_some(attrs)
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
