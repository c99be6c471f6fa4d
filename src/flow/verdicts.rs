//! What functions find out of what they are handed: a check is known by what it does.
//!
//! `fn is_inside(&self, path: &Path) -> bool` leaves by `true` only where `path` was compared with a
//! folder. Of each outcome a summary says what holds of the parameters wherever it is given, and a
//! caller that asks for the outcome knows that of its arguments.

use rustc_hash::FxHashSet;

use super::between::targets;
use super::guards::Fact;
use super::taint::{Fields, SELF};
use super::walk::Walk;
use crate::facts::body::{BlockKind, Literal};
use crate::facts::{Body, Expr, ExprId};
use crate::models::Sinks;
use crate::program::{FnId, Program, Ty};
use crate::source::Name;

/// A parameter or a part of it, and where it can do no harm.
type Held = (u16, Fields, Sinks);

/// What holds of the parameters where a function gives one outcome or the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict {
    /// Where it gives `true`, `Some(..)` or `Ok(..)`; `None`: nowhere.
    yes: Option<Vec<Held>>,
    /// Where it gives `false`, `None` or `Err(..)`.
    no: Option<Vec<Held>>,
}

impl Verdict {
    fn of(&self, outcome: bool) -> Option<&[Held]> {
        match outcome {
            true => self.yes.as_deref(),
            false => self.no.as_deref(),
        }
    }

    /// It is given here, too.
    fn add(&mut self, outcome: bool, held: Vec<Held>) {
        let known = match outcome {
            true => &mut self.yes,
            false => &mut self.no,
        };
        *known = Some(match known.take() {
            Some(known) => both(known, &held),
            None => held,
        });
    }
}

/// What two places have in common.
fn both(one: Vec<Held>, other: &[Held]) -> Vec<Held> {
    let common = one.into_iter().filter_map(|(at, fields, sinks)| {
        // What holds of the whole holds of the part.
        let whole = other
            .iter()
            .filter(|it| it.0 == at && fields.starts_with(&it.1));
        let sinks = whole.fold(Sinks::NONE, |all, it| all.with(it.2.both(sinks)));
        (sinks != Sinks::NONE).then_some((at, fields, sinks))
    });
    common.collect()
}

/// The expressions that a function's value may be, each where it leaves by that; none of a function
/// that says neither yes nor no.
pub(super) fn ends(program: &Program, id: FnId, body: &Body) -> FxHashSet<ExprId> {
    let mut found = FxHashSet::default();
    if says_nothing(program, &program.fn_return(id)) {
        return found;
    }
    add_ends(body, body.root, &mut found);
    for (_, expr) in body.exprs() {
        if let Expr::Return(Some(value)) = expr {
            add_ends(body, *value, &mut found);
        }
    }
    found
}

/// Whether a value of a type is no truth, and has nothing that may be missing.
fn says_nothing(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::Future(inner) => says_nothing(program, inner),
        Ty::Tuple(_) => true,
        Ty::Primitive(name) => *name != "bool",
        Ty::Adt(id, _) => program[*id].variants().is_empty(),
        _ => false,
    }
}

fn add_ends(body: &Body, id: ExprId, found: &mut FxHashSet<ExprId>) {
    match body.expr(id) {
        Expr::Block(block) if !matches!(block.kind, BlockKind::Async | BlockKind::Try) => {
            if let Some(tail) = block.tail {
                add_ends(body, tail, found);
            }
        }
        Expr::If {
            then, otherwise, ..
        } => {
            add_ends(body, *then, found);
            if let Some(otherwise) = otherwise {
                add_ends(body, *otherwise, found);
            }
        }
        Expr::Match { arms, .. } => arms.iter().for_each(|it| add_ends(body, it.body, found)),
        _ => {
            found.insert(id);
        }
    }
}

/// The outcome that an expression is, as it is written; `None`: either.
fn outcome(body: &Body, id: ExprId) -> Option<bool> {
    let of_name = |name: Option<Name>| match name?.as_str() {
        "Ok" | "Some" => Some(true),
        "Err" | "None" => Some(false),
        _ => None,
    };
    match body.expr(id) {
        Expr::Literal(Literal::Bool(it)) => Some(*it),
        Expr::Path(path) => of_name(path.last()),
        Expr::Call { callee, args } => {
            let Expr::Path(path) = body.expr(*callee) else {
                return None;
            };
            // `Ok(false)` says no.
            let inner = args.first().map(|it| body.expr(*it));
            match (of_name(path.last()), inner) {
                (Some(true), Some(Expr::Literal(Literal::Bool(it)))) => Some(*it),
                (found, _) => found,
            }
        }
        _ => None,
    }
}

