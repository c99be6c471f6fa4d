//! `if`, `match` and `let` conditions: which state holds on which branch, and after them.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::interpret::{Run, with_state};
use super::matching::{Matched, without};
use super::proof::{Abs, From, Out, State};
use super::{Event, EventKind};
use crate::facts::{ExprId, PatId};

impl Run<'_, '_> {
    pub(super) fn branch(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>) -> Abs {
        let value = self.expr(cond);
        if self.state.is_none() {
            return Abs::default();
        }
        let (yes, no) = self.outcomes(&value);
        let env = self.env.clone();
        self.state = yes;
        let a = self.expr(then);
        let state_a = self.state.take();
        let env_a = std::mem::replace(&mut self.env, env);
        self.state = no;
        let b = otherwise.map_or_else(Abs::default, |id| self.expr(id));
        let state_b = self.state.take();
        if let Some(state) = &state_a {
            self.note_refusal(&a, state, then);
        }
        if let (Some(state), Some(otherwise)) = (&state_b, otherwise) {
            self.note_refusal(&b, state, otherwise);
        }
        match (state_a, state_b) {
            (Some(x), Some(y)) => {
                let value = if otherwise.is_some() {
                    Abs::either((&x, a), (&y, b))
                } else {
                    Abs::default()
                };
                self.join_env(env_a, &x, &y);
                self.state = Some(x.join(&y));
                value
            }
            (Some(x), None) => {
                self.env = env_a;
                let value = with_state(&a, &x);
                self.state = Some(x);
                value
            }
            (None, Some(y)) => {
                let value = with_state(&b, &y);
                self.state = Some(y);
                value
            }
            (None, None) => Abs::default(),
        }
    }

    /// Notes a branch that ends in a refusal, before it is joined with others.
    fn note_refusal(&mut self, value: &Abs, state: &State, at: ExprId) {
        if state.failed && (value.from.has(From::REJECT) || value.only_fails()) {
            let event = Event {
                kind: EventKind::Refused,
                span: self.span(at),
                state: state.clone(),
            };
            self.events.push(event);
        }
    }

    /// Joins variables that branches have changed: those of the other branch are in `self.env`.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "what comes out is keyed the same way"
    )]
    pub(super) fn join_env(&mut self, other: FxHashMap<PatId, Abs>, state: &State, own: &State) {
        for (pat, value) in other {
            match self.env.get(&pat) {
                Some(mine) => {
                    let joined = Abs::either((state, value), (own, mine.clone()));
                    self.env.insert(pat, joined);
                }
                None => {
                    self.env.insert(pat, value);
                }
            }
        }
    }

    /// The states in which a condition holds and does not.
    pub(super) fn outcomes(&self, value: &Abs) -> (Option<State>, Option<State>) {
        let Some(state) = &self.state else {
            return (None, None);
        };
        let side = |name: &str| {
            let out = value.variant(name)?;
            let state = state.with(&out.proof).taking(value, &[name]);
            Some(match &value.setting {
                Some(setting) => state.assuming(setting, name),
                None => match &out.val.setting {
                    // `if let Some(key) = &settings.key`.
                    Some(setting) => assume_text(state, setting),
                    None => state,
                },
            })
        };
        (side("true"), side("false"))
    }

    pub(super) fn matching(&mut self, scrutinee: ExprId, arms: &[crate::facts::body::Arm]) -> Abs {
        let value = self.expr(scrutinee);
        let Some(before) = self.state.clone() else {
            return Abs::default();
        };
        let env = self.env.clone();
        let mut ends: Vec<(Abs, State, FxHashMap<PatId, Abs>)> = Vec::new();
        let mut left = value.clone();
        for arm in arms {
            self.env = env.clone();
            let Some(matched) = self.matched(arm.pat, &left) else {
                continue;
            };
            let names = self.variant_names(arm.pat);
            let mut taken: Vec<&str> = names.iter().map(String::as_str).collect();
            if taken.is_empty() {
                taken = left.names();
            }
            let mut state = before.with(&matched.proof).taking(&value, &taken);
            if let Some(setting) = &value.setting {
                let name = matched
                    .setting
                    .clone()
                    .unwrap_or_else(|| self.pat_text(arm.pat));
                state = state.assuming(setting, name);
            }
            self.state = Some(state);
            self.bind(arm.pat, left.clone());
            let mut is_last = self.is_path(arm.pat, &left);
            if let Some(guard) = arm.guard {
                let cond = self.expr(guard);
                let (yes, no) = self.outcomes(&cond);
                self.state = yes;
                let takes_all = self.missed(arm.pat, &left).is_none();
                is_last = no.is_none() && (is_last || takes_all);
                if self.state.is_none() {
                    continue;
                }
            } else {
                left = without(&left, &self.variant_names(arm.pat));
            }
            let result = self.expr(arm.body);
            if let Some(state) = self.state.take() {
                self.note_refusal(&result, &state, arm.body);
                ends.push((result, state, std::mem::take(&mut self.env)));
            }
            // For this endpoint nothing gets further.
            if is_last {
                break;
            }
        }
        self.env = env;
        let mut joined: Option<(Abs, State)> = None;
        for (result, state, env) in ends {
            joined = Some(match joined {
                None => {
                    self.env = env;
                    (with_state(&result, &state), state)
                }
                Some((known, before)) => {
                    self.join_env(env, &state, &before);
                    (
                        Abs::either((&before, known), (&state, result)),
                        before.join(&state),
                    )
                }
            });
        }
        match joined {
            Some((value, state)) => {
                self.state = Some(state);
                value
            }
            None => {
                self.state = None;
                Abs::default()
            }
        }
    }

    /// `let pat = value` as a condition: a boolean whose truth is the pattern's match.
    pub(super) fn let_condition(&mut self, pat: PatId, value: &Abs) -> Abs {
        let matched = self.matched(pat, value);
        let missed = self.missed(pat, value);
        self.bind(pat, value.clone());
        let mut variants = Vec::new();
        let note = |matched: &Matched| match (&value.setting, &matched.setting) {
            (Some(setting), Some(name)) => Abs {
                setting: Some(Rc::from(format!("{setting}\u{0}{name}"))),
                ..Abs::default()
            },
            _ => Abs::default(),
        };
        if let Some(matched) = matched {
            variants.push((
                "true",
                Out {
                    proof: matched.proof.clone(),
                    val: note(&matched),
                },
            ));
        }
        if let Some(missed) = missed {
            variants.push((
                "false",
                Out {
                    proof: missed.proof.clone(),
                    val: note(&missed),
                },
            ));
        }
        Abs::variants(value.from, variants)
    }

    pub(super) fn assumed(&self, state: State, value: &Abs, variant: &Option<String>) -> State {
        match (&value.setting, variant) {
            (Some(setting), Some(variant)) => state.assuming(setting, variant.clone()),
            _ => state,
        }
    }
}

/// A setting and its value packed by `let_condition`.
fn assume_text(state: State, packed: &Rc<str>) -> State {
    match packed.split_once('\u{0}') {
        Some((setting, value)) => state.assuming(&Rc::from(setting), value),
        None => state,
    }
}
