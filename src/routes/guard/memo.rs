//! Answers that are worked out once for all judges.
//!
//! Judges work side by side, and nobody knows which of them asks first. So an answer serves another
//! only if they would have found the very same:
//!
//! - Calls are followed to a certain depth: code that calls itself is followed as often, and then
//!   taken for something that proves nothing. An answer that went without what lies deeper is good
//!   for who asks from the same depth, and a whole one for whoever could have gone as far.
//! - How much code is looked at is bounded for each question by itself: what others have asked before
//!   costs as little as what nobody has.

use std::cell::Cell;
use std::hash::{BuildHasher as _, Hash};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use rustc_hash::{FxBuildHasher, FxHashMap};

/// Bound on questions that are asked to answer one another.
const MAX_DEPTH: u32 = 8;
/// Bound on expressions looked at for one question.
pub(super) const SHARE: u64 = 10_000;
/// Judges that ask for different things need not wait for each other.
const SHARDS: usize = 16;

/// Questions of one kind and their answers, for all judges.
pub(super) struct Answers<K, V> {
    shards: [RwLock<FxHashMap<K, Vec<Answer<V>>>>; SHARDS],
    /// How much code was looked at for all of them.
    steps: AtomicU64,
}

#[derive(Clone)]
struct Answer<V> {
    value: V,
    /// From how deep it was asked for.
    depth: u32,
    /// How much deeper it went, or would have gone.
    height: u32,
    /// Whether there was more code than is looked at.
    is_short: bool,
}

/// What one judge is about to answer.
#[derive(Default)]
pub(super) struct Questions {
    /// How deep the next is asked.
    depth: Cell<u32>,
    /// The deepest place looked at since the innermost was asked.
    reached: Cell<u32>,
    /// How many expressions were looked at since then, but for other questions.
    steps: Cell<u64>,
    /// Whether an answer since then is a short one.
    is_short: Cell<bool>,
}

impl Questions {
    /// Whether questions are asked so deep here that this one is not answered any more.
    pub(super) fn is_too_deep(&self) -> bool {
        let depth = self.depth.get();
        self.reached.set(self.reached.get().max(depth));
        depth >= MAX_DEPTH
    }

    /// Does something one deeper.
    pub(super) fn deeper<T>(&self, what: impl FnOnce() -> T) -> T {
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        let done = what();
        self.depth.set(depth);
        done
    }

    /// Begins anew: nothing is in question.
    pub(super) fn begin(&self) {
        self.steps.set(0);
        self.is_short.set(false);
    }

    /// Looks at one expression more.
    pub(super) fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    /// How many expressions were looked at for the innermost question.
    pub(super) fn steps(&self) -> u64 {
        self.steps.get()
    }

    /// Whether there was more code for the innermost question than is looked at.
    pub(super) fn is_short(&self) -> bool {
        self.is_short.get() || self.steps.get() > SHARE
    }

    /// Whether who asks here would find the same.
    fn would_find<V>(&self, answer: &Answer<V>) -> bool {
        let depth = self.depth.get();
        match answer.is_whole() {
            true => depth + answer.height < MAX_DEPTH,
            false => depth == answer.depth,
        }
    }

    /// Takes an answer as though it had been worked out here.
    fn take<V: Clone>(&self, answer: &Answer<V>) -> V {
        let reached = self.depth.get() + answer.height;
        self.reached.set(self.reached.get().max(reached));
        self.is_short.set(self.is_short.get() || answer.is_short);
        answer.value.clone()
    }

    /// Works an answer out, and says how many expressions that took.
    fn work_out<V>(&self, work_out: impl FnOnce() -> V) -> (Answer<V>, u64) {
        let depth = self.depth.get();
        let reached = self.reached.replace(depth);
        let (steps, was_short) = (self.steps.take(), self.is_short.take());
        let value = work_out();
        let answer = Answer {
            value,
            depth,
            height: self.reached.get() - depth,
            is_short: self.is_short(),
        };
        let taken = self.steps.replace(steps);
        self.reached.set(self.reached.get().max(reached));
        self.is_short.set(was_short || answer.is_short);
        (answer, taken)
    }
}

impl<V> Answer<V> {
    /// Whether nothing was too deep.
    fn is_whole(&self) -> bool {
        self.depth + self.height < MAX_DEPTH
    }

    /// Whether another serves the same askers.
    fn is_like(&self, other: &Answer<V>) -> bool {
        self.is_whole() && other.is_whole() || self.depth == other.depth
    }
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Answers {
            shards: Default::default(),
            steps: AtomicU64::new(0),
        }
    }
}

