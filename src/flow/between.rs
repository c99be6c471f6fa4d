//! Which functions lie between a framework and a sink.
//!
//! Names say what may call what, for nothing; types say what does. So names bound how far types have
//! to be asked.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::hints::Hints;
use super::near::Near;
use super::secrets::{SecretNames, instrument};
use super::special;
use super::whole::{gives_text, may_fill};
use crate::facts::mentions::hash;
use crate::facts::{Body, Expr, ExprId, Mention};
use crate::models::exports::last_segment;
use crate::models::{Function, SinkKind, Sinks, SourceKind};
use crate::program::methods::Candidate;
use crate::program::{BodyKey, BodyOwner, Container, Def, FnId, Program};
use crate::source::Name;
use crate::values::shown::mentions_of_logs;
use crate::values::{Callee, Typing, Values};

/// Of a call that may reach more functions than this, nothing is believed.
const MAX_TARGETS: usize = 6;

/// Of a function that more bodies mention than this, it is not asked whether it gives a secret.
const MAX_ASKING: usize = 24;

/// Functions that frameworks call, and those from there to a sink.
pub(super) struct Between {
    /// Where it begins, sorted.
    pub(super) roots: Vec<FnId>,
    /// The roots and all that is called on the way.
    functions: FxHashSet<FnId>,
    /// What is known where secrets are followed.
    secrets: OfSecrets,
}

/// What lies between the names of secrets and sinks.
#[derive(Default)]
struct OfSecrets {
    /// How many calls functions are away from a sink, at the least.
    left: FxHashMap<FnId, usize>,
    /// Through how many calls secrets are followed.
    calls: usize,
}

