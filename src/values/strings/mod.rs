//! Where a string may have been written: backwards from its use to the literals.
//!
//! [`Values::text`] gives the one text that an expression has; this gives all that it may
//! have, through branches, collections, fields, parameters, fallbacks and defaults, each
//! with the steps on the way. What cannot be followed gives nothing.

mod calls;
mod locals;
mod walk;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use self::locals::Locals;
use self::walk::Walk;
use super::{Callee, Text, Values};
use crate::facts::{Expr, ExprId};
use crate::program::{AdtId, BodyKey, Def, FnId, Program, Ty};
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

/// An index of the program that answers where strings come from.
pub struct Strings<'a> {
    values: &'a Values<'a>,
    program: &'a Program,
    callers: FxHashMap<FnId, Vec<(BodyKey, ExprId)>>,
    writes: FxHashMap<(AdtId, Name), Vec<(BodyKey, ExprId)>>,
    locals: RefCell<FxHashMap<BodyKey, Rc<Locals>>>,
}

impl<'a> Strings<'a> {
    /// Indexes the bodies for which `is_live` holds: what others call or write is not followed.
    pub fn new(values: &'a Values<'a>, is_live: &dyn Fn(BodyKey) -> bool) -> Strings<'a> {
        let mut strings = Strings {
            values,
            program: values.program,
            callers: FxHashMap::default(),
            writes: FxHashMap::default(),
            locals: RefCell::default(),
        };
        for index in 0..values.program.bodies.len() {
            let key = BodyKey(index as u32);
            if is_live(key) {
                strings.index(key);
            }
        }
        strings
    }

    /// The texts that an expression may have, as far as they can be followed.
    pub fn texts(&self, body: BodyKey, expr: ExprId) -> Vec<Traced> {
        Walk::new(self).texts(body, expr)
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

    fn index(&mut self, key: BodyKey) {
        let typing = self.values.typing(key);
        let body = &self.program[key].body;
        for (id, expr) in body.exprs() {
            match expr {
                Expr::Call { callee, args } => {
                    for target in self.targets(key, id) {
                        self.callers.entry(target).or_default().push((key, id));
                    }
                    for callee in typing
                        .callees(id)
                        .iter()
                        .chain(typing.defs(*callee))
                        .take(1)
                    {
                        if let Callee::Constructor(Def::Adt(adt)) = callee {
                            for (at, arg) in args.iter().enumerate() {
                                let field = (*adt, Name::new(&at.to_string()));
                                self.writes.entry(field).or_default().push((key, *arg));
                            }
                        }
                    }
                }
                Expr::MethodCall(_) => {
                    for target in self.targets(key, id) {
                        self.callers.entry(target).or_default().push((key, id));
                    }
                }
                Expr::Struct(data) => {
                    if let Ty::Adt(adt, _) = typing.ty(id) {
                        for (name, value) in &data.fields {
                            let writes = self.writes.entry((*adt, *name)).or_default();
                            writes.push((key, *value));
                        }
                    }
                }
                Expr::Assign { target, value } => {
                    if let Expr::Field { base, name } = body.expr(*target)
                        && let Some(adt) = self.owner(typing.ty(*base), *name)
                    {
                        self.writes
                            .entry((adt, *name))
                            .or_default()
                            .push((key, *value));
                    }
                }
                _ => {}
            }
        }
    }

    /// The functions of the program that a call reaches for certain: a method of a receiver
    /// of unknown type is a guess by its name, and left out.
    fn targets(&self, key: BodyKey, call: ExprId) -> Vec<FnId> {
        let typing = self.values.typing(key);
        if let Expr::MethodCall(data) = self.program[key].body.expr(call)
            && typing.ty(data.receiver).is_unknown()
        {
            return Vec::new();
        }
        let fns = typing
            .callees(call)
            .iter()
            .filter_map(|callee| match callee {
                Callee::Fn(candidate) => Some(candidate.id),
                _ => None,
            });
        fns.collect()
    }

    /// The type of the program whose field an access reads, through smart pointers.
    fn owner(&self, base: &Ty, field: Name) -> Option<AdtId> {
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

    fn locals(&self, key: BodyKey) -> Rc<Locals> {
        if let Some(found) = self.locals.borrow().get(&key) {
            return Rc::clone(found);
        }
        let made = Rc::new(Locals::of(&self.program[key].body, self.values.typing(key)));
        self.locals.borrow_mut().insert(key, Rc::clone(&made));
        made
    }
}
