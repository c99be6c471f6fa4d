//! Which crates, files, features and versions are in play.
//!
//! Manifests and lock file are read by us: no program runs, nothing is fetched and
//! nothing is written. [`discover()`] does it all; a part that cannot be read becomes
//! a [`WorkspaceProblem`], and the rest is there.
//!
//! Files are reached through [`files::Files`] alone. Everything that is listed is
//! sorted by path, so that two runs see the same workspace.

mod assemble;
pub mod cfg;
pub mod config;
mod discover;
mod error;
mod features;
pub mod files;
mod guess;
mod ignored;
mod load;
mod lock;
mod manifest;
mod members;
mod modules;
pub(crate) mod paths;
mod proto_files;
pub mod remembered;
mod select;
mod targets;
#[cfg(test)]
mod tests;
mod text_files;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use semver::Version;

pub use discover::discover;
pub use error::{WorkspaceError, WorkspaceProblem};
pub use ignored::{IgnoreRules, is_generated, repository_root};
pub use lock::{Lock, LockedDependency, LockedPackage, LockedSource};
pub use paths::{absolute_path, display_path};
pub use proto_files::proto_files;
pub use text_files::text_files;

use cfg::{CfgSettings, CfgTree, Satisfiable};

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceRequest {
    /// Where to look: the current folder.
    pub start: PathBuf,
    /// `--manifest-path`: a `Cargo.toml`, or its folder.
    pub manifest_path: Option<PathBuf>,
    /// What the user named: folders or single `.rs` files, relative to `start`; empty means all.
    pub paths: Vec<PathBuf>,
    /// `-p`: names, `name@version` or globs.
    pub packages: Vec<String>,
    /// `--workspace`: all members, whatever the folder and `default-members` say.
    pub workspace: bool,
    /// `--exclude`: names or globs.
    pub exclude: Vec<String>,
    /// `--features`: `name`, `package/name` or `dependency/name`; commas and spaces separate.
    pub features: Vec<String>,
    /// `--all-features`.
    pub all_features: bool,
    /// `--no-default-features`.
    pub no_default_features: bool,
    /// `--target`: a triple.
    pub target: Option<String>,
}

/// All packages in play, and what is known about them.
#[derive(Debug)]
pub struct Workspace {
    /// The folder that paths are shown relative to.
    pub root: PathBuf,
    /// Packages, sorted by folder and name; a [`PackageId`] is the position.
    pub packages: Vec<Package>,
    /// The lock file of the (first) workspace.
    pub lock: Option<Lock>,
    /// The lock files of further workspaces, where a folder holds several.
    pub other_locks: Vec<Lock>,
    /// What could not be read, sorted.
    pub problems: Vec<WorkspaceProblem>,
    /// Whether no manifest was found and all crates are guessed from the files.
    pub manifestless: bool,
    /// How `cfg` predicates are judged.
    pub cfg: CfgSettings,
    /// What the user named, absolute; empty means all.
    named: Vec<PathBuf>,
}

/// The position of a package in [`Workspace::packages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

impl PackageId {
    pub(crate) fn new(index: usize) -> PackageId {
        PackageId(u32::try_from(index).expect("fewer than 2^32 packages"))
    }

    /// The position.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One package: crates that share a manifest, or that were guessed to belong together.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its position in the workspace.
    pub id: PackageId,
    /// Its name; a guessed package is named after its folder or file.
    pub name: String,
    /// Its version, if stated.
    pub version: Option<Version>,
    /// Its manifest; `None` if there is none.
    pub manifest_path: Option<PathBuf>,
    /// Its folder.
    pub dir: PathBuf,
    /// Its edition.
    pub edition: Edition,
    /// What it depends on, in the order of kind, target and name.
    pub dependencies: Vec<Dependency>,
    /// The features that are on: requested, default, or asked for by packages of the workspace.
    pub features: BTreeSet<String>,
    /// The features that exist, with what they enable; those of optional dependencies included.
    pub all_features: BTreeMap<String, Vec<String>>,
    /// Its crates, by kind and name.
    pub targets: Vec<Target>,
    /// Whether it is reported on.
    pub selected: bool,
    /// Whether it is a member of a workspace, and not merely a path dependency of one.
    pub is_member: bool,
    /// Whether its crates are guessed, since there is no usable manifest: then its
    /// dependencies and features are not known.
    pub guessed: bool,
    /// Whether it is one file that was named, and what its `mod`s lead to: nothing else in its
    /// folder belongs to it.
    pub alone: bool,
}