impl Between {
    /// What lies between roots and sinks of these kinds, where no more than so many calls do.
    pub(super) fn new(
        values: &Values<'_>,
        asked: Sinks,
        calls: usize,
        is_root: impl Fn(FnId) -> bool + Sync,
    ) -> Between {
        let program = values.program;
        let sinks = with_sinks(values, asked);
        let near = Near::new(program, &sinks, calls);
        let is_root = |it: &FnId| is_root(*it) && near.is_within(*it, calls);
        let all: Vec<FnId> = program.fn_ids().map(|it| it.0).collect();
        let mut roots: Vec<FnId> = all.into_par_iter().filter(is_root).collect();
        roots.sort_unstable();

        let mut depths: FxHashMap<FnId, usize> = roots.iter().map(|it| (*it, 0)).collect();
        let mut callers: FxHashMap<FnId, Vec<FnId>> = FxHashMap::default();
        let mut level = roots.clone();
        for depth in 1..=calls {
            let called = level.par_iter().map(|id| {
                let mut all = calls_of(values, *id);
                all.extend(near.responders(*id));
                all.retain(|it| near.is_within(*it, calls - depth));
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
        Between {
            roots,
            functions,
            secrets: OfSecrets::default(),
        }
    }

    /// What lies between functions that may name a secret and sinks of these kinds, where no more than so many
    /// calls do.
    pub(super) fn of_secrets(
        values: &Values<'_>,
        (asked, calls): (Sinks, usize),
        names: SecretNames,
        is_meant: impl Fn(BodyKey) -> bool + Sync,
    ) -> Between {
        let program = values.program;
        let mut left: FxHashMap<FnId, usize> = FxHashMap::default();
        let mut open = with_sinks(values, asked);
        left.extend(open.iter().map(|it| (*it, 0)));
        for depth in 1..=calls {
            // Who takes nothing but itself is handed no secret.
            open.retain(|it| !program[*it].sig.params.is_empty());
            let hashes = open.iter().flat_map(|it| program.hashes_of_fn(*it));
            open = owners(program, program.mentioning(&hashes.collect()));
            open.retain(|it| !left.contains_key(it));
            left.extend(open.iter().map(|it| (*it, depth)));
        }
        let giving = |id: &FnId| gives_text(program, *id) && names_secret(program, names, *id);
        let all: Vec<FnId> = program.fn_ids().map(|it| it.0).collect();
        let mut giving: Vec<FnId> = all.into_par_iter().filter(giving).collect();
        let mut asking: FxHashSet<FnId> = FxHashSet::default();
        // What very many mention is mostly the name of something else.
        giving.retain(|id| {
            let bodies = program.mentioning(&program.hashes_of_fn(*id).collect());
            let is_rare = bodies.len() <= MAX_ASKING;
            if is_rare {
                asking.extend(owners(program, bodies));
            }
            is_rare
        });
        let spelled = |ids: &[FnId]| -> FxHashSet<Name> {
            let names = ids.iter().map(|it| program[*it].name);
            names.flat_map(|it| program.spelled(it)).collect()
        };
        let givers = spelled(&giving);
        let mut takers = spelled(&left.keys().copied().collect::<Vec<_>>());
        let sinks = program.models.functions_of(program.crates_used(), |it| {
            it.all_sinks().any(|(kind, _)| asked.has(kind))
        });
        let sinks = sinks.iter().map(|it| Name::new(last_segment(it.as_str())));
        takers.extend(sinks.flat_map(|it| program.spelled(it)));
        let hints = Hints {
            names,
            givers: &givers,
            takers: &takers,
        };
        let is_root = |id: &FnId| {
            let Some(key) = program[*id].body.filter(|it| is_meant(*it)) else {
                return false;
            };
            let is_near = asking.contains(id) || names_secret(program, names, *id);
            is_near && hints.may_leak(&program[key].body)
        };
        let near: Vec<FnId> = left.keys().copied().collect();
        let mut roots: Vec<FnId> = near.into_par_iter().filter(is_root).collect();
        roots.sort_unstable();
        Between {
            roots,
            functions: FxHashSet::default(),
            secrets: OfSecrets { left, calls },
        }
    }

    /// Whether a function that is so many calls away from where a secret was named may bring one to a sink, or gives
    /// a text that may hold one.
    pub(super) fn leads_on(&self, program: &Program, id: FnId, depth: usize) -> bool {
        let OfSecrets { left, calls, .. } = &self.secrets;
        let comes_to_sink = || left.get(&id).is_some_and(|left| depth + left <= *calls);
        depth == 0
            || comes_to_sink()
            || depth <= *calls && (gives_text(program, id) || may_fill(program, id))
    }

    /// Whether a function lies there.
    pub(super) fn has(&self, id: FnId) -> bool {
        self.functions.contains(&id)
    }
}

/// Whether a function names a secret, by its text.
pub(super) fn names_secret(program: &Program, names: SecretNames, id: FnId) -> bool {
    let def = &program[id];
    let body = def.body.map(|it| &program[it].body);
    !def.is_test && body.is_some_and(|it| it.text().is_none_or(names.may_name))
}

/// The functions that a function of the program calls, or names as values.
pub(super) fn calls_of(values: &Values<'_>, id: FnId) -> Vec<FnId> {
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
    let is_met = |it: &Function, is_fixed: &dyn Fn(u32) -> bool| {
        let mut args = it.all_sinks().filter(|(kind, _)| asked.has(*kind));
        // What a fixed shell is told to do stands in other arguments.
        it.sink_of_self.is_some_and(|kind| asked.has(kind))
            || args.any(|(kind, at)| kind == SinkKind::Command || !is_fixed(at))
    };
    let mut found: Vec<FnId> = owners(program, calling(values, is_sink, is_met));
    if asked.has(SinkKind::Log) || asked.has(SinkKind::SecretLog) {
        found.extend(owners(
            program,
            program.mentioning(&mentions_of_logs(program)),
        ));
    }
    if asked.has(SinkKind::SecretLog) {
        let fns = program.fn_ids().map(|it| it.0);
        found.extend(fns.filter(|it| instrument(program, *it).is_some()));
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
    owners(program, calling(values, is_source, |_, _| true))
        .into_iter()
        .collect()
}

/// The bodies that call a function of a library that is meant, if it is met where the arguments at
/// some positions are fixed.
fn calling(
    values: &Values<'_>,
    is_meant: impl Fn(&Function) -> bool,
    is_met: impl Fn(&Function, &dyn Fn(u32) -> bool) -> bool + Sync,
) -> Vec<BodyKey> {
    let program = values.program;
    let functions = program.models.functions_of(program.crates_used(), is_meant);
    let paths = functions.iter().map(|it| it.as_str());
    let bodies = program.using(paths, true, |it| functions.contains(&it));
    // `pool.execute(..)` is the function of a trait.
    let model = |path: Name| {
        let model = program.models.function(path);
        model.filter(|it| functions.contains(&it.path))
    };
    let calls = |key: &BodyKey| {
        let typing = values.typing(*key);
        let body = &program[*key].body;
        body.exprs().any(|(id, expr)| {
            // `File::open(path)` and `Vec::reserve(&mut all, n)` count their arguments in two ways.
            let args = expr.args();
            let is_method = match expr {
                Expr::Call { .. } => false,
                Expr::MethodCall(_) => true,
                _ => return false,
            };
            let is_fixed = |at: u32| match is_method {
                true => args
                    .get(at as usize)
                    .is_none_or(|it| is_fixed(body, typing, *it)),
                false => args.iter().all(|it| is_fixed(body, typing, *it)),
            };
            let model = typing.external(id).and_then(model);
            model.is_some_and(|it| is_met(it, &is_fixed))
        })
    };
    bodies.into_par_iter().filter(calls).collect()
}

/// Whether nobody can choose a value, by how it is written: a literal, or how many there are.
fn is_fixed(body: &Body, typing: &Typing, id: ExprId) -> bool {
    match body.expr(id) {
        Expr::Literal(_) => true,
        Expr::Ref { inner, .. } => is_fixed(body, typing, *inner),
        Expr::MethodCall(call) => {
            let is_ours = |it: &Callee| matches!(it, Callee::Fn(_));
            matches!(call.name.as_str(), "len" | "count" | "capacity")
                && !typing.callees(id).iter().any(is_ours)
        }
        _ => false,
    }
}

/// Whether one of some names stands in a body: that of a method, or the last of a path.
pub(super) fn writes(body: &Body, is_meant: impl Fn(Name) -> bool) -> bool {
    body.exprs().any(|(_, expr)| match expr {
        Expr::MethodCall(call) => is_meant(call.name),
        Expr::Path(path) => path.last().is_some_and(&is_meant),
        _ => false,
    })
}

pub(super) fn owners(program: &Program, bodies: Vec<BodyKey>) -> Vec<FnId> {
    let fns = bodies.into_iter().filter_map(|it| match program[it].owner {
        BodyOwner::Fn(id) => Some(id),
        BodyOwner::Const(_) => None,
    });
    fns.filter(|it| !program[*it].is_test).collect()
}
