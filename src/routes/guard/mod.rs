//! Judges what guards a request: extractors, layers and bodies, each by its own code.
//!
//! An abstract interpreter follows the paths of a body and keeps, at every point, what the
//! request has shown on *all* paths to it ([`proof::Proof`]). An endpoint is blessed only
//! where absent and invented credentials are both refused before the handler's first effect.

mod any_variant;
mod attributes;
mod branches;
mod builds;
mod callees;
mod calls;
mod captured;
mod chain;
mod closures;
mod combinators;
mod conditions;
mod connection;
mod contexts;
mod counted;
mod deciders;
mod defaults;
mod derived;
mod effects;
mod emptiness;
mod endpoints;
mod extensions;
mod externals;
mod extractors;
mod field_changes;
mod field_guards;
pub mod filters;
mod fingerprint;
mod gaps;
mod handlers;
mod interpret;
mod joined;
mod kept_lists;
mod keys;
mod known;
mod labels;
pub mod layers;
mod lent;
mod logins;
mod macros;
mod matching;
mod memo;
mod origins;
mod pieces;
mod places;
pub mod proof;
mod public;
mod queries;
mod redirects;
mod resolvers;
mod responses;
mod rights;
mod route;
mod route_guards;
mod said;
mod schemes;
mod services;
mod shown;
mod split;
mod statements;
mod stores;
mod stranger_rows;
mod tail;
mod threads;
mod trace;
mod typemaps;
mod unmodelled;
mod words;

pub use known::Known;
pub use trace::Unproven;

pub use extractors::{EXTRACTOR_TRAITS, OPTIONAL_TRAITS};
pub use typemaps::{FROM_STATE, STATE, is_extracted};

use crate::program::{FnId, Program};
use crate::source::{SourceMap, Span};
use crate::values::Values;
use extensions::Slot;
use memo::Questions;
use proof::{Abs, From, Onward, Proof, State};
use route::Looks;

/// A judge.
pub struct Judge<'a> {
    pub(super) values: &'a Values<'a>,
    pub(super) program: &'a Program,
    pub(super) sources: &'a SourceMap,
    /// What all judges know.
    known: &'a Known,
    /// What is being found out.
    questions: Questions,
    /// The endpoint in question, where code that looks at its path or method is judged for one.
    route: std::cell::Cell<Option<route::Asked>>,
    /// Functions that are handed credentials, in the order of the calls, and the first answer of each
    /// that nothing has to be proven for; only while somebody asks for them.
    trace: std::cell::RefCell<Option<trace::Trace>>,
}

/// A function, and a fingerprint of its arguments and its type parameters.
type SummaryKey = (FnId, u64);

/// What running a function tells.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Its value; variants carry what is proven if the function gives them.
    pub value: Abs,
    /// What is proven whenever it returns.
    pub after: Option<State>,
    /// What happened on the way, with what was proven there.
    pub events: Vec<Event>,
    /// Every exit with the state there.
    pub exits: Vec<(Abs, State)>,
    /// What it leaves in the structs that it is lent.
    pub left: Vec<(lent::Param, Abs)>,
    /// The first answer that nothing has to be proven for; only for who asks for such.
    pub unproven: Option<Span>,
    /// What it looks at of the request's route.
    pub looks: Looks,
}

/// Something that happens in a body.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Where.
    pub span: Span,
    /// What is proven there.
    pub state: State,
    /// For the rest of a chain: where it is called after a check that did not succeed.
    pub unchecked: Option<Span>,
}

impl Event {
    /// Something that happens in this state.
    fn new(kind: EventKind, span: Span, state: State) -> Event {
        let proof = &state.proof;
        let is_open = proof.strength < proof::Strength::Verified && proof.maybe.is_none();
        let is_unchecked = matches!(kind, EventKind::Next) && state.failed && is_open;
        Event {
            kind,
            span,
            state,
            unchecked: is_unchecked.then_some(span),
        }
    }

    /// Adds an event to others. What counts is what holds whenever such a thing happens, so the
    /// states at all of them are joined.
    fn add(self, events: &mut Vec<Event>) {
        let same = |known: &&mut Event| match (&known.kind, &self.kind) {
            (EventKind::Insert(a, _), EventKind::Insert(b, _)) => a == b,
            (EventKind::Next, EventKind::Next)
            | (EventKind::Write(_), EventKind::Write(_))
            | (EventKind::Named(_), EventKind::Named(_)) => true,
            _ => false,
        };
        match events.iter_mut().find(same) {
            None => events.push(self),
            Some(known) => {
                if let (EventKind::Insert(_, a), EventKind::Insert(_, b)) =
                    (&mut known.kind, &self.kind)
                {
                    let value = std::mem::take(&mut **a);
                    **a = Abs::either((&known.state, value), (&self.state, (**b).clone()));
                }
                // Whoever asks where it happens is shown the weakest.
                if self.state.proof.strength < known.state.proof.strength {
                    known.span = self.span;
                }
                known.unchecked = known.unchecked.or(self.unchecked);
                known.state = known.state.join(&self.state);
            }
        }
    }
}

