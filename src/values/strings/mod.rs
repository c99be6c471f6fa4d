//! Where a string may have been written: backwards from its use to the literals.
//!
//! [`Values::text`] gives the one text that an expression has; this gives all that it may
//! have, through branches, collections, fields, parameters, fallbacks and defaults, each
//! with the steps on the way. What cannot be followed gives nothing.

mod calls;
pub(super) mod locals;
mod walk;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use self::locals::Locals;
use self::walk::Walk;
use super::{Callee, Text, Values};
use crate::facts::mentions::hash;
use crate::facts::{Expr, ExprId, Mention};
use crate::program::{AdtId, AdtKind, BodyKey, Def, FnId, Program, Ty};
use crate::source::{Name, Span};

/// A text that an expression may have, and how it gets there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The text; its origin is the literal that it begins with.
    pub text: Text,
    /// The way from the literal to the expression, nearest to the expression first.
    pub steps: Vec<Step>,
}

/// A stop on the way of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is, for people: "constant `BASE`", "field `Api::base`".
    pub what: String,
    /// Where.
    pub span: Span,
}

/// What the step is called that takes a value where no other is given, or nothing is set.
pub const FALLBACK: &str = "fallback where no other value is given";

/// Expressions of the program.
type Sites = Rc<[(BodyKey, ExprId)]>;

/// An index of the program, made as it is needed, that answers where strings come from.
pub struct Strings<'a> {
    values: &'a Values<'a>,
    program: &'a Program,
    /// Whether what a body calls and writes is followed.
    is_live: &'a dyn Fn(BodyKey) -> bool,
    callers: RefCell<FxHashMap<FnId, Sites>>,
    writes: RefCell<FxHashMap<(AdtId, Name), Sites>>,
    locals: RefCell<FxHashMap<BodyKey, Rc<Locals>>>,
}

