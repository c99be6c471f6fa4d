//! Implementations of a library's trait that is there to refuse, and that only ever succeed.

use rustc_hash::FxHashSet;

use super::uses::Use;
use crate::checks::Context;
use crate::facts::body::Literal;
use crate::facts::{Body, Expr, ExprId, Mention};
use crate::models::HazardKind;
use crate::program::{AdtId, BodyKey, Def, ImplId, Ty};
use crate::source::Name;
use crate::values::Callee;
use crate::values::making::Place;

/// Those of the program, with where values of their types are made.
pub(super) fn find<'m>(cx: &Context<'m>, asked: &FxHashSet<HazardKind>) -> Vec<Use<'m>> {
    let program = cx.program;
    let models = program.models;
    let meant = models.hazards_of(program.crates_used(), |it| {
        it.accepts && asked.contains(&it.kind)
    });
    let mut meant: Vec<Name> = meant.into_iter().collect();
    meant.sort_unstable_by_key(|it| it.as_str());
    let mut found = Vec::new();
    for path in meant {
        let Some((of, function)) = path.as_str().rsplit_once("::") else {
            continue;
        };
        for id in program.impls_of(Def::External(Name::new(of))) {
            let mut functions = program[*id].fns.iter().copied();
            let named = functions.find(|it| program[*it].name == function);
            let Some(key) = named.and_then(|it| program[it].body) else {
                continue;
            };
            let name = named.map(|it| program[it].name_span());
            let hazards = models.hazards(path).into_iter();
            let hazard = hazards.into_iter().find(|it| asked.contains(&it.kind));
            let says_true = hazard.is_some_and(|it| it.is.iter().any(|it| *it == "true"));
            if !cx.is_live(key) || !only_succeeds(cx, key, says_true) {
                continue;
            }
            if let (Some(hazard), Some(span)) = (hazard, name) {
                found.push(Use {
                    hazard,
                    place: (key, program[key].body.root),
                    argument: None,
                    span,
                    made_at: made_at(cx, *id),
                });
            }
        }
    }
    found
}

/// Macros that end a function in another way than by its value, or may hide how.
const REFUSING: [&str; 9] = [
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "unreachable",
    "todo",
    "unimplemented",
    "ensure",
    "bail",
];

/// Whether a body only ever gives `Ok(..)` or, if that is what counts, `Ok(true)`, and asks nobody else.
/// What it does on the way, under whatever condition, does not matter.
fn only_succeeds(cx: &Context<'_>, key: BodyKey, says_true: bool) -> bool {
    let body = &cx.program[key].body;
    if body.problem.is_some() {
        return false;
    }
    let typing = cx.values.typing(key);
    let asks = body.exprs().any(|(id, expr)| match expr {
        Expr::Try(_) | Expr::Await(_) => true,
        Expr::Macro(call) => {
            let name = call.path.last();
            name.is_some_and(|it| REFUSING.contains(&it.as_str()))
        }
        // `self.inner.verify_server_cert(..)`.
        Expr::MethodCall(call) => call.name.as_str().starts_with("verify"),
        Expr::Call { callee, .. } => {
            let is_err = matches!(body.expr(*callee), Expr::Path(path)
                if path.last().is_some_and(|it| it == "Err"));
            is_err || matches!(typing.callees(id).first(), Some(Callee::Fn(_)))
        }
        _ => false,
    });
    let returned = body.exprs().filter_map(|it| match it.1 {
        Expr::Return(Some(value)) => Some(*value),
        _ => None,
    });
    !asks
        && returned
            .chain([body.root])
            .all(|it| succeeds(body, it, says_true))
}

fn succeeds(body: &Body, id: ExprId, says_true: bool) -> bool {
    match body.expr(id) {
        Expr::Block(block) => match block.tail {
            Some(tail) => succeeds(body, tail, says_true),
            None => matches!(block.stmts.last(), Some(crate::facts::Stmt::Expr(it))
                if matches!(body.expr(*it), Expr::Return(_))),
        },
        Expr::Call { callee, args } => {
            let Expr::Path(path) = body.expr(*callee) else {
                return false;
            };
            match (path.last().map_or("", |it| it.as_str()), &**args) {
                ("Ok", [value]) => !says_true || is_true(body, *value),
                ("ready", [value]) => succeeds(body, *value, says_true),
                _ => false,
            }
        }
        Expr::Return(Some(value)) => succeeds(body, *value, says_true),
        _ => false,
    }
}

/// `true`, or the last of several that are handed back together.
fn is_true(body: &Body, id: ExprId) -> bool {
    match body.expr(id) {
        Expr::Literal(Literal::Bool(it)) => *it,
        Expr::Tuple(all) => all.last().is_some_and(|it| is_true(body, *it)),
        _ => false,
    }
}

/// Where values of the type of an impl are made, in code that is no test.
fn made_at(cx: &Context<'_>, id: ImplId) -> Vec<Place> {
    let program = cx.program;
    let Ty::Adt(adt, _) = program.impl_self_ty(id).into_owned() else {
        return Vec::new();
    };
    let name = program[adt].name;
    let hashes = program.hashes_of(name, &Mention::IN_PATH).collect();
    let bodies = program.mentioning(&hashes);
    let live = bodies.into_iter().filter(|it| cx.is_live(*it));
    live.flat_map(|key| made_in(cx, key, adt)).collect()
}

fn made_in(cx: &Context<'_>, key: BodyKey, adt: AdtId) -> Vec<Place> {
    let body = &cx.program[key].body;
    let typing = cx.values.typing(key);
    let is_it = |id| matches!(typing.ty(id), Ty::Adt(made, _) if *made == adt);
    let made = body.exprs().filter(|(id, expr)| match expr {
        Expr::Path(_) => typing.local(*id).is_none() && is_it(*id),
        Expr::Struct(_) | Expr::Call { .. } => is_it(*id),
        _ => false,
    });
    made.map(|(id, _)| (key, id)).collect()
}
