//! One `Cargo.toml`, read leniently, with what it inherits from its workspace.
//!
//! Only what matters here is looked at: a manifest whose `[profile]` or `[badges]`
//! nobody understands still says which crates there are.

use std::ops::Range;
use std::path::{Path, PathBuf};

use cargo_toml::{Dependency as RawDependency, DependencyDetail, Inheritable, Manifest};
use semver::{Version, VersionReq};
use serde::Deserialize;
use toml::{Table, Value};

use super::error::WorkspaceProblem;
use super::files::Files;
use super::paths::normalize;
use super::{DependencyKind, Edition};
use crate::source::TextRange;

/// A manifest and where it lies.
#[derive(Debug)]
pub(super) struct ManifestFile {
    /// The file.
    pub(super) path: PathBuf,
    /// Its folder.
    pub(super) dir: PathBuf,
    /// What it says.
    pub(super) manifest: Manifest,
    /// The same, for the few things that the typed form does not tell.
    table: Table,
    /// What of it had to be left out.
    pub(super) problems: Vec<WorkspaceProblem>,
}

/// A dependency as declared, inheritance applied.
#[derive(Debug, Clone)]
pub(super) struct DeclaredDependency {
    /// The name in the manifest, dashes included.
    pub(super) key: String,
    /// The package's own name.
    pub(super) package: String,
    pub(super) kind: DependencyKind,
    pub(super) optional: bool,
    pub(super) requirement: Option<VersionReq>,
    /// The folder of a path dependency, absolute.
    pub(super) path: Option<PathBuf>,
    pub(super) features: Vec<String>,
    pub(super) default_features: bool,
    /// `cfg(..)` or a triple.
    pub(super) target_cfg: Option<String>,
}

/// A byte range in a file of less than 4 GiB.
pub(super) fn text_range(range: Range<usize>) -> TextRange {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    TextRange::new(offset(range.start), offset(range.end))
}

/// Why a manifest cannot be used.
#[derive(Debug)]
pub(super) enum ManifestError {
    /// It cannot be read.
    Io(std::io::Error),
    /// It is not a manifest.
    Parse {
        range: Option<TextRange>,
        message: String,
    },
}

impl ManifestFile {
    /// Reads the manifest at `path`.
    pub(super) fn read(path: &Path, files: &dyn Files) -> Result<ManifestFile, ManifestError> {
        let text = files.read_text(path).map_err(ManifestError::Io)?;
        ManifestFile::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<ManifestFile, ManifestError> {
        let mut table: Table = toml::from_str(text).map_err(|error| parse_error(&error))?;
        tidy(&mut table);
        let mut problems = Vec::new();
        let manifest = match Manifest::deserialize(Value::Table(table.clone())) {
            Ok(manifest) => manifest,
            Err(error) => {
                prune(&mut table, path, &mut problems);
                Manifest::deserialize(Value::Table(table.clone())).map_err(|_| {
                    // Values have no positions: ask the text, if it objects as well.
                    match Manifest::from_str(text) {
                        Err(cargo_toml::Error::Parse(spanned)) => parse_error(&spanned),
                        _ => parse_error(&error),
                    }
                })?
            }
        };
        if manifest.package.is_none() && manifest.workspace.is_none() {
            let message = "it has neither a [package] nor a [workspace] section".to_owned();
            return Err(ManifestError::Parse {
                range: None,
                message,
            });
        }
        let dir = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(ManifestFile {
            path: path.to_path_buf(),
            dir,
            manifest,
            table,
            problems,
        })
    }

    /// The package's edition; `root` is the manifest of its workspace.
    pub(super) fn edition(&self, root: Option<&ManifestFile>) -> Edition {
        let edition = match self
            .manifest
            .package
            .as_ref()
            .map(|package| &package.edition)
        {
            Some(Inheritable::Set(edition)) => Some(*edition),
            Some(Inheritable::Inherited) => {
                root.and_then(|root| root.manifest.workspace.as_ref()?.package.as_ref()?.edition)
            }
            None => None,
        };
        edition.map_or(Edition::E2015, Edition::from)
    }

    /// The package's version, if it has one.
    pub(super) fn version(&self, root: Option<&ManifestFile>) -> Option<Version> {
        match &self.manifest.package.as_ref()?.version {
            Inheritable::Set(version) => self.package_value("version").map(|_| version.clone()),
            Inheritable::Inherited => root?
                .manifest
                .workspace
                .as_ref()?
                .package
                .as_ref()?
                .version
                .clone(),
        }
    }

    /// The value of a switch such as `autobins`, if it is written down.
    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        self.package_value(name)?.as_bool()
    }

