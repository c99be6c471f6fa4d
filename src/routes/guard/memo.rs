//! Answers that are worked out once, though working one out may ask for itself again.
//!
//! Code calls itself, and middleware looks for what middleware inserts. A question that is asked
//! again while it is open gets a stand-in for an answer, and whatever was worked out with that is
//! right only as long as the question is open. It is kept no longer: who asked first would have a
//! say in the verdicts otherwise.
//!
//! An answer that went without what lies deeper than calls are followed is good for who asks from as
//! deep, and worked out anew for who asks from nearer.

use std::cell::{Cell, RefCell};
use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Answers to questions of one kind.
pub(super) struct Memo<K, V> {
    /// Those that hold whoever asks from so deep.
    answers: RefCell<FxHashMap<K, (V, Depth)>>,
    /// Those that went with stand-ins, and for which open questions those stood.
    held: RefCell<FxHashMap<K, (V, Depth, Cuts)>>,
    /// Questions that are being answered, by their place among all that are open.
    open: RefCell<FxHashMap<K, usize>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Memo {
            answers: RefCell::default(),
            held: RefCell::default(),
            open: RefCell::default(),
        }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Memo<K, V> {
    /// One that knows what this one knows, whoever asks.
    pub(super) fn fork(&self) -> Memo<K, V> {
        Memo {
            answers: self.answers.clone(),
            ..Memo::default()
        }
    }
}

/// How deep in calls an answer was worked out, if it ends where calls are not followed any more; 0 for a
/// whole one.
type Depth = u32;

/// The open questions, of all kinds.
#[derive(Default)]
pub(super) struct Questions {
    /// How many functions call each other where the next is asked.
    depth: Cell<Depth>,
    /// Whether something was too deep since the innermost began.
    was_too_deep: Cell<bool>,
    count: Cell<usize>,
    /// What went without an answer since the innermost began.
    cuts: Cell<Cuts>,
}

/// The open questions that stand-ins were given for, a bit for each place; the last stands for
/// all places from there on.
type Cuts = u64;

fn bit(place: usize) -> Cuts {
    1 << place.min(Cuts::BITS as usize - 1)
}

impl Questions {
    fn cut(&self, at: Cuts) {
        self.cuts.set(self.cuts.get() | at);
    }

    /// How many functions call each other here.
    pub(super) fn depth(&self) -> u32 {
        self.depth.get()
    }

    /// Notes that a call was not followed, since it lies too deep.
    pub(super) fn note_too_deep(&self) {
        self.was_too_deep.set(true);
    }

    /// Does something one call deeper.
    pub(super) fn deeper<T>(&self, what: impl FnOnce() -> T) -> T {
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        let done = what();
        self.depth.set(depth);
        done
    }

