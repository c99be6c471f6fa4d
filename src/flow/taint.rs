//! What of the outside a value may hold.

use std::rc::Rc;

use super::stored::is_password;
use crate::facts::ExprId;
use crate::models::{SinkKind, Sinks, SourceKind};
use crate::program::{BodyKey, FnId};
use crate::source::{Name, Span};

/// More taints than this in one value say no more than fewer do.
const MAX_TAINTS: usize = 24;
/// Fields of fields are told apart down to here.
const MAX_PATH: usize = 4;
/// A value of more parts than this is taken for one thing.
const MAX_PARTS: usize = 48;
/// Steps that a finding can show; further ones in between are left out.
const MAX_STEPS: u16 = 24;

/// Where data comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// What sends it.
    pub kind: SourceKind,
    /// The parameter or call that gives it.
    pub span: Span,
    /// What it is, as written.
    pub name: Name,
}

/// What a taint goes back to, as far as it is known in one function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// Whatever the caller hands in: a parameter by its position, or a part of it.
    Param(u16, Fields),
    /// A source.
    Source(Source),
}

/// The way from a value to one of its parts.
pub(super) type Fields = Vec<Name>;

/// The position that stands for `self`.
pub(super) const SELF: u16 = u16::MAX;

/// A stop on the way of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happens there, for people.
    pub what: String,
    /// Where.
    pub span: Span,
    /// Whether it is a call that is followed.
    pub enters: bool,
}

/// The way that data has come, last step first.
#[derive(Debug, Clone, Default)]
pub(super) struct Way(Option<Rc<Link>>);

#[derive(Debug)]
struct Link {
    step: Step,
    count: u16,
    before: Way,
}

impl Way {
    /// One step further.
    pub(super) fn then(&self, what: impl FnOnce() -> String, span: Span) -> Way {
        let step = || Step {
            what: what(),
            span,
            enters: false,
        };
        self.step(step, span)
    }

    /// Into a function that is called.
    pub(super) fn entering(&self, function: Name, span: Span) -> Way {
        let step = || Step {
            what: format!("handed to `{function}`"),
            span,
            enters: true,
        };
        self.step(step, span)
    }

    fn step(&self, step: impl FnOnce() -> Step, span: Span) -> Way {
        let count = self.0.as_ref().map_or(0, |it| it.count);
        let is_last = self.0.as_ref().is_some_and(|it| it.step.span == span);
        if count >= MAX_STEPS || is_last {
            return self.clone();
        }
        let before = self.clone();
        Way(Some(Rc::new(Link {
            step: step(),
            count: count + 1,
            before,
        })))
    }

    /// This way, and then another that begins where it ends.
    pub(super) fn and(&self, rest: &Way) -> Way {
        let mut all = self.clone();
        for step in rest.steps() {
            let span = step.span;
            all = all.step(|| step, span);
        }
        all
    }

    /// The steps, first step first.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = self.0.as_ref();
        while let Some(link) = at {
            steps.push(link.step.clone());
            at = link.before.0.as_ref();
        }
        steps.reverse();
        steps
    }

    fn len(&self) -> u16 {
        self.0.as_ref().map_or(0, |it| it.count)
    }
}

/// What stands before data in the text that it was built into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) enum Lead {
    /// Nothing: the data begins the text, or is all of it.
    #[default]
    Nothing,
    /// No more than a scheme: `https://`.
    Scheme,
    /// Something that ends in the middle of a host's name, or nobody knows in what.
    Some,
    /// A `/` at the beginning: what follows is a path, unless it begins with another.
    Root,
    /// Enough to fix where the text leads: a host and a `/`, a folder.
    Fixed,
}

impl Lead {
    /// What stands before data in a text that this stands before.
    pub(super) fn behind(self, before: Lead) -> Lead {
        match (before, self) {
            (Lead::Nothing, own) => own,
            (Lead::Fixed, _) | (_, Lead::Fixed) => Lead::Fixed,
            (Lead::Some, Lead::Root) => Lead::Fixed,
            (before, Lead::Nothing) => before,
            (Lead::Scheme, _) => Lead::Some,
            (_, own) => own.max(Lead::Some),
        }
    }

