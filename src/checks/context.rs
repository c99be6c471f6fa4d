//! What a check may look at.

use super::secrets::SecretFinding;
use crate::diagnostics::{Excuses, LintMeta, Persona};
use crate::facts::mentions::hash;
use crate::facts::{Expr, Mention};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner, ModuleId, Program};
use crate::routes::Inventory;
use crate::source::{FileId, Name, SourceMap};
use crate::values::{Callee, Values};
use crate::workspace::{TargetKind, Workspace};

/// Everything that is known when the checks run of packages that are analysed together.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Packages, targets and locked versions.
    pub workspace: &'a Workspace,
    /// All files that were read.
    pub sources: &'a SourceMap,
    /// The definitions.
    pub program: &'a Program,
    /// Types, callees and strings.
    pub values: &'a Values<'a>,
    /// Endpoints and what guards them.
    pub inventory: &'a Inventory,
    /// What may be a secret, in Rust files and in others, by file.
    pub secrets: &'a [(FileId, Vec<SecretFinding>)],
    /// Who reads. A check may return findings for all; those for others are dropped later.
    pub persona: Persona,
    /// Which test code is to be reported on.
    pub scope: Scope,
    /// Whether data is followed to where it does harm.
    pub follows_data: bool,
    /// What comments and settings let off.
    pub excuses: &'a Excuses<'a>,
}

impl Context<'_> {
    /// What a finding takes from its lint.
    pub fn meta(&self, lint: &Lint) -> LintMeta {
        meta(lint)
    }

    /// Whether the program calls a method of one of these names, or a function of a library of which this is the
    /// canonical path.
    pub fn calls(&self, names: &[Name]) -> bool {
        if names.is_empty() {
            return false;
        }
        let paths = names.iter().map(|it| it.as_str());
        let paths: Vec<&str> = paths.filter(|it| it.contains("::")).collect();
        if !paths.is_empty() {
            let using = self.program.using(paths, true, |it| names.contains(&it));
            return using.into_iter().any(|key| {
                let mut callees = self.values.typing(key).all_callees();
                callees.any(|it| matches!(it, Callee::External(path) if names.contains(path)))
            });
        }
        let hashes = names.iter().map(|it| hash(Mention::Member, it.as_str()));
        let bodies = self.program.mentioning(&hashes.collect());
        bodies.iter().any(|it| {
            let mut exprs = self.program[*it].body.exprs();
            exprs.any(
                |(_, expr)| matches!(expr, Expr::MethodCall(call) if names.contains(&call.name)),
            )
        })
    }

    /// Whether what a body does is reported on: it is no test, or tests were asked for.
    pub fn is_live(&self, key: BodyKey) -> bool {
        let data = &self.program[key];
        let is_test = match data.owner {
            BodyOwner::Fn(id) => self.program[id].is_test,
            BodyOwner::Const(id) => self.program[id].is_test,
        };
        (!is_test || self.scope.tests) && !self.is_left_out(data.module)
    }

    /// Whether code of a module is test code (`#[cfg(test)]`, a test or bench target) or an
    /// example, which is not reported on unless it was asked for.
    pub fn is_left_out(&self, module: ModuleId) -> bool {
        let module = &self.program[module];
        let kind = self.program[module.krate].kind;
        let is_test = module.is_test || matches!(kind, TargetKind::Test | TargetKind::Bench);
        (is_test && !self.scope.tests) || (kind == TargetKind::Example && !self.scope.examples)
    }
}

/// Which targets are analysed and reported on, beside libraries and programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// Tests and benches, and test code everywhere.
    pub tests: bool,
    /// Examples.
    pub examples: bool,
}

/// What a finding takes from its lint.
pub fn meta(lint: &Lint) -> LintMeta {
    LintMeta {
        id: lint.id,
        category: lint.category,
        severity: lint.severity,
        confidence: lint.confidence,
        persona: lint.persona,
        default_level: lint.level,
    }
}
