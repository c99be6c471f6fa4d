//! What is reported on: read is everything, shown only what the user is responsible for.

use rustc_hash::FxHashMap;

use super::{Loaded, Scope};
use crate::program::{ModuleId, Program};
use crate::source::{FileId, Span, TextRange};
use crate::workspace::config::Config;
use crate::workspace::files::Files;
use crate::workspace::{IgnoreRules, TargetKind, Workspace, is_generated};

/// Which files findings may be in.
pub(super) struct Reported {
    /// By file: reached from a target that is looked at, selected, and named.
    in_scope: Vec<bool>,
    /// By file: and neither ignored nor generated.
    shown: Vec<bool>,
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

impl Reported {
    /// Judges all files of a run. `always` are files that are reported on whatever they are.
    pub(super) fn new(
        workspace: &Workspace,
        files: &dyn Files,
        loaded: &Loaded,
        text_files: &[FileId],
        config: &Config,
        asked: Asked,
    ) -> Reported {
        let mut in_scope = vec![false; loaded.sources.len()];
        for module in &loaded.program.modules {
            let krate = &loaded.program[module.krate];
            let wanted = super::is_wanted(krate.kind, asked.named);
            let in_tests = is_of_tests(krate.kind);
            if krate.selected && wanted && (asked.flags.tests || in_tests || !module.is_test) {
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
        let tests = match asked.flags.tests {
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

fn is_of_tests(kind: TargetKind) -> bool {
    matches!(kind, TargetKind::Test | TargetKind::Bench)
}

/// Test functions and impls of each file, those of test targets left out.
fn test_code(program: &Program) -> FxHashMap<FileId, Vec<TextRange>> {
    let mut tests: FxHashMap<FileId, Vec<TextRange>> = FxHashMap::default();
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
    tests
}