    /// Whether data behind it can do harm at a kind of sink.
    pub(super) fn leaves_open(self, kind: SinkKind) -> bool {
        match kind {
            SinkKind::Request => matches!(self, Lead::Nothing | Lead::Scheme),
            SinkKind::Redirect => matches!(self, Lead::Nothing | Lead::Scheme | Lead::Root),
            _ => true,
        }
    }
}

/// Data from outside in a value.
#[derive(Debug, Clone)]
pub(super) struct Taint {
    pub(super) origin: Origin,
    /// The kinds of sink that it can do no harm at any more.
    pub(super) cleared: Sinks,
    pub(super) lead: Lead,
    pub(super) way: Way,
}

impl Taint {
    pub(super) fn new(origin: Origin) -> Taint {
        // Most of what is sent may be kept.
        let cleared = match &origin {
            Origin::Source(source) if source.kind == SourceKind::Secret => {
                Sinks::ALL.with(Sinks::of(SinkKind::Storage))
            }
            Origin::Source(source) if !is_password(source.name) => Sinks::of(SinkKind::Storage),
            _ => Sinks::NONE,
        };
        Taint {
            origin,
            cleared,
            lead: Lead::Nothing,
            way: Way::default(),
        }
    }

    /// Whether it can do no harm at a kind of sink. A path that does not climb out of a folder leads
    /// nowhere else if something stands before it, or it does not begin with `/`.
    pub(super) fn is_harmless_at(&self, kind: SinkKind) -> bool {
        let stays = || {
            self.cleared.contains(Sinks::CLIMBING)
                && (self.lead != Lead::Nothing || self.cleared.contains(Sinks::ROOTED))
        };
        // In a path, a secret stands where an interface wants it, and may stand nowhere else.
        let is_in_path =
            || matches!(self.origin, Origin::Source(_)) && !self.cleared.contains(Sinks::PLACED);
        let is_packed =
            || matches!(self.origin, Origin::Source(_)) && !self.cleared.contains(Sinks::UNPACKED);
        self.cleared.has(kind)
            || kind == SinkKind::File && stays()
            || kind == SinkKind::Inflation && is_packed()
            || kind == SinkKind::SecretUrl && is_in_path()
    }

    fn is_same(&self, other: &Taint) -> bool {
        self.origin == other.origin && self.lead == other.lead
    }
}

/// What can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callable {
    /// A closure of a body.
    Closure(BodyKey, ExprId),
    /// A function of the program.
    Fn(FnId),
}

/// The taints of a value and of its fields. A copy shares them until one of both is changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    /// `None`: nothing.
    data: Option<Rc<Data>>,
    pub(super) callable: Option<Callable>,
}

#[derive(Debug, Clone, Default)]
struct Data {
    taints: Vec<Taint>,
    /// Fields of which something else is known than what the taints say, by name.
    fields: Vec<(Name, Value)>,
}

impl Value {
    pub(super) fn tainted(taint: Taint) -> Value {
        Value::of(vec![taint], Vec::new())
    }

    pub(super) fn calling(callable: Callable) -> Value {
        Value {
            callable: Some(callable),
            ..Value::default()
        }
    }

    fn of(taints: Vec<Taint>, fields: Vec<(Name, Value)>) -> Value {
        let is_empty = taints.is_empty() && fields.is_empty();
        Value {
            data: (!is_empty).then(|| Rc::new(Data { taints, fields })),
            callable: None,
        }
    }

    /// The same without its data.
    pub(super) fn bare(&self) -> Value {
        Value {
            callable: self.callable,
            ..Value::default()
        }
    }