    fn package_value(&self, name: &str) -> Option<&Value> {
        self.table.get("package")?.get(name)
    }

    /// All dependencies, in the order of kind, target and name.
    ///
    /// What the workspace does not define is a problem, and the dependency stays
    /// without version and path: the code may name it nevertheless.
    pub(super) fn dependencies(
        &self,
        root: Option<&ManifestFile>,
        problems: &mut Vec<WorkspaceProblem>,
    ) -> Vec<DeclaredDependency> {
        let mut out = Vec::new();
        let sections = [
            (DependencyKind::Normal, &self.manifest.dependencies),
            (DependencyKind::Dev, &self.manifest.dev_dependencies),
            (DependencyKind::Build, &self.manifest.build_dependencies),
        ];
        let mut declare = |target: Option<&String>, kind, section: &cargo_toml::DepsSet| {
            for (key, raw) in section {
                out.push(self.declared(target, kind, key, raw, root, problems));
            }
        };
        for (kind, section) in sections {
            declare(None, kind, section);
        }
        for (cfg, target) in &self.manifest.target {
            declare(Some(cfg), DependencyKind::Normal, &target.dependencies);
            declare(Some(cfg), DependencyKind::Dev, &target.dev_dependencies);
            declare(Some(cfg), DependencyKind::Build, &target.build_dependencies);
        }
        out
    }

    fn declared(
        &self,
        target: Option<&String>,
        kind: DependencyKind,
        key: &str,
        raw: &RawDependency,
        root: Option<&ManifestFile>,
        problems: &mut Vec<WorkspaceProblem>,
    ) -> DeclaredDependency {
        let mut declared = DeclaredDependency {
            key: key.to_owned(),
            package: key.to_owned(),
            kind,
            optional: raw.optional(),
            requirement: None,
            path: None,
            features: raw.req_features().to_vec(),
            default_features: true,
            target_cfg: target.cloned(),
        };
        match raw {
            RawDependency::Simple(requirement) => declared.requirement = Some(requirement.clone()),
            RawDependency::Detailed(detail) => self.fill(&mut declared, detail),
            RawDependency::Inherited(_) => {
                let template = root.and_then(|root| {
                    Some((
                        root,
                        root.manifest.workspace.as_ref()?.dependencies.get(key)?,
                    ))
                });
                let Some((root, template)) = template else {
                    problems.push(WorkspaceProblem::new(
                        &self.path,
                        format!(
                            "dependency `{key}` is inherited, but the workspace does not define it"
                        ),
                        format!("add `{key}` to [workspace.dependencies]"),
                    ));
                    return declared;
                };
                match template {
                    RawDependency::Simple(requirement) => {
                        declared.requirement = Some(requirement.clone())
                    }
                    RawDependency::Detailed(detail) => {
                        root.fill(&mut declared, detail);
                        declared.features =
                            [detail.features.as_slice(), raw.req_features()].concat();
                        // A member can switch the defaults on again, but not off.
                        declared.default_features |= self.asks_for_defaults(target, kind, key);
                    }
                    RawDependency::Inherited(_) => {}
                }
            }
        }
        declared
    }

    fn fill(&self, declared: &mut DeclaredDependency, detail: &DependencyDetail) {
        if let Some(package) = &detail.package {
            declared.package.clone_from(package);
        }
        declared.requirement.clone_from(&detail.version);
        declared.path = detail
            .path
            .as_ref()
            .map(|path| normalize(&self.dir.join(path)));
        declared.default_features = detail.default_features;
    }

    /// Whether an inherited dependency says `default-features = true`.
    fn asks_for_defaults(&self, target: Option<&String>, kind: DependencyKind, key: &str) -> bool {
        let section = match target {
            Some(cfg) => self
                .table
                .get("target")
                .and_then(|targets| targets.get(cfg)?.as_table()),
            None => Some(&self.table),
        };
        let entry = section.and_then(|section| {
            section
                .get(kind.section())?
                .get(key)?
                .get("default-features")
        });
        entry.and_then(Value::as_bool) == Some(true)
    }