impl Walk<'_, '_> {
    /// Notes what is known of the parameters where the function leaves by an expression.
    pub(super) fn note_end(&mut self, id: ExprId) {
        let said = outcome(self.body, id);
        let asked = match self.body.expr(id) {
            // `Ok(known.contains(x))`.
            Expr::Call { args, .. }
                if said == Some(true)
                    && let [only] = &**args
                    && self.is_truth(*only) =>
            {
                *only
            }
            _ => id,
        };
        let said = if asked == id { said } else { None };
        let known = self.held_now();
        for outcome in [true, false] {
            if said.is_some_and(|it| it != outcome) {
                continue;
            }
            let mut held = known.clone();
            let facts = self.facts(asked, outcome).into_iter();
            held.extend(facts.filter_map(|(of, fields, sinks)| {
                let at = match of {
                    None => SELF,
                    Some(pat) => self.body.params.iter().position(|it| *it == pat)? as u16,
                };
                Some((at, fields, sinks))
            }));
            self.summary.verdict.add(outcome, held);
        }
    }

    /// What is known of the parameters here.
    fn held_now(&self) -> Vec<Held> {
        let Some(env) = &self.env else {
            return Vec::new();
        };
        let mut held = Vec::new();
        let mut add = |at: u16, of: Vec<(Fields, Sinks)>| {
            held.extend(of.into_iter().map(|(fields, sinks)| (at, fields, sinks)));
        };
        add(SELF, env.this.harmless_parts(SELF));
        for (at, pat) in self.body.params.iter().enumerate() {
            if let Some(value) = env.local(*pat) {
                add(at as u16, value.harmless_parts(at as u16));
            }
        }
        held
    }

    /// Whether an expression is itself a truth, and not something that has succeeded or not.
    pub(super) fn is_truth(&self, id: ExprId) -> bool {
        matches!(self.ty(id), Ty::Primitive(name) if *name == "bool")
    }

    /// What is harmless of what a function of the program was given, if its call has this outcome.
    pub(super) fn found_by(&self, id: ExprId, outcome: bool) -> Vec<Fact> {
        let (receiver, args) = match self.body.expr(id) {
            Expr::Call { args, .. } => (None, args.to_vec()),
            Expr::MethodCall(call) => (Some(call.receiver), call.args.to_vec()),
            _ => return Vec::new(),
        };
        let mut given = receiver.iter().chain(&args);
        if !given.any(|it| self.may_be_tainted(*it)) {
            return Vec::new();
        }
        let program = self.all.program;
        let first = receiver.or(args.first().copied());
        let called = targets(program, self.typing, self.typing.callees(id), first);
        let mut common: Option<Vec<(ExprId, Fields, Sinks)>> = None;
        for target in called {
            let Some(summary) = self.all.of(target) else {
                return Vec::new();
            };
            // It never has this outcome.
            let Some(held) = summary.verdict.of(outcome) else {
                continue;
            };
            let by_path = receiver.is_none() && program[target].sig.self_param.is_some();
            let (this, args) = match args.split_first() {
                Some((this, rest)) if by_path => (Some(*this), rest),
                _ => (receiver, &*args),
            };
            let of_args = held.iter().filter_map(|(at, fields, sinks)| {
                let arg = match *at {
                    SELF => this,
                    at => args.get(usize::from(at)).copied(),
                };
                Some((arg?, fields.clone(), *sinks))
            });
            let found: Vec<_> = of_args.collect();
            common = Some(match common {
                None => found,
                Some(mut known) => {
                    known.retain_mut(|(arg, fields, sinks)| {
                        let same = found.iter().find(|it| it.0 == *arg && it.1 == *fields);
                        *sinks = same.map_or(Sinks::NONE, |it| sinks.both(it.2));
                        *sinks != Sinks::NONE
                    });
                    known
                }
            });
        }
        let common = common.unwrap_or_default().into_iter();
        common
            .flat_map(|(arg, fields, sinks)| match fields.is_empty() {
                true => self.facts_of(arg, sinks),
                false => {
                    let place = self.place(arg);
                    let part = place.map(|(of, before)| (of, [before, fields].concat(), sinks));
                    part.into_iter().collect()
                }
            })
            .collect()
    }
}
