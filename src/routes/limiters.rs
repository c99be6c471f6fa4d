//! Code that asks a limiter and refuses whom it refuses, and who calls it.
//!
//! Such code is rare: it is looked for in the text, and its callers by the name that they
//! mention, so that what has nothing to do with it is not read.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::guard::layers::{LIMITER_WORDS, names_a_limiter};
use crate::facts::{Expr, LazyBody};
use crate::program::{AdtId, BodyData, BodyKey, BodyOwner, Container, FnId, Program, Ty};
use crate::source::{FileId, SourceMap};
use crate::values::{Callee, Values};

/// How many calls away from a handler a limiter may be.
pub(super) const MAX_DEPTH: u32 = 3;

/// Where limiters are asked.
pub(super) struct Limiters {
    /// How many calls a body is away from code that asks a limiter and refuses.
    distance: FxHashMap<BodyKey, u32>,
    /// What a body mentions that calls one of these.
    calls: FxHashSet<u16>,
    /// Files that speak of limiters.
    files: FxHashSet<FileId>,
}

impl Limiters {
    /// Looks through the program.
    pub(super) fn new(values: &Values<'_>, sources: &SourceMap) -> Limiters {
        let spoken: Vec<(FileId, Vec<u32>, bool)> = (0..sources.len())
            .into_par_iter()
            .map(|index| {
                let file = FileId::new(index);
                let text = &sources.file(file).text;
                let refusals = REFUSALS.find_iter(&**text).map(|it| it.start() as u32);
                (file, refusals.collect(), WORDS.is_match(&**text))
            })
            .collect();
        let files = spoken.iter().filter(|it| it.2).map(|it| it.0).collect();
        let refusals: Vec<&[u32]> = spoken.iter().map(|it| &*it.1).collect();
        let mut limiters = Limiters {
            distance: FxHashMap::default(),
            calls: FxHashSet::default(),
            files,
        };
        limiters.measure(values, &refusals);
        limiters
    }

    /// Whether a body may call a limiter, or code that asks one. Does not read the body.
    pub(super) fn may_be_called_in(&self, data: &BodyData) -> bool {
        self.files.contains(&data.file) || data.body.mentions().has_any(&self.calls)
    }

    /// Whether a limiter is asked in this body or at most so many calls away from it.
    pub(super) fn is_reached(&self, from: BodyKey, calls: u32) -> bool {
        self.distance.get(&from).is_some_and(|it| *it <= calls)
    }

    fn measure(&mut self, values: &Values<'_>, refusals: &[&[u32]]) {
        let program = values.program;
        let may_refuse = |file: FileId, body: &LazyBody| {
            let (span, at) = (body.span(), refusals[file.index()]);
            let next = at.partition_point(|it| *it < span.start);
            // What a macro has put there stands elsewhere in the text.
            body.mentions().is_any() || at.get(next).is_some_and(|it| *it < span.end)
        };
        let mut level: Vec<BodyKey> = program
            .bodies
            .par_iter()
            .enumerate()
            .filter(|(_, data)| may_refuse(data.file, &data.body) && limits(&data.body))
            .filter(|(_, data)| !is_of_an_answer(program, data.owner))
            .map(|(index, _)| BodyKey(index as u32))
            .collect();
        self.distance.extend(level.iter().map(|key| (*key, 0)));
        for distance in 1..=MAX_DEPTH {
            let called: FxHashSet<FnId> = level
                .iter()
                .filter_map(|key| match program[*key].owner {
                    BodyOwner::Fn(id) => Some(id),
                    BodyOwner::Const(_) => None,
                })
                .collect();
            let hashes: FxHashSet<u16> = called
                .iter()
                .flat_map(|id| program.hashes_of_fn(*id))
                .collect();
            self.calls.extend(&hashes);
            let callers: Vec<BodyKey> = program
                .mentioning(&hashes)
                .into_iter()
                .filter(|key| !self.distance.contains_key(key))
                .collect();
            let calls = |key: &BodyKey| {
                let typing = values.typing(*key);
                let reaches = |callee: &Callee| match callee {
                    Callee::Fn(candidate) => called.contains(&candidate.id),
                    _ => false,
                };
                let mut exprs = program[*key].body.exprs();
                exprs.any(|(id, _)| typing.callees(id).iter().any(reaches))
            };
            level = callers.into_par_iter().filter(calls).collect();
            self.distance
                .extend(level.iter().map(|key| (*key, distance)));
        }
    }
}

/// Traits of what is sent back: errors and responses.
const ANSWERS: [&str; 5] = [
    "IntoResponse",
    "ResponseError",
    "Responder",
    "Display",
    "Error",
];

/// Whether a function belongs to an error or a response: whoever turns "too many requests" into a
/// status asks nobody.
fn is_of_an_answer(program: &Program, owner: BodyOwner) -> bool {
    let BodyOwner::Fn(id) = owner else {
        return false;
    };
    let Container::Impl(of) = program[id].container else {
        return false;
    };
    let ty = program.impl_self_ty(of);
    let derives = |adt: AdtId| {
        let attrs = program[adt].attrs.iter().filter(|it| it.meta.is("derive"));
        let mut derived = attrs.flat_map(|it| it.meta.list());
        derived.any(|it| {
            it.last_segment()
                .is_some_and(|it| ANSWERS.contains(&it.as_str()))
        })
    };
    !program.impls_named(&ANSWERS, &ty).is_empty()
        || matches!(ty.peel_refs(), Ty::Adt(adt, _) if derives(*adt))
}

/// Whether a body asks a limiter and refuses.
fn limits(body: &LazyBody) -> bool {
    let (mut asks, mut refuses) = (false, false);
    for (_, expr) in body.exprs() {
        match expr {
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                asks |= name == "check_key" || names_a_limiter(name);
            }
            Expr::Path(path) => {
                let name = path.last().map_or("", |it| it.as_str());
                let flat = name.replace('_', "").to_ascii_lowercase();
                refuses |= flat.ends_with("toomanyrequests");
                asks |= flat.contains("limiter") || names_a_limiter(name);
            }
            _ => {}
        }
    }
    asks && refuses
}

/// How the status 429 is spelled.
static REFUSALS: LazyLock<AhoCorasick> =
    LazyLock::new(|| words(["too_many_requests", "toomanyrequests"].into_iter()));

/// Names of limiters, with and without underscores between their words.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let joined = LIMITER_WORDS.iter().flat_map(|word| [word.0, word.1]);
    words(joined.chain(["check_key"]))
});

fn words(words: impl Iterator<Item = &'static str>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
        .expect("a few short words")
}
