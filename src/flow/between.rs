//! Which functions lie between a framework and a sink.
//!
//! Names say what may call what, for nothing; types say what does. So names bound how far types have
//! to be asked.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{responses, special};
use crate::facts::mentions::hash;
use crate::facts::{Body, Expr, ExprId, Mention};
use crate::models::exports::last_segment;
use crate::models::{Function, Role, SinkKind, Sinks, SourceKind};
use crate::program::methods::Candidate;
use crate::program::{BodyKey, BodyOwner, Container, Def, FnId, Program};
use crate::source::Name;
use crate::values::{Callee, Typing, Values};

/// Of a call that may reach more functions than this, nothing is believed.
const MAX_TARGETS: usize = 6;

/// Functions that frameworks call, and those from there to a sink.
pub(super) struct Between {
    /// Where it begins, sorted.
    pub(super) roots: Vec<FnId>,
    /// The roots and all that is called on the way.
    functions: FxHashSet<FnId>,
}

impl Between {
    /// What lies between roots and sinks of these kinds, where no more than so many calls do.
    pub(super) fn new(
        values: &Values<'_>,
        asked: Sinks,
        calls: usize,
        is_root: impl Fn(FnId) -> bool,
    ) -> Between {
        let program = values.program;
        let sinks = with_sinks(values, asked);
        let mut makers = FxHashMap::default();
        let by_name = by_name(program, &sinks, calls, &mut makers);
        let mut roots: Vec<FnId> = by_name.keys().copied().filter(|it| is_root(*it)).collect();
        roots.sort_unstable();

        let mut depths: FxHashMap<FnId, usize> = roots.iter().map(|it| (*it, 0)).collect();
        let mut callers: FxHashMap<FnId, Vec<FnId>> = FxHashMap::default();
        let mut level = roots.clone();
        for depth in 1..=calls {
            let is_near = |it: &FnId| {
                by_name
                    .get(it)
                    .is_some_and(|left| depth.saturating_add(*left) <= calls)
            };
            let called = level.par_iter().map(|id| {
                let mut all = calls_of(values, *id);
                all.extend(makers.get(id).into_iter().flatten());
                all.retain(is_near);
                (*id, all)
            });
            let called: Vec<(FnId, Vec<FnId>)> = called.collect();
            level.clear();
            for (caller, all) in called {
                for id in all {
                    callers.entry(id).or_default().push(caller);
                    depths.entry(id).or_insert_with(|| {
                        level.push(id);
                        depth
                    });
                }
            }
            if level.is_empty() {
                break;
            }
        }

        let mut level: Vec<FnId> = sinks
            .into_iter()
            .filter(|it| depths.contains_key(it))
            .collect();
        let mut functions: FxHashSet<FnId> = level.iter().copied().collect();
        let mut left = 0;
        while !level.is_empty() {
            left += 1;
            let above = level.iter().filter_map(|it| callers.get(it)).flatten();
            let above: Vec<FnId> = above.copied().collect();
            let is_near = |it: &FnId| depths.get(it).is_some_and(|depth| depth + left <= calls);
            level = above
                .into_iter()
                .filter(|it| is_near(it) && functions.insert(*it))
                .collect();
        }
        roots.retain(|it| functions.contains(it));
        Between { roots, functions }
    }

    /// Whether a function lies there.
    pub(super) fn has(&self, id: FnId) -> bool {
        self.functions.contains(&id)
    }
}

/// The functions that a function of the program calls, or names as values.
fn calls_of(values: &Values<'_>, id: FnId) -> Vec<FnId> {
    let program = values.program;
    let Some(key) = program[id].body else {
        return Vec::new();
    };
    let typing = values.typing(key);
    let mut found = Vec::new();
    for (at, expr) in program[key].body.exprs() {
        match expr {
            Expr::Call { args, .. } => {
                found.extend(targets(
                    program,
                    typing,
                    typing.callees(at),
                    args.first().copied(),
                ));
            }
            Expr::MethodCall(call) => {
                let receiver = Some(call.receiver);
                found.extend(targets(program, typing, typing.callees(at), receiver));
            }
            Expr::Path(_) => {
                if let Some(Callee::Fn(candidate)) = typing.defs(at).first() {
                    found.push(candidate.id);
                }
            }
            _ => {}
        }
    }
    found
}

/// The functions that a call may reach: of a trait's function, those that implement it; none, if
/// they are too many.
pub(super) fn targets(
    program: &Program,
    typing: &Typing,
    callees: &[Callee],
    receiver: Option<ExprId>,
) -> Vec<FnId> {
    let mut found: Vec<FnId> = Vec::new();
    let mut add = |id: FnId| {
        if !found.contains(&id) {
            found.push(id);
        }
    };
    for callee in callees {
        let Callee::Fn(Candidate { id, .. }) = callee else {
            continue;
        };
        let def = &program[*id];
        let Container::Trait(of) = def.container else {
            add(*id);
            continue;
        };
        let impls = program.impls_of(Def::Trait(of));
        let own = receiver.map(|it| program.find_methods(typing.ty(it).peel_refs(), def.name));
        let own = own.into_iter().flatten().map(|it| it.id);
        let own: Vec<FnId> = own.filter(|it| program[*it].body.is_some()).collect();
        if !own.is_empty() && own.len() < impls.len().max(1) {
            own.into_iter().for_each(&mut add);
            continue;
        }
        let mut implemented = false;
        for id in impls {
            let fns = program[*id].fns.iter().copied();
            for id in fns.filter(|it| program[*it].name == def.name && !program[*it].is_test) {
                implemented = true;
                add(id);
            }
        }
        if def.body.is_some() || !implemented {
            add(*id);
        }
    }
    if found.len() > MAX_TARGETS {
        found.clear();
    }
    found
}

