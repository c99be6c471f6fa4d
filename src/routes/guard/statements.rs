//! Statements and assignments: what holds after each.

use std::sync::Arc;

use super::interpret::Run;
use super::proof::{Abs, From, Strength};
use crate::facts::body::{Block, LetStmt};
use crate::facts::{CfgPredicate, Expr, ExprId, Stmt};
use crate::routes::endpoint::Evidence;
use crate::values::Callee;

impl Run<'_, '_> {
    pub(super) fn block(&mut self, block: &Block, labelled: bool) -> Abs {
        let outer = if labelled {
            std::mem::take(&mut self.breaks)
        } else {
            Vec::new()
        };
        if !self.statements(block) && !labelled {
            return Abs::default();
        }
        let value = block.tail.map_or_else(Abs::default, |id| self.expr(id));
        if labelled {
            let mut ends = std::mem::replace(&mut self.breaks, outer);
            if let Some(state) = self.state.take() {
                ends.push((value, state, self.env.clone()));
            }
            return self.join_ends(ends);
        }
        value
    }

    /// Runs statements; whether what follows them is reached.
    pub(super) fn statements(&mut self, block: &Block) -> bool {
        let mut at = 0;
        while let Some(stmt) = block.stmts.get(at)
            && self.state.is_some()
        {
            match block.cfg_at(at) {
                None => self.run_statement(stmt),
                Some(cfg) if cfg.implies_test() => {}
                Some(cfg) => {
                    let is_other = block
                        .cfg_at(at + 1)
                        .is_some_and(|it| it.is_opposite_of(cfg));
                    let other = block.stmts.get(at + 1).filter(|_| is_other);
                    self.perhaps(cfg, stmt, other);
                    at += usize::from(other.is_some());
                }
            }
            at += 1;
        }
        self.state.is_some()
    }

    /// A statement that is there only in some builds, and what is there in all others.
    fn perhaps(&mut self, cfg: &CfgPredicate, stmt: &Stmt, other: Option<&Stmt>) {
        let setting: Arc<str> = cfg.to_string().into();
        let (before, env) = (self.state.clone(), self.env.clone());
        let assuming = |value: &str| before.as_ref().map(|it| it.assuming(&setting, value));
        self.state = assuming("true");
        self.run_statement(stmt);
        let with = self.state.take();
        let with_env = std::mem::replace(&mut self.env, env);
        self.state = assuming("false");
        if let Some(other) = other {
            self.run_statement(other);
        }
        match (with, self.state.clone()) {
            (Some(with), Some(without)) => {
                self.join_env(with_env, &with, &without);
                self.state = Some(with.join(&without));
            }
            (Some(with), None) => {
                self.env = with_env;
                self.state = Some(with);
            }
            (None, _) => {}
        }
    }

    pub(super) fn run_statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Expr(id) => {
                let value = self.expr(*id);
                self.note_looked(&value);
            }
            Stmt::Let(data) => {
                let value = self.let_value(data);
                self.note_looked(&value);
                let value = match data.ty {
                    Some(_) => self.numbered(self.typing.pat_ty(data.pat), value),
                    None => value,
                };
                match data.diverge {
                    None => self.bind(data.pat, value),
                    Some(diverge) => {
                        let matched = self.matched(data.pat, &value);
                        let missed = self.missed(data.pat, &value);
                        let before = self.state.take();
                        if let (Some(before), Some(missed)) = (&before, missed) {
                            let left = self.minus(data.pat, &value).unwrap_or_default();
                            let mut state =
                                before.with(&missed.proof).taking(&value, &left.names());
                            state.assume.extend(missed.assume_of(&value));
                            self.state = Some(state);
                            self.expr(diverge);
                        }
                        self.state = match (before, matched) {
                            (Some(before), Some(matched)) => {
                                let mut state = before.with(&matched.proof);
                                state.assume.extend(matched.assume_of(&value));
                                Some(state)
                            }
                            _ => None,
                        };
                        self.bind(data.pat, value);
                    }
                }
            }
        }
    }

    /// A check whose outcome is here has been made, whatever becomes of it.
    pub(super) fn note_looked(&mut self, value: &Abs) {
        if let Some(state) = &mut self.state
            && !state.proof.looked
            && let Some(evidence) = checked(value)
        {
            state.proof.looked = true;
            if !state.proof.evidence.contains(evidence) {
                state.proof.evidence.push(evidence.clone());
            }
        }
    }

    /// The value of a `let`. In `let jar: CookieJar = parts.extract().await?` the annotation says
    /// which extractor ran.
    fn let_value(&mut self, data: &LetStmt) -> Abs {
        let Some(init) = data.init else {
            return Abs::default();
        };
        if data.ty.is_none() || !self.runs_extractor(init) {
            return self.expr(init);
        }
        let ty = self
            .typing
            .pat_ty(data.pat)
            .subst(&self.subst, self.judge.program);
        let span = self.span(init);
        match self.judge.extractor(&ty, span).variant("Ok") {
            Some(out) => {
                self.learn(&out.proof);
                out.val
            }
            None => self.expr(init),
        }
    }

    /// Whether a chain ends in a call of an extractor whose value is taken out.
    fn runs_extractor(&self, id: ExprId) -> bool {
        match self.judge.program[self.key].body.expr(id) {
            Expr::Try(inner) | Expr::Await(inner) => self.runs_extractor(*inner),
            Expr::MethodCall(call) => match call.name.as_str() {
                "extract" | "extract_with_state" | "extract_parts" | "extract_parts_with_state" => {
                    true
                }
                "unwrap" | "expect" | "map_err" | "ok_or" | "unwrap_or_else" => {
                    self.runs_extractor(call.receiver)
                }
                _ => false,
            },
            Expr::Call { callee, .. } => match self.judge.program[self.key].body.expr(*callee) {
                Expr::Path(path) => {
                    let last = path.last().map_or("", |name| name.as_str());
                    matches!(last, "from_request" | "from_request_parts")
                        && self
                            .typing
                            .callees(id)
                            .iter()
                            .all(|it| !matches!(it, Callee::Fn(_)))
                }
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn assign(&mut self, target: ExprId, value: Abs) {
        let body = &self.judge.program[self.key].body;
        match body.expr(target) {
            Expr::Path(_) => {
                if let Some(pat) = self.typing.local(target) {
                    self.env.insert(pat, value);
                }
            }
            Expr::Unary { inner, .. } => self.assign(*inner, value),
            Expr::Field { base, name } if *name == "status_code" => {
                let answer = self.expr(*base).from;
                if answer.has(From::ANSWER) {
                    self.set_status_field(&value, answer, self.span(target));
                }
            }
            Expr::Field { base, .. } => self.assign_field(target, *base, value),
            Expr::MethodCall(call) => self.set_response_status(call, &value),
            _ => {}
        }
    }
}

/// What a check went by of which this value is the outcome.
fn checked(value: &Abs) -> Option<&Evidence> {
    let mut variants = value.variants.iter().flat_map(|it| it.iter());
    variants.find_map(|(name, out)| match out.proof.strength {
        // Who somebody is, if somebody is there: that is found, not checked.
        Strength::Verified
            if matches!(name.as_str(), "Some" | "true") && value.from.has(From::IDENTITY) =>
        {
            None
        }
        Strength::Verified => out.proof.evidence.first(),
        _ => checked(&out.val),
    })
}
