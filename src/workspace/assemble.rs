//! From what was loaded to the packages that are shown: order, ids, links between them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use semver::Version;

use super::error::WorkspaceProblem;
use super::files::Files;
use super::guess::Guess;
use super::load::{Draft, Root};
use super::manifest::DeclaredDependency;
use super::{Dependency, Package, PackageId, features, targets};

/// All packages, sorted by folder and name, with their ids and with their dependencies
/// linked; features and selection are still open.
pub(super) fn packages(
    drafts: &BTreeMap<PathBuf, Draft>,
    guesses: Vec<Guess>,
    roots: &[Root],
    files: &dyn Files,
) -> (Vec<Package>, Vec<WorkspaceProblem>) {
    let drafted: Vec<(Package, Option<&Draft>, Vec<WorkspaceProblem>)> = drafts
        .par_iter()
        .map(|(dir, draft)| {
            let mut problems = Vec::new();
            (
                package(dir, draft, files, &mut problems),
                Some(draft),
                problems,
            )
        })
        .collect();
    let guessed = guesses
        .into_iter()
        .map(|guess| (guess.into_package(), None, Vec::new()));
    let mut packages = Vec::new();
    let mut problems = Vec::new();
    for (package, draft, mut own) in drafted.into_iter().chain(guessed) {
        problems.append(&mut own);
        packages.push((package, draft));
    }
    packages.sort_by(|(a, _), (b, _)| {
        (&a.dir, &a.name, &a.targets).cmp(&(&b.dir, &b.name, &b.targets))
    });

    let mut by_dir = BTreeMap::new();
    for (index, (package, draft)) in packages.iter_mut().enumerate() {
        package.id = PackageId::new(index);
        if draft.is_some() {
            by_dir.insert(package.dir.clone(), (package.id, package.version.clone()));
        }
    }
    for (package, draft) in &mut packages {
        let Some(draft) = draft else { continue };
        let linked = draft
            .dependencies
            .iter()
            .map(|declared| dependency(declared, &package.name, &roots[draft.root], &by_dir));
        package.dependencies = linked.collect();
    }
    (
        packages.into_iter().map(|(package, _)| package).collect(),
        problems,
    )
}

fn package(
    dir: &Path,
    draft: &Draft,
    files: &dyn Files,
    problems: &mut Vec<WorkspaceProblem>,
) -> Package {
    let described = draft
        .manifest
        .as_ref()
        .and_then(|file| Some((file, file.manifest.package.as_ref()?)));
    let Some((file, section)) = described else {
        return Package {
            is_member: draft.is_member,
            ..Guess::of_layout(dir, files).into_package()
        };
    };
    let edition = file.edition(draft.parent.as_deref());
    Package {
        id: PackageId(0),
        name: section.name.clone(),
        version: file.version(draft.parent.as_deref()),
        manifest_path: Some(file.path.clone()),
        dir: dir.to_path_buf(),
        edition,
        dependencies: Vec::new(),
        features: Default::default(),
        all_features: features::declared(&file.manifest.features, &draft.dependencies),
        targets: targets::of_manifest(file, edition, files, problems),
        selected: false,
        is_member: draft.is_member,
        guessed: false,
        alone: false,
    }
}

fn dependency(
    declared: &DeclaredDependency,
    dependant: &str,
    root: &Root,
    by_dir: &BTreeMap<PathBuf, (PackageId, Option<Version>)>,
) -> Dependency {
    let stands_in = || {
        let mut overrides = root
            .overrides
            .iter()
            .filter(|(name, _)| *name == declared.package);
        overrides.find_map(|(_, dir)| {
            let fits = |version: &Option<Version>| match (&declared.requirement, version) {
                (Some(requirement), Some(version)) => requirement.matches(version),
                _ => true,
            };
            by_dir.get(dir).filter(|(_, version)| fits(version))
        })
    };
    let local = match &declared.path {
        Some(path) => by_dir.get(path),
        None => stands_in(),
    };
    let resolved_version = match local {
        Some((_, version)) => version.clone(),
        None => root.lock.as_ref().and_then(|lock| {
            lock.resolve(dependant, &declared.package, declared.requirement.as_ref())
        }),
    };
    Dependency {
        key: declared.key.clone(),
        alias: targets::crate_name(&declared.key),
        package: declared.package.clone(),
        kind: declared.kind,
        optional: declared.optional,
        active: !declared.optional,
        version_req: declared.requirement.as_ref().map(ToString::to_string),
        resolved_version,
        local: local.map(|(id, _)| *id),
        features: declared.features.clone(),
        default_features: declared.default_features,
        target_cfg: declared.target_cfg.clone(),
    }
}
