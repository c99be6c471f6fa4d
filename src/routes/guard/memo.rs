//! Answers that are worked out once, though working one out may ask for itself again.
//!
//! Code calls itself, and middleware looks for what middleware inserts. A question that is asked
//! again while it is open gets a stand-in for an answer, and whatever was worked out with that is
//! right only as long as the question is open. It is kept no longer: who asked first would have a
//! say in the verdicts otherwise.

use std::cell::{Cell, RefCell};
use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Answers to questions of one kind.
pub(super) struct Memo<K, V> {
    /// Those that hold whoever asks.
    answers: RefCell<FxHashMap<K, V>>,
    /// Those that went with stand-ins, and for which open questions those stood.
    held: RefCell<FxHashMap<K, (V, Cuts)>>,
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

/// The open questions, of all kinds.
#[derive(Default)]
pub(super) struct Questions {
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
        if let Some(known) = self.answers.borrow().get(&key) {
            return known.clone();
        }
        if let Some((known, cuts)) = self.held.borrow().get(&key) {
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
        let answer = work_out();
        let cuts = questions.cuts.replace(before);
        self.open.borrow_mut().remove(&key);
        questions.count.set(place);
        // What stood in for this question does so no longer.
        let own = bit(place);
        self.held
            .borrow_mut()
            .retain(|_, (_, cuts)| *cuts & own == 0);
        // Behind the last bit a cut may be of another that is still open.
        let cuts = match place < Cuts::BITS as usize {
            true => cuts & (own - 1),
            false => cuts,
        };
        questions.cut(cuts);
        match (may_keep(), cuts) {
            (false, _) => {}
            (true, 0) => _ = self.answers.borrow_mut().insert(key, answer.clone()),
            (true, _) => _ = self.held.borrow_mut().insert(key, (answer.clone(), cuts)),
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
}