    /// A struct or tuple.
    pub(super) fn of_fields(fields: Vec<(Name, Value)>) -> Value {
        let fields = fields.into_iter().filter(|(_, it)| !it.is_clean());
        Value::of(Vec::new(), fields.collect()).bounded()
    }

    fn taints(&self) -> &[Taint] {
        self.data.as_ref().map_or(&[], |it| &it.taints)
    }

    fn fields(&self) -> &[(Name, Value)] {
        self.data.as_ref().map_or(&[], |it| &it.fields)
    }

    fn data_mut(&mut self) -> &mut Data {
        Rc::make_mut(self.data.get_or_insert_default())
    }

    /// How many parts it has, and how deep they lie.
    fn extent(&self) -> (usize, usize) {
        let parts = self.fields().iter().map(|(_, it)| it.extent());
        parts.fold((1, 0), |all, it| (all.0 + it.0, all.1.max(it.1 + 1)))
    }

    /// The same, as one thing if it has more parts than can be told apart.
    pub(super) fn bounded(self) -> Value {
        let (parts, depth) = self.extent();
        match parts > MAX_PARTS || depth > MAX_PATH {
            true => Value {
                callable: self.callable,
                ..self.flat_but_for_secrets()
            },
            false => self,
        }
    }

    pub(super) fn bound(&mut self) {
        if !self.fields().is_empty() {
            *self = std::mem::take(self).bounded();
        }
    }

    /// Whether there is nothing in it.
    pub(super) fn is_clean(&self) -> bool {
        self.data.is_none() && self.callable.is_none()
    }

    /// Whether it is without taints, down to its last field.
    pub(super) fn is_untainted(&self) -> bool {
        self.taints().is_empty() && self.fields().iter().all(|(_, it)| it.is_untainted())
    }

    /// Whether something in it comes from a source that is known already.
    pub(super) fn is_sent(&self) -> bool {
        let mut all = self.all().into_iter();
        all.any(|it| matches!(it.origin, Origin::Source(_)))
    }

    /// Whether two are one and the same, copied.
    fn is_shared_with(&self, other: &Value) -> bool {
        match (&self.data, &other.data) {
            (Some(own), Some(theirs)) => Rc::ptr_eq(own, theirs),
            (None, None) => true,
            _ => false,
        }
    }

    /// The taints of the value and of all its fields.
    pub(super) fn all(&self) -> Vec<&Taint> {
        let mut all: Vec<&Taint> = self.taints().iter().collect();
        for (_, field) in self.fields() {
            for taint in field.all() {
                // What is harmless of one part may do harm as another.
                let is_known =
                    |it: &&Taint| it.is_same(taint) && taint.cleared.contains(it.cleared);
                if all.len() < MAX_TAINTS && !all.iter().any(is_known) {
                    all.push(taint);
                }
            }
        }
        all
    }

    /// The same without what is known of its fields.
    pub(super) fn own(&self) -> Value {
        Value::of(self.taints().to_vec(), Vec::new())
    }

    /// The same taints, as those of one thing.
    pub(super) fn flat(&self) -> Value {
        match self.fields() {
            [] => Value {
                callable: None,
                ..self.clone()
            },
            _ => {
                let mut data = Data::default();
                for taint in self.all() {
                    data.add(taint.clone());
                }
                Value::of(data.taints, data.fields)
            }
        }
    }

    /// The same, without secrets that are fields of it: those beside them are none.
    fn flat_but_for_secrets(&self) -> Value {
        let is_secret =
            |it: &Taint| matches!(&it.origin, Origin::Source(it) if it.kind == SourceKind::Secret);
        let own = self.taints();
        let mut data = Data::default();
        for taint in self.all() {
            if !is_secret(taint) || own.iter().any(|it| it.is_same(taint)) {
                data.add(taint.clone());
            }
        }
        Value::of(data.taints, data.fields)
    }

