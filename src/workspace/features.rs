//! Which features are on, unified over the packages of the workspace.

use std::collections::{BTreeMap, BTreeSet};

use super::cfg::{CfgSettings, Satisfiable};
use super::error::nearest;
use super::manifest::DeclaredDependency;
use super::{DependencyKind, Package, PackageId, TargetKind, WorkspaceError, WorkspaceRequest};

/// All features of a package: the declared ones, and those that optional dependencies are.
pub(super) fn declared(
    section: &BTreeMap<String, Vec<String>>,
    dependencies: &[DeclaredDependency],
) -> BTreeMap<String, Vec<String>> {
    let mut features = section.clone();
    for dependency in dependencies.iter().filter(|dependency| dependency.optional) {
        let explicit = format!("dep:{}", dependency.key);
        // Once a feature says `dep:x`, the dependency is no feature by itself.
        if !section
            .values()
            .flatten()
            .any(|enabled| *enabled == explicit)
        {
            features
                .entry(dependency.key.clone())
                .or_insert_with(|| vec![explicit]);
        }
    }
    features
}

/// Switches features and optional dependencies on.
///
/// Defaults are on for programs and for packages that no other package of the
/// workspace uses; a library gets what its users ask for. Development dependencies
/// do not count: they are no part of what is shipped.
pub(super) fn unify(
    packages: &mut [Package],
    request: &WorkspaceRequest,
    settings: &CfgSettings,
    root: &std::path::Path,
) -> Result<(), WorkspaceError> {
    let in_play = |dependency: &super::Dependency| {
        dependency.kind != DependencyKind::Dev
            && dependency
                .target_cfg
                .as_deref()
                .is_none_or(|cfg| settings.target_cfg(cfg) != Satisfiable::Never)
    };
    let used: BTreeSet<PackageId> = packages
        .iter()
        .flat_map(|package| {
            package
                .dependencies
                .iter()
                .filter(|dependency| in_play(dependency))
        })
        .filter_map(|dependency| dependency.local)
        .collect();
    let mut unifier = Unifier {
        enabled: vec![BTreeSet::new(); packages.len()],
        active: vec![BTreeSet::new(); packages.len()],
        weak: Vec::new(),
        in_play: &in_play,
        packages,
    };
    for package in unifier.packages {
        let required = unifier.packages[package.id.index()]
            .dependencies
            .iter()
            .filter(|dependency| !dependency.optional);
        for dependency in required {
            unifier.activate(package.id, &dependency.key);
        }
        let shipped = package
            .targets
            .iter()
            .any(|target| target.kind == TargetKind::Bin)
            || !used.contains(&package.id)
            || (package.selected && !request.packages.is_empty());
        let defaults_off = package.selected && request.no_default_features;
        if (package.is_member || package.selected) && shipped && !defaults_off {
            unifier.enable(package.id, "default");
        }
        if package.selected && request.all_features {
            for feature in package.all_features.keys() {
                unifier.enable(package.id, feature);
            }
        }
    }
    let requested = request
        .features
        .iter()
        .flat_map(|list| list.split([',', ' ']))
        .filter(|feature| !feature.is_empty());
    for feature in requested {
        unifier.request(feature, root)?;
    }
    let Unifier {
        enabled, active, ..
    } = unifier;
    for ((package, features), active) in packages.iter_mut().zip(enabled).zip(active) {
        package.features = features;
        for dependency in &mut package.dependencies {
            dependency.active = !dependency.optional || active.contains(&dependency.key);
        }
    }
    Ok(())
}

struct Unifier<'a> {
    packages: &'a [Package],
    enabled: Vec<BTreeSet<String>>,
    /// Keys of the dependencies that are on.
    active: Vec<BTreeSet<String>>,
    /// `dependency?/feature`, waiting for the dependency.
    weak: Vec<(PackageId, String, String)>,
    in_play: &'a dyn Fn(&super::Dependency) -> bool,
}

/// One thing that is to be switched on.
enum Step {
    Feature(PackageId, String),
    Dependency(PackageId, String),
    OfDependency(PackageId, String, String),
}