impl<'a> Strings<'a> {
    /// Nothing is indexed yet. What bodies for which `is_live` does not hold call or write is
    /// not followed.
    pub fn new(values: &'a Values<'a>, is_live: &'a dyn Fn(BodyKey) -> bool) -> Strings<'a> {
        Strings {
            values,
            program: values.program,
            is_live,
            callers: RefCell::default(),
            writes: RefCell::default(),
            locals: RefCell::default(),
        }
    }

    /// The texts that an expression may have, as far as they can be followed.
    pub fn texts(&self, body: BodyKey, expr: ExprId) -> Vec<Traced> {
        Walk::new(self).texts(body, expr)
    }

    /// The same, and where an expression is empty because nothing is given or set: `unwrap_or_default()`,
    /// `String::new()`, `#[serde(default)]`. Such a text is called a [`FALLBACK`] on its way.
    pub fn texts_and_nothing(&self, body: BodyKey, expr: ExprId) -> Vec<Traced> {
        let mut walk = Walk::new(self);
        walk.knows_nothing = true;
        walk.texts(body, expr)
    }

    /// The expression that a chain of method calls begins with, through plain locals.
    pub fn root(&self, key: BodyKey, expr: ExprId) -> ExprId {
        let body = &self.program[key].body;
        let mut current = expr;
        for _ in 0..64 {
            current = match body.expr(current) {
                Expr::MethodCall(call) => call.receiver,
                Expr::Try(inner) | Expr::Await(inner) | Expr::Ref { inner, .. } => *inner,
                Expr::Path(_) => {
                    let Some(pat) = self.values.typing(key).local(current) else {
                        return current;
                    };
                    let locals = self.locals(key);
                    match locals.sources(pat).first() {
                        Some(locals::Source {
                            from: locals::From::Expr(init),
                            parts,
                        }) if parts.is_empty() => *init,
                        _ => return current,
                    }
                }
                _ => return current,
            };
        }
        current
    }

    /// The calls that reach a function for certain.
    pub fn callers(&self, id: FnId) -> Sites {
        if let Some(known) = self.callers.borrow().get(&id) {
            return Rc::clone(known);
        }
        let found: Sites = self.values.callers(id, self.is_live).into();
        self.callers.borrow_mut().insert(id, Rc::clone(&found));
        found
    }

    /// What is given to a field where its type is made, and what is assigned to it.
    pub(in crate::values) fn writes(&self, adt: AdtId, field: Name) -> Sites {
        if let Some(known) = self.writes.borrow().get(&(adt, field)) {
            return Rc::clone(known);
        }
        let def = &self.program[adt];
        let types = match &def.kind {
            AdtKind::Struct(_) => vec![def.name],
            AdtKind::Enum(data) => data.variants.iter().map(|it| it.name).collect(),
        };
        let types = types.into_iter();
        let types = types.flat_map(|it| self.program.hashes_of(it, &Mention::NAMED));
        let makes: FxHashSet<u16> = types.chain([hash(Mention::Bare, "Self")]).collect();
        let assigns = hash(Mention::Assigned, field.as_str());
        let mut hashes = makes.clone();
        hashes.insert(assigns);
        // A tuple's fields are not named where it is made.
        let is_tuple = field.as_str().starts_with(|it: char| it.is_ascii_digit());
        let names = Mention::NAMED.map(|how| hash(how, field.as_str()));
        let may_write = |key: &BodyKey| {
            let mentions = self.program[*key].body.mentions();
            let gives = || is_tuple || names.iter().any(|it| mentions.has_hash(*it));
            mentions.has_hash(assigns) || mentions.has_any(&makes) && gives()
        };
        let mut found = Vec::new();
        for key in self.live(&hashes).filter(may_write) {
            self.writes_in(key, adt, field, &mut found);
        }
        let found: Sites = found.into();
        let mut writes = self.writes.borrow_mut();
        writes.insert((adt, field), Rc::clone(&found));
        found
    }

    fn writes_in(&self, key: BodyKey, adt: AdtId, field: Name, found: &mut Vec<(BodyKey, ExprId)>) {
        let typing = self.values.typing(key);
        let body = &self.program[key].body;
        for (id, expr) in body.exprs() {
            match expr {
                Expr::Call { callee, args } => {
                    let mut callees = typing.callees(id).iter().chain(typing.defs(*callee));
                    if let Some(Callee::Constructor(Def::Adt(made))) = callees.next()
                        && *made == adt
                        && let Ok(at) = field.as_str().parse::<usize>()
                    {
                        found.extend(args.get(at).map(|arg| (key, *arg)));
                    }
                }
                Expr::Struct(data) => {
                    if matches!(typing.ty(id), Ty::Adt(made, _) if *made == adt) {
                        let given = data.fields.iter().filter(|(name, _)| *name == field);
                        found.extend(given.map(|(_, value)| (key, *value)));
                    }
                }
                Expr::Assign { target, value } => {
                    if let Expr::Field { base, name } = body.expr(*target)
                        && *name == field
                        && self.owner(typing.ty(*base), field) == Some(adt)
                    {
                        found.push((key, *value));
                    }
                }
                _ => {}
            }
        }
    }

    /// The live bodies that mention one of these.
    fn live(&self, hashes: &FxHashSet<u16>) -> impl Iterator<Item = BodyKey> {
        let bodies = self.program.mentioning(hashes);
        bodies.into_iter().filter(|key| (self.is_live)(*key))
    }

    /// The type of the program whose field an access reads, through smart pointers.
    pub fn owner(&self, base: &Ty, field: Name) -> Option<AdtId> {
        let mut current = base.peel_refs().clone();
        for _ in 0..8 {
            if let Ty::Adt(adt, _) = &current
                && self.program[*adt]
                    .fields()
                    .iter()
                    .any(|it| it.name == field)
            {
                return Some(*adt);
            }
            current = self.program.deref(&current)?.peel_refs().clone();
        }
        None
    }

    pub(in crate::values) fn locals(&self, key: BodyKey) -> Rc<Locals> {
        if let Some(found) = self.locals.borrow().get(&key) {
            return Rc::clone(found);
        }
        let made = Rc::new(Locals::of(&self.program[key].body, self.values.typing(key)));
        self.locals.borrow_mut().insert(key, Rc::clone(&made));
        made
    }
}
