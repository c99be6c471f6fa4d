//! What is reported on: read is everything, shown only what the user is responsible for.

use rustc_hash::FxHashMap;

use super::{Loaded, Scope};
use crate::program::Program;
use crate::source::{FileId, Span, TextRange};
use crate::workspace::config::Config;
use crate::workspace::files::Files;
use crate::workspace::{IgnoreRules, Workspace, is_generated};

/// Which files findings may be in.
pub(super) struct Reported {
    /// By file: reached from a target that is looked at, selected, and named.
    in_scope: Vec<bool>,
    /// By file: and neither ignored nor generated.
    shown: Vec<bool>,
    /// By file: its test functions.
    tests: FxHashMap<FileId, Vec<TextRange>>,
}

impl Reported {
    /// Judges all files of a run. `always` are files that are reported on whatever they are.
    pub(super) fn new(
        workspace: &Workspace,
        files: &dyn Files,
        loaded: &Loaded,
        text_files: &[FileId],
        config: &Config,
        scope: Scope,
    ) -> Reported {
        let mut in_scope = vec![false; loaded.sources.len()];
        for module in &loaded.program.modules {
            let krate = &loaded.program[module.krate];
            let wanted = super::is_wanted(krate.kind, scope);
            if krate.selected && wanted && (scope.tests || !module.is_test) {
                in_scope[module.file.index()] = true;
            }
        }
        for file in text_files {
            in_scope[file.index()] = true;
        }
        for (index, path) in loaded.paths.iter().enumerate() {
            in_scope[index] &= workspace.is_named(path);
        }
        let rules = IgnoreRules::new(&workspace.root, files);
        let shown = loaded.sources.iter().map(|(id, file)| {
            in_scope[id.index()]
                && !config.ignored.matches(&file.path)
                && !is_generated(&file.text)
                && !rules.is_ignored(&loaded.paths[id.index()])
        });
        let shown = shown.collect();
        let tests = match scope.tests {
            true => FxHashMap::default(),
            false => test_code(&loaded.program),
        };
        Reported {
            in_scope,
            shown,
            tests,
        }
    }

    /// Whether a file is among those that were asked about.
    pub(super) fn is_in_scope(&self, file: FileId) -> bool {
        self.in_scope.get(file.index()).copied().unwrap_or(false)
    }

    /// Whether findings in a file are shown.
    pub(super) fn is_file_shown(&self, file: FileId) -> bool {
        self.shown.get(file.index()).copied().unwrap_or(false)
    }

    /// Whether a finding at a place is shown.
    pub(super) fn is_shown(&self, span: Span) -> bool {
        let in_test = |ranges: &Vec<TextRange>| ranges.iter().any(|it| it.contains(span.range));
        self.is_file_shown(span.file) && !self.tests.get(&span.file).is_some_and(in_test)
    }
}

/// Test functions and impls of each file.
fn test_code(program: &Program) -> FxHashMap<FileId, Vec<TextRange>> {
    let mut tests: FxHashMap<FileId, Vec<TextRange>> = FxHashMap::default();
    for def in program.fns.iter().filter(|it| it.is_test) {
        tests.entry(def.file).or_default().push(def.range);
    }
    for def in program.impls.iter().filter(|it| it.is_test) {
        tests.entry(def.file).or_default().push(def.range);
    }
    tests
}
