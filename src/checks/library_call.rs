//! The check `library-call`: a function of a library is called that does what nobody should want of it.
//!
//! Parameters: `calls`, the functions by their paths, each with what its arguments must be to count (`argument`, its position,
//! and `is`, `true` or `boundless`; `of-request`, the position of one that must be the body of a request); `title`, what is wrong,
//! with `{call}` for the function's name; `label`, for the place; `remedy`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::Literal;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::models::roles::{Carries, TypeRole};
use crate::program::{BodyKey, Ty};
use crate::source::Name;
use crate::values::making::Place;
use crate::values::strings::Strings;
use crate::values::worth::{Worth, Worthy};
use crate::values::{Callee, Typing};

/// From so many bytes on, a limit is none.
const BOUNDLESS: i64 = 1 << 30;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Params {
    calls: Vec<Call>,
    title: String,
    label: String,
    remedy: String,
}

/// A function, and when a call of it counts.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Call {
    path: String,
    argument: Option<usize>,
    is: Option<Is>,
    of_request: Option<usize>,
}

/// What an argument is.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Is {
    /// `true`.
    True,
    /// A number that limits nothing: `usize::MAX`.
    Boundless,
}

/// Finds calls.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let paths: Vec<&str> = params.calls.iter().map(|it| it.path.as_str()).collect();
    let wanted: FxHashSet<Name> = paths.iter().map(|it| Name::new(it)).collect();
    let bodies = cx.program.using(paths, true, |path| wanted.contains(&path));
    let is_live = |key| cx.is_live(key);
    let strings = Strings::new(cx.values, &is_live);
    let worthy = Worthy::new(&strings, cx.values, cx.sources);
    let mut found = Vec::new();
    for key in bodies.into_iter().filter(|it| cx.is_live(*it)) {
        let data = &cx.program[key];
        let typing = cx.values.typing(key);
        for (id, expr) in data.body.exprs() {
            let called = typing.callees(id).iter().find_map(|it| match it {
                Callee::External(path) => params.calls.iter().find(|it| *path == *it.path),
                _ => None,
            });
            let Some(call) = called.filter(|it| counts(cx, &worthy, it, key, expr)) else {
                continue;
            };
            let name = call.path.rsplit("::").next().unwrap_or(&call.path);
            let place = match expr {
                Expr::MethodCall(call) => call.name_range,
                Expr::Call { callee, .. } => data.body.expr_range(*callee),
                _ => continue,
            };
            let path = cx.sources.path(data.file);
            let key = format!("{} {path} {name}", meta.id);
            let primary = Label::new(place.in_file(data.file), params.label.clone());
            let title = params.title.replace("{call}", name);
            found.push(
                Diagnostic::new(&meta, title, primary, key)
                    .with_note(format!("calls `{}`", call.path))
                    .with_help(params.remedy.clone()),
            );
        }
    }
    found
}

/// Whether the arguments of a call are what they must be to count.
fn counts(
    cx: &Context<'_>,
    worthy: &Worthy<'_, '_>,
    call: &Call,
    key: BodyKey,
    expr: &Expr,
) -> bool {
    let body: &Body = &cx.program[key].body;
    let args = expr.args();
    let is = match (call.argument, call.is) {
        (Some(at), Some(is)) => {
            let is_so = |it: &ExprId| is_so(body, *it, is) || is_worth(worthy, (key, *it), is);
            args.get(at).is_some_and(is_so)
        }
        _ => true,
    };
    let typing = cx.values.typing(key);
    let of_request = call.of_request.is_none_or(|at| {
        args.get(at)
            .is_some_and(|it| is_of_request(cx, body, typing, *it))
    });
    is && of_request
}

fn is_so(body: &Body, id: ExprId, is: Is) -> bool {
    match (is, body.expr(id)) {
        (Is::True, Expr::Literal(Literal::Bool(it))) => *it,
        (Is::Boundless, Expr::Path(path)) => path.last().is_some_and(|it| it == *"MAX"),
        (Is::Boundless, Expr::Literal(Literal::Int(it))) => it.is_none_or(|it| it >= BOUNDLESS),
        (Is::Boundless, Expr::Cast { inner, .. }) => is_so(body, *inner, is),
        _ => false,
    }
}

/// Whether an argument is in any case what it must be, through constants and variables.
fn is_worth(worthy: &Worthy<'_, '_>, place: Place, is: Is) -> bool {
    let worths = worthy.of(place);
    let is_it = |it: &Worth| match (is, it) {
        (Is::True, Worth::Bool(it)) => *it,
        (Is::Boundless, Worth::Number(it)) => *it >= u128::from(BOUNDLESS.unsigned_abs()),
        (Is::Boundless, Worth::Item(path)) => path.as_str().ends_with("::MAX"),
        _ => false,
    };
    !worths.is_open && !worths.all.is_empty() && worths.all.iter().all(is_it)
}

/// Whether an expression is the body of a request: made by a method of one, or taken apart out of one.
fn is_of_request(cx: &Context<'_>, body: &Body, typing: &Typing, id: ExprId) -> bool {
    match body.expr(id) {
        Expr::MethodCall(call) => {
            is_request(cx, typing.ty(call.receiver))
                || is_of_request(cx, body, typing, call.receiver)
        }
        Expr::Path(_) => typing
            .local(id)
            .is_some_and(|it| is_bound_to_request(cx, body, typing, it)),
        _ => false,
    }
}

fn is_bound_to_request(cx: &Context<'_>, body: &Body, typing: &Typing, pat: PatId) -> bool {
    body.exprs().any(|(_, expr)| match expr {
        Expr::Block(block) => block.stmts.iter().any(|stmt| match stmt {
            Stmt::Let(stmt) => {
                let is_here = stmt.pat == pat
                    || matches!(body.pat(stmt.pat), Pat::Tuple(all) if all.contains(&pat));
                is_here
                    && stmt
                        .init
                        .is_some_and(|it| is_of_request(cx, body, typing, it))
            }
            Stmt::Expr(_) => false,
        }),
        _ => false,
    })
}

/// Whether a type is a request, by its model.
fn is_request(cx: &Context<'_>, ty: &Ty) -> bool {
    let Some(path) = ty.peel_refs().external_path() else {
        return false;
    };
    let models = cx.program.models;
    let role = models.type_(path).and_then(|it| it.role);
    let carries = models.extractor(path).map(|it| it.carries);
    role == Some(TypeRole::Request) || carries == Some(Carries::Request)
}