/// A dependency of a package.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The name in the manifest, as features refer to it (`tower-http`).
    pub key: String,
    /// The name in code (`tower_http`).
    ///
    /// A library may have a name that differs from its package's: for a local one see its target.
    pub alias: String,
    /// The package's own name.
    pub package: String,
    /// What it is needed for.
    pub kind: DependencyKind,
    /// Whether a feature switches it on.
    pub optional: bool,
    /// Whether it is in play: not optional, or switched on.
    pub active: bool,
    /// The version that was asked for.
    pub version_req: Option<String>,
    /// The version in use, from the lock file or from the local package.
    pub resolved_version: Option<Version>,
    /// The local package that it is.
    pub local: Option<PackageId>,
    /// The features asked for.
    pub features: Vec<String>,
    /// Whether its default features are asked for.
    pub default_features: bool,
    /// The `cfg(..)` or the triple under which it is declared.
    pub target_cfg: Option<String>,
}

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// The program.
    Normal,
    /// Tests, examples and benchmarks.
    Dev,
    /// The build script.
    Build,
}

/// A crate: a root file and what it is compiled to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// What it is compiled to.
    pub kind: TargetKind,
    /// Its name.
    pub name: String,
    /// Its name in code.
    pub crate_name: String,
    /// Its root file, absolute.
    pub root: PathBuf,
    /// The features without which it is not built.
    pub required_features: Vec<String>,
}

/// What a crate is compiled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A library.
    Lib,
    /// A program.
    Bin,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Bench,
    /// A build script.
    BuildScript,
    /// A library of procedural macros.
    ProcMacro,
}

/// A Rust edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// 2015.
    E2015,
    /// 2018.
    E2018,
    /// 2021.
    E2021,
    /// 2024.
    E2024,
}

impl Edition {
    /// The year.
    pub fn as_str(self) -> &'static str {
        match self {
            Edition::E2015 => "2015",
            Edition::E2018 => "2018",
            Edition::E2021 => "2021",
            Edition::E2024 => "2024",
        }
    }
}

impl From<cargo_toml::Edition> for Edition {
    fn from(edition: cargo_toml::Edition) -> Self {
        match edition {
            cargo_toml::Edition::E2015 => Edition::E2015,
            cargo_toml::Edition::E2018 => Edition::E2018,
            cargo_toml::Edition::E2021 => Edition::E2021,
            // A later edition is closest to the last one we know.
            _ => Edition::E2024,
        }
    }
}

impl Workspace {
    /// The package with this id.
    pub fn package(&self, id: PackageId) -> &Package {
        &self.packages[id.index()]
    }

    /// The package in whose folder `path` lies; the innermost if several.
    pub fn package_of(&self, path: &Path) -> Option<&Package> {
        let owners = self
            .packages
            .iter()
            .filter(|package| paths::is_below(path, &package.dir));
        owners.min_by_key(|package| std::cmp::Reverse(package.dir.components().count()))
    }

    /// Whether findings at `path` are wanted, as far as the user named paths.
    ///
    /// Whether its package is selected is a second question.
    pub fn is_named(&self, path: &Path) -> bool {
        self.named.is_empty() || self.named.iter().any(|named| path.starts_with(named))
    }

    /// Whether the user named a target: its root, a folder in its package that holds it, or
    /// something in the folder that it has to itself or shares with targets of its kind.
    pub fn is_asked_for(&self, package: &Package, target: &Target) -> bool {
        let folder = target.root.parent().unwrap_or(&target.root);
        self.named.iter().any(|named| {
            let holds_package = package.dir.starts_with(named);
            !holds_package && (target.root.starts_with(named) || named.starts_with(folder))
        })
    }

    /// The files of a package that is one file, with those that it names.
    pub fn files_of_alone(&self, package: &Package, files: &dyn files::Files) -> Vec<PathBuf> {
        let roots: Vec<PathBuf> = package.targets.iter().map(|it| it.root.clone()).collect();
        modules::reached(&roots, files).into_iter().collect()
    }

    /// What the user named, absolute; empty means all.
    pub(crate) fn named(&self) -> &[PathBuf] {
        &self.named
    }

    /// `path` as reports show it.
    pub fn display_path(&self, path: &Path) -> String {
        display_path(path, &self.root)
    }

    /// Whether code under a predicate can be part of what is built from a package.
    pub fn cfg_active<P: CfgTree>(&self, predicate: &P, package: PackageId) -> Satisfiable {
        cfg::cfg_active(predicate, self.package(package), &self.cfg)
    }
}

impl Package {
    /// The library, if there is one.
    pub fn library(&self) -> Option<&Target> {
        self.targets
            .iter()
            .find(|target| matches!(target.kind, TargetKind::Lib | TargetKind::ProcMacro))
    }
}
