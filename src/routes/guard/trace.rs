//! Where code answers with nothing proven, for people who ask why a verdict is *unknown*.

use std::sync::Arc;

use super::handlers::holds_credentials;
use super::interpret::Run;
use super::proof::{Abs, State};
use super::{Judge, Summary};
use crate::facts::ExprId;
use crate::program::FnId;
use crate::program::ty::Subst;
use crate::source::Span;

/// A function that is handed credentials, and the first answer of it that none has to be genuine for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven {
    /// What it is called.
    pub function: String,
    /// The answer.
    pub span: Span,
}

/// Functions in the order of the calls, and the first such answer of each.
pub(super) type Trace = Vec<(FnId, Option<Span>)>;

impl Judge<'_> {
    /// Such answers of a handler and of what it calls before anything is proven, in the order of
    /// the calls: those that the last of them stands for, the others rest on.
    pub fn unproven(&self, id: FnId) -> Vec<Unproven> {
        // What its parameters take is of no concern.
        let mut taken = self.parameters(id, &Subst::new());
        self.trace.replace(Some(Vec::new()));
        self.handle(id, &mut taken, &Subst::new());
        let mut found: Vec<Unproven> = Vec::new();
        for (function, span) in self.trace.take().into_iter().flatten() {
            let one = span.map(|span| Unproven {
                function: self.program[function].name.to_string(),
                span,
            });
            found.extend(one.filter(|it| !found.contains(it)));
        }
        found
    }

    pub(super) fn is_tracing(&self) -> bool {
        self.trace.borrow().is_some()
    }

    /// Runs a function in this state; where something is proven already, what it answers is of no
    /// concern.
    pub(super) fn run_in(
        &self,
        entry: &State,
        id: FnId,
        args: Vec<Abs>,
        this: Abs,
        subst: &Subst,
    ) -> Arc<Summary> {
        if !self.is_tracing() || !entry.proof.is_verified() {
            return self.run(id, args, this, subst);
        }
        let trace = self.trace.take();
        let summary = self.run(id, args, this, subst);
        self.trace.replace(trace);
        summary
    }

    /// Runs a function, whatever is known of it, and notes where it answers.
    pub(super) fn run_traced(
        &self,
        id: FnId,
        run: impl FnOnce() -> Summary,
        args: &[Abs],
    ) -> Summary {
        let is_asked = args.iter().any(holds_credentials) && self.may_refuse(id);
        let at = self.trace.borrow().as_ref().map_or(0, Vec::len);
        if is_asked && let Some(trace) = self.trace.borrow_mut().as_mut() {
            trace.push((id, None));
        }
        let summary = run();
        if is_asked
            && let Some(trace) = self.trace.borrow_mut().as_mut()
            && let Some((_, span)) = trace.get_mut(at)
        {
            *span = summary.unproven;
        }
        summary
    }
}

impl Run<'_, '_> {
    /// Notes the first answer that nothing has to be proven for.
    pub(super) fn note_unproven(&mut self, at: ExprId, value: &Abs) {
        let Some(state) = self.state.as_ref() else {
            return;
        };
        let is_proven = |out: super::proof::Out| out.proof.is_verified();
        let is_open = !value.refuses()
            && !state.proof.is_verified()
            && !value.success().is_some_and(is_proven);
        if is_open && self.unproven.is_none() && self.judge.is_tracing() {
            self.unproven = Some(self.span(at));
        }
    }
}
