//! The check `dropped-part`: of several things that a function gives, one is thrown away that is needed later.
//!
//! Parameters: `calls`, the functions by their paths, each with the position of that part (`part`); `unless`, methods that make up
//! for it where they are called on the way to the call: then only auditors hear of it; `title`, what is wrong; `label`, for
//! the place; `remedy`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Context, params};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner};
use crate::source::{Name, Span};
use crate::values::Typing;
use crate::values::around::Parents;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    calls: Vec<Call>,
    unless: Vec<String>,
    title: String,
    label: String,
    remedy: String,
}

/// A function, and what of that which it gives is needed.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Call {
    path: String,
    part: usize,
}

/// Finds calls of which a part is thrown away.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let paths: Vec<&str> = params.calls.iter().map(|it| it.path.as_str()).collect();
    let wanted: FxHashSet<Name> = paths.iter().map(|it| Name::new(it)).collect();
    let bodies = cx.program.using(paths, true, |path| wanted.contains(&path));
    let mut found = Vec::new();
    for key in bodies.into_iter().filter(|it| cx.is_live(*it)) {
        let look = Look::new(cx, key);
        for (id, expr) in look.body.exprs() {
            let Expr::MethodCall(method) = expr else {
                continue;
            };
            let path = look.typing.external(id);
            let call = path.and_then(|path| params.calls.iter().find(|it| path == *it.path));
            let Some(at) = call.and_then(|it| look.dropped(id, it.part)) else {
                continue;
            };
            let function = match cx.program[key].owner {
                BodyOwner::Fn(id) => cx.program.fn_name(id),
                BodyOwner::Const(id) => cx.program[id].name.to_string(),
            };
            let title = params.title.replace("{function}", &function);
            let identity = format!("{}|{function}", meta.id);
            let primary = Label::new(at, params.label.clone());
            let mut diagnostic = Diagnostic::new(&meta, title, primary, identity);
            if look.calls_before(method.receiver, &params.unless) {
                diagnostic = diagnostic.with_persona(Persona::Auditor);
            }
            found.push(diagnostic.with_help(params.remedy.clone()));
        }
    }
    found
}

/// One body.
struct Look<'a> {
    body: &'a Body,
    typing: &'a Typing,
    parents: Parents,
    file: crate::source::FileId,
}

impl<'a> Look<'a> {
    fn new(cx: &Context<'a>, key: BodyKey) -> Look<'a> {
        let data = &cx.program[key];
        Look {
            body: &data.body,
            typing: cx.values.typing(key),
            parents: Parents::of(&data.body),
            file: data.file,
        }
    }

    /// Where a part of what a call gives is thrown away, if it is.
    fn dropped(&self, id: ExprId, part: usize) -> Option<Span> {
        let parent = self.parents.parent(id)?;
        match self.body.expr(parent) {
            // `request.url().0`.
            Expr::Field { name, .. } if name.as_str() != part.to_string() => {
                Some(self.body.expr_range(parent).in_file(self.file))
            }
            Expr::Block(block) => block.stmts.iter().find_map(|it| match it {
                Stmt::Let(data) if data.init == Some(id) => self.dropped_by(data.pat, part),
                _ => None,
            }),
            _ => None,
        }
    }

    /// Where a pattern throws a part away: `(url, _)`, `(url, ..)`, or a variable that nobody reads.
    fn dropped_by(&self, pat: PatId, part: usize) -> Option<Span> {
        let Pat::Tuple(parts) = self.body.pat(pat) else {
            return None;
        };
        let rest = parts
            .iter()
            .position(|it| matches!(self.body.pat(*it), Pat::Rest));
        let at = match (rest, parts.get(part)) {
            // What stands behind `..` is counted from the end.
            (Some(rest), _) if rest <= part => match rest + 1 == parts.len() {
                true => parts[rest],
                false => return None,
            },
            (_, part) => *part?,
        };
        let is_dropped = match self.body.pat(at) {
            Pat::Wild | Pat::Rest => true,
            Pat::Bind { .. } => !self.is_read(at),
            _ => false,
        };
        is_dropped.then(|| self.body.pat_range(at).in_file(self.file))
    }

    fn is_read(&self, pat: PatId) -> bool {
        let mut paths = self.body.exprs().filter(|it| matches!(it.1, Expr::Path(_)));
        paths.any(|(id, _)| self.typing.local(id) == Some(pat))
    }

    /// Whether a chain of calls has one of these methods in it.
    fn calls_before(&self, id: ExprId, names: &[String]) -> bool {
        match self.body.expr(id) {
            Expr::MethodCall(call) => {
                names.iter().any(|it| call.name == **it) || self.calls_before(call.receiver, names)
            }
            Expr::Path(_) => {
                let names = |expr: &Expr| matches!(expr, Expr::MethodCall(call) if names.iter().any(|it| call.name == **it));
                self.body.exprs().any(|it| names(it.1))
            }
            _ => false,
        }
    }
}
