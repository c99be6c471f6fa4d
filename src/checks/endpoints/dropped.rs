//! The check `dropped-check`: something was verified, and nobody looks at what came of it.
//!
//! Parameters: `also`, functions that check what a client sends without proving who it is, by their
//! paths. Those that verify credentials, compare with secrets or limit requests are known by their
//! models, with the outcome that counts.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::{Endpoints, toothless};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::facts::body::Literal;
use crate::facts::{Body, Expr, ExprId, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::models::Role;
use crate::models::roles::Outcome;
use crate::models::schema::Function;
use crate::program::{BodyKey, BodyOwner, FnId, Ty};
use crate::routes::endpoint::Status;
use crate::routes::purpose::words;
use crate::source::{Name, Span};
use crate::values::Callee;
use crate::values::around::Parents;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    also: Vec<String>,
}

/// Why a check does not count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// Nobody is told what came of it.
    Dropped,
    /// It is only asked whether it could be made, not whether it succeeded.
    OnlyMade,
    /// An error is taken for a success.
    ErrorPasses,
}

/// A check whose outcome is lost.
struct Found {
    key: BodyKey,
    /// The call.
    call: ExprId,
    /// The function's own name.
    name: Name,
    lost: Lost,
}

/// Finds checks that are made for nothing.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let program = cx.program;
    let is_meant = |it: &Function| is_check(&params, it);
    let functions = program.models.functions_of(program.crates_used(), is_meant);
    let paths = functions.iter().map(|it| it.as_str());
    let bodies = program.using(paths, true, |it| functions.contains(&it));
    let mut found = Vec::new();
    let mut wrappers: Vec<FnId> = Vec::new();
    for key in bodies.into_iter().filter(|it| cx.is_live(*it)) {
        if in_body(cx, key, &functions, &mut found)
            && let BodyOwner::Fn(id) = program[key].owner
            && is_wrapper(cx, id)
        {
            wrappers.push(id);
        }
    }
    for id in wrappers {
        let outcome = outcome_of(&program.fn_return(id));
        for (key, call) in cx.values.callers(id, |it| cx.is_live(it)) {
            let body = &program[key].body;
            let lost = outcome.and_then(|it| lost(body, &Parents::of(body), call, it));
            found.extend(lost.map(|lost| Found {
                key,
                call,
                name: program[id].name,
                lost,
            }));
        }
    }
    found.retain(|it| !is_for_show(cx, it));
    if found.is_empty() {
        return Vec::new();
    }
    let told = told_elsewhere(cx, endpoints);
    let span = |it: &Found| span_of(cx, it);
    found.sort_by_key(|it| span(it));
    found.dedup_by_key(|it| span(it));
    found.retain(|it| !told.iter().any(|told| covers(*told, span(it))));
    let meta = cx.meta(lint);
    found.iter().map(|it| it.diagnostic(cx, &meta)).collect()
}

impl Found {
    fn diagnostic(&self, cx: &Context<'_>, meta: &LintMeta) -> Diagnostic {
        let name = self.name;
        let (title, label, help) = match self.lost {
            Lost::Dropped => (
                format!("`{name}` checks something, and its result is dropped"),
                "nobody looks at what this says",
                "refuse where the check does not succeed: `?`, a `match`, or an `if` that returns",
            ),
            Lost::OnlyMade => (
                format!("a negative answer of `{name}` counts as a success"),
                "asks whether the check could be made, not what it says",
                "look at the value inside: `Ok(true)`, or `?` and then the truth value",
            ),
            Lost::ErrorPasses => (
                format!("an error of `{name}` counts as a success"),
                "whoever makes the check fail has passed it",
                "take an error for a refusal: `unwrap_or(false)`, or `?`",
            ),
        };
        let owner = match cx.program[self.key].owner {
            BodyOwner::Fn(id) => cx.program.fn_path(id),
            BodyOwner::Const(_) => "a constant".to_owned(),
        };
        let key = format!("{} {owner} {name}", meta.id);
        Diagnostic::new(meta, title, Label::new(span_of(cx, self), label), key).with_help(help)
    }
}

