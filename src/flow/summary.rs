//! What functions do with what they are handed, each found out once.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::between::{Between, names_secret};
use super::givers::Givers;
use super::pages;
use super::secrets::SecretNames;
use super::taint::{Source, Step, Taint, Value, Way};
use super::verdicts::Verdict;
use super::walk::Walk;
use crate::facts::ExprId;
use crate::models::{SinkKind, Sinks, SourceKind};
use crate::program::{BodyKey, FnId, Program};
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

/// How many calls deep functions are looked into that lead to no sink, for what they return.
const MAX_ASIDE: u8 = 3;

/// How closely functions are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// What leads to no sink passes on whatever it is handed, and ways are not written down.
    Roughly,
    /// What leads to no sink is looked into, too.
    Exactly,
}

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

impl Flow {
    /// How many calls the way goes through.
    pub fn calls(&self) -> usize {
        self.steps.iter().filter(|it| it.enters).count()
    }
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
    /// What it finds out of its parameters.
    pub(super) verdict: Verdict,
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
    /// The kinds of source besides requests that are asked for.
    kinds: &'a [SourceKind],
    /// Functions that a framework calls with what a request holds.
    pub(super) handlers: &'a FxHashSet<FnId>,
    /// Closures that a framework calls.
    pub(super) closures: &'a FxHashSet<(BodyKey, ExprId)>,
    between: &'a Between,
    givers: &'a Givers,
    looks: Looks,
    /// What tells secrets, if those are followed.
    pub(super) secrets: Option<SecretNames>,
    /// Whether functions name secrets of their own.
    naming: RefCell<FxHashMap<FnId, bool>>,
    /// By function, and how many calls it stands away from what leads to a sink.
    known: RefCell<FxHashMap<(FnId, u8), Rc<Summary>>>,
    /// Functions that are being looked at.
    open: RefCell<Vec<Open>>,
    /// What has been found.
    pub(super) flows: RefCell<Vec<Flow>>,
    /// The functions in which a source and a sink have met.
    pub(super) met: RefCell<Vec<FnId>>,
}

impl<'a> Summaries<'a> {
    pub(super) fn new(
        values: &'a Values<'a>,
        sources: &'a SourceMap,
        (asked, kinds): (Sinks, &'a [SourceKind]),
        (handlers, closures): (&'a FxHashSet<FnId>, &'a FxHashSet<(BodyKey, ExprId)>),
        (between, givers): (&'a Between, &'a Givers),
        (looks, secrets): (Looks, Option<SecretNames>),
    ) -> Summaries<'a> {
        Summaries {
            values,
            program: values.program,
            sources,
            asked,
            kinds,
            handlers,
            closures,
            between,
            givers,
            looks,
            secrets,
            naming: RefCell::default(),
            known: RefCell::default(),
            open: RefCell::default(),
            flows: RefCell::default(),
            met: RefCell::default(),
        }
    }

    /// Whether somebody wants to know what comes from such sources. What nobody asks for must not
    /// stand in the way of what is found of requests.
    pub(super) fn hears_of(&self, kind: SourceKind) -> bool {
        matches!(kind, SourceKind::Request | SourceKind::Archive) || self.kinds.contains(&kind)
    }

    /// Whether a function may give what it was not handed.
    pub(super) fn gives(&self, id: FnId) -> bool {
        self.givers.gives(id)
    }

    pub(super) fn is_exact(&self) -> bool {
        self.looks == Looks::Exactly
    }

    /// Whether the function that is looked at is where this began.
    pub(super) fn is_at_root(&self) -> bool {
        self.open.borrow().len() <= 1
    }

    /// Whether a function may name secrets of its own.
    pub(super) fn names_secrets(&self, id: FnId) -> bool {
        let Some(names) = self.secrets else {
            return false;
        };
        let mut known = self.naming.borrow_mut();
        let naming = known.entry(id);
        *naming.or_insert_with(|| names_secret(self.program, names, id))
    }

    /// What a function does; nothing is said of one that is not looked into: it may pass on whatever
    /// it is handed.
    pub(super) fn of(&self, id: FnId) -> Option<Rc<Summary>> {
        let mut open = self.open.borrow_mut();
        let aside = match (self.between.has(id), open.last()) {
            _ if self.secrets.is_some() => open.len().min(MAX_DEPTH) as u8,
            (true, _) | (_, None) => 0,
            (false, Some(caller)) => caller.aside + 1,
        };
        // What bounds a number is short, and saves a second look at all who call it.
        let bounds = || aside <= 2 && pages::bounds_by_name(self.asked, self.program[id].name);
        let is_left_out = match self.secrets {
            // Each function is as many calls away from where a secret is named as are open.
            Some(_) => !self.between.leads_on(self.program, id, usize::from(aside)),
            None => {
                aside > 0
                    && (self.looks == Looks::Roughly && !self.gives(id) && !bounds()
                        || aside > MAX_ASIDE)
            }
        };
        if is_left_out {
            return None;
        }
        if let Some(known) = self.known.borrow().get(&(id, aside)) {
            return Some(Rc::clone(known));
        }
        if let Some(own) = open.iter_mut().find(|it| it.id == id) {
            own.is_asked = true;
            return Some(Rc::clone(&own.so_far));
        }
        if open.len() >= MAX_DEPTH {
            return Some(Rc::default());
        }
        open.push(Open {
            id,
            aside,
            so_far: Rc::default(),
            is_asked: false,
        });
        drop(open);
        let mut summary = Rc::new(Walk::run(self, id));
        for _ in 1..MAX_ROUNDS {
            let mut open = self.open.borrow_mut();
            let own = open.last_mut().expect("it was pushed above");
            if !own.is_asked || own.so_far.is_same(&summary) {
                break;
            }
            own.so_far = Rc::clone(&summary);
            own.is_asked = false;
            drop(open);
            summary = Rc::new(Walk::run(self, id));
        }
        self.open.borrow_mut().pop();
        let mut known = self.known.borrow_mut();
        known.insert((id, aside), Rc::clone(&summary));
        Some(summary)
    }

    /// Notes that data comes to a sink, and in which function both have met.
    pub(super) fn found(&self, source: Source, sink: Sink, way: &Way, met: FnId) {
        self.met.borrow_mut().push(met);
        let mut flows = self.flows.borrow_mut();
        let mut known = flows.iter_mut().filter(|it| it.sink.kind == sink.kind);
        let known = known.find(|it| it.sink.span == sink.span && it.source == source);
        let new = Flow {
            source,
            sink,
            steps: way.steps(),
        };
        match known {
            Some(known) if new.calls() < known.calls() => *known = new,
            Some(_) => {}
            None => flows.push(new),
        }
    }
}

/// A function that is being looked at.
struct Open {
    id: FnId,
    /// How many calls it stands away from what leads to a sink.
    aside: u8,
    /// What is known of it so far.
    so_far: Rc<Summary>,
    /// Whether that was asked for.
    is_asked: bool,
}
