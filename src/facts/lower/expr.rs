//! Expressions, blocks, statements.

use syn::spanned::Spanned as _;

use super::Lowerer;
use crate::facts::body::{BinaryOp, Body, Expr, ExprId, Literal, MethodCall, StructExpr, UnaryOp};
use crate::source::TextRange;

/// An expression and where it stands.
pub(super) type Ranged = (ExprId, TextRange);

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

    pub(super) fn opt_expr(
        &mut self,
        body: &mut Body,
        expr: Option<Box<syn::Expr>>,
    ) -> Option<Ranged> {
        expr.map(|expr| self.ranged_expr(body, *expr))
    }

    /// An expression and where it stands, parentheses included.
    pub(crate) fn ranged_expr(&mut self, body: &mut Body, mut expr: syn::Expr) -> Ranged {
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

    fn link(&mut self, body: &mut Body, link: Link, base: ExprId, start: TextRange) -> Ranged {
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
        exprs: syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Box<[ExprId]> {
        let mut ids = Vec::with_capacity(exprs.len());
        for expr in exprs {
            ids.push(self.expr(body, expr));
        }
        ids.into()
    }

    /// An expression that does not start with another expression.
    ///
    /// One method per group of expressions keeps the stack frames of the recursion small.
    fn base_expr(&mut self, body: &mut Body, expr: syn::Expr) -> Ranged {
        use syn::Expr as E;
        match expr {
            E::Path(expr) => {
                let path = self.qpath(expr.qself, expr.path);
                let range = path.range;
                (body.push_expr(Expr::Path(Box::new(path)), range), range)
            }
            E::Lit(expr) => {
                let (literal, range) = self.literal(&expr.lit);
                (body.push_expr(Expr::Literal(literal), range), range)
            }
            E::Macro(expr) => self.macro_call(body, expr.mac, false),
            E::Reference(_) | E::RawAddr(_) | E::Unary(_) => self.prefix(body, expr),
            E::Tuple(_) | E::Array(_) | E::Repeat(_) => self.list(body, expr),
            E::Struct(expr) => self.struct_expr(body, expr),
            E::Assign(expr) => {
                let (target, start) = self.ranged_expr(body, *expr.left);
                let (value, range) = self.ranged_expr(body, *expr.right);
                let range = start.cover(range);
                (body.push_expr(Expr::Assign { target, value }, range), range)
            }
            E::Range(expr) => self.range_expr(body, expr),
            E::Block(_) | E::Async(_) | E::Unsafe(_) | E::Const(_) | E::TryBlock(_) => {
                self.block_expr(body, expr)
            }
            E::If(expr) => self.if_chain(body, expr),
            E::Let(expr) => {
                let start = self.spans.short(expr.let_token.span, 3);
                let pat = self.pat(body, *expr.pat);
                let (value, range) = self.ranged_expr(body, *expr.expr);
                let range = start.cover(range);
                (body.push_expr(Expr::Let { pat, value }, range), range)
            }
            E::Match(expr) => self.match_expr(body, expr),
            E::Loop(_) | E::While(_) | E::ForLoop(_) => self.loop_expr(body, expr),
            E::Closure(expr) => self.closure(body, expr),
            E::Return(_) | E::Break(_) | E::Continue(_) | E::Yield(_) => self.jump(body, expr),
            // `_ = x`: a place that takes nothing.
            E::Infer(expr) => {
                let range = self.spans.short(expr.underscore_token.span, 1);
                self.missing(body, range)
            }
            E::Verbatim(tokens) => {
                let range = self.tokens_range(tokens).unwrap_or_default();
                self.missing(body, range)
            }
            other => {
                let range = self.spans.try_token(other.span()).unwrap_or_default();
                self.missing(body, range)
            }
        }
    }

    fn prefix(&mut self, body: &mut Body, expr: syn::Expr) -> Ranged {
        /// What the operator makes of its operand.
        enum Prefix {
            Ref(bool),
            Unary(UnaryOp),
        }
        let (prefix, span, inner) = match expr {
            syn::Expr::Reference(expr) => (
                Prefix::Ref(expr.mutability.is_some()),
                expr.and_token.span,
                expr.expr,
            ),
            syn::Expr::RawAddr(expr) => {
                let mutable = matches!(expr.mutability, syn::PointerMutability::Mut(_));
                (Prefix::Ref(mutable), expr.and_token.span, expr.expr)
            }
            syn::Expr::Unary(expr) => {
                let (op, span) = match expr.op {
                    syn::UnOp::Deref(token) => (UnaryOp::Deref, token.span),
                    syn::UnOp::Not(token) => (UnaryOp::Not, token.span),
                    syn::UnOp::Neg(token) => (UnaryOp::Neg, token.span),
                    _ => return self.missing(body, TextRange::default()),
                };
                (Prefix::Unary(op), span, expr.expr)
            }
            _ => return self.missing(body, TextRange::default()),
        };
        let start = self.spans.short(span, 1);
        let (inner, range) = self.ranged_expr(body, *inner);
        let range = start.cover(range);
        let expr = match prefix {
            Prefix::Ref(mutable) => Expr::Ref { mutable, inner },
            Prefix::Unary(op) => Expr::Unary { op, inner },
        };
        (body.push_expr(expr, range), range)
    }

    fn list(&mut self, body: &mut Body, expr: syn::Expr) -> Ranged {
        let (expr, range) = match expr {
            syn::Expr::Tuple(expr) => {
                let range = self.spans.delimited(expr.paren_token.span);
                (Expr::Tuple(self.exprs(body, expr.elems)), range)
            }
            syn::Expr::Array(expr) => {
                let range = self.spans.delimited(expr.bracket_token.span);
                (Expr::Array(self.exprs(body, expr.elems)), range)
            }
            syn::Expr::Repeat(expr) => {
                let range = self.spans.delimited(expr.bracket_token.span);
                let value = self.expr(body, *expr.expr);
                let len = self.expr(body, *expr.len);
                (Expr::Repeat { value, len }, range)
            }
            _ => (Expr::Missing, TextRange::default()),
        };
        (body.push_expr(expr, range), range)
    }

    fn struct_expr(&mut self, body: &mut Body, expr: syn::ExprStruct) -> Ranged {
        let path = self.qpath(expr.qself, expr.path);
        let range = path.range.cover(self.spans.close(expr.brace_token.span));
        let mut fields = Vec::with_capacity(expr.fields.len());
        for field in expr.fields {
            let name = self.member(&field.member).0;
            fields.push((name, self.expr(body, field.expr)));
        }
        let fields = fields.into();
        let rest = expr.rest.map(|rest| self.expr(body, *rest));
        let expr = Expr::Struct(Box::new(StructExpr { path, fields, rest }));
        (body.push_expr(expr, range), range)
    }

    fn range_expr(&mut self, body: &mut Body, expr: syn::ExprRange) -> Ranged {
        let limits = match expr.limits {
            syn::RangeLimits::HalfOpen(token) => self.spans.short(token.spans[0], 2),
            syn::RangeLimits::Closed(token) => self.spans.short(token.spans[0], 3),
        };
        let start = self.opt_expr(body, expr.start);
        let end = self.opt_expr(body, expr.end);
        let range = cover(cover(limits, start), end);
        let (start, end) = (start.map(|it| it.0), end.map(|it| it.0));
        (body.push_expr(Expr::Range { start, end }, range), range)
    }

    pub(super) fn missing(&self, body: &mut Body, range: TextRange) -> Ranged {
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

    /// A literal and where it stands.
    pub(crate) fn literal(&self, lit: &syn::Lit) -> (Literal, TextRange) {
        let literal = match lit {
            syn::Lit::Str(lit) => Literal::Str(lit.value().into()),
            syn::Lit::ByteStr(lit) => Literal::Bytes(Box::new(lit.value().into())),
            syn::Lit::CStr(lit) => Literal::Bytes(Box::new(lit.value().into_bytes().into())),
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

pub(super) fn cover(range: TextRange, other: Option<Ranged>) -> TextRange {
    other.map_or(range, |(_, other)| range.cover(other))
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