/// Whether a function's outcome is there to be looked at.
fn is_check(params: &Params, function: &Function) -> bool {
    let decides = match function.role {
        Role::Verifies | Role::ComparesSecret | Role::Limits => true,
        _ => params.also.iter().any(|it| function.path == **it),
    };
    decides && !matches!(function.on, None | Some(Outcome::Success))
}

/// Looks at the checks of a body; whether there are any.
fn in_body(
    cx: &Context<'_>,
    key: BodyKey,
    functions: &FxHashSet<Name>,
    found: &mut Vec<Found>,
) -> bool {
    let body = &cx.program[key].body;
    let typing = cx.values.typing(key);
    let mut parents = None;
    let mut any = false;
    // Methods have no other names.
    let is_method = |name: Name| functions.iter().any(|it| last(*it) == name.as_str());
    let mut methods: FxHashMap<Name, bool> = FxHashMap::default();
    for (call, expr) in body.exprs() {
        if let Expr::MethodCall(it) = expr
            && !*methods.entry(it.name).or_insert_with(|| is_method(it.name))
        {
            continue;
        }
        let called = called(cx, key, expr, typing.callees(call));
        let model = called.and_then(|it| cx.program.models.function(it));
        // A type's method may be one of a trait of its crate.
        let model = model.filter(|it| functions.contains(&it.path));
        let Some((model, outcome)) = model.and_then(|it| Some((it, it.on?))) else {
            continue;
        };
        any = true;
        let parents = parents.get_or_insert_with(|| Parents::of(body));
        let name = last(model.path);
        found.extend(lost(body, parents, call, outcome).map(|lost| Found {
            key,
            call,
            name: Name::new(name),
            lost,
        }));
    }
    any
}

fn last(path: Name) -> &'static str {
    path.as_str().rsplit("::").next().unwrap_or_default()
}

/// The library's function that a call reaches: by the type of what it is called on, or else by the trait that
/// is in scope.
fn called(cx: &Context<'_>, key: BodyKey, expr: &Expr, callees: &[Callee]) -> Option<Name> {
    let models = cx.program.models;
    let is_known = |it: &Callee| match it {
        Callee::External(path) => models.function(*path).is_some(),
        _ => true,
    };
    let known = callees.iter().find(|it| is_known(it));
    match (known, expr) {
        (Some(Callee::External(path)), _) => Some(*path),
        (None, Expr::MethodCall(call)) => {
            cx.program.trait_method(cx.program[key].module, call.name)
        }
        _ => None,
    }
}

/// Whether a function that makes such a check says by its name and its type that it is one itself.
fn is_wrapper(cx: &Context<'_>, id: FnId) -> bool {
    const VERBS: [&str; 9] = [
        "verify",
        "check",
        "validate",
        "authenticate",
        "authorize",
        "ensure",
        "require",
        "assert",
        "enforce",
    ];
    let named = words(cx.program[id].name.as_str());
    named.first().is_some_and(|it| VERBS.contains(&it.as_str()))
        && outcome_of(&cx.program.fn_return(id)).is_some()
}

/// Which outcome of a function that checks counts, by the type that it returns.
fn outcome_of(ty: &Ty) -> Option<Outcome> {
    let is_bool = |ty: &Ty| matches!(ty.peel_refs(), Ty::Primitive(name) if *name == *"bool");
    match ty.peel_refs() {
        Ty::Future(inner) => outcome_of(inner),
        ty if is_bool(ty) => Some(Outcome::True),
        Ty::External(path, args) if path.as_str().rsplit("::").next() == Some("Result") => {
            Some(match args.first().is_some_and(is_bool) {
                true => Outcome::OkTrue,
                false => Outcome::Ok,
            })
        }
        _ => None,
    }
}

