//! Code that is asked whether a request may pass, and that has no answer but yes.
//!
//! Not by running it: on any doubt (a `?`, a macro, an `unwrap`, something handed on to handlers) the answer is
//! that it may refuse.

use rustc_hash::FxHashSet;

use super::chosen::Chosen;
use crate::checks::Context;
use crate::facts::body::{BlockKind, Literal, MacroCall};
use crate::facts::{Body, Expr, ExprId, PatId, Stmt};
use crate::program::{BodyKey, Ty};
use crate::routes::HandlerTarget;
use crate::source::Span;
use crate::values::{Typing, Values};

/// What code is that lets every request through.
pub(super) struct Accepting {
    /// Where it stands: its name, or the closure.
    pub(super) place: Span,
    /// The body in which it is.
    pub(super) key: BodyKey,
    /// The answer.
    pub(super) answer: Span,
    /// It says no more than that it is done: `true`, `Ok(())`.
    pub(super) is_bare: bool,
}

/// Whether every way through a function or closure ends in letting the request pass.
pub(super) fn accepting(cx: &Context<'_>, code: HandlerTarget) -> Option<Accepting> {
    let (key, params, root, place) = code_of(cx, code)?;
    let data = &cx.program[key];
    let reading = Reading {
        body: &data.body,
        typing: cx.values.typing(key),
        values: cx.values,
        params: params.into_iter().collect(),
    };
    if data.body.problem.is_some() || !reading.is_plain(root) {
        return None;
    }
    let answer = match reading.answer(root) {
        Some(answer) => answer,
        None if reading.is_chain() && reading.ends_in_nothing(root) => root,
        None => return None,
    };
    let span = data.body.expr_range(answer).in_file(data.file);
    Some(Accepting {
        place,
        key,
        answer: span,
        is_bare: reading.is_bare(answer),
    })
}

/// The body of a function or closure, its parameters, what it is, and where it stands.
fn code_of(cx: &Context<'_>, code: HandlerTarget) -> Option<(BodyKey, Vec<PatId>, ExprId, Span)> {
    match code {
        HandlerTarget::Fn(id) => {
            let def = &cx.program[id];
            let body = &cx.program[def.body?].body;
            Some((def.body?, body.params.to_vec(), body.root, def.name_span()))
        }
        HandlerTarget::Closure(key, expr) => {
            let data = &cx.program[key];
            let Expr::Closure(closure) = data.body.expr(expr) else {
                return None;
            };
            let params = closure.params.iter().map(|(pat, _)| *pat).collect();
            let place = data.body.expr_range(expr).in_file(data.file);
            Some((key, params, closure.body, place))
        }
        HandlerTarget::External(_) | HandlerTarget::Unknown => None,
    }
}

/// Where code that refuses others lets a request pass before it looks.
pub(super) struct Early {
    /// The call of what comes next.
    pub(super) passes: Span,
    /// The condition that clients choose.
    pub(super) flag: Span,
}

/// The first way through a function on which nothing was asked but what clients choose.
pub(super) fn early(cx: &Context<'_>, code: HandlerTarget) -> Option<Early> {
    let (key, params, root, _) = code_of(cx, code)?;
    if !cx.is_live(key) {
        return None;
    }
    let data = &cx.program[key];
    let chosen = Chosen::new(cx, key, &params);
    let reading = Reading {
        body: &data.body,
        typing: cx.values.typing(key),
        values: cx.values,
        params: params.into_iter().collect(),
    };
    let within = data.body.expr_range(root);
    let inside = |id: ExprId| within.contains(data.body.expr_range(id));
    let mut passing = data.body.exprs().filter(|(id, expr)| {
        inside(*id) && matches!(expr, Expr::MethodCall(_)) && reading.passes_on(*id)
    });
    let (passes, flag) = passing.find_map(|(id, _)| Some((id, reading.passed_by(&chosen, id)?)))?;
    let span = |id: ExprId| data.body.expr_range(id).in_file(data.file);
    Some(Early {
        passes: span(passes),
        flag: span(flag),
    })
}

/// A body that is read.
struct Reading<'b> {
    body: &'b Body,
    typing: &'b Typing,
    values: &'b Values<'b>,
    /// What the code is handed.
    params: FxHashSet<PatId>,
}

