//! What is reported on: read is everything, shown only what the user is responsible for.

use rustc_hash::FxHashMap;

use super::Scope;
use super::texts::Texts;
use super::understand::is_wanted;
use crate::program::{ModuleId, Program};
use crate::source::{FileId, Span, TextRange};
use crate::workspace::config::Config;
use crate::workspace::files::Files;
use crate::workspace::{IgnoreRules, TargetKind, Workspace, is_generated};

/// Which files findings may be in. Made step by step: nothing of what has not been added is shown.
pub(super) struct Reported<'a> {
    workspace: &'a Workspace,
    config: &'a Config,
    rules: IgnoreRules<'a>,
    asked: Asked,
    /// Those reached from a target that is looked at, selected, and named; of each whether it is
    /// neither ignored nor generated.
    in_scope: FxHashMap<FileId, bool>,
    /// By file: its test functions.
    tests: FxHashMap<FileId, Vec<TextRange>>,
}

/// Which targets were asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// By flags: then test code everywhere is reported on too.
    pub(super) flags: Scope,
    /// By flags, or by the names of files.
    pub(super) named: Scope,
}

impl<'a> Reported<'a> {
    /// Nothing yet.
    pub(super) fn new(
        workspace: &'a Workspace,
        files: &'a dyn Files,
        config: &'a Config,
        asked: Asked,
    ) -> Reported<'a> {
        Reported {
            workspace,
            config,
            rules: IgnoreRules::new(&workspace.root, files),
            asked,
            in_scope: FxHashMap::default(),
            tests: FxHashMap::default(),
        }
    }

    /// Adds the files of a program.
    pub(super) fn add_program(&mut self, program: &Program, texts: &Texts) {
        for module in &program.modules {
            let krate = &program[module.krate];
            let wanted = is_wanted(krate.kind, self.asked.named);
            let in_tests = is_of_tests(krate.kind);
            if krate.selected && wanted && (self.asked.flags.tests || in_tests || !module.is_test) {
                self.add_file(module.file, texts);
            }
        }
        if !self.asked.flags.tests {
            add_test_code(program, &mut self.tests);
        }
    }

    /// Adds a file that is reported on whatever it is.
    pub(super) fn add_file(&mut self, file: FileId, texts: &Texts) {
        let path = &texts.paths[file.index()];
        if self.in_scope.contains_key(&file) || !self.workspace.is_named(path) {
            return;
        }
        let source = texts.sources.file(file);
        let is_shown = !self.config.ignored.matches(&source.path)
            && !is_generated(source.text())
            && !self.rules.is_ignored(path);
        self.in_scope.insert(file, is_shown);
    }

    /// Whether a file is among those that were asked about.
    pub(super) fn is_in_scope(&self, file: FileId) -> bool {
        self.in_scope.contains_key(&file)
    }

    /// Whether findings in a file are shown.
    pub(super) fn is_file_shown(&self, file: FileId) -> bool {
        self.in_scope.get(&file).copied().unwrap_or(false)
    }

    /// Whether a finding at a place is shown.
    pub(super) fn is_shown(&self, span: Span) -> bool {
        let in_test = |ranges: &Vec<TextRange>| ranges.iter().any(|it| it.contains(span.range));
        self.is_file_shown(span.file) && !self.tests.get(&span.file).is_some_and(in_test)
    }
}

fn is_of_tests(kind: TargetKind) -> bool {
    matches!(kind, TargetKind::Test | TargetKind::Bench)
}

/// Test functions and impls of each file, those of test targets left out.
fn add_test_code(program: &Program, tests: &mut FxHashMap<FileId, Vec<TextRange>>) {
    let is_hidden = |module: ModuleId| !is_of_tests(program[program[module].krate].kind);
    for def in program
        .fns
        .iter()
        .filter(|it| it.is_test && is_hidden(it.module))
    {
        tests.entry(def.file).or_default().push(def.range);
    }
    for def in program
        .impls
        .iter()
        .filter(|it| it.is_test && is_hidden(it.module))
    {
        tests.entry(def.file).or_default().push(def.range);
    }
}
