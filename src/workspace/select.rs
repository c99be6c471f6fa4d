//! Which packages are reported on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::Glob;

use super::error::{WorkspaceProblem, nearest};
use super::{DependencyKind, Package, PackageId, WorkspaceError, WorkspaceRequest};

/// What the selection depends on, besides the request.
pub(super) struct Scope<'a> {
    /// The folder that paths are shown relative to.
    pub(super) root: &'a Path,
    /// The folder of the package that we were started in, unless it is the root of a workspace.
    pub(super) current: Option<&'a Path>,
    /// The folders of `default-members`.
    pub(super) default_members: &'a [PathBuf],
    /// What the user named, absolute.
    pub(super) named: &'a [PathBuf],
}

/// Marks the selected packages.
///
/// `-p` chooses by name; otherwise named paths choose, then the package that we were
/// started in, then `default-members` with all that they are made of, else all members.
pub(super) fn select(
    packages: &mut [Package],
    request: &WorkspaceRequest,
    scope: &Scope<'_>,
    problems: &mut Vec<WorkspaceProblem>,
) -> Result<(), WorkspaceError> {
    let mut selected: BTreeSet<PackageId> = if !request.packages.is_empty() {
        by_name(packages, &request.packages, scope.root)?
    } else if request.workspace || !scope.named.is_empty() {
        ids(packages, |package| {
            package.is_member || !scope.named.is_empty()
        })
    } else if let Some(current) = scope.current {
        ids(packages, |package| package.dir == current)
    } else if !scope.default_members.is_empty() {
        let defaults = ids(packages, |package| {
            scope.default_members.contains(&package.dir)
        });
        with_parts(packages, defaults)
    } else {
        ids(packages, |package| package.is_member)
    };
    if !scope.named.is_empty() {
        let named = owners(packages, scope.named);
        selected.retain(|id| named.contains(id));
    }
    for pattern in &request.exclude {
        let excluded = ids(packages, |package| matches(pattern, package));
        if excluded.is_empty() {
            let help = "packages are listed in the manifests of the workspace";
            problems.push(WorkspaceProblem::new(
                scope.root,
                format!("excluded package `{pattern}` does not exist"),
                help,
            ));
        }
        selected.retain(|id| !excluded.contains(id));
    }
    for package in packages {
        package.selected = selected.contains(&package.id);
    }
    Ok(())
}

fn ids(packages: &[Package], wanted: impl Fn(&Package) -> bool) -> BTreeSet<PackageId> {
    packages
        .iter()
        .filter(|package| wanted(package))
        .map(|package| package.id)
        .collect()
}

fn by_name(
    packages: &[Package],
    patterns: &[String],
    root: &Path,
) -> Result<BTreeSet<PackageId>, WorkspaceError> {
    let mut selected = BTreeSet::new();
    for pattern in patterns {
        let found = ids(packages, |package| matches(pattern, package));
        if found.is_empty() {
            let suggestion = nearest(
                pattern,
                packages.iter().map(|package| package.name.as_str()),
            );
            return Err(WorkspaceError::UnknownPackage {
                name: pattern.clone(),
                path: root.to_path_buf(),
                suggestion,
            });
        }
        selected.extend(found);
    }
    Ok(selected)
}

/// `name`, `name@version`, `name:version` or a glob of names.
fn matches(pattern: &str, package: &Package) -> bool {
    let (name, version) = match pattern.split_once(['@', ':']) {
        Some((name, version)) => (name, Some(version)),
        None => (pattern, None),
    };
    let is_version = |wanted: &str| {
        let version = package
            .version
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        version == wanted || version.starts_with(&format!("{wanted}."))
    };
    let is_name = name == package.name
        || name.contains(['*', '?', '['])
            && Glob::new(name).is_ok_and(|glob| glob.compile_matcher().is_match(&package.name));
    is_name && version.is_none_or(is_version)
}

/// The packages that named paths lie in, and those that lie below them.
fn owners(packages: &[Package], named: &[PathBuf]) -> BTreeSet<PackageId> {
    let mut owners = BTreeSet::new();
    for path in named {
        let below = ids(packages, |package| {
            package.dir.starts_with(path)
                || package.guessed
                    && package
                        .targets
                        .iter()
                        .any(|target| target.root.starts_with(path))
        });
        let around = packages
            .iter()
            .filter(|package| path.starts_with(&package.dir));
        let innermost = around
            .clone()
            .map(|package| package.dir.components().count())
            .max();
        // A file that is a crate of its own belongs to no package around it.
        let own_crate = packages.iter().any(|package| {
            package.guessed && package.targets.iter().any(|target| target.root == *path)
        });
        if !own_crate {
            owners.extend(
                around
                    .filter(|package| Some(package.dir.components().count()) == innermost)
                    .map(|package| package.id),
            );
        }
        owners.extend(below);
    }
    owners
}

/// The packages with all local ones that they are built from.
fn with_parts(packages: &[Package], of: BTreeSet<PackageId>) -> BTreeSet<PackageId> {
    let mut all = BTreeSet::new();
    let mut open: Vec<PackageId> = of.into_iter().collect();
    while let Some(id) = open.pop() {
        if all.insert(id) {
            let parts = packages[id.index()]
                .dependencies
                .iter()
                .filter(|part| part.kind != DependencyKind::Dev);
            open.extend(
                parts
                    .filter_map(|part| part.local)
                    .filter(|part| packages[part.index()].is_member),
            );
        }
    }
    all
}
