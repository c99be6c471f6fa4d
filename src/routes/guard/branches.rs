//! `if`, `match`, `let` conditions and loops: which state holds on which branch, and after them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::interpret::{End, Run, with_state};
use super::proof::{Abs, Out, State};
use super::{Event, EventKind};
use crate::facts::body::LoopKind;
use crate::facts::{Expr, ExprId, PatId};

/// Loops over longer lists are run once for all elements.
const LONGEST_UNROLLED: usize = 16;

impl Run<'_, '_> {
    pub(super) fn branch(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>) -> Abs {
        let value = self.condition(cond);
        if self.state.is_none() {
            return Abs::default();
        }
        let (yes, no) = self.outcomes(&value);
        let env = self.env.clone();
        let gates = |side: &str| value.variant(side).map(|out| out.proof.rights.clone());
        let exits = self.exits.len();
        self.state = yes;
        self.know_set(cond, true);
        let a = self.expr(then);
        let mut state_a = self.state.take();
        let leaves_a = state_a.is_none() && self.has_refused(exits) || a.refuses();
        let exits = self.exits.len();
        let env_a = std::mem::replace(&mut self.env, env);
        self.state = no;
        self.narrow(cond);
        self.know_set(cond, false);
        let b = otherwise.map_or_else(Abs::default, |id| self.expr(id));
        let mut state_b = self.state.take();
        let leaves_b = state_b.is_none() && self.has_refused(exits) || b.refuses();
        if let Some(gates) = gates("true").filter(|_| leaves_b) {
            state_a = state_a.map(|it| it.or_else_refused(&gates));
        }
        if let Some(gates) = gates("false").filter(|_| leaves_a) {
            state_b = state_b.map(|it| it.or_else_refused(&gates));
        }
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

    /// Where `if let pattern = variable` has not matched, the variable is what is left.
    pub(super) fn narrow(&mut self, cond: ExprId) {
        let body = &self.judge.program[self.key].body;
        let Expr::Let { pat, value } = body.expr(cond) else {
            return;
        };
        let mut value = *value;
        while let Expr::Ref { inner, .. } = body.expr(value) {
            value = *inner;
        }
        let Some(local) = self.typing.local(value) else {
            return;
        };
        let left = self.env.get(&local).and_then(|it| self.minus(*pat, it));
        if let Some(left) = left {
            self.env.insert(local, left);
        }
    }

    /// Whether all exits since there were so many refuse.
    pub(super) fn has_refused(&self, exits: usize) -> bool {
        let new = &self.exits[exits.min(self.exits.len())..];
        !new.is_empty() && new.iter().all(|(value, _)| value.refuses())
    }

    /// Notes a branch that ends in a refusal, before it is joined with others.
    fn note_refusal(&mut self, value: &Abs, state: &State, at: ExprId) {
        if state.failed && value.refuses() {
            let span = self.span(at);
            let event = Event::new(EventKind::Refused, span, state.clone());
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
                // What neither branch has changed is what it was.
                Some(mine) if mine.is_shared_with(&value) => {}
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

    /// Goes through the arms of a `match` that may be taken, each with what holds there.
    pub(super) fn each_arm(
        &mut self,
        scrutinee: ExprId,
        arms: &[crate::facts::body::Arm],
        mut take: impl FnMut(&mut Self, ExprId),
    ) {
        let value = self.expr(scrutinee);
        let Some(mut before) = self.state.take() else {
            return;
        };
        let env = self.env.clone();
        let mut left = value.clone();
        for (at, arm) in arms.iter().enumerate() {
            let Some(matched) = self.matched(arm.pat, &left) else {
                continue;
            };
            self.env.clone_from(&env);
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
            state.assume.extend(matched.assume);
            if let Some(rights) = self.rights_of_arm(scrutinee, &value, arms, at) {
                state = state.with(&rights);
            }
            self.state = Some(state);
            self.bind(arm.pat, left.clone());
            let mut rest = self.minus(arm.pat, &left);
            if let Some(guard) = arm.guard {
                let cond = self.condition(guard);
                self.note_looked(&cond);
                let (yes, no) = self.outcomes(&cond);
                self.state = yes;
                if let Some(no) = no {
                    before.proof.looked |= no.proof.looked;
                    // Nothing but the guard keeps the next arms from this one.
                    if rest.is_none() {
                        before = no;
                    }
                    rest = Some(refused_by_guard(&left, rest.as_ref(), &cond));
                }
            }
            if self.state.is_some() {
                take(self, arm.body);
            }
            // For this endpoint nothing gets further.
            let Some(rest) = rest else { break };
            left = rest;
        }
        self.state = None;
    }

    pub(super) fn matching(&mut self, scrutinee: ExprId, arms: &[crate::facts::body::Arm]) -> Abs {
        let env = self.env.clone();
        let mut ends: Vec<End> = Vec::new();
        self.each_arm(scrutinee, arms, |run, arm| {
            let result = run.expr(arm);
            if let Some(state) = run.state.take() {
                run.note_refusal(&result, &state, arm);
                ends.push((result, state, std::mem::take(&mut run.env)));
            }
        });
        self.env = env;
        self.join_ends(ends)
    }

    pub(super) fn looping(&mut self, kind: LoopKind, body: ExprId) -> Abs {
        let outer = std::mem::take(&mut self.breaks);
        let before = self.state.clone();
        match kind {
            LoopKind::Loop => {
                self.expr(body);
                // A second round could only leave through the same exits.
                let ends = std::mem::replace(&mut self.breaks, outer);
                self.join_ends(ends)
            }
            LoopKind::While(cond) => {
                let value = self.condition(cond);
                let (yes, no) = self.outcomes(&value);
                let env = self.env.clone();
                self.state = yes;
                self.expr(body);
                self.perhaps_not(env, no.as_ref().or(before.as_ref()));
                let mut ends = std::mem::replace(&mut self.breaks, outer);
                let own = no.or(before);
                ends.extend(self.end(own));
                self.join_ends(ends);
                Abs::default()
            }
            LoopKind::For(pat, iter) => {
                let value = self.expr(iter);
                if value.is_list() && value.listed().count() <= LONGEST_UNROLLED {
                    return self.unrolled(pat, &value, body, outer);
                }
                let env = self.env.clone();
                self.bind(pat, Abs::of(value.from));
                self.expr(body);
                self.perhaps_not(env, before.as_ref());
                let mut ends = std::mem::replace(&mut self.breaks, outer);
                ends.extend(self.end(before));
                self.join_ends(ends);
                Abs::default()
            }
        }
    }

    /// An end without a value in this state, with the variables as they are.
    fn end(&self, state: Option<State>) -> Option<End> {
        state.map(|it| (Abs::default(), it, self.env.clone()))
    }

    /// A loop over a list that stands in the code, round by round.
    fn unrolled(&mut self, pat: PatId, list: &Abs, body: ExprId, outer: Vec<End>) -> Abs {
        let mut left: Vec<End> = Vec::new();
        for (is_certain, listed) in list.listed() {
            let Some(without) = self.end(self.state.clone()) else {
                break;
            };
            self.bind(pat, listed.clone());
            self.expr(body);
            // Whether they end the loop or the round, they are not told apart.
            let mut ends = std::mem::take(&mut self.breaks);
            left.extend(ends.iter().cloned());
            let after = self.state.take();
            ends.extend(self.end(after));
            if !is_certain {
                ends.push(without);
            }
            self.join_ends(ends);
        }
        self.breaks = outer;
        let after = self.state.take();
        left.extend(self.end(after));
        self.join_ends(left);
        Abs::default()
    }

    /// Variables after code that may not have run: as they were before it, or as they are now.
    fn perhaps_not(&mut self, before: FxHashMap<PatId, Abs>, state: Option<&State>) {
        match (state, self.state.clone()) {
            (Some(state), Some(own)) => self.join_env(before, state, &own),
            _ => self.env = before,
        }
    }

    /// The value, state and variables after one of several ends.
    pub(super) fn join_ends(&mut self, ends: Vec<End>) -> Abs {
        let mut joined: Option<(Abs, State)> = None;
        for (value, state, env) in ends {
            joined = Some(match joined {
                None => {
                    self.env = env;
                    (with_state(&value, &state), state)
                }
                Some((known, before)) => {
                    self.join_env(env, &state, &before);
                    let value = Abs::either((&before, known), (&state, value));
                    (value, before.join(&state))
                }
            });
        }
        self.arrive(joined)
    }

    /// The value and state after one of several ends, whose variables are of no concern.
    pub(super) fn join_exits(&mut self, ends: Vec<(Abs, State)>) -> Abs {
        let mut joined: Option<(Abs, State)> = None;
        for (value, state) in ends {
            joined = Some(match joined {
                None => (with_state(&value, &state), state),
                Some((before, known)) => (
                    Abs::either((&known, before), (&state, value)),
                    known.join(&state),
                ),
            });
        }
        self.arrive(joined)
    }

    /// Goes on from where ends have met; from nowhere if there are none.
    fn arrive(&mut self, at: Option<(Abs, State)>) -> Abs {
        let (value, state) = match at {
            Some((value, state)) => (value, Some(state)),
            None => (Abs::default(), None),
        };
        self.state = state;
        value
    }

    /// `let pat = value` as a condition: a boolean whose truth is the pattern's match.
    pub(super) fn let_condition(&mut self, pat: PatId, value: &Abs) -> Abs {
        let matched = self.matched(pat, value);
        let missed = self.missed(pat, value);
        self.bind(pat, value.clone());
        let mut variants = Vec::new();
        for (name, matched) in [("true", matched), ("false", missed)] {
            let Some(matched) = matched else { continue };
            let proof = matched.proof.clone();
            let assume = matched.assume_of(value);
            let assume = assume.iter().flat_map(|(setting, it)| [&**setting, it]);
            let assume: Vec<&str> = assume.collect();
            let setting = (!assume.is_empty()).then(|| Arc::from(assume.join("\u{0}")));
            let val = Abs {
                setting,
                ..Abs::default()
            };
            variants.push((name, Out { proof, val }));
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

/// Settings and their values packed by `let_condition`.
fn assume_text(state: State, packed: &Arc<str>) -> State {
    let mut words = packed.split('\u{0}');
    let mut state = state;
    while let (Some(setting), Some(value)) = (words.next(), words.next()) {
        state = state.assuming(&Arc::from(setting), value);
    }
    state
}

/// What is left for the next arm where an arm's guard did not hold. What that proves, holds of
/// the variants that the arm would have taken whole.
fn refused_by_guard(left: &Abs, others: Option<&Abs>, guard: &Abs) -> Abs {
    let others = others.map_or_else(Vec::new, Abs::names);
    let mut rest = left.clone();
    let Some(no) = guard.variant("false").filter(|it| it.proof.is_verified()) else {
        return rest;
    };
    for (name, out) in rest.variants.iter_mut().flat_map(Arc::make_mut) {
        if !others.contains(&name.as_str()) {
            out.proof = out.proof.and(&no.proof);
        }
    }
    rest
}