/// What becomes of the outcome of a check, if it is lost.
fn lost(body: &Body, parents: &Parents, call: ExprId, outcome: Outcome) -> Option<Lost> {
    let (mut at, mut outcome) = (call, outcome);
    while let Some(parent) = parents.parent(at) {
        match body.expr(parent) {
            Expr::Await(_) => {}
            Expr::Try(_) => outcome = inside(outcome)?,
            Expr::MethodCall(step) if step.receiver == at => {
                match step.name.as_str() {
                    "unwrap" | "expect" => outcome = inside(outcome)?,
                    "map_err" | "inspect_err" | "context" | "with_context" | "wrap_err"
                    | "change_context" | "or_raise" | "instrument" | "boxed" => {}
                    "ok" => {
                        outcome = match outcome {
                            Outcome::Ok => Outcome::Some,
                            // What it says is still inside.
                            _ => return is_dropped(body, parents, parent).then_some(Lost::Dropped),
                        }
                    }
                    "is_ok" | "is_err" => match outcome {
                        Outcome::OkTrue | Outcome::OkSome => return Some(Lost::OnlyMade),
                        _ => outcome = Outcome::True,
                    },
                    "is_some" | "is_none" => outcome = Outcome::True,
                    "unwrap_or" => return error_passes(body, &step.args, outcome),
                    _ => return None,
                }
            }
            Expr::Unary { .. } | Expr::Ref { .. } => {}
            Expr::Let { pat, .. } => return only_made(body, &[*pat], outcome),
            Expr::Match { scrutinee, arms } if *scrutinee == at => {
                let pats: Vec<PatId> = arms.iter().map(|it| it.pat).collect();
                return only_made(body, &pats, outcome);
            }
            _ => break,
        }
        at = parent;
    }
    is_dropped(body, parents, at).then_some(Lost::Dropped)
}

/// What is left to look at once the error is dealt with; `None`: nothing, it has succeeded.
fn inside(outcome: Outcome) -> Option<Outcome> {
    match outcome {
        Outcome::OkTrue => Some(Outcome::True),
        Outcome::OkSome => Some(Outcome::Some),
        // A method of another value: not a result.
        Outcome::True | Outcome::False => Some(outcome),
        Outcome::Ok | Outcome::Some | Outcome::Success => None,
    }
}

/// `unwrap_or(true)` of a check that may say no.
fn error_passes(body: &Body, args: &[ExprId], outcome: Outcome) -> Option<Lost> {
    let [default] = args else { return None };
    let is_yes = matches!(body.expr(*default), Expr::Literal(Literal::Bool(true)));
    (outcome == Outcome::OkTrue && is_yes).then_some(Lost::ErrorPasses)
}

/// `Ok(_)` of a check that may say `Ok(false)`, where no other pattern looks inside.
fn only_made(body: &Body, pats: &[PatId], outcome: Outcome) -> Option<Lost> {
    if !matches!(outcome, Outcome::OkTrue | Outcome::OkSome) {
        return None;
    }
    let of_success = pats.iter().filter_map(|pat| match body.pat(*pat) {
        Pat::TupleStruct(path, inner) if path.last().is_some_and(|it| it == *"Ok") => {
            Some(&**inner)
        }
        _ => None,
    });
    let of_success: Vec<&[PatId]> = of_success.collect();
    let is_blind = |inner: &[PatId]| match inner {
        [only] => matches!(body.pat(*only), Pat::Wild),
        _ => false,
    };
    (!of_success.is_empty() && of_success.iter().all(|it| is_blind(it))).then_some(Lost::OnlyMade)
}

/// Whether the value of an expression is thrown away: a statement, `let _ = ..`, `drop(..)`, or a
/// variable that is never read and says so.
fn is_dropped(body: &Body, parents: &Parents, id: ExprId) -> bool {
    let Some(parent) = parents.parent(id) else {
        return false;
    };
    match body.expr(parent) {
        Expr::Block(block) => block.stmts.iter().any(|stmt| match stmt {
            Stmt::Expr(it) => *it == id,
            Stmt::Let(stmt) => {
                stmt.init == Some(id) && stmt.diverge.is_none() && {
                    match body.pat(stmt.pat) {
                        Pat::Wild => true,
                        Pat::Bind { name, .. } => {
                            name.as_str().starts_with('_') && !is_read(body, *name)
                        }
                        _ => false,
                    }
                }
            }
        }),
        Expr::Call { callee, args } => {
            let is_drop = matches!(body.expr(*callee), Expr::Path(path) if path.last().is_some_and(|it| it == *"drop"));
            is_drop && args.contains(&id)
        }
        _ => false,
    }
}