    /// One of its fields.
    pub(super) fn field(&self, name: Name) -> Value {
        if let Some((_, known)) = self.fields().iter().find(|(it, _)| *it == name) {
            return known.clone();
        }
        let is_same = |it: &Taint| match &it.origin {
            Origin::Param(_, fields) => fields.len() >= MAX_PATH,
            Origin::Source(_) => true,
        };
        if self.fields().is_empty() && self.taints().iter().all(is_same) {
            let part = Value {
                callable: None,
                ..self.clone()
            };
            return match is_password(name) {
                true => part.restored(Sinks::of(SinkKind::Storage)),
                false => part,
            };
        }
        let mut data = Data::default();
        for taint in self.taints() {
            let mut part = taint.clone();
            if let Origin::Param(_, fields) = &mut part.origin
                && fields.len() < MAX_PATH
            {
                fields.push(name);
            } else if is_password(name) {
                part.cleared = part.cleared.without(Sinks::of(SinkKind::Storage));
            }
            data.add(part);
        }
        Value::of(data.taints, data.fields)
    }

    /// The part that a way of fields leads to.
    pub(super) fn at(&self, fields: &[Name]) -> Value {
        match fields {
            [] => self.clone(),
            [first, rest @ ..] => self.field(*first).at(rest),
        }
    }

    /// The place of a field, to be written to.
    fn slot(&mut self, name: Name) -> &mut Value {
        let at = match self.fields().iter().position(|(it, _)| *it == name) {
            Some(at) => at,
            None => {
                let value = self.field(name);
                let fields = &mut self.data_mut().fields;
                fields.push((name, value));
                fields.len() - 1
            }
        };
        &mut self.data_mut().fields[at].1
    }

    /// Replaces a part.
    pub(super) fn set(&mut self, fields: &[Name], value: Value) {
        match fields {
            [] => *self = value,
            [first, rest @ ..] => self.slot(*first).set(rest, value),
        }
    }

    /// Adds to a part.
    pub(super) fn add_at(&mut self, fields: &[Name], value: &Value) {
        match fields {
            [] => self.join(value),
            [first, rest @ ..] => self.slot(*first).add_at(rest, value),
        }
    }

    /// Changes all taints of a part, fields of fields included.
    pub(super) fn change(&mut self, fields: &[Name], change: &dyn Fn(&mut Taint)) {
        if self.data.is_none() {
            return;
        }
        match fields {
            [] => {
                let data = self.data_mut();
                data.taints.iter_mut().for_each(change);
                let fields = data.fields.iter_mut();
                fields.for_each(|(_, it)| it.change(&[], change));
            }
            [first, rest @ ..] => {
                if !self.is_untainted() {
                    self.slot(*first).change(rest, change);
                }
            }
        }
    }

    /// The same with all taints changed.
    pub(super) fn changed(mut self, change: impl Fn(&mut Taint)) -> Value {
        self.change(&[], &change);
        self
    }

    /// The same, harmless at some kinds of sink.
    pub(super) fn cleared(self, of: Sinks) -> Value {
        match self.is_cleared(of) {
            true => self,
            false => self.changed(|it| it.cleared = it.cleared.with(of)),
        }
    }

    /// The same, harmful again at some kinds of sink where it was a text: it is read as something
    /// else. What has been checked, and what holds no more than a number, stays harmless.
    pub(super) fn restored(self, of: Sinks) -> Value {
        let is_text = |it: &Taint| !it.cleared.contains(Sinks::of(SinkKind::Sql));
        self.changed(|it| {
            if is_text(it) {
                it.cleared = it.cleared.without(of);
            }
        })
    }

    fn is_cleared(&self, of: Sinks) -> bool {
        self.taints().iter().all(|it| it.cleared.contains(of))
            && self.fields().iter().all(|(_, it)| it.is_cleared(of))
    }

    /// What of a parameter that it still is can do no harm at some kinds of sink: all of it, or parts.
    pub(super) fn harmless_parts(&self, at: u16) -> Vec<(Fields, Sinks)> {
        let mut found = Vec::new();
        self.add_harmless(at, &mut Vec::new(), &mut found);
        found
    }

