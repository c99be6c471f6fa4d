//! Whether a program goes by what browsers send by themselves: cookies, and sessions in cookies.

use rustc_hash::FxHashSet;

use crate::checks::Context;
use crate::facts::Expr;
use crate::models::roles::{Carries, Proves};
use crate::models::{Role, TypeRole};
use crate::program::{BodyKey, ModuleId, Ty};
use crate::source::{Name, Span};
use crate::values::Callee;

/// Last names of functions that give a cookie or what is kept under one.
const READS: [&str; 6] = [
    "cookie",
    "cookies",
    "session",
    "session_mut",
    "get_session",
    "get_identity",
];

/// Words that stand in the names of the types that hold such things.
const WORDS: [&str; 3] = ["Cookie", "Session", "Identity"];

/// Where the program reads a cookie or a session, if it does.
pub(super) fn read(cx: &Context<'_>) -> Option<Span> {
    in_signatures(cx).or_else(|| in_bodies(cx))
}

/// A parameter that is a cookie jar, a session, or who has signed in.
fn in_signatures(cx: &Context<'_>) -> Option<Span> {
    cx.program.fn_ids().find_map(|(id, def)| {
        if def.is_test || is_none_of_ours(cx, def.module) {
            return None;
        }
        def.sig.params.iter().find_map(|param| {
            let span = param.ty_range.in_file(def.file);
            let text = cx.sources.slice(span);
            if !WORDS.iter().any(|it| text.contains(it)) {
                return None;
            }
            let ty = cx.program.lower_ty(&cx.program.fn_scope(id), &param.ty);
            holds(cx, &ty).then_some(span)
        })
    })
}

/// Whether a type is, or holds, a cookie jar, a session, or who has signed in.
pub(super) fn holds(cx: &Context<'_>, ty: &Ty) -> bool {
    let Ty::External(path, args) = ty.peel_refs() else {
        return false;
    };
    let models = cx.program.models;
    let role = models.type_(*path).and_then(|it| it.role);
    let is_kept = role.is_some_and(|it| matches!(it, TypeRole::Cookies | TypeRole::Session));
    let is_session = models.extractor(*path).is_some_and(|it| {
        let of_session = matches!(it.carries, Carries::Cookies | Carries::Session);
        of_session || it.carries == Carries::Identity && it.proves == Proves::Session
    });
    is_kept || is_session || args.iter().any(|it| holds(cx, it))
}

/// A call that reads one.
fn in_bodies(cx: &Context<'_>) -> Option<Span> {
    let wanted = reading(cx);
    let paths = wanted.iter().map(|it| it.as_str());
    let bodies = cx.program.using(paths, true, |path| wanted.contains(&path));
    bodies.into_iter().find_map(|key| reads(cx, key, &wanted))
}

/// Whether a body calls something that reads one, or asks a jar or session for something.
pub(super) fn read_in(cx: &Context<'_>, key: BodyKey) -> bool {
    let typing = cx.values.typing(key);
    let mut exprs = cx.program[key].body.exprs();
    let asks = exprs.any(|(_, expr)| match expr {
        Expr::MethodCall(call) => holds(cx, typing.ty(call.receiver)),
        _ => false,
    });
    asks || reads(cx, key, &reading(cx)).is_some()
}

/// What reads one: functions, and filters and guards that are called by their names.
fn reading(cx: &Context<'_>) -> FxHashSet<Name> {
    let crates = cx.program.crates_used();
    let models = cx.program.models;
    let functions = models.functions_of(crates.iter().copied(), |it| {
        let last = it.path.as_str().rsplit("::").next().unwrap_or_default();
        let reads = [
            Role::CredentialSource,
            Role::SessionSource,
            Role::IdentitySource,
            Role::RequestSource,
            Role::Noop,
        ];
        reads.contains(&it.role) && READS.contains(&last)
    });
    let filters = models.extractors_of(crates, |it| it.carries == Carries::Cookies);
    functions.into_iter().chain(filters).collect()
}

fn reads(cx: &Context<'_>, key: BodyKey, wanted: &FxHashSet<Name>) -> Option<Span> {
    let data = &cx.program[key];
    if is_none_of_ours(cx, data.module) {
        return None;
    }
    let typing = cx.values.typing(key);
    let mut exprs = data.body.exprs();
    exprs.find_map(|(id, _)| {
        let is_meant = |it: &Callee| matches!(it, Callee::External(path) if wanted.contains(path));
        let found = typing.callees(id).iter().any(is_meant);
        found.then(|| data.body.expr_range(id).in_file(data.file))
    })
}

/// Whether a module is not the service's: left out, or a library's that the models speak of, of which
/// the sources are there.
fn is_none_of_ours(cx: &Context<'_>, module: ModuleId) -> bool {
    let krate = &cx.program[cx.program[module].krate];
    cx.is_left_out(module) || cx.program.models.crate_known(krate.name.as_str())
}
