//! What filters do with a request (warp): what each takes out of it, the functions that get what
//! was taken, and what is tried when one rejects.
//!
//! A filter hands on a tuple of values. `a.and(b)` hands on those of both, `map`, `then` and
//! `and_then` hand on one, the result of a function over all that was handed on before.

use std::sync::Arc;

use super::endpoint::HandlerTarget;
use crate::models::roles::Carries;
use crate::program::Ty;
use crate::program::ty::Subst;
use crate::source::Span;

/// The filters of one alternative.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// Whether nothing of the path is left behind them: it was matched to its end, or taken whole.
    pub is_closed: bool,
}

/// One filter.
#[derive(Debug, Clone)]
pub enum Step {
    /// Takes one value out of the request; rejects if it is not there.
    Take(Part),
    /// Rejects unless a header has this very value. Hands on nothing.
    Exact(Part),
    /// Runs a function.
    Apply(Apply),
    /// Hands on the parts of the tuple that the steps within hand on.
    Untuple(Vec<Step>),
    /// The first of these that does not reject.
    Either(Vec<Vec<Step>>),
    /// Runs a function on the rejection of the steps within.
    Rescue {
        /// What may reject.
        inner: Vec<Step>,
        /// What decides on the rejection.
        by: Function,
        /// Whether it gives the tuple that the steps within would have (`or_else`), or one value.
        is_tuple: bool,
    },
    /// One or the other, as the service is set up.
    Switch {
        /// The setting, as written.
        condition: String,
        /// If it holds.
        then: Vec<Step>,
        /// If it does not.
        otherwise: Vec<Step>,
    },
    /// A filter that could not be followed.
    Unknown {
        /// As written.
        name: String,
        /// Where.
        span: Span,
    },
}

/// A part of a request.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which.
    pub carries: Carries,
    /// The name of the header or cookie; `None` if it is not written down.
    pub name: Option<String>,
    /// The type that it is taken as.
    pub ty: Ty,
    /// Whether it may be missing.
    pub is_optional: bool,
    /// Whether it is the whole path of the request.
    pub is_route: bool,
    /// What a path parameter is called in the path.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A function over what was handed on.
#[derive(Debug, Clone)]
pub struct Apply {
    /// What becomes of its result.
    pub how: How,
    /// The function.
    pub function: Function,
    /// What hands it its arguments.
    pub inner: Vec<Step>,
    /// The call that puts it there.
    pub span: Span,
}

/// What becomes of a function's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is handed on: `map`, `then`.
    Map,
    /// What success holds is handed on, an error rejects: `and_then`.
    AndThen,
}

/// A function in a filter.
#[derive(Debug, Clone)]
pub struct Function {
    /// The code.
    pub target: HandlerTarget,
    /// What its type parameters stand for.
    pub types: Arc<Subst>,
    /// As reports show it.
    pub name: String,
    /// Where it is written.
    pub span: Span,
}

impl Chain {
    /// The function that answers: the last that runs.
    pub fn handler(&self) -> Option<&Apply> {
        answering(&self.steps)
    }
}

/// The last function of these steps.
pub fn answering(steps: &[Step]) -> Option<&Apply> {
    steps.iter().rev().find_map(|step| match step {
        Step::Apply(apply) => Some(apply),
        Step::Switch { then, .. } => answering(then),
        _ => None,
    })
}

/// The functions that run before the last one, in order.
pub fn functions<'s>(steps: &'s [Step], out: &mut Vec<&'s Function>) {
    for step in steps {
        match step {
            Step::Apply(apply) => {
                functions(&apply.inner, out);
                out.push(&apply.function);
            }
            Step::Untuple(inner) => functions(inner, out),
            Step::Rescue { inner, by, .. } => {
                functions(inner, out);
                out.push(by);
            }
            // One of several ways need not be taken.
            Step::Either(_) | Step::Switch { .. } => {}
            Step::Take(_) | Step::Exact(_) | Step::Unknown { .. } => {}
        }
    }
}