impl Reading<'_> {
    /// Whether nothing in it may refuse, end the process' work on the request, or leave something for others to
    /// decide by.
    fn is_plain(&self, root: ExprId) -> bool {
        let within = self.body.expr_range(root);
        let inside = |id: ExprId| within.contains(self.body.expr_range(id));
        let mut exprs = self.body.exprs().filter(|(id, _)| inside(*id));
        exprs.all(|(_, expr)| match expr {
            Expr::Missing => false,
            Expr::Try(inner) => self.passes_on(*inner),
            Expr::Return(value) => value.is_some_and(|it| self.answer(it).is_some()),
            Expr::Macro(call) => is_log(call),
            Expr::MethodCall(call) => {
                !LEAVES.contains(&call.name.as_str()) && !self.lends_request(&call.args)
            }
            Expr::Call { args, .. } => !self.lends_request(args),
            Expr::Assign { target, .. } => !self.is_of_request(*target),
            Expr::Block(block) => block.cfgs.is_empty() && block.kind != BlockKind::Try,
            _ => true,
        })
    }

    /// Whether what it is handed is handed on to be changed.
    fn lends_request(&self, args: &[ExprId]) -> bool {
        args.iter().any(|arg| match self.body.expr(*arg) {
            Expr::Ref {
                mutable: true,
                inner,
            } => self.is_given(*inner),
            // A parameter that is a `&mut Request` itself.
            Expr::Path(_) => {
                let is_lent = self.is_given(*arg) && is_mutable_reference(self.typing.ty(*arg));
                is_lent && self.typing.local(*arg).is_some()
            }
            _ => false,
        })
    }

    fn is_of_request(&self, target: ExprId) -> bool {
        match self.body.expr(target) {
            Expr::Field { base, .. } | Expr::Index { base, .. } => {
                self.is_given(*base) || self.is_of_request(*base)
            }
            _ => false,
        }
    }

    /// The answer that an expression gives, if all that it may give are a yes.
    fn answer(&self, id: ExprId) -> Option<ExprId> {
        if self.passes_on(id) {
            return Some(id);
        }
        match self.body.expr(id) {
            Expr::Literal(Literal::Bool(true)) => Some(id),
            Expr::Await(inner) | Expr::Return(Some(inner)) => self.answer(*inner),
            Expr::Block(block) => match (block.tail, block.stmts.last()) {
                (Some(tail), _) => self.answer(tail),
                (None, Some(Stmt::Expr(last))) if self.leaves(*last) => self.answer(*last),
                _ => None,
            },
            Expr::If {
                then, otherwise, ..
            } => {
                let other = self.answer((*otherwise)?)?;
                self.answer(*then).and(Some(other))
            }
            Expr::Match { arms, .. } => {
                let all = arms.iter().map(|arm| self.answer(arm.body));
                all.collect::<Option<Vec<ExprId>>>()?.last().copied()
            }
            Expr::Path(_) => self.answer(self.made(id)?),
            Expr::MethodCall(call) if BOXES.contains(&call.name.as_str()) => {
                self.answer(call.receiver)
            }
            Expr::Call { callee, args } => {
                let [value] = **args else { return None };
                match self.last_name(*callee)? {
                    // `Box::pin(..)`, `future::ready(..)`.
                    "pin" | "new" | "ready" => self.answer(value),
                    "Ok" | "ok" => self.is_yes(value).then_some(id),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What `Ok` holds that lets a request pass: the request, nothing, or the answer of who comes next.
    fn is_yes(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Tuple(parts) => parts.iter().all(|it| self.is_given(*it)),
            Expr::Literal(Literal::Bool(it)) => *it,
            Expr::Try(inner) => self.passes_on(*inner),
            Expr::Path(_) if !self.is_given(id) => {
                self.made(id).is_some_and(|made| self.is_yes(made))
            }
            _ => self.is_given(id) || self.passes_on(id),
        }
    }

    /// `next.run(request).await`, `self.service.call(request)`: what comes next is called, and its answer given back.
    fn passes_on(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Await(inner) => self.passes_on(*inner),
            Expr::Path(_) => self.made(id).is_some_and(|made| self.passes_on(made)),
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                if BOXES.contains(&name) {
                    return self.passes_on(call.receiver);
                }
                NEXT.contains(&name)
                    && (self.is_given(call.receiver) || self.is_own(call.receiver))
                    && call.args.iter().any(|arg| self.is_given(*arg))
            }
            _ => false,
        }
    }

    /// The condition that clients choose behind which an expression stands, if it stands behind nothing else and comes
    /// before whatever may refuse.
    fn passed_by(&self, chosen: &Chosen<'_>, id: ExprId) -> Option<ExprId> {
        let wanted = self.body.expr_range(id);
        let around = |id: ExprId| self.body.expr_range(id).contains(wanted);
        let mut found: Option<(u32, ExprId)> = None;
        for (at, expr) in self.body.exprs().filter(|(at, _)| *at != id && around(*at)) {
            let flag = match expr {
                Expr::If {
                    cond,
                    then,
                    otherwise,
                } => match otherwise {
                    _ if around(*then) => chosen.flag(*cond, true)?,
                    Some(otherwise) if around(*otherwise) => chosen.flag(*cond, false)?,
                    _ => return None,
                },
                Expr::Match { .. } | Expr::Loop(_) | Expr::Binary { .. } => return None,
                _ => continue,
            };
            let start = self.body.expr_range(at).start;
            if found.is_none_or(|(known, _)| start < known) {
                found = Some((start, flag));
            }
        }
        let (start, flag) = found?;
        let comes_before = |at: ExprId| self.body.expr_range(at).end <= start;
        let refuses = |expr: &Expr| matches!(expr, Expr::Try(_) | Expr::Return(_));
        let mut before = self.body.exprs().filter(|(at, _)| comes_before(*at));
        (!before.any(|(_, expr)| refuses(expr))).then_some(flag)
    }

    /// Whether an expression is something that the code was handed.
    fn is_given(&self, id: ExprId) -> bool {
        let Some(local) = self.typing.local(id) else {
            return false;
        };
        self.params.contains(&local)
            || self
                .values
                .local_init(self.body, local)
                .is_some_and(|made| {
                    matches!(self.body.expr(made), Expr::Path(_)) && self.is_given(made)
                })
    }

    /// `self.inner`, `self.service.clone()`, and variables that hold such.
    fn is_own(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Field { base, .. } => {
                let is_self =
                    |path: &crate::facts::ty::Path| path.as_ident().is_some_and(|it| it == "self");
                matches!(self.body.expr(*base), Expr::Path(path) if is_self(path))
            }
            Expr::MethodCall(call) if call.name == "clone" || call.name == "as_ref" => {
                self.is_own(call.receiver)
            }
            Expr::Call { args, .. } => match **args {
                // `Rc::clone(&self.service)`, `mem::replace(&mut self.inner, clone)`.
                [first, ..] => self.is_own(first),
                [] => false,
            },
            Expr::Ref { inner, .. } => self.is_own(*inner),
            Expr::Path(_) => self.made(id).is_some_and(|made| self.is_own(made)),
            _ => false,
        }
    }

    /// What the variable that an expression names was made by.
    fn made(&self, id: ExprId) -> Option<ExprId> {
        self.values.local_init(self.body, self.typing.local(id)?)
    }

    /// Whether a statement leaves the function.
    fn leaves(&self, id: ExprId) -> bool {
        match self.body.expr(id) {
            Expr::Return(_) => true,
            Expr::If {
                then,
                otherwise: Some(otherwise),
                ..
            } => self.leaves(*then) && self.leaves(*otherwise),
            Expr::Match { arms, .. } => arms.iter().all(|it| self.leaves(it.body)),
            Expr::Block(block) => match (block.tail, block.stmts.last()) {
                (Some(last), _) => self.leaves(last),
                (None, Some(Stmt::Expr(last))) => self.leaves(*last),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether it is handed what stands for the rest of a chain that goes on by itself.
    fn is_chain(&self) -> bool {
        let chain = "salvo_core::routing::FlowCtrl";
        let is_chain = |pat: &PatId| {
            let path = self.typing.pat_ty(*pat).peel_refs().external_path();
            path.is_some_and(|it| it == *chain || it == *"salvo::FlowCtrl")
        };
        self.params.iter().any(is_chain)
    }

    fn ends_in_nothing(&self, root: ExprId) -> bool {
        matches!(self.body.expr(root), Expr::Block(block) if block.tail.is_none())
    }

    fn is_bare(&self, answer: ExprId) -> bool {
        match self.body.expr(answer) {
            Expr::Literal(Literal::Bool(_)) => true,
            Expr::Call { args, .. } => match **args {
                [value] => match self.body.expr(value) {
                    Expr::Tuple(parts) => parts.is_empty(),
                    Expr::Literal(_) => true,
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        }
    }

    fn last_name(&self, callee: ExprId) -> Option<&str> {
        match self.body.expr(callee) {
            Expr::Path(path) => Some(path.last()?.as_str()),
            _ => None,
        }
    }
}

fn is_mutable_reference(ty: &Ty) -> bool {
    // References are not told apart in types, but who takes one by `&mut` has to be handed it so.
    matches!(ty, Ty::Ref(_))
}

/// Whether a macro only notes something.
fn is_log(call: &MacroCall) -> bool {
    const LOGS: [&str; 12] = [
        "trace", "debug", "info", "warn", "error", "log", "event", "println", "eprintln", "format",
        "matches", "dbg",
    ];
    let last = call.path.last();
    last.is_some_and(|it| LOGS.contains(&it.as_str()))
}

/// How what comes next is called.
const NEXT: [&str; 4] = ["run", "call", "call_next", "handle"];

/// What makes another form of an answer, and the same answer.
const BOXES: [&str; 6] = [
    "boxed",
    "boxed_local",
    "into_response",
    "map_into_boxed_body",
    "map_into_left_body",
    "map_into_right_body",
];

/// Methods that refuse, or that leave something behind by which somebody else may.
const LEAVES: [&str; 24] = [
    "unwrap",
    "expect",
    "insert",
    "append",
    "inject",
    "insert_typed",
    "extensions",
    "extensions_mut",
    "set_ext",
    "local_cache",
    "attach",
    "login",
    "scope",
    "sync_scope",
    "set",
    "set_data",
    "render",
    "stuff",
    "status_code",
    "skip_rest",
    "cease",
    "set_status_code",
    "send_error",
    "abort",
];
