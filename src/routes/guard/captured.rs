//! What was made before a closure or a layer, and is taken along by it.

use rustc_hash::FxHashSet;

use super::interpret::Run;
use super::proof::State;
use crate::facts::body::Block;
use crate::facts::{Expr, ExprId, Pat, PatId, Stmt};
use crate::program::Program;
use crate::source::TextRange;

/// So many variables are found out about, one through the other.
const MAX_VARIABLES: usize = 24;

impl<'a> Run<'_, 'a> {
    /// What the variables are that an expression takes along: a text that stands in the code, or a
    /// setting that may be empty, is no secret, and a list of paths is what was put into it.
    pub(super) fn know_captured(&mut self, taker: ExprId) {
        let body = &self.judge.program[self.key].body;
        let within = body.expr_range(taker);
        let mut known: FxHashSet<PatId> = FxHashSet::default();
        let mut open = self.variables_in(within);
        let mut before: Vec<&Stmt> = Vec::new();
        while let Some(pat) = open.pop() {
            if known.len() >= MAX_VARIABLES || !known.insert(pat) {
                continue;
            }
            let Some(made) = self.let_of(pat, within) else {
                continue;
            };
            let range = self.range_of(made);
            open.extend(self.variables_in(range));
            if matches!(body.pat(pat), Pat::Bind { mutable: true, .. }) {
                before.extend(self.changes_of(pat, range, within));
            }
            before.push(made);
        }
        before.sort_by_key(|it| self.range_of(it).start);
        before.dedup_by_key(|it| self.range_of(it).start);
        for stmt in before {
            self.run_statement(stmt);
            // That was before any request.
            self.state = Some(State::start());
        }
        self.exits.clear();
        self.events.clear();
    }

    /// The same of lists and texts that stand in the code alone: what else a layer is made of is called
    /// by the fields that hold it.
    pub(super) fn know_listed(&mut self, taker: ExprId) {
        self.know_captured(taker);
        self.env
            .retain(|_, value| value.is_list() || value.is_written());
    }

    /// The variables that are named in a part of the body.
    fn variables_in(&self, within: TextRange) -> Vec<PatId> {
        let body = &self.judge.program[self.key].body;
        let used = body.exprs().filter_map(|(id, expr)| {
            let is_inside = matches!(expr, Expr::Path(_)) && within.contains(body.expr_range(id));
            self.typing.local(id).filter(|_| is_inside)
        });
        used.collect()
    }

    /// The `let` of a variable that is made outside of a part of the body, and before it.
    fn let_of(&self, pat: PatId, within: TextRange) -> Option<&'a Stmt> {
        self.statements_before(within).find(|stmt| match stmt {
            Stmt::Let(data) => data.pat == pat && data.init.is_some(),
            Stmt::Expr(_) => false,
        })
    }

    /// The statements between the `let` of a variable and a part of the body that name the variable.
    fn changes_of(
        &self,
        pat: PatId,
        made: TextRange,
        within: TextRange,
    ) -> impl Iterator<Item = &'a Stmt> {
        self.statements_before(within).filter(move |stmt| {
            let range = self.range_of(stmt);
            range.start >= made.end && self.variables_in(range).contains(&pat)
        })
    }

    /// The statements that run before a part of the body in any case: those before it in the blocks
    /// around it.
    fn statements_before(&self, within: TextRange) -> impl Iterator<Item = &'a Stmt> {
        let program: &'a Program = self.judge.program;
        let body = &program[self.key].body;
        let blocks = body.exprs().filter_map(move |(id, expr)| match expr {
            Expr::Block(block) if body.expr_range(id).contains(within) => Some(&**block),
            _ => None,
        });
        let all = blocks.flat_map(|block: &'a Block| &block.stmts);
        all.filter(move |stmt| self.range_of(stmt).end <= within.start)
    }

    fn range_of(&self, stmt: &Stmt) -> TextRange {
        let body = &self.judge.program[self.key].body;
        match stmt {
            Stmt::Expr(id) => body.expr_range(*id),
            Stmt::Let(data) => match data.init {
                Some(init) => body.expr_range(init),
                None => body.pat_range(data.pat),
            },
        }
    }
}
