//! From texts to programs.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Scope;
use super::parts::Part;
use super::texts::Texts;
use crate::facts::{self, FileFacts, Tests};
use crate::models::Models;
use crate::program::build::CrateInput;
use crate::program::protos::Protos;
use crate::program::{Program, build};
use crate::report::progress::Progress;
use crate::source::{FileId, Name, TextRange};
use crate::workspace::paths::is_below;
use crate::workspace::{DependencyKind, Edition, Package, TargetKind, Workspace};

/// What is the same for all parts of a run.
pub(super) struct Reader<'a> {
    workspace: &'a Workspace,
    scope: Scope,
    models: &'static Models,
    protos: Protos,
    steps: &'a Progress,
    /// Folders in which nobody looks unless a module leads there.
    aside: Vec<PathBuf>,
}

/// What is known of a part, and what was seen on the way past each of its files.
pub(super) struct Understood<T, B> {
    pub(super) program: Program,
    /// In the order of the files: those of the part, and others that a module led to.
    pub(super) seen: Vec<(FileId, T)>,
    /// What was done beside.
    pub(super) beside: B,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        scope: Scope,
        models: &'static Models,
        protos: Protos,
        steps: &'a Progress,
    ) -> Reader<'a> {
        Reader {
            workspace,
            scope,
            models,
            protos,
            steps,
            aside: aside(workspace, scope),
        }
    }

    /// Makes a part into a program, and looks at the facts of each file on the way; a step for
    /// each. Something else is done beside.
    pub(super) fn understand<T: Send, B: Send>(
        &self,
        texts: &Texts,
        part: &Part,
        look: &(dyn Fn(FileId, &str, &FileFacts) -> T + Sync),
        beside: impl FnOnce() -> B + Send,
    ) -> Understood<T, B> {
        let tests = match self.scope.tests {
            true => Tests::Whole,
            false => Tests::Shells,
        };
        let one = |id: FileId| {
            let text = texts.sources.file(id).text();
            let mut facts = facts::extract_with(text, tests);
            if let Some(reason) = texts.unreadable.get(&id) {
                facts.problems.push(facts::Problem {
                    range: TextRange::default(),
                    message: reason.clone(),
                    extent: facts::Extent::File,
                });
            }
            let seen = look(id, text, &facts);
            (id, facts, seen)
        };
        let wanted = part.files.par_iter();
        let is_aside = |id: &FileId| {
            let path = &texts.paths[id.index()];
            self.aside.iter().any(|it| is_below(path, it))
        };
        let read = wanted.filter(|id| !is_aside(id)).map(|id| {
            let one = one(*id);
            self.steps.step();
            one
        });
        let read: Vec<(FileId, FileFacts, T)> = read.collect();
        let mut facts = FxHashMap::default();
        let mut seen = Vec::new();
        for (id, of_file, seen_of_file) in read {
            facts.insert(id, of_file);
            seen.push((id, seen_of_file));
        }
        let expected: FxHashSet<FileId> = facts.keys().copied().collect();
        let inputs = crates(self.workspace, part, self.scope);
        // The program is built from one end to the other: time for something else.
        let protos = &self.protos;
        let build = || build::build(self.models, &texts.sources, facts, tests, protos, &inputs);
        let (program, beside) = rayon::join(build, beside);
        let mut reached: Vec<FileId> = program.modules.iter().map(|it| it.file).collect();
        reached.sort();
        reached.dedup();
        reached.retain(|id| !expected.contains(id));
        let late = reached.into_par_iter().map(|id| {
            let (id, _, seen) = one(id);
            (id, seen)
        });
        let late: Vec<(FileId, T)> = late.collect();
        seen.extend(late);
        seen.sort_by_key(|(id, _)| *id);
        Understood {
            program,
            seen,
            beside,
        }
    }
}

/// Folders of tests, benches and examples that were not asked for, with nothing else in them.
/// What a module leads to from elsewhere is read all the same.
fn aside(workspace: &Workspace, scope: Scope) -> Vec<PathBuf> {
    let mut wanted: Vec<&Path> = Vec::new();
    let mut unwanted: Vec<&Path> = Vec::new();
    for target in workspace.packages.iter().flat_map(|it| &it.targets) {
        let side = match is_wanted(target.kind, scope) {
            true => &mut wanted,
            false => &mut unwanted,
        };
        side.push(target.root.parent().unwrap_or(&target.root));
    }
    unwanted.sort();
    unwanted.dedup();
    // A library of its own in there, or a build script beside a manifest.
    unwanted.retain(|folder| !wanted.iter().any(|it| it.starts_with(folder)));
    unwanted.retain(|folder| {
        let mut packages = workspace.packages.iter();
        packages.all(|it| !it.dir.starts_with(folder))
    });
    unwanted.into_iter().map(Path::to_owned).collect()
}

pub(super) fn is_wanted(kind: TargetKind, scope: Scope) -> bool {
    match kind {
        TargetKind::Lib | TargetKind::Bin | TargetKind::ProcMacro => true,
        TargetKind::Example => scope.examples,
        TargetKind::Test | TargetKind::Bench => scope.tests,
        TargetKind::BuildScript => false,
    }
}

/// The scope with what the user asks for by naming it.
pub(super) fn with_named(workspace: &Workspace, scope: Scope) -> Scope {
    let mut scope = scope;
    for package in &workspace.packages {
        for target in &package.targets {
            let is_wanted = is_wanted(target.kind, scope);
            if !is_wanted && workspace.is_asked_for(package, target) {
                scope.examples |= target.kind == TargetKind::Example;
                scope.tests |= matches!(target.kind, TargetKind::Test | TargetKind::Bench);
            }
        }
    }
    scope
}

/// The crates to build, one per target.
fn crates(workspace: &Workspace, part: &Part, scope: Scope) -> Vec<CrateInput> {
    let mut inputs: Vec<CrateInput> = Vec::new();
    let mut libraries: FxHashMap<u32, usize> = FxHashMap::default();
    for package in part.packages.iter().map(|id| workspace.package(*id)) {
        for target in &package.targets {
            if !is_wanted(target.kind, scope) {
                continue;
            }
            if matches!(target.kind, TargetKind::Lib | TargetKind::ProcMacro) {
                libraries.insert(package.id.0, inputs.len());
            }
            inputs.push(CrateInput {
                name: Name::new(&target.crate_name.replace('-', "_")),
                root: workspace.display_path(&target.root),
                package: Some(package.id),
                kind: target.kind,
                dependencies: dependencies(package),
                local: Vec::new(),
                edition: edition(package.edition),
                selected: package.selected,
            });
        }
    }
    for input in &mut inputs {
        let Some(package) = input.package.map(|id| workspace.package(id)) else {
            continue;
        };
        for dependency in &package.dependencies {
            if let Some(library) = dependency.local.and_then(|id| libraries.get(&id.0)) {
                input.local.push((Name::new(&dependency.alias), *library));
            }
        }
        if input.kind != TargetKind::Lib
            && let (Some(library), Some(target)) = (libraries.get(&package.id.0), package.library())
        {
            input
                .local
                .push((Name::new(&target.crate_name.replace('-', "_")), *library));
        }
    }
    inputs
}

fn dependencies(package: &Package) -> FxHashMap<Name, Name> {
    let usable = package
        .dependencies
        .iter()
        .filter(|it| it.kind != DependencyKind::Build && it.local.is_none());
    usable
        .map(|it| {
            (
                Name::new(&it.alias),
                Name::new(&it.package.replace('-', "_")),
            )
        })
        .collect()
}

fn edition(edition: Edition) -> u16 {
    edition.as_str().parse().expect("editions are years")
}