/// The functions whose bodies hold a sink.
fn with_sinks(values: &Values<'_>, asked: Sinks) -> Vec<FnId> {
    let program = values.program;
    let is_sink = |it: &Function| {
        it.all_sinks().any(|(kind, _)| asked.has(kind))
            || it.sink_of_self.is_some_and(|kind| asked.has(kind))
    };
    let mut found: Vec<FnId> = owners(program, calling(values, is_sink));
    if asked.has(SinkKind::Log) {
        let macros = program
            .models
            .macros_of(program.crates_used(), |it| it.role == Role::Logs);
        let names = macros.iter().map(|it| last_segment(it.as_str()));
        let hashes = names.flat_map(|it| program.hashes_of(Name::new(it), &[Mention::Macro]));
        found.extend(owners(program, program.mentioning(&hashes.collect())));
    }
    found.extend(owners(program, special::bodies(values, asked)));
    for [first, second] in special::mentions(asked) {
        let hashes = first.iter().map(|(how, name)| hash(*how, name));
        let mut bodies = program.mentioning(&hashes.collect());
        // What is mentioned goes by hashes, and two names may have one.
        let has = |names: &[(Mention, &str)], body: &Body| {
            writes(body, |it| names.iter().any(|(_, name)| it == *name))
        };
        bodies.retain(|key| {
            let body = &program[*key].body;
            let is_mentioned = |(how, name): &(Mention, &str)| body.mentions().has(*how, name);
            second.iter().any(is_mentioned) && has(first, body) && has(second, body)
        });
        found.extend(owners(program, bodies));
    }
    found
}

/// The functions in whose bodies data comes in from such sources, by functions of libraries.
pub(super) fn with_sources(values: &Values<'_>, kinds: &[SourceKind]) -> FxHashSet<FnId> {
    let program = values.program;
    let is_source = |it: &Function| {
        let is_asked = |it| it == SourceKind::Request || kinds.contains(&it);
        it.source.is_some_and(is_asked)
    };
    owners(program, calling(values, is_source))
        .into_iter()
        .collect()
}

/// The bodies that call a function of a library that is meant.
fn calling(values: &Values<'_>, is_meant: impl Fn(&Function) -> bool) -> Vec<BodyKey> {
    let program = values.program;
    let functions = program.models.functions_of(program.crates_used(), is_meant);
    let paths = functions.iter().map(|it| it.as_str());
    let bodies = program.using(paths, true, |it| functions.contains(&it));
    // `pool.execute(..)` is the function of a trait.
    let is_one = |path: Name| {
        let model = program.models.function(path);
        model.is_some_and(|it| functions.contains(&it.path))
    };
    let calls = |key: &BodyKey| {
        let typing = values.typing(*key);
        let mut exprs = program[*key].body.exprs();
        exprs.any(|(id, expr)| {
            matches!(expr, Expr::Call { .. } | Expr::MethodCall(_))
                && typing.external(id).is_some_and(is_one)
        })
    };
    bodies.into_par_iter().filter(calls).collect()
}

/// How many calls away from sinks functions are, at the least, going by what their bodies mention.
/// Whoever makes a value of which one of them makes a response (noted in `makers`) calls that.
fn by_name(
    program: &Program,
    sinks: &[FnId],
    calls: usize,
    makers: &mut FxHashMap<FnId, Vec<FnId>>,
) -> FxHashMap<FnId, usize> {
    let mut found: FxHashMap<FnId, usize> = sinks.iter().map(|it| (*it, 0)).collect();
    let mut open = sinks.to_vec();
    let mut left = 0;
    while !open.is_empty() && left < calls {
        left += 1;
        let mut callers = callers_by_name(program, &open, |it| !found.contains_key(&it));
        for (maker, responders) in responses::makers(program, &open) {
            if !found.contains_key(&maker) && !callers.contains(&maker) {
                callers.push(maker);
            }
            makers.entry(maker).or_default().extend(responders);
        }
        found.extend(callers.iter().map(|it| (*it, left)));
        open = callers;
    }
    found
}

/// The functions in which something that is called or named is called like one of others.
fn callers_by_name(
    program: &Program,
    called: &[FnId],
    is_meant: impl Fn(FnId) -> bool + Sync,
) -> Vec<FnId> {
    let hashes = called.iter().flat_map(|it| program.hashes_of_fn(*it));
    let mut callers = owners(program, program.mentioning(&hashes.collect()));
    callers.retain(|it| is_meant(*it));
    let names: FxHashSet<Name> = called.iter().map(|it| program[*it].name).collect();
    let names: FxHashSet<Name> = names
        .into_iter()
        .flat_map(|it| program.spelled(it))
        .collect();
    let calls = |id: &FnId| {
        let body = program[*id].body;
        body.is_some_and(|it| writes(&program[it].body, |it| names.contains(&it)))
    };
    callers.into_par_iter().filter(calls).collect()
}

/// Whether one of some names stands in a body: that of a method, or the last of a path.
fn writes(body: &Body, is_meant: impl Fn(Name) -> bool) -> bool {
    body.exprs().any(|(_, expr)| match expr {
        Expr::MethodCall(call) => is_meant(call.name),
        Expr::Path(path) => path.last().is_some_and(&is_meant),
        _ => false,
    })
}

fn owners(program: &Program, bodies: Vec<BodyKey>) -> Vec<FnId> {
    let fns = bodies.into_iter().filter_map(|it| match program[it].owner {
        BodyOwner::Fn(id) => Some(id),
        BodyOwner::Const(_) => None,
    });
    fns.filter(|it| !program[*it].is_test).collect()
}