impl<K: Eq + Hash, V: Clone> Answers<K, V> {
    /// How many expressions were looked at for all answers, each counted once.
    pub(super) fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// The answer to a question. Two judges may work it out at once.
    pub(super) fn answer(&self, questions: &Questions, key: K, work_out: impl FnOnce() -> V) -> V {
        let hash = FxBuildHasher.hash_one(&key);
        let shard = &self.shards[(hash >> 32) as usize % SHARDS];
        {
            let known = shard.read().unwrap_or_else(PoisonError::into_inner);
            let mut all = known.get(&key).into_iter().flatten();
            if let Some(answer) = all.find(|it| questions.would_find(it)) {
                return questions.take(answer);
            }
        }

        let (answer, steps) = questions.work_out(work_out);
        let value = answer.value.clone();
        let mut known = shard.write().unwrap_or_else(PoisonError::into_inner);
        let all = known.entry(key).or_default();
        if !all.iter().any(|it| it.is_like(&answer)) {
            self.steps.fetch_add(steps, Ordering::Relaxed);
            all.push(answer);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A walk along all edges behind a number. What it gives tells everything that happened on the
    /// way: where it was too deep, and where it had seen enough.
    struct Walk<'a> {
        leads_to: &'a [Vec<usize>],
        answers: &'a Answers<usize, String>,
        questions: Questions,
        worked: Cell<usize>,
    }

    impl Walk<'_> {
        fn of(&self, from: usize) -> String {
            let work_out = || {
                self.worked.set(self.worked.get() + 1);
                if self.questions.is_too_deep() {
                    return "~".to_owned();
                }
                self.questions.deeper(|| {
                    let mut all = format!("{from}(");
                    for next in &self.leads_to[from] {
                        (0..SHARE / 2).for_each(|_| self.questions.step());
                        match self.questions.steps() > SHARE {
                            true => all.push('.'),
                            false => all += &self.of(*next),
                        }
                    }
                    all + ")"
                })
            };
            self.answers.answer(&self.questions, from, work_out)
        }
    }

    fn walk(
        leads_to: &[Vec<usize>],
        answers: &Answers<usize, String>,
        of: usize,
    ) -> (String, bool) {
        let walk = Walk {
            leads_to,
            answers,
            questions: Questions::default(),
            worked: Cell::new(0),
        };
        let found = walk.of(of);
        // Each at most once from each depth, even where everything calls everything.
        assert!(walk.worked.get() <= leads_to.len() * (MAX_DEPTH as usize + 1));
        (found, walk.questions.is_short())
    }

    #[test]
    fn judges_find_the_same_whoever_was_faster() {
        let mut state = 1_u64;
        let mut random = |below: usize| {
            let (factor, add) = (6_364_136_223_846_793_005, 1_442_695_040_888_963_407);
            state = state.wrapping_mul(factor).wrapping_add(add);
            (state >> 33) as usize % below
        };
        let (mut whole, mut deep, mut short) = (0, 0, 0);
        for nodes in (0..80).map(|it| 2 + it % 16) {
            let edges = |of: usize| -> Vec<usize> {
                let count = [0, 1, 1, 1, 1, 2, 3][random(7)];
                // Mostly the next ones, so that there are long ways, and sometimes any.
                let mut next = || match random(5) {
                    0 => random(nodes),
                    far => (of + far) % nodes,
                };
                (0..count).map(|_| next()).collect()
            };
            let leads_to: Vec<Vec<usize>> = (0..nodes).map(edges).collect();
            let alone = |of| walk(&leads_to, &Answers::default(), of);
            let alone: Vec<(String, bool)> = (0..nodes).map(alone).collect();
            deep += alone.iter().filter(|it| it.0.contains('~')).count();
            short += alone.iter().filter(|it| it.1).count();
            whole += alone.iter().filter(|it| !it.0.contains('~')).count();
            for _ in 0..4 {
                let shared = Answers::default();
                for _ in 0..nodes {
                    let of = random(nodes);
                    let found = walk(&leads_to, &shared, of);
                    assert_eq!(found, alone[of], "{of} in {leads_to:?}");
                }
            }
        }
        let seen = [whole, deep, short];
        assert!(seen.iter().all(|it| *it > 20), "{seen:?}");
    }

    #[test]
    fn each_question_has_a_share_of_its_own() {
        let answers: Answers<u8, u8> = Answers::default();
        let questions = Questions::default();
        let ask = |key, takes: u64| {
            let work_out = || {
                (0..takes).for_each(|_| questions.step());
                1
            };
            answers.answer(&questions, key, work_out)
        };
        questions.begin();
        ask(1, SHARE);
        assert_eq!((questions.steps(), questions.is_short()), (0, false));
        ask(2, SHARE + 1);
        assert_eq!((questions.steps(), questions.is_short()), (0, true));
        questions.begin();
        assert!(!questions.is_short());
        ask(2, 0);
        assert!(
            questions.is_short(),
            "who knows it already has no more of it"
        );
        assert_eq!(answers.steps(), 2 * SHARE + 1);
    }

    #[test]
    fn an_answer_serves_who_could_have_gone_as_far() {
        let answers: Answers<u8, u8> = Answers::default();
        let questions = Questions::default();
        fn at(questions: &Questions, depth: u32, what: &dyn Fn() -> u8) -> u8 {
            match depth {
                0 => what(),
                _ => questions.deeper(|| at(questions, depth - 1, what)),
            }
        }
        // Goes three deep.
        let ask = |from, answer| {
            let last = || {
                questions.is_too_deep();
                answer
            };
            let ask = || answers.answer(&questions, 1, || at(&questions, 3, &last));
            at(&questions, from, &ask)
        };
        assert_eq!(ask(MAX_DEPTH - 2, 1), 1);
        assert_eq!(ask(MAX_DEPTH - 2, 2), 1, "from just as deep");
        assert_eq!(
            ask(MAX_DEPTH - 1, 3),
            3,
            "there is less to be seen from there"
        );
        assert_eq!(
            ask(MAX_DEPTH - 4, 4),
            4,
            "there is more to be seen from there"
        );
        assert_eq!(ask(1, 5), 4, "a whole answer");
        assert_eq!(ask(MAX_DEPTH - 4, 6), 4);
        assert_eq!(ask(MAX_DEPTH - 2, 7), 1);
    }
}
