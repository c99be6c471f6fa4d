//! What functions do with what they are handed, each found out once.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::taint::{Source, Step, Taint, Value, Way};
use super::walk::Walk;
use crate::models::{SinkKind, Sinks};
use crate::program::{FnId, Program};
use crate::source::{Name, SourceMap, Span};
use crate::values::Values;

/// More ways from parameters to sinks than this are not told apart.
const MAX_REACHES: usize = 48;
/// How often a function that calls itself is looked at anew.
const MAX_ROUNDS: usize = 3;
/// Bound on expressions looked at for one function; what comes after them is not followed.
pub(super) const MAX_EXPRS: u32 = 60_000;
/// How deep functions are followed into each other.
const MAX_DEPTH: usize = 48;

/// A place where data can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sink {
    /// What kind of harm.
    pub kind: SinkKind,
    /// The argument that must not be anybody's.
    pub span: Span,
    /// What is called, by its canonical path.
    pub call: Name,
    /// The function that it stands in.
    pub within: FnId,
}

/// Data that comes to a place where it can do harm.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Where it comes from.
    pub source: Source,
    /// Where it goes.
    pub sink: Sink,
    /// The way in between.
    pub steps: Vec<Step>,
}

/// What a parameter comes to.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) sink: Sink,
    /// Its origin is a parameter.
    pub(super) taint: Taint,
}

/// What a function does with what it is handed.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// What it returns.
    pub(super) value: Value,
    /// What parameters hold afterwards that it could change, `self` included.
    pub(super) after: Vec<(u16, Value)>,
    /// Sinks that parameters come to.
    pub(super) reaches: Vec<Reach>,
}

impl Summary {
    pub(super) fn reach(&mut self, reach: Reach) {
        let is_same = |it: &Reach| it.sink == reach.sink && it.taint.origin == reach.taint.origin;
        if self.reaches.len() < MAX_REACHES && !self.reaches.iter().any(is_same) {
            self.reaches.push(reach);
        }
    }

    fn is_same(&self, other: &Summary) -> bool {
        self.value.is_same(&other.value)
            && self.reaches.len() == other.reaches.len()
            && self.after.len() == other.after.len()
            && self
                .after
                .iter()
                .zip(&other.after)
                .all(|(a, b)| a.1.is_same(&b.1))
    }
}

/// The summaries of a program's functions, made as they are asked for.
pub(super) struct Summaries<'a> {
    pub(super) values: &'a Values<'a>,
    pub(super) program: &'a Program,
    pub(super) sources: &'a SourceMap,
    /// The kinds of sink that anybody asks about.
    pub(super) asked: Sinks,
    /// Functions that a framework calls with what a request holds.
    pub(super) handlers: &'a FxHashSet<FnId>,
    /// Functions that may lead to a sink.
    relevant: &'a FxHashSet<FnId>,
    known: RefCell<FxHashMap<FnId, Rc<Summary>>>,
    /// Functions that are being looked at, with what is known of them so far, and whether that
    /// was asked for.
    open: RefCell<Vec<(FnId, Rc<Summary>, bool)>>,
    /// What has been found.
    pub(super) flows: RefCell<Vec<Flow>>,
}

impl<'a> Summaries<'a> {
    pub(super) fn new(
        values: &'a Values<'a>,
        sources: &'a SourceMap,
        asked: Sinks,
        handlers: &'a FxHashSet<FnId>,
        relevant: &'a FxHashSet<FnId>,
    ) -> Summaries<'a> {
        Summaries {
            values,
            program: values.program,
            sources,
            asked,
            handlers,
            relevant,
            known: RefCell::default(),
            open: RefCell::default(),
            flows: RefCell::default(),
        }
    }

    /// Whether a function may do something with nothing but what it gets by itself.
    pub(super) fn may_matter(&self, id: FnId) -> bool {
        self.relevant.contains(&id)
    }

    /// What a function does; nothing, if it has no body.
    pub(super) fn of(&self, id: FnId) -> Rc<Summary> {
        if let Some(known) = self.known.borrow().get(&id) {
            return Rc::clone(known);
        }
        let mut open = self.open.borrow_mut();
        if let Some((_, so_far, asked)) = open.iter_mut().find(|it| it.0 == id) {
            *asked = true;
            return Rc::clone(so_far);
        }
        if open.len() >= MAX_DEPTH {
            return Rc::default();
        }
        open.push((id, Rc::default(), false));
        drop(open);
        let mut summary = Rc::new(Walk::run(self, id));
        for _ in 1..MAX_ROUNDS {
            let mut open = self.open.borrow_mut();
            let own = open.last_mut().expect("it was pushed above");
            if !own.2 || own.1.is_same(&summary) {
                break;
            }
            *own = (id, Rc::clone(&summary), false);
            drop(open);
            summary = Rc::new(Walk::run(self, id));
        }
        self.open.borrow_mut().pop();
        self.known.borrow_mut().insert(id, Rc::clone(&summary));
        summary
    }

    /// Notes that data comes to a sink.
    pub(super) fn found(&self, source: Source, sink: Sink, way: &Way) {
        let mut flows = self.flows.borrow_mut();
        let known = flows.iter().any(|it| {
            it.sink.kind == sink.kind && it.sink.span == sink.span && it.source == source
        });
        if !known {
            flows.push(Flow {
                source,
                sink,
                steps: way.steps(),
            });
        }
    }
}
