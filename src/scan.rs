//! The pipeline put together: workspace -> files -> facts -> program -> endpoints -> findings.
//!
//! [`check()`] is all of it. Reads through [`Files`] only, prints nothing and cannot fail:
//! what could not be read is a problem of the result.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{self, FileFacts, Tests};
use crate::models::Models;
use crate::program::build::CrateInput;
use crate::program::{Program, build};
use crate::report::progress::Progress;
use crate::source::{FileId, Name, SourceMap, TextRange};
use crate::workspace::files::{FileKind, Files};
use crate::workspace::{DependencyKind, Edition, Package, TargetKind, Workspace};

mod apply_config;
mod check;
mod defaults;
mod looked;
mod models;
mod names;
mod reported;
mod summary;
#[cfg(test)]
mod tests;
mod unreadable;

pub use crate::checks::Scope;
pub use apply_config::assumable;
pub use check::{ConfigSource, Outcome, Settings, check};
pub use defaults::Defaults;
pub use looked::Looked;
pub use models::models_for;
pub use names::Names;
pub use summary::lint_infos;

/// All that was read.
#[derive(Debug)]
pub struct Loaded {
    /// The files.
    pub sources: SourceMap,
    /// Where each file lies, by its id.
    pub paths: Vec<PathBuf>,
    /// The Rust files, in the order of their paths.
    pub rust_files: Vec<FileId>,
    /// The program.
    pub program: Program,
}

/// Reads and understands a workspace.
pub fn load(workspace: &Workspace, files: &dyn Files, scope: Scope) -> Loaded {
    let look = |_, _: &str, _: &FileFacts| ();
    let models = models::of(workspace, Vec::new());
    read(workspace, files, scope, false, models, &look, || ()).0
}

/// Reads and understands a workspace, and looks at the facts of each file on the way. Something
/// else is done beside.
fn read<T: Send, B: Send>(
    workspace: &Workspace,
    files: &dyn Files,
    scope: Scope,
    progress: bool,
    models: &'static Models,
    look: &(dyn Fn(FileId, &str, &FileFacts) -> T + Sync),
    beside: impl FnOnce() -> B + Send,
) -> (Loaded, Vec<(FileId, T)>, B) {
    let mut sources = SourceMap::default();
    let mut unreadable: FxHashMap<FileId, String> = FxHashMap::default();
    let found = rust_files(workspace, files);
    let steps = Progress::new("reading", found.len() * 2, progress);
    let read: Vec<(PathBuf, Result<Arc<str>, String>)> = found
        .into_par_iter()
        .map(|path| {
            let text = read_text(&path, files).map(Arc::from);
            steps.step();
            (path, text)
        })
        .collect();
    let mut paths = Vec::new();
    for (path, text) in read {
        let shown = workspace.display_path(&path);
        // A module may lead to a file that cannot be read: it is there, with nothing in it.
        match text {
            Ok(text) => _ = sources.add(shown, text),
            Err(reason) => _ = unreadable.insert(sources.add(shown, ""), reason),
        }
        paths.push(path);
    }
    let rust_files: Vec<FileId> = sources.iter().map(|(id, _)| id).collect();
    let tests = match scope.tests {
        true => Tests::Whole,
        false => Tests::Shells,
    };
    let understand = |id: FileId| {
        let text = &sources.file(id).text;
        let mut facts = facts::extract_with(text, tests);
        if let Some(reason) = unreadable.get(&id) {
            facts.problems.push(facts::Problem {
                range: TextRange::default(),
                message: reason.clone(),
                extent: facts::Extent::File,
            });
        }
        let seen = look(id, text, &facts);
        (id, facts, seen)
    };
    let aside = aside(workspace, scope);
    let wanted = rust_files.par_iter();
    let wanted = wanted.filter(|id| !aside.iter().any(|it| paths[id.index()].starts_with(it)));
    let understood = wanted.map(|id| {
        let understood = understand(*id);
        steps.step();
        understood
    });
    let understood: Vec<(FileId, FileFacts, T)> = understood.collect();
    let mut facts = FxHashMap::default();
    let mut looks = Vec::new();
    for (id, of_file, seen) in understood {
        facts.insert(id, of_file);
        looks.push((id, seen));
    }
    let expected: FxHashSet<FileId> = facts.keys().copied().collect();
    let inputs = crates(workspace, scope);
    // The program is built from one end to the other: time for something else.
    let build = || build::build(models, &sources, facts, tests, &inputs);
    let (program, beside) = rayon::join(build, beside);
    let mut reached: Vec<FileId> = program.modules.iter().map(|it| it.file).collect();
    reached.sort();
    reached.dedup();
    reached.retain(|id| !expected.contains(id));
    let late: Vec<(FileId, T)> = reached
        .into_par_iter()
        .map(|id| {
            let (id, _, seen) = understand(id);
            (id, seen)
        })
        .collect();
    looks.extend(late);
    looks.sort_by_key(|(id, _)| *id);
    let loaded = Loaded {
        sources,
        paths,
        rust_files,
        program,
    };
    (loaded, looks, beside)
}

/// The text of a file, without a byte order mark.
fn read_text(path: &Path, files: &dyn Files) -> Result<String, String> {
    let bytes = files.read(path).map_err(|error| error.to_string())?;
    let mut text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// All Rust files below the packages' folders, sorted; build output is left out.
fn rust_files(workspace: &Workspace, files: &dyn Files) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for package in &workspace.packages {
        if package.alone {
            found.extend(workspace.files_of_alone(package, files));
            continue;
        }
        folders.push(package.dir.clone());
        for target in &package.targets {
            found.push(target.root.clone());
            if let Some(parent) = target.root.parent() {
                folders.push(parent.to_owned());
            }
        }
    }
    folders.sort();
    folders.dedup();
    let mut seen: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !seen.iter().any(|it| folder.starts_with(it)) {
            walk(&folder, files, &mut found);
            seen.push(folder);
        }
    }
    found.sort();
    found.dedup();
    found
}

fn walk(folder: &Path, files: &dyn Files, found: &mut Vec<PathBuf>) {
    let Ok(entries) = files.list(folder) else {
        return;
    };
    for entry in entries {
        let path = folder.join(&entry.name);
        match entry.kind {
            FileKind::Dir
                if !entry.link
                    && !matches!(entry.name.as_str(), "target" | ".git" | "node_modules") =>
            {
                walk(&path, files, found);
            }
            FileKind::File if entry.name.ends_with(".rs") => found.push(path),
            _ => {}
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

fn is_wanted(kind: TargetKind, scope: Scope) -> bool {
    match kind {
        TargetKind::Lib | TargetKind::Bin | TargetKind::ProcMacro => true,
        TargetKind::Example => scope.examples,
        TargetKind::Test | TargetKind::Bench => scope.tests,
        TargetKind::BuildScript => false,
    }
}

/// The scope with what the user asks for by naming it.
fn with_named(workspace: &Workspace, scope: Scope) -> Scope {
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
fn crates(workspace: &Workspace, scope: Scope) -> Vec<CrateInput> {
    let mut inputs: Vec<CrateInput> = Vec::new();
    let mut libraries: FxHashMap<u32, usize> = FxHashMap::default();
    for package in &workspace.packages {
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