    fn add_harmless(&self, at: u16, way: &mut Fields, found: &mut Vec<(Fields, Sinks)>) {
        let is_it = |it: &Taint| matches!(&it.origin, Origin::Param(of, fields) if *of == at && fields == way);
        if !self.taints().iter().all(is_it) {
            return;
        }
        let sinks = self.cleared_everywhere();
        if !self.taints().is_empty() && sinks != Sinks::NONE {
            found.push((way.clone(), sinks));
        }
        for (name, part) in self.fields() {
            way.push(*name);
            part.add_harmless(at, way, found);
            way.pop();
        }
    }

    /// The kinds of sink that none of its taints can do harm at.
    pub(super) fn cleared_everywhere(&self) -> Sinks {
        let all = self.all().into_iter().map(|it| it.cleared);
        all.fold(Sinks::ALL.with(Sinks::TEXTUAL), Sinks::both)
    }

    /// Whether something of it is known to come from a source.
    pub(super) fn is_of_source(&self) -> bool {
        let mut all = self.all().into_iter();
        all.any(|it| matches!(it.origin, Origin::Source(_)))
    }

    /// Adds what another value may hold.
    pub(super) fn join(&mut self, other: &Value) {
        self.callable = self.callable.or(other.callable);
        let Some(theirs) = other.data.as_ref().filter(|_| !self.is_shared_with(other)) else {
            return;
        };
        if self.data.is_none() {
            self.data = Some(Rc::clone(theirs));
            return;
        }
        let mut names: Vec<Name> = self.fields().iter().map(|it| it.0).collect();
        for (name, _) in &theirs.fields {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        for name in names {
            let theirs = other.field(name);
            self.slot(name).join(&theirs);
        }
        if !theirs.taints.is_empty() {
            let data = self.data_mut();
            for taint in &theirs.taints {
                data.add(taint.clone());
            }
        }
    }

    /// What any of several may hold.
    pub(super) fn of_all<'v>(values: impl IntoIterator<Item = &'v Value>) -> Value {
        let values = values.into_iter();
        values.fold(Value::default(), |all, it| all.or(it))
    }

    /// What either of two may hold.
    pub(super) fn or(mut self, other: &Value) -> Value {
        self.join(other);
        self
    }

    /// The same value with what stands for parameters filled in.
    pub(super) fn filled(&self, fill: &dyn Fn(&Taint) -> Value) -> Value {
        let mut value = Value {
            callable: self.callable,
            ..Value::default()
        };
        for taint in self.taints() {
            value.join(&fill(taint));
        }
        for (name, field) in self.fields() {
            value.set(&[*name], field.filled(fill));
        }
        value
    }

    /// Whether two hold the same, whatever way it has come.
    pub(super) fn is_same(&self, other: &Value) -> bool {
        let has = |all: &[Taint], one: &Taint| {
            all.iter()
                .any(|it| it.is_same(one) && it.cleared == one.cleared)
        };
        self.is_shared_with(other)
            || self.taints().len() == other.taints().len()
                && self.taints().iter().all(|it| has(other.taints(), it))
                && self.fields().len() == other.fields().len()
                && self.fields().iter().all(|(name, it)| {
                    let other = other.fields().iter().find(|(of, _)| of == name);
                    other.is_some_and(|(_, other)| it.is_same(other))
                })
    }
}

impl Data {
    fn add(&mut self, taint: Taint) {
        let known = self.taints.iter().position(|it| it.is_same(&taint));
        let Some(at) = known else {
            if self.taints.len() < MAX_TAINTS {
                self.taints.push(taint);
            }
            return;
        };
        let known = &mut self.taints[at];
        // It may have come by either way.
        if taint.way.len() < known.way.len() && known.cleared.contains(taint.cleared) {
            known.way = taint.way;
        }
        known.cleared = known.cleared.both(taint.cleared);
    }
}