    /// Folders that stand in for packages of a registry or a repository: `[patch]` and `[replace]`.
    pub(super) fn overrides(&self) -> Vec<(String, PathBuf)> {
        let patches = self
            .table
            .get("patch")
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(Table::values);
        let replacements = self.table.get("replace");
        let entries = patches
            .chain(replacements)
            .filter_map(Value::as_table)
            .flatten();
        let folder = |(key, value): (&String, &Value)| {
            let path = value.get("path")?.as_str()?;
            let key = key.split([':', '@']).next().unwrap_or(key);
            let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
            Some((name.to_owned(), normalize(&self.dir.join(path))))
        };
        entries.filter_map(folder).collect()
    }
}

impl DependencyKind {
    fn section(self) -> &'static str {
        match self {
            DependencyKind::Normal => "dependencies",
            DependencyKind::Dev => "dev-dependencies",
            DependencyKind::Build => "build-dependencies",
        }
    }
}

fn parse_error(error: &toml::de::Error) -> ManifestError {
    ManifestError::Parse {
        range: error.span().map(text_range),
        message: error.message().to_owned(),
    }
}

/// Drops what does not matter here and writes the old spellings in the new way.
fn tidy(manifest: &mut Table) {
    const SECTIONS: [&str; 14] = [
        "package",
        "workspace",
        "features",
        "target",
        "patch",
        "replace",
        "lib",
        "bin",
        "example",
        "test",
        "bench",
        "dependencies",
        "dev-dependencies",
        "build-dependencies",
    ];
    const PACKAGE: [&str; 10] = [
        "name",
        "version",
        "edition",
        "build",
        "workspace",
        "autolib",
        "autobins",
        "autoexamples",
        "autotests",
        "autobenches",
    ];
    const WORKSPACE: [&str; 5] = [
        "members",
        "default-members",
        "exclude",
        "dependencies",
        "package",
    ];

    rename(manifest, "project", "package");
    tidy_sections(manifest);
    manifest.retain(|key, _| SECTIONS.contains(&key));
    if let Some(package) = manifest.get_mut("package").and_then(Value::as_table_mut) {
        package.retain(|key, _| PACKAGE.contains(&key));
    }
    if let Some(lib) = manifest.get_mut("lib").and_then(Value::as_table_mut) {
        rename(lib, "crate_type", "crate-type");
    }
    if let Some(workspace) = manifest.get_mut("workspace").and_then(Value::as_table_mut) {
        rename(workspace, "default_members", "default-members");
        workspace.retain(|key, _| WORKSPACE.contains(&key));
        if let Some(package) = workspace.get_mut("package").and_then(Value::as_table_mut) {
            package.retain(|key, _| PACKAGE.contains(&key));
        }
        tidy_sections(workspace);
    }
    if let Some(targets) = manifest.get_mut("target").and_then(Value::as_table_mut) {
        targets
            .iter_mut()
            .filter_map(|(_, target)| target.as_table_mut())
            .for_each(tidy_sections);
    }
}

fn tidy_sections(table: &mut Table) {
    rename(table, "dev_dependencies", "dev-dependencies");
    rename(table, "build_dependencies", "build-dependencies");
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(section) = table.get_mut(section).and_then(Value::as_table_mut) else {
            continue;
        };
        for (_, dependency) in section.iter_mut() {
            if let Some(dependency) = dependency.as_table_mut() {
                rename(dependency, "default_features", "default-features");
            }
        }
    }
}

fn rename(table: &mut Table, old: &str, new: &str) {
    if let Some(value) = table.remove(old) {
        table.entry(new).or_insert(value);
    }
}

/// Takes out the dependencies that cannot be understood, so that the package is not lost with them.
fn prune(manifest: &mut Table, path: &Path, problems: &mut Vec<WorkspaceProblem>) {
    prune_sections(manifest, path, problems);
    if let Some(workspace) = manifest.get_mut("workspace").and_then(Value::as_table_mut) {
        prune_sections(workspace, path, problems);
    }
    if let Some(targets) = manifest.get_mut("target").and_then(Value::as_table_mut) {
        let targets = targets
            .iter_mut()
            .filter_map(|(_, target)| target.as_table_mut());
        targets.for_each(|target| prune_sections(target, path, problems));
    }
}

