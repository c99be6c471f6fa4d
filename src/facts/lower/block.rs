//! Blocks, statements and what directs control.

use super::Lowerer;
use super::expr::{Ranged, cover};
use crate::facts::CfgPredicate;
use crate::facts::body::{
    Arm, Block, BlockKind, Body, Closure, Expr, ExprId, LetStmt, Loop, LoopKind, Stmt,
};
use crate::source::{Name, TextRange};

impl Lowerer<'_> {
    pub(super) fn block_expr(&mut self, body: &mut Body, expr: syn::Expr) -> Ranged {
        let (kind, label, start, block) = match expr {
            syn::Expr::Block(expr) => {
                let label = expr.label.map(|label| self.label(label));
                (BlockKind::Plain, label, None, expr.block)
            }
            syn::Expr::Async(expr) => {
                let start = self.spans.short(expr.async_token.span, 5);
                (BlockKind::Async, None, Some(start), expr.block)
            }
            syn::Expr::Unsafe(expr) => {
                let start = self.spans.short(expr.unsafe_token.span, 6);
                (BlockKind::Unsafe, None, Some(start), expr.block)
            }
            syn::Expr::Const(expr) => {
                let start = self.spans.short(expr.const_token.span, 5);
                (BlockKind::Const, None, Some(start), expr.block)
            }
            syn::Expr::TryBlock(expr) => {
                let start = self.spans.short(expr.try_token.span, 3);
                (BlockKind::Try, None, Some(start), expr.block)
            }
            _ => return self.missing(body, TextRange::default()),
        };
        self.block(body, kind, label, start, block)
    }

    pub(super) fn match_expr(&mut self, body: &mut Body, expr: syn::ExprMatch) -> Ranged {
        let start = self.spans.short(expr.match_token.span, 5);
        let range = start.cover(self.spans.close(expr.brace_token.span));
        let scrutinee = self.expr(body, *expr.expr);
        let mut arms = Vec::with_capacity(expr.arms.len());
        for arm in expr.arms {
            let (pat, guard) = self.guarded_pat(body, arm.pat);
            let value = self.expr(body, *arm.body);
            arms.push(Arm {
                pat,
                guard,
                body: value,
            });
        }
        let arms = arms.into();
        (
            body.push_expr(Expr::Match { scrutinee, arms }, range),
            range,
        )
    }

    pub(super) fn loop_expr(&mut self, body: &mut Body, expr: syn::Expr) -> Ranged {
        let (kind, label, start, block) = match expr {
            syn::Expr::Loop(expr) => {
                let start = self.spans.short(expr.loop_token.span, 4);
                (LoopKind::Loop, expr.label, start, expr.body)
            }
            syn::Expr::While(expr) => {
                let start = self.spans.short(expr.while_token.span, 5);
                let cond = self.expr(body, *expr.cond);
                (LoopKind::While(cond), expr.label, start, expr.body)
            }
            syn::Expr::ForLoop(expr) => {
                let start = self.spans.short(expr.for_token.span, 3);
                let pat = self.pat(body, *expr.pat);
                let iterated = self.expr(body, *expr.expr);
                (LoopKind::For(pat, iterated), expr.label, start, expr.body)
            }
            _ => return self.missing(body, TextRange::default()),
        };
        self.looped(body, label, kind, start, block)
    }

    pub(super) fn jump(&mut self, body: &mut Body, expr: syn::Expr) -> Ranged {
        let (expr, range) = match expr {
            syn::Expr::Return(expr) => {
                let start = self.spans.short(expr.return_token.span, 6);
                let value = self.opt_expr(body, expr.expr);
                (Expr::Return(value.map(|it| it.0)), cover(start, value))
            }
            syn::Expr::Break(expr) => {
                let start = self.spans.short(expr.break_token.span, 5);
                let (label, start) = self.jump_label(expr.label, start);
                let value = self.opt_expr(body, expr.expr);
                let range = cover(start, value);
                let value = value.map(|it| it.0);
                (Expr::Break { label, value }, range)
            }
            syn::Expr::Continue(expr) => {
                let start = self.spans.short(expr.continue_token.span, 8);
                let (label, range) = self.jump_label(expr.label, start);
                (Expr::Continue(label), range)
            }
            syn::Expr::Yield(expr) => {
                let start = self.spans.short(expr.yield_token.span, 5);
                let value = self.opt_expr(body, expr.expr);
                (Expr::Yield(value.map(|it| it.0)), cover(start, value))
            }
            _ => (Expr::Missing, TextRange::default()),
        };
        (body.push_expr(expr, range), range)
    }

    fn jump_label(
        &self,
        label: Option<syn::Lifetime>,
        start: TextRange,
    ) -> (Option<Name>, TextRange) {
        match label.map(|label| self.spans.ident(&label.ident)) {
            Some((name, range)) => (Some(name), start.cover(range)),
            None => (None, start),
        }
    }

    fn label(&self, label: syn::Label) -> (Name, TextRange) {
        let (name, range) = self.spans.ident(&label.name.ident);
        (
            name,
            self.spans.short(label.name.apostrophe, 1).cover(range),
        )
    }

    /// `if … else if … else …`, however many.
    pub(super) fn if_chain(&mut self, body: &mut Body, first: syn::ExprIf) -> Ranged {
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
    ) -> Ranged {
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

    pub(super) fn closure(&mut self, body: &mut Body, closure: syn::ExprClosure) -> Ranged {
        let mut start = self.spans.short(closure.inputs_begin.span, 1);
        if let Some(token) = closure.capture {
            start = start.cover(self.spans.short(token.span, 4));
        }
        if let Some(token) = closure.asyncness {
            start = start.cover(self.spans.short(token.span, 5));
        }
        let mut params = Vec::with_capacity(closure.inputs.len());
        for pat in closure.inputs {
            params.push(match pat {
                syn::Pat::Type(typed) => {
                    let pat = self.pat(body, *typed.pat);
                    (pat, Some(self.ty(*typed.ty).0))
                }
                pat => (self.pat(body, pat), None),
            });
        }
        let params = params.into();
        let ret = match closure.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.ty(*ty).0),
        };
        let (value, range) = self.ranged_expr(body, *closure.body);
        let is_async = closure.asyncness.is_some();
        let range = start.cover(range);
        let closure = Closure {
            is_async,
            params,
            ret,
            body: value,
        };
        (
            body.push_expr(Expr::Closure(Box::new(closure)), range),
            range,
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
    ) -> Ranged {
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

    /// The block of a function becomes the root of its body.
    pub(crate) fn root_block(&mut self, body: &mut Body, stmts: Vec<syn::Stmt>, range: TextRange) {
        let (stmts, tail, cfgs) = self.stmts(body, stmts);
        let block = Block {
            kind: BlockKind::Plain,
            label: None,
            stmts,
            tail,
            cfgs,
        };
        body.root = body.push_expr(Expr::Block(Box::new(block)), range);
    }

    /// Statements, the last expression, and which statements stand under a `cfg`.
    #[expect(clippy::type_complexity, reason = "the three parts of a block")]
    pub(crate) fn stmts(
        &mut self,
        body: &mut Body,
        stmts: Vec<syn::Stmt>,
    ) -> (Vec<Stmt>, Option<ExprId>, Box<[(u32, CfgPredicate)]>) {
        let count = stmts.len();
        let mut lowered = Vec::with_capacity(count);
        let mut tail = None;
        let mut cfgs = Vec::new();
        let mut alternatives = Vec::new();
        for (index, stmt) in stmts.into_iter().enumerate() {
            let is_last = index + 1 == count;
            let cfg = stmt_attrs(&stmt).and_then(|attrs| self.cfg(attrs));
            if let Some(cfg) = cfg {
                if matches!(stmt, syn::Stmt::Expr(_, None)) {
                    alternatives.push(lowered.len());
                }
                cfgs.push((lowered.len() as u32, cfg));
            }
            match stmt {
                syn::Stmt::Local(local) => {
                    let stmt = self.let_stmt(body, local);
                    lowered.push(stmt);
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
        // `#[cfg(a)] { .. } #[cfg(not(a))] { .. }`: each may be the block's value.
        if let Some(last) = tail
            && alternatives.pop() == Some(lowered.len())
        {
            let mut value = last;
            while alternatives.pop_if(|at| *at + 1 == lowered.len()).is_some() {
                let Some(Stmt::Expr(then)) = lowered.pop() else {
                    break;
                };
                let range = body.expr_range(then).cover(body.expr_range(value));
                let cond = body.push_expr(Expr::Missing, body.expr_range(then));
                let choice = Expr::If {
                    cond,
                    then,
                    otherwise: Some(value),
                };
                value = body.push_expr(choice, range);
            }
            if value != last {
                cfgs.retain(|(at, _)| (*at as usize) < lowered.len());
                tail = Some(value);
            }
        }
        (lowered, tail, cfgs.into())
    }

    fn let_stmt(&mut self, body: &mut Body, local: syn::Local) -> Stmt {
        let (pat, ty) = match local.pat {
            syn::Pat::Type(typed) => (*typed.pat, Some(self.ty(*typed.ty).0)),
            pat => (pat, None),
        };
        let (mut init, mut diverge) = (None, None);
        if let Some(value) = local.init {
            init = Some(self.expr(body, *value.expr));
            diverge = value.diverge.map(|(_, value)| self.expr(body, *value));
        }
        let pat = self.pat(body, pat);
        Stmt::Let(Box::new(LetStmt {
            pat,
            ty,
            init,
            diverge,
        }))
    }
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