impl Unifier<'_> {
    fn enable(&mut self, package: PackageId, feature: &str) {
        self.run(Step::Feature(package, feature.to_owned()));
    }

    fn activate(&mut self, package: PackageId, key: &str) {
        self.run(Step::Dependency(package, key.to_owned()));
    }

    /// `--features`: of the selected packages, of one package, or of a dependency.
    fn request(&mut self, feature: &str, root: &std::path::Path) -> Result<(), WorkspaceError> {
        let mut found = false;
        for package in self.packages {
            match feature.split_once('/') {
                Some((name, of_package))
                    if package.name == name && package.all_features.contains_key(of_package) =>
                {
                    self.enable(package.id, of_package);
                    found = true;
                }
                Some((key, of_dependency)) if package.selected => {
                    let key = key.trim_end_matches('?');
                    if package
                        .dependencies
                        .iter()
                        .any(|dependency| dependency.key == key)
                    {
                        self.enable_entry(package.id, &format!("{key}/{of_dependency}"));
                        found = true;
                    }
                }
                None if package.selected && package.all_features.contains_key(feature) => {
                    self.enable(package.id, feature);
                    found = true;
                }
                // What is guessed may have any feature.
                None if package.selected && package.guessed => {
                    self.enabled[package.id.index()].insert(feature.to_owned());
                    found = true;
                }
                _ => {}
            }
        }
        if found || feature == "default" {
            return Ok(());
        }
        let known = self.packages.iter().filter(|package| package.selected);
        let suggestion = nearest(
            feature,
            known.flat_map(|package| package.all_features.keys().map(String::as_str)),
        );
        Err(WorkspaceError::UnknownFeature {
            name: feature.to_owned(),
            path: root.to_path_buf(),
            suggestion,
        })
    }

    fn enable_entry(&mut self, package: PackageId, entry: &str) {
        let mut open = Vec::new();
        self.entry(package, entry, &mut open);
        open.into_iter().for_each(|step| self.run(step));
    }

    fn run(&mut self, first: Step) {
        let mut open = vec![first];
        while let Some(step) = open.pop() {
            match step {
                Step::Feature(package, feature) => {
                    let Some(entries) = self.packages[package.index()].all_features.get(&feature)
                    else {
                        continue;
                    };
                    if self.enabled[package.index()].insert(feature) {
                        for entry in entries {
                            self.entry(package, entry, &mut open);
                        }
                    }
                }
                Step::Dependency(package, key) => {
                    if !self.active[package.index()].insert(key.clone()) {
                        continue;
                    }
                    for dependency in self.entries(package, &key) {
                        let Some(local) = dependency.local else {
                            continue;
                        };
                        open.extend(
                            dependency
                                .features
                                .iter()
                                .map(|feature| Step::Feature(local, feature.clone())),
                        );
                        if dependency.default_features {
                            open.push(Step::Feature(local, "default".to_owned()));
                        }
                    }
                    let waiting = self
                        .weak
                        .iter()
                        .filter(|(owner, waiting, _)| *owner == package && *waiting == key);
                    open.extend(waiting.map(|(owner, key, feature)| {
                        Step::OfDependency(*owner, key.clone(), feature.clone())
                    }));
                }
                Step::OfDependency(package, key, feature) => {
                    let locals = self
                        .entries(package, &key)
                        .filter_map(|dependency| dependency.local);
                    open.extend(locals.map(|local| Step::Feature(local, feature.clone())));
                }
            }
        }
    }

    /// What one entry of a feature's list switches on.
    fn entry(&mut self, package: PackageId, entry: &str, open: &mut Vec<Step>) {
        if let Some(key) = entry.strip_prefix("dep:") {
            open.push(Step::Dependency(package, key.to_owned()));
        } else if let Some((key, feature)) = entry.split_once('/') {
            let of_dependency =
                |key: &str| Step::OfDependency(package, key.to_owned(), feature.to_owned());
            if let Some(key) = key.strip_suffix('?') {
                if self.active[package.index()].contains(key) {
                    open.push(of_dependency(key));
                } else {
                    self.weak
                        .push((package, key.to_owned(), feature.to_owned()));
                }
            } else {
                open.push(of_dependency(key));
                open.push(Step::Dependency(package, key.to_owned()));
                // An optional dependency may be a feature by itself.
                if self
                    .entries(package, key)
                    .any(|dependency| dependency.optional)
                {
                    open.push(Step::Feature(package, key.to_owned()));
                }
            }
        } else {
            open.push(Step::Feature(package, entry.to_owned()));
        }
    }

    fn entries(&self, package: PackageId, key: &str) -> impl Iterator<Item = &super::Dependency> {
        let dependencies = self.packages[package.index()].dependencies.iter();
        dependencies.filter(move |dependency| dependency.key == key && (self.in_play)(dependency))
    }
}