fn prune_sections(table: &mut Table, path: &Path, problems: &mut Vec<WorkspaceProblem>) {
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(section) = table.get_mut(section).and_then(Value::as_table_mut) else {
            continue;
        };
        section.retain(
            |name, dependency| match RawDependency::deserialize(dependency.clone()) {
                Ok(_) => true,
                Err(error) => {
                    let message = format!(
                        "dependency `{name}` cannot be understood: {}",
                        error.message()
                    );
                    problems.push(WorkspaceProblem::new(
                        path,
                        message,
                        "correct its version requirement or its keys",
                    ));
                    false
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(path: &str, text: &str) -> ManifestFile {
        ManifestFile::parse(Path::new(path), text).unwrap()
    }

    #[test]
    fn inherits_dependencies_as_cargo_does() {
        let root = manifest(
            "/w/Cargo.toml",
            r#"
            [workspace]
            members = ["a"]
            package = { edition = "2021", version = "1.2.3" }
            [workspace.dependencies]
            plain = "1"
            bare = { version = "2", default-features = false, features = ["x"] }
            local = { path = "lib/local", package = "local-lib" }
            "#,
        );
        let member = manifest(
            "/w/a/Cargo.toml",
            r#"
            package = { name = "a", edition.workspace = true, version.workspace = true }
            [dependencies]
            plain = { workspace = true, features = ["f"], optional = true, default-features = false }
            bare = { workspace = true, features = ["y"] }
            local.workspace = true
            missing.workspace = true
            [dev_dependencies]
            bare = { workspace = true, default-features = true }
            [target.'cfg(unix)'.dependencies]
            own = { path = "../own", version = "0.1", default_features = false }
            "#,
        );
        assert_eq!(member.edition(Some(&root)), Edition::E2021);
        assert_eq!(member.version(Some(&root)), Some(Version::new(1, 2, 3)));
        let mut problems = Vec::new();
        let rows: Vec<String> = member
            .dependencies(Some(&root), &mut problems)
            .iter()
            .map(|dependency| {
                format!(
                    "{:?} {}={} req:{} path:{} {:?}{}{}{}",
                    dependency.kind,
                    dependency.key,
                    dependency.package,
                    dependency
                        .requirement
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    dependency
                        .path
                        .as_ref()
                        .map(|path| path.display().to_string())
                        .unwrap_or_default(),
                    dependency.features,
                    if dependency.default_features {
                        ""
                    } else {
                        " bare"
                    },
                    if dependency.optional { " optional" } else { "" },
                    dependency
                        .target_cfg
                        .as_ref()
                        .map(|cfg| format!(" {cfg}"))
                        .unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                r#"Normal bare=bare req:^2 path: ["x", "y"] bare"#,
                r#"Normal local=local-lib req: path:/w/lib/local []"#,
                r#"Normal missing=missing req: path: []"#,
                r#"Normal plain=plain req:^1 path: ["f"] optional"#,
                r#"Dev bare=bare req:^2 path: ["x"]"#,
                r#"Normal own=own req:^0.1 path:/w/own [] bare cfg(unix)"#,
            ]
        );
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("`missing`"));
    }

    #[test]
    fn reads_leniently() {
        let rows = [
            (
                "[package]\nname = 'a'\n[profile.release]\nlto = 'sideways'\n[badges]\nx = 3",
                0,
            ),
            ("[project]\nname = 'a'", 0),
            (
                "[package]\nname = 'a'\nmetadata.x = 1\n[dependencies]\ngood = '1'\nbad = 'not a version'",
                1,
            ),
            (
                "[package]\nname = 'a'\n[target.'cfg(unix)'.dependencies]\nbad = { version = 7 }",
                1,
            ),
        ];
        for (text, problems) in rows {
            let manifest = manifest("/Cargo.toml", text);
            assert_eq!(manifest.problems.len(), problems, "{text}");
            assert_eq!(manifest.manifest.package.unwrap().name, "a");
        }
    }

    #[test]
    fn says_where_it_is_broken() {
        let rows = [
            ("[package]\nname = ", true),
            ("[package]\nname = 3", true),
            ("[package]\nname = 'a'\nedition = '1999'", false),
            ("[dependencies]\nx = '1'", false),
        ];
        for (text, place) in rows {
            match ManifestFile::parse(Path::new("/Cargo.toml"), text) {
                Err(ManifestError::Parse { range, .. }) if !place || range.is_some() => {}
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn finds_overrides() {
        let manifest = manifest(
            "/w/Cargo.toml",
            "[workspace]\n[patch.crates-io]\na = { path = 'a' }\nb = { package = 'c', path = '../c' }\nd = { git = 'x' }\n\
             [replace]\n'e:0.1.0' = { path = 'e' }",
        );
        let overrides: Vec<_> = manifest
            .overrides()
            .into_iter()
            .map(|(name, path)| format!("{name} {}", path.display()))
            .collect();
        assert_eq!(overrides, ["a /w/a", "c /c", "e /w/e"]);
    }
}