/// The kinds of [`Event`].
#[derive(Debug, Clone)]
pub enum EventKind {
    /// The rest of the middleware chain is called.
    Next,
    /// A value is put where handlers and extractors find it.
    Insert(Slot, Box<Abs>),
    /// Something outside the process is changed.
    Write(String),
    /// A function that nobody knows is called by a name that says so.
    Named(String),
    /// A branch answers with a refusal after a check of credentials did not succeed.
    Refused,
}

impl EventKind {
    /// Whether something is changed, as far as can be told.
    fn is_effect(&self) -> bool {
        matches!(self, EventKind::Write(_) | EventKind::Named(_))
    }
}

impl<'a> Judge<'a> {
    /// A judge who knows what others know.
    pub fn new(values: &'a Values<'a>, sources: &'a SourceMap, known: &'a Known) -> Judge<'a> {
        Judge {
            values,
            program: values.program,
            sources,
            known,
            questions: Questions::default(),
            route: Default::default(),
            trace: std::cell::RefCell::default(),
        }
    }

    /// Whether anybody wants to know what is demanded beyond an identity.
    pub(super) fn asks_rights(&self) -> bool {
        self.known.rights
    }

    /// An answer that is the same for all endpoints: given without the path of one.
    fn for_all<T>(&self, ask: impl FnOnce() -> T) -> T {
        let route = self.route.take();
        let answer = ask();
        self.route.set(route);
        answer
    }

    /// Asks for something that all judges find alike, and that may be asked for while it is worked
    /// out. `too_deep` is what it is taken for where no more questions are answered.
    fn ask<K: Eq + std::hash::Hash, V: Clone>(
        &self,
        answers: &memo::Answers<K, V>,
        key: K,
        too_deep: impl FnOnce() -> V,
        find: impl FnOnce() -> V,
    ) -> V {
        self.for_all(|| {
            answers.answer(&self.questions, key, || {
                match self.questions.is_too_deep() {
                    true => too_deep(),
                    false => self.questions.deeper(find),
                }
            })
        })
    }
}

/// What a handler's body proves before it answers well or changes anything, given values
/// for its parameters. `is_told`: what it returns says more than that it is done.
fn body_proof(summary: &Summary, is_told: bool) -> Proof {
    let mut joined: Option<State> = None;
    let mut add = |state: State| {
        joined = Some(match joined.take() {
            None => state,
            Some(known) => known.join(&state),
        });
    };
    let mut is_answered = false;
    for (value, state) in &summary.exits {
        if refuses(value, state) {
            continue;
        }
        let state = &match &state.onward {
            Onward::Proven(proof) if !is_told => State {
                proof: proof.clone(),
                ..state.clone()
            },
            _ => state.clone(),
        };
        match value.success().filter(|_| !is_truth(value)) {
            Some(out) => add(state.with(&out.proof)),
            None => add(state.clone()),
        }
        is_answered = true;
    }
    for event in &summary.events {
        if event.kind.is_effect() {
            add(event.state.clone());
        }
    }
    let mut proof = joined.map_or_else(Proof::nothing, |state| state.proof);
    // What keeps the effects of code that only ever refuses says nothing of the endpoint.
    if !is_answered && proof.is_verified() {
        proof = Proof::maybe("no other answer than a refusal was seen");
    }
    proof
}

/// Whether a handler that returns this in this state refuses.
fn refuses(value: &Abs, state: &State) -> bool {
    let is_truth = is_truth(value);
    // `Ok(StatusCode::FORBIDDEN)` refuses too.
    let is_refusal = |out: proof::Out| out.val.from.has(From::REJECT);
    value.from.has(From::REJECT)
        || !is_truth && value.only_fails()
        // By the response that it writes into.
        || matches!(state.onward, Onward::Never(_))
        || !is_truth && value.success().is_some_and(is_refusal)
}

/// Whether a value is a truth value: a handler that answers with one answers, whichever it is.
fn is_truth(value: &Abs) -> bool {
    let names = value.names();
    names.iter().any(|it| matches!(*it, "true" | "false"))
}

/// Whether code refuses whoever comes, and changes nothing.
fn only_refuses(summary: &Summary) -> bool {
    let mut exits = summary.exits.iter();
    let mut events = summary.events.iter();
    exits.all(|(value, state)| refuses(value, state)) && !events.any(|it| it.kind.is_effect())
}