fn is_read(body: &Body, name: Name) -> bool {
    body.exprs().any(|(_, expr)| match expr {
        Expr::Path(path) => path.as_ident() == Some(name),
        // What stands in a macro is not known.
        Expr::Macro(_) => true,
        _ => false,
    })
}

/// Whether a check is made so that all answers take the same time, or in a test of the code's own: its outcome is
/// not meant to be looked at.
fn is_for_show(cx: &Context<'_>, found: &Found) -> bool {
    const WORDS: [&str; 10] = [
        "dummy",
        "fake",
        "decoy",
        "placeholder",
        "timing",
        "constant",
        "random",
        "burn",
        "warmup",
        "bench",
    ];
    let data = &cx.program[found.key];
    let text = cx.sources.slice(span_of(cx, found));
    let owner = match data.owner {
        BodyOwner::Fn(id) => cx.program[id].name.as_str(),
        BodyOwner::Const(_) => "",
    };
    let is_word = |text: &str| words(text).iter().any(|it| WORDS.contains(&it.as_str()));
    found.lost == Lost::Dropped
        && (is_word(text)
            || is_word(owner)
            || refuses_anyway(&data.body, &Parents::of(&data.body), found.call))
}

/// Whether a block around a call refuses whatever comes of it: `let _ = verify(..); return Err(..)`; those
/// within it end in nothing.
fn refuses_anyway(body: &Body, parents: &Parents, call: ExprId) -> bool {
    let range = body.expr_range(call);
    for at in parents.above(call) {
        let Expr::Block(block) = body.expr(at) else {
            continue;
        };
        let last = block.stmts.last().and_then(|stmt| match stmt {
            Stmt::Expr(id) => Some(*id),
            Stmt::Let(_) => None,
        });
        let Some(end) = block.tail.or(last) else {
            continue;
        };
        let leaves = block.tail.is_some() || matches!(body.expr(end), Expr::Return(_));
        if leaves && is_refusal(body, end) {
            return true;
        }
        if leaves && !body.expr_range(end).contains(range) {
            return false;
        }
    }
    false
}

fn is_refusal(body: &Body, id: ExprId) -> bool {
    match body.expr(id) {
        Expr::Return(Some(value)) => is_refusal(body, *value),
        Expr::Call { callee, .. } => {
            matches!(body.expr(*callee), Expr::Path(path) if path.last().is_some_and(|it| it == *"Err"))
        }
        Expr::Path(path) => path
            .last()
            .is_some_and(|it| it == *"None" || it.as_str() == "UNAUTHORIZED"),
        Expr::Literal(Literal::Bool(it)) => !*it,
        Expr::MethodCall(call) => is_refusal(body, call.receiver),
        Expr::Macro(call) => call
            .path
            .last()
            .is_some_and(|it| it == *"bail" || it == *"bail_out"),
        _ => false,
    }
}

/// The places of checks of which endpoints are found to be open: those findings say more.
fn told_elsewhere(cx: &Context<'_>, endpoints: &Endpoints<'_>) -> Vec<Span> {
    let optional = endpoints.all.iter().filter(|site| {
        let status = site.endpoint.protections.authentication.status;
        status == Status::Optional && super::unguarded::is_toothless(cx, site)
    });
    let of_auth = optional.filter_map(|site| Some(toothless::toothless(cx, site)?.span));
    let of_limits = endpoints.all.iter();
    let of_limits = of_limits.filter_map(|site| Some(toothless::void_limit(cx, site)?.span));
    of_auth.chain(of_limits).collect()
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.range.contains(inner.range)
}

fn span_of(cx: &Context<'_>, found: &Found) -> Span {
    let data = &cx.program[found.key];
    data.body.expr_range(found.call).in_file(data.file)
}
