//! The check `stub-check`: a function that by its name decides about access looks at nothing and says yes.
//!
//! Parameters: `verbs`, words with which such names begin; `subjects`, words that say that access is meant.

use serde::Deserialize;

use super::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::{BlockKind, Literal};
use crate::facts::{Body, Expr, ExprId, Pat, Stmt};
use crate::lints::Lint;
use crate::program::{Container, FnId, Program, Ty};
use crate::routes::purpose::words;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    verbs: Vec<String>,
    subjects: Vec<String>,
}

/// Macros that only note something.
const LOGS: [&str; 8] = [
    "trace", "debug", "info", "warn", "error", "log", "println", "eprintln",
];

/// Words of types that say that they are meant to permit everything.
const MEANT: [&str; 16] = [
    "allow",
    "noop",
    "no",
    "dummy",
    "mock",
    "test",
    "tests",
    "fake",
    "null",
    "none",
    "disabled",
    "open",
    "permissive",
    "stub",
    "insecure",
    "example",
];

/// Finds functions that permit whatever they are asked.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for (id, def) in cx.program.fn_ids() {
        let Some(key) = def.body else { continue };
        // Such a function is short.
        let is_short = def.range.len() < 1000;
        if !is_short || !is_about_access(&params, def.name.as_str()) || !cx.is_live(key) {
            continue;
        }
        if !is_own(cx.program, id) || !is_given_something(cx.program, id) {
            continue;
        }
        let body: &Body = &cx.program[key].body;
        let Some(says) = permits(cx.program, id, body) else {
            continue;
        };
        if !is_called(cx, id) {
            continue;
        }
        let name = cx.program.fn_name(id);
        let title = format!("`{name}` permits whatever it is asked");
        let place = body.expr_range(says).in_file(def.file);
        let key = format!("{} {}", meta.id, cx.program.fn_path(id));
        let primary = Label::new(def.name_span(), "looks at nothing that it is handed");
        found.push(
            Diagnostic::new(&meta, title, primary, key)
                .with_label(place, "the only answer")
                .with_note("whoever calls it takes its answer for a check")
                .with_help(
                    "write the check, or let it refuse (`todo!()`, an error) until it is written",
                ),
        );
    }
    found
}

/// Whether a name says that access is decided.
fn is_about_access(params: &Params, name: &str) -> bool {
    // Most names are told apart by their first word.
    let first = name.split('_').next().unwrap_or(name);
    let has = |all: &[String], word: &str| all.iter().any(|it| it == word);
    has(&params.verbs, first) && words(name).iter().any(|it| has(&params.subjects, it))
}

/// Whether it is no trait's default and none of several impls: those may be meant so, as is a type that says so.
fn is_own(program: &Program, id: FnId) -> bool {
    let def = &program[id];
    let is_meant = |name: &str| words(name).iter().any(|it| MEANT.contains(&it.as_str()));
    let by_cfg = def.cfg.is_some() || !program.alternatives(id).is_empty();
    match def.container {
        Container::Module => !by_cfg,
        Container::Trait(_) => false,
        Container::Impl(of) => {
            let owner = program.self_type_name(of);
            program[of].of_trait.is_none()
                && !by_cfg
                && !owner.is_some_and(|it| is_meant(it.as_str()))
        }
    }
}

/// Whether there is something that it could look at.
fn is_given_something(program: &Program, id: FnId) -> bool {
    !program[id].sig.params.is_empty()
}

/// The answer of a function that gives no other, and that is a yes.
fn permits(program: &Program, id: FnId, body: &Body) -> Option<ExprId> {
    let answer = program.fn_return(id);
    let root = only_answer(body, body.root)?;
    is_yes(body, root, &answer).then_some(root)
}

/// The last expression of a body that does nothing before it but note something.
fn only_answer(body: &Body, id: ExprId) -> Option<ExprId> {
    let Expr::Block(block) = body.expr(id) else {
        return Some(id);
    };
    if !matches!(block.kind, BlockKind::Plain | BlockKind::Async) || !block.cfgs.is_empty() {
        return None;
    }
    let is_idle = |stmt: &Stmt| match stmt {
        Stmt::Let(stmt) => {
            let is_dropped = matches!(body.pat(stmt.pat), Pat::Wild);
            is_dropped
                && stmt
                    .init
                    .is_some_and(|it| matches!(body.expr(it), Expr::Path(_) | Expr::Tuple(_)))
        }
        Stmt::Expr(id) => match body.expr(*id) {
            Expr::Macro(call) => call
                .path
                .last()
                .is_some_and(|it| LOGS.contains(&it.as_str())),
            _ => false,
        },
    };
    let (last, before) = match (block.tail, block.stmts.split_last()) {
        (Some(tail), _) => (tail, &block.stmts[..]),
        (None, Some((Stmt::Expr(last), before))) => (*last, before),
        _ => return None,
    };
    if !before.iter().all(is_idle) {
        return None;
    }
    match body.expr(last) {
        Expr::Return(Some(value)) => Some(*value),
        Expr::Block(_) => only_answer(body, last),
        _ => Some(last),
    }
}

/// `true`, `Ok(())`, `Ok(true)`; for a function that returns such a thing.
fn is_yes(body: &Body, id: ExprId, ty: &Ty) -> bool {
    match ty.peel_refs() {
        Ty::Future(inner) => is_yes(body, id, inner),
        Ty::Primitive(name) => {
            *name == *"bool" && matches!(body.expr(id), Expr::Literal(Literal::Bool(true)))
        }
        Ty::External(path, _) if path.as_str().rsplit("::").next() == Some("Result") => {
            let Expr::Call { callee, args } = body.expr(id) else {
                return false;
            };
            let is_ok = matches!(body.expr(*callee), Expr::Path(path) if path.last().is_some_and(|it| it == *"Ok"));
            is_ok
                && matches!(args.as_ref(), [only] if match body.expr(*only) {
                    Expr::Tuple(all) => all.is_empty(),
                    Expr::Literal(Literal::Bool(it)) => *it,
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Whether code that is no test calls it.
fn is_called(cx: &Context<'_>, id: FnId) -> bool {
    let callers = cx.values.callers(id, |key| cx.is_live(key));
    !callers.is_empty()
}