    /// Whether an answer from there serves who asks here, who then knows no more than it does.
    fn serves(&self, from: Depth) -> bool {
        let is_whole = from == 0;
        let serves = is_whole || from <= self.depth.get();
        if serves && !is_whole {
            self.note_too_deep();
        }
        serves
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Memo<K, V> {
    /// The answer to a question. `stand_in` is what it gets while it is open; `may_keep` says
    /// whether an answer that was just worked out is a whole one.
    pub(super) fn answer(
        &self,
        questions: &Questions,
        key: K,
        stand_in: impl FnOnce() -> V,
        work_out: impl FnOnce() -> V,
        may_keep: impl FnOnce() -> bool,
    ) -> V {
        if let Some((known, from)) = self.answers.borrow().get(&key)
            && questions.serves(*from)
        {
            return known.clone();
        }
        if let Some((known, from, cuts)) = self.held.borrow().get(&key)
            && questions.serves(*from)
        {
            questions.cut(*cuts);
            return known.clone();
        }
        if let Some(place) = self.open.borrow().get(&key) {
            questions.cut(bit(*place));
            return stand_in();
        }
        let place = questions.count.get();
        questions.count.set(place + 1);
        self.open.borrow_mut().insert(key.clone(), place);
        let before = questions.cuts.take();
        let was_too_deep = questions.was_too_deep.take();
        let answer = work_out();
        let cuts = questions.cuts.replace(before);
        let from = match questions.was_too_deep.get() {
            true => questions.depth.get(),
            false => 0,
        };
        questions.was_too_deep.set(from > 0 || was_too_deep);
        self.open.borrow_mut().remove(&key);
        questions.count.set(place);
        // What stood in for this question does so no longer.
        let own = bit(place);
        self.held
            .borrow_mut()
            .retain(|_, (_, _, cuts)| *cuts & own == 0);
        // Behind the last bit a cut may be of another that is still open.
        let cuts = match place < Cuts::BITS as usize {
            true => cuts & (own - 1),
            false => cuts,
        };
        questions.cut(cuts);
        match (may_keep(), cuts) {
            (false, _) => {}
            (true, 0) => {
                _ = self
                    .answers
                    .borrow_mut()
                    .insert(key, (answer.clone(), from))
            }
            (true, _) => {
                _ = self
                    .held
                    .borrow_mut()
                    .insert(key, (answer.clone(), from, cuts))
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that can be reached, where each letter leads to others: once with each letter
    /// asked first.
    struct Reach<'a> {
        leads_to: &'a [(char, &'a str)],
        memo: Memo<char, String>,
        questions: Questions,
        worked: Cell<usize>,
    }

    impl Reach<'_> {
        fn of(&self, from: char) -> String {
            let work_out = || {
                self.worked.set(self.worked.get() + 1);
                let next = self.leads_to.iter().find(|it| it.0 == from);
                let next = next.map_or("", |it| it.1).chars();
                let mut all: Vec<char> = next
                    .flat_map(|it| self.of(it).into_bytes())
                    .map(char::from)
                    .collect();
                all.push(from);
                all.sort_unstable();
                all.dedup();
                all.into_iter().collect()
            };
            self.memo
                .answer(&self.questions, from, String::new, work_out, || true)
        }
    }

    #[test]
    fn answers_do_not_depend_on_who_asks_first() {
        let leads_to = [
            ('a', "bc"),
            ('b', "c"),
            ('c', "ad"),
            ('d', "e"),
            ('f', "ae"),
        ];
        let expected = [
            ('a', "abcde"),
            ('b', "abcde"),
            ('c', "abcde"),
            ('d', "de"),
            ('e', "e"),
            ('f', "abcdef"),
        ];
        for first in "abcdef".chars() {
            let reach = Reach {
                leads_to: &leads_to,
                memo: Memo::default(),
                questions: Questions::default(),
                worked: Cell::new(0),
            };
            reach.of(first);
            for (from, all) in expected {
                assert_eq!(reach.of(from), all, "{from} after {first}");
            }
            // Those in the circle once each for whom asks first, the others once.
            assert!(reach.worked.get() <= 12, "{}", reach.worked.get());
        }
    }

    #[test]
    fn an_answer_that_is_no_whole_one_is_not_kept() {
        let memo: Memo<u8, u8> = Memo::default();
        let questions = Questions::default();
        let ask = |answer, whole: bool| memo.answer(&questions, 1, || 0, || answer, || whole);
        assert_eq!([ask(1, false), ask(2, true), ask(3, true)], [1, 2, 2]);
    }

    #[test]
    fn an_answer_that_ends_where_calls_are_not_followed_serves_who_asks_from_as_deep() {
        let memo: Memo<u8, u8> = Memo::default();
        let questions = Questions::default();
        let ask = |answer, is_cut: bool| {
            let work_out = || {
                if is_cut {
                    questions.note_too_deep();
                }
                answer
            };
            memo.answer(&questions, 1, || 0, work_out, || true)
        };
        let deep = questions.deeper(|| questions.deeper(|| [ask(1, true), ask(2, true)]));
        assert_eq!(deep, [1, 1]);
        let nearer = questions.deeper(|| ask(3, false));
        assert_eq!(nearer, 3, "there is more to be seen from there");
        let whole = questions.deeper(|| questions.deeper(|| ask(4, true)));
        assert_eq!(whole, 3, "a whole answer serves everybody");
        assert_eq!(memo.fork().answer(&questions, 1, || 0, || 5, || true), 3);
    }
}
