//! Code that asks a limiter and refuses whom it refuses, and who calls it.
//!
//! Such code is rare: it is looked for in the text, and its callers by the name that they
//! mention, so that what has nothing to do with it is not read.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::guard::layers::{LIMITER_WORDS, names_a_limiter};
use crate::facts::{Body, Expr, ExprId, LazyBody};
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
        let mut files: Vec<FileId> = values.program.bodies.iter().map(|it| it.file).collect();
        files.sort_unstable();
        files.dedup();
        let speaking = files.into_par_iter();
        let speaking = speaking.map(|id| (id, Spoken::of(sources.file(id).text())));
        let spoken: FxHashMap<FileId, Spoken> = speaking.collect();
        let mut limiters = Limiters {
            distance: FxHashMap::default(),
            calls: FxHashSet::default(),
            files: FxHashSet::default(),
        };
        limiters.measure(values, &spoken);
        let speaking = spoken.into_iter().filter(|(_, it)| it.of_limiters);
        limiters.files.extend(speaking.map(|(id, _)| id));
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

    fn measure(&mut self, values: &Values<'_>, spoken: &FxHashMap<FileId, Spoken>) {
        let program = values.program;
        let may_refuse = |file: FileId, body: &LazyBody| {
            let span = body.span();
            let at = spoken.get(&file).map_or(&[][..], |it| &it.refusals);
            let next = at.partition_point(|it| *it < span.start);
            // What a macro has put there stands elsewhere in the text.
            body.is_expanded() || at.get(next).is_some_and(|it| *it < span.end)
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

/// The values that a body only puts into messages: a status that is logged refuses nobody.
pub(super) fn in_messages(body: &Body) -> FxHashSet<ExprId> {
    const MESSAGES: [&str; 16] = [
        "format", "print", "println", "eprint", "eprintln", "dbg", "write", "writeln", "trace",
        "debug", "info", "warn", "error", "log", "event", "panic",
    ];
    let calls = body.exprs().filter_map(|(_, expr)| match expr {
        Expr::Macro(call) => Some(call),
        _ => None,
    });
    let calls = calls.filter(|it| {
        it.path
            .last()
            .is_some_and(|it| MESSAGES.contains(&it.as_str()))
    });
    let args = calls.flat_map(|it| it.args.iter().flatten());
    args.map(|it| it.value).collect()
}

/// Whether a body asks a limiter and refuses.
fn limits(body: &LazyBody) -> bool {
    let (mut asks, mut refuses) = (false, false);
    let told = in_messages(body);
    for (id, expr) in body.exprs() {
        match expr {
            Expr::MethodCall(call) => {
                let name = call.name.as_str();
                asks |= name == "check_key" || names_a_limiter(name);
            }
            Expr::Path(path) => {
                let name = path.last().map_or("", |it| it.as_str());
                let flat = name.replace('_', "").to_ascii_lowercase();
                refuses |= !told.contains(&id)
                    && ["toomanyrequests", "resourceexhausted"]
                        .iter()
                        .any(|it| flat.ends_with(it));
                asks |= flat.contains("limiter") || names_a_limiter(name);
            }
            _ => {}
        }
    }
    asks && refuses
}

/// What a text says of limiters.
struct Spoken {
    /// Where a refusal stands: offsets, ascending.
    refusals: Vec<u32>,
    /// Whether it names a limiter.
    of_limiters: bool,
}

impl Spoken {
    fn of(text: &str) -> Spoken {
        let mut spoken = Spoken {
            refusals: Vec::new(),
            of_limiters: false,
        };
        for found in WORDS.find_iter(text) {
            match found.pattern().as_usize() < REFUSALS.len() * SPELLINGS {
                true => spoken.refusals.push(found.start() as u32),
                false => spoken.of_limiters = true,
            }
        }
        spoken
    }
}

/// How many ways there are to write words as one name: `rate_limit`, `ratelimit`, `RateLimit`,
/// `rateLimit`, `RATE_LIMIT`.
const SPELLINGS: usize = 5;

/// The status 429 and that of gRPC.
const REFUSALS: [&str; 2] = ["too_many_requests", "resource_exhausted"];

/// The refusals, then names of limiters, as they are written in Rust. Written out because a few
/// literals are looked for many bytes at a time, and letters of either case one by one.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let limiters = LIMITER_WORDS.iter().map(|word| word.1);
    let words = REFUSALS.into_iter().chain(limiters);
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words.chain(["check_key"]).flat_map(spellings))
        .expect("a few short words")
});

fn spellings(snake: &str) -> [String; SPELLINGS] {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let camel: String = snake.split('_').map(capital).collect();
    let first = snake.split('_').next().unwrap_or(snake);
    [
        snake.to_owned(),
        snake.replace('_', ""),
        format!("{first}{}", &camel[first.len()..]),
        camel,
        snake.to_ascii_uppercase(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        for text in ["TOO_MANY_REQUESTS", "TooManyRequests", "ResourceExhausted"] {
            let spoken = Spoken::of(&format!("fn f() {{ StatusCode::{text} }}"));
            assert_eq!(spoken.refusals, [21], "{text}");
            assert!(!spoken.of_limiters, "{text}");
        }
        for text in [
            "RateLimiter",
            "rate_limit",
            "THROTTLE",
            "loginAttempts",
            "check_key",
        ] {
            let spoken = Spoken::of(&format!("let x = {text};"));
            assert!(spoken.of_limiters && spoken.refusals.is_empty(), "{text}");
        }
    }
}
