//! Data flow: what of the outside comes to places where it can do harm.
//!
//! Each function is walked through once, in order ([`walk`]), with its parameters standing for
//! whatever a caller hands in; what comes of that is its [summary], and a call is its
//! summary with the arguments filled in. Only functions are looked at that may lead to a sink, or
//! that are handed something of the outside by one that may.

mod calls;
mod guards;
mod library;
mod macros;
mod sources;
mod special;
mod summary;
mod taint;
mod types;
mod walk;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::facts::mentions::hash;
use crate::facts::{Expr, Mention};
use crate::models::exports::last_segment;
use crate::models::{Function, Role, SinkKind, Sinks};
use crate::program::{BodyKey, BodyOwner, FnId, Program};
use crate::routes::{HandlerTarget, Inventory};
use crate::source::{Name, SourceMap};
use crate::values::Values;

pub use summary::{Flow, Sink};
pub use taint::{Source, Step};

use summary::Summaries;

/// How many functions are looked at together: what is found out of those that they call serves all.
const ROOTS_AT_ONCE: usize = 192;

/// The flows of a program into sinks of these kinds, in the order of the sinks. `is_meant` says which
/// functions are reported on.
pub fn flows(
    values: &Values<'_>,
    sources: &SourceMap,
    inventory: &Inventory,
    asked: Sinks,
    is_meant: impl Fn(BodyKey) -> bool,
) -> Vec<Flow> {
    let program = values.program;
    let handlers = handlers(inventory);
    let relevant = leading_to(values, asked);
    // Whatever comes in comes in by a parameter that a framework fills.
    let carriers = carriers(program);
    let is_root = |id: &FnId| {
        let def = &program[*id];
        let is_given = || handlers.contains(id) || is_given(program, *id, &carriers);
        !def.is_test && def.body.is_some_and(&is_meant) && is_given()
    };
    let mut roots: Vec<FnId> = relevant.iter().copied().filter(is_root).collect();
    roots.sort_unstable();
    // First as if what leads to no sink passed on all that it is handed: most functions need no
    // second look, and what those call need not be read.
    let rough = |part: &[FnId]| {
        let rough = Summaries::new(values, sources, asked, &handlers, &relevant, false);
        for id in part {
            rough.of(*id);
        }
        rough.met.into_inner()
    };
    let parts = roots.par_chunks(ROOTS_AT_ONCE).map(rough);
    let parts: Vec<Vec<FnId>> = parts.collect();
    let mut met = parts.concat();
    met.sort_unstable();
    met.dedup();
    let exact = Summaries::new(values, sources, asked, &handlers, &relevant, true);
    for id in met {
        exact.of(id);
    }
    let mut flows = exact.flows.into_inner();
    flows.retain(|it| program[it.sink.within].body.is_some_and(&is_meant));
    flows.sort_by_key(|it| (it.sink.span, it.sink.kind, it.source.span));
    flows
}

/// Functions that a framework calls.
fn handlers(inventory: &Inventory) -> FxHashSet<FnId> {
    let targets = inventory.endpoints.iter().map(|it| it.handler.target);
    let fns = targets.filter_map(|it| match it {
        HandlerTarget::Fn(id) => Some(id),
        _ => None,
    });
    fns.collect()
}

/// The last names of types that hold a request or a part of one.
fn carriers(program: &Program) -> FxHashSet<Name> {
    let extractors = program
        .models
        .extractors_of(program.crates_used(), |_| true);
    let names = extractors.iter().map(|it| last_segment(it.as_str()));
    let requests = ["Request", "HttpRequest", "ServiceRequest"];
    names.chain(requests).map(Name::new).collect()
}

/// Whether a parameter of a function is of such a type, by what is written.
fn is_given(program: &Program, id: FnId, carriers: &FxHashSet<Name>) -> bool {
    let params = &program[id].sig.params;
    params.iter().any(|it| {
        let path = it.ty.peel_refs().as_path();
        let name = path.and_then(|it| it.last());
        name.is_some_and(|it| carriers.contains(&it) && it != "String")
    })
}

/// The functions that may lead to a sink: those whose bodies mention one, and whoever mentions those.
fn leading_to(values: &Values<'_>, asked: Sinks) -> FxHashSet<FnId> {
    let program = values.program;
    let is_sink = |it: &Function| {
        it.all_sinks().any(|(kind, _)| asked.has(kind))
            || it.sink_of_self.is_some_and(|kind| asked.has(kind))
    };
    let functions = program.models.functions_of(program.crates_used(), is_sink);
    let paths = functions.iter().map(|it| it.as_str());
    let bodies = program.using(paths, true, |it| functions.contains(&it));
    let calls = |key: &BodyKey| {
        let typing = values.typing(*key);
        let mut exprs = program[*key].body.exprs();
        exprs.any(|(id, expr)| {
            matches!(expr, Expr::Call { .. } | Expr::MethodCall(_))
                && typing
                    .external(id)
                    .is_some_and(|it| functions.contains(&it))
        })
    };
    let bodies: Vec<BodyKey> = bodies.into_par_iter().filter(calls).collect();
    let mut open: Vec<FnId> = owners(program, bodies);
    if asked.has(SinkKind::Log) {
        let macros = program
            .models
            .macros_of(program.crates_used(), |it| it.role == Role::Logs);
        let names = macros.iter().map(|it| last_segment(it.as_str()));
        let hashes = names.flat_map(|it| program.hashes_of(Name::new(it), &[Mention::Macro]));
        open.extend(owners(program, program.mentioning(&hashes.collect())));
    }
    for [first, second] in special::mentions(asked) {
        let hashes = first.iter().map(|(how, name)| hash(*how, name));
        let mut bodies = program.mentioning(&hashes.collect());
        bodies.retain(|key| {
            let mentions = program[*key].body.mentions();
            second.iter().any(|(how, name)| mentions.has(*how, name))
        });
        open.extend(owners(program, bodies));
    }
    let mut found: FxHashSet<FnId> = open.iter().copied().collect();
    while !open.is_empty() {
        let hashes = open.iter().flat_map(|it| program.hashes_of_fn(*it));
        let callers = owners(program, program.mentioning(&hashes.collect()));
        open = callers.into_iter().filter(|it| found.insert(*it)).collect();
    }
    found
}

fn owners(program: &Program, bodies: Vec<BodyKey>) -> Vec<FnId> {
    let fns = bodies.into_iter().filter_map(|it| match program[it].owner {
        BodyOwner::Fn(id) => Some(id),
        BodyOwner::Const(_) => None,
    });
    fns.filter(|it| !program[*it].is_test).collect()
}

/// Whether a crate is a web framework.
fn is_framework(krate: &str) -> bool {
    const FRAMEWORKS: [&str; 17] = [
        "axum",
        "axum_extra",
        "actix_web",
        "actix_multipart",
        "actix_files",
        "rocket",
        "warp",
        "poem",
        "poem_openapi",
        "salvo",
        "tonic",
        "hyper",
        "ntex",
        "tide",
        "gotham",
        "viz",
        "dropshot",
    ];
    FRAMEWORKS.contains(&krate)
}

/// A path as people write it: the last two segments.
fn shown(path: Name) -> String {
    let mut parts: Vec<&str> = path.as_str().rsplit("::").take(2).collect();
    parts.reverse();
    parts.join("::")
}
