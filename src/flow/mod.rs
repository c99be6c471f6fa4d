//! Data flow: what of the outside comes to places where it can do harm.
//!
//! Each function is walked through once, in order ([`walk`]), with its parameters standing for
//! whatever a caller hands in; what comes of that is its [summary], and a call is its
//! summary with the arguments filled in. Only functions are looked at that lie [`between`] a framework
//! and a sink, or that are handed something of the outside by one that does.

mod between;
mod calls;
mod channels;
mod env;
mod givers;
mod guards;
mod hints;
mod library;
mod loops;
mod macros;
mod near;
mod pages;
mod passes;
mod predicates;
mod responses;
pub(crate) mod secrets;
mod sources;
mod special;
mod stored;
mod summary;
mod taint;
mod typemaps;
mod types;
mod verdicts;
mod walk;
pub(crate) mod whole;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::facts::ExprId;
use crate::models::exports::last_segment;
use crate::models::roles::Carries;
use crate::models::{Sinks, SourceKind};
use crate::program::{BodyKey, FnId, Program};
use crate::routes::{HandlerTarget, Inventory};
use crate::source::{Name, SourceMap};
use crate::values::Values;

pub use secrets::SecretNames;
pub use summary::{Flow, Sink};
pub use taint::{Source, Step};

use between::Between;
use givers::Givers;
use sources::is_of_request;
use summary::{Looks, Summaries};

/// How many functions are looked at together: what is found out of those that they call serves all.
const ROOTS_AT_ONCE: usize = 192;
/// As [`ROOTS_AT_ONCE`], where those that they call are looked into, too.
const MET_AT_ONCE: usize = 8;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The kinds of sink.
    pub sinks: Sinks,
    /// The kinds of source besides requests, which are always meant.
    pub sources: Vec<SourceKind>,
    /// Through how many calls data may come to a sink.
    pub calls: usize,
    /// What tells secrets, if those are followed, and nothing that is sent.
    pub secrets: Option<SecretNames>,
}

/// The flows of a program that are asked for, in the order of the sinks. `is_meant` says which functions are
/// reported on.
pub fn flows(
    values: &Values<'_>,
    sources: &SourceMap,
    inventory: &Inventory,
    asked: &Asked,
    is_meant: impl Fn(BodyKey) -> bool + Sync,
) -> Vec<Flow> {
    let Asked {
        sinks: asked,
        sources: kinds,
        calls,
        secrets,
    } = asked;
    let (asked, calls, secrets) = (*asked, *calls, *secrets);
    let program = values.program;
    let handlers = handlers(inventory);
    let closures = closures(inventory);
    let mut givers = Givers::default();
    let between = match secrets {
        Some(names) => Between::of_secrets(values, (asked, calls), names, &is_meant),
        None => {
            let with_closures: FxHashSet<BodyKey> = closures.iter().map(|it| it.0).collect();
            // Whatever comes in comes in by a parameter that a framework fills.
            let carriers = carriers(program);
            let others = between::with_sources(values, kinds);
            givers = Givers::new(values, &others);
            Between::new(values, asked, calls, |id| {
                let def = &program[id];
                let holds_handler = || def.body.is_some_and(|it| with_closures.contains(&it));
                let is_given = || {
                    handlers.contains(&id)
                        || others.contains(&id)
                        || givers.takes(id)
                        || holds_handler()
                        || is_given(program, id, &carriers)
                };
                !def.is_test && def.body.is_some_and(&is_meant) && is_given()
            })
        }
    };
    let about = |looks: Looks| {
        let called = (&handlers, &closures);
        let (asked, between) = ((asked, kinds.as_slice()), (&between, &givers));
        Summaries::new(values, sources, asked, called, between, (looks, secrets))
    };
    // First as if what leads to no sink passed on all that it is handed: most functions need no
    // second look, and what those call need not be read.
    let rough = |part: &[FnId]| {
        let rough = about(Looks::Roughly);
        for id in part {
            rough.of(*id);
        }
        rough.met.into_inner()
    };
    let parts = between.roots.par_chunks(ROOTS_AT_ONCE).map(rough);
    let parts: Vec<Vec<FnId>> = parts.collect();
    let mut met = parts.concat();
    met.sort_unstable();
    met.dedup();
    let exact = |part: &[FnId]| {
        let exact = about(Looks::Exactly);
        for id in part {
            exact.of(*id);
        }
        exact.flows.into_inner()
    };
    let parts: Vec<Vec<Flow>> = met.par_chunks(MET_AT_ONCE).map(exact).collect();
    let mut flows = parts.concat();
    flows.retain(|it| program[it.sink.within].body.is_some_and(&is_meant));
    // Of the ways from one place to another, the shortest.
    flows.sort_by_key(|it| (it.sink.span, it.sink.kind, it.source.span, it.calls()));
    flows.dedup_by_key(|it| (it.sink.span, it.sink.kind, it.source.span));
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

/// Closures that a framework calls.
fn closures(inventory: &Inventory) -> FxHashSet<(BodyKey, ExprId)> {
    let targets = inventory.endpoints.iter().map(|it| it.handler.target);
    let closures = targets.filter_map(|it| match it {
        HandlerTarget::Closure(key, id) => Some((key, id)),
        _ => None,
    });
    closures.collect()
}

/// The last names of types that hold a request or a part of one.
fn carriers(program: &Program) -> FxHashSet<Name> {
    let extractors = program.models.extractors_of(program.crates_used(), |it| {
        it.wraps || it.carries == Carries::Other || is_of_request(it.carries)
    });
    let names = extractors.iter().map(|it| last_segment(it.as_str()));
    let requests = ["Request", "HttpRequest", "ServiceRequest"];
    let names = names.chain(requests).map(Name::new);
    // Whatever imports call them.
    names.flat_map(|it| program.spelled(it)).collect()
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

/// Whether a crate is a web framework.
pub(crate) fn is_framework(krate: &str) -> bool {
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
