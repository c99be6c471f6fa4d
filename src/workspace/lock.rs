//! `Cargo.lock`: which versions are in play.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde::Deserialize;

use super::error::WorkspaceProblem;
use super::files::Files;
use super::manifest::text_range;

/// The packages of one `Cargo.lock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The file.
    pub path: PathBuf,
    /// All packages, sorted by name and version.
    pub packages: Vec<LockedPackage>,
}

/// One package of a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it comes from; `None` for a package of the workspace or at a path.
    pub source: Option<LockedSource>,
    /// The checksum of its archive.
    pub checksum: Option<String>,
    /// What it depends on, as far as the lock file says. Nobody asks that of packages that are not
    /// of the workspace or at a path: there it is empty.
    pub dependencies: Vec<LockedDependency>,
}

/// Which package another one depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedDependency {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

/// Where a locked package comes from.
///
/// A source is an address, and addresses may carry credentials: `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq)]
pub struct LockedSource(String);

impl LockedSource {
    /// The address. Not for output.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `registry`, `git` or `other`.
    pub fn kind(&self) -> &'static str {
        match self.0.split_once('+') {
            Some(("registry" | "sparse", _)) => "registry",
            Some(("git", _)) => "git",
            _ => "other",
        }
    }

    /// Whether this is the public registry, whose advisories are public too.
    pub fn is_crates_io(&self) -> bool {
        matches!(
            self.0.as_str(),
            "registry+https://github.com/rust-lang/crates.io-index"
                | "sparse+https://index.crates.io/"
        )
    }
}

impl fmt::Debug for LockedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Lock {
    /// Reads a lock file. `None` if there is none; a broken one is a problem.
    pub(crate) fn read(
        path: &Path,
        files: &dyn Files,
        problems: &mut Vec<WorkspaceProblem>,
    ) -> Option<Lock> {
        if !files.is_file(path) {
            return None;
        }
        let problem = |message: String| {
            let help = "dependency versions are unknown without it; run `cargo generate-lockfile`";
            WorkspaceProblem::new(path, message, help)
        };
        let text = match files.read_text(path) {
            Ok(text) => text,
            Err(error) => {
                problems.push(problem(format!("cannot read the lock file: {error}")));
                return None;
            }
        };
        match Lock::parse(path, &text) {
            Ok(lock) => Some(lock),
            Err(error) => {
                let range = error.span().map(text_range);
                problems.push(WorkspaceProblem {
                    range,
                    ..problem(format!("cannot parse the lock file: {}", error.message()))
                });
                None
            }
        }
    }

    /// Reads the text of a lock file, format versions 1 to 4.
    ///
    /// Entries whose version is not one are dropped.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Lock, toml::de::Error> {
        let raw = match generated(text) {
            Some(packages) => packages,
            None => toml::from_str::<RawLock<'_>>(text)?.package,
        };
        let mut raw: Vec<(Version, RawPackage<'_>)> = raw
            .into_iter()
            .filter_map(|package| Some((package.version.parse().ok()?, package)))
            .collect();
        raw.sort_by(|(a_version, a), (b_version, b)| {
            a.name.cmp(&b.name).then_with(|| a_version.cmp(b_version))
        });

        let dependency = |text: &Cow<'_, str>| {
            let mut words = text.split(' ');
            let name = words.next()?;
            let version = match words.next() {
                Some(version) => version.parse().ok()?,
                None => raw[range_of(&raw, name, |(_, package)| &package.name)]
                    .first()?
                    .0
                    .clone(),
            };
            Some(LockedDependency {
                name: name.to_owned(),
                version,
            })
        };
        let dependencies = |package: &RawPackage<'_>| match package.source {
            None => package.dependencies.iter().filter_map(dependency).collect(),
            Some(_) => Vec::new(),
        };
        let packages = raw.iter().map(|(version, package)| LockedPackage {
            name: package.name.clone().into_owned(),
            version: version.clone(),
            source: package
                .source
                .clone()
                .map(|source| LockedSource(source.into_owned())),
            checksum: package.checksum.clone().map(Cow::into_owned),
            dependencies: dependencies(package),
        });
        Ok(Lock {
            path: path.to_path_buf(),
            packages: packages.collect(),
        })
    }

    /// All locked versions of a package, lowest first.
    pub fn versions(&self, name: &str) -> &[LockedPackage] {
        &self.packages[range_of(&self.packages, name, |package| package.name.as_str())]
    }

    /// The version of `name` that a package of the workspace uses.
    ///
    /// A package may use two versions under two names: the requirement tells them apart.
    pub(crate) fn resolve(
        &self,
        dependant: &str,
        name: &str,
        requirement: Option<&VersionReq>,
    ) -> Option<Version> {
        let fits =
            |version: &Version| requirement.is_none_or(|requirement| requirement.matches(version));
        let dependant = self
            .versions(dependant)
            .iter()
            .find(|package| package.source.is_none());
        let candidates: Vec<&Version> = match dependant {
            Some(dependant) => {
                let used = dependant
                    .dependencies
                    .iter()
                    .filter(|dependency| dependency.name == name);
                used.map(|dependency| &dependency.version).collect()
            }
            None => self
                .versions(name)
                .iter()
                .map(|package| &package.version)
                .collect(),
        };
        match candidates.as_slice() {
            // A patched dependency may lie outside of the requirement's letter.
            [only] if dependant.is_some() => Some((*only).clone()),
            several => several
                .iter()
                .rev()
                .find(|version| fits(version))
                .map(|version| (*version).clone()),
        }
    }
}

fn range_of<T>(sorted: &[T], name: &str, key: impl Fn(&T) -> &str) -> Range<usize> {
    let start = sorted.partition_point(|item| key(item) < name);
    let len = sorted[start..].partition_point(|item| key(item) == name);
    start..start + len
}

#[derive(Deserialize)]
struct RawLock<'a> {
    #[serde(default, borrow)]
    package: Vec<RawPackage<'a>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct RawPackage<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    checksum: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    dependencies: Vec<Cow<'a, str>>,
}

/// Reads a lock file line by line, in exactly the form in which Cargo writes it.
///
/// Parsing it as TOML costs more than all manifests together; anything unusual is
/// `None` and goes that way.
fn generated(text: &str) -> Option<Vec<RawPackage<'_>>> {
    let mut packages: Vec<RawPackage<'_>> = Vec::new();
    let mut lines = text.lines();
    // Tables that tell nothing here: `[metadata]`, `[[patch.unused]]`.
    let mut skipping = false;
    while let Some(line) = lines.next() {
        if line.starts_with('[') {
            skipping = match line {
                "[[package]]" => false,
                "[metadata]" | "[[patch.unused]]" => true,
                _ => return None,
            };
            if !skipping {
                packages.push(RawPackage::default());
            }
            continue;
        }
        if line.is_empty() || line.starts_with('#') || skipping {
            continue;
        }
        let (key, value) = line.split_once(" = ")?;
        let Some(package) = packages.last_mut() else {
            if key == "version" {
                continue;
            } else {
                return None;
            }
        };
        match key {
            "name" => package.name = plain_string(value)?,
            "version" => package.version = plain_string(value)?,
            "source" => package.source = Some(plain_string(value)?),
            "checksum" => package.checksum = Some(plain_string(value)?),
            "dependencies" if value == "[" => loop {
                match lines.next()? {
                    "]" => break,
                    entry => package
                        .dependencies
                        .push(plain_string(entry.strip_prefix(' ')?.strip_suffix(',')?)?),
                }
            },
            _ => return None,
        }
    }
    packages
        .iter()
        .all(|package| !package.name.is_empty() && !package.version.is_empty())
        .then_some(packages)
}

/// A string without escapes.
fn plain_string(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\'])).then_some(Cow::Borrowed(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["rand 0.7.3", "rand 0.8.5", "serde"]

[[package]]
name = "serde"
version = "1.0.200"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"

[[package]]
name = "rand"
version = "0.8.5"
source = "sparse+https://user:hunter2@registry.example/"

[[package]]
name = "rand"
version = "0.7.3"
source = "git+https://token@git.example/rand#abc"

[[package]]
name = "rand"
version = "0.9.0"
"#;

    #[test]
    fn resolves_versions() {
        let lock = Lock::parse(Path::new("/Cargo.lock"), LOCK).unwrap();
        assert_eq!(lock.packages.len(), 5);
        let rows = [
            ("app", "serde", "*", Some("1.0.200")),
            ("app", "rand", "^0.7", Some("0.7.3")),
            ("app", "rand", "^0.8", Some("0.8.5")),
            ("app", "rand", "*", Some("0.8.5")),
            ("app", "absent", "*", None),
            ("unlisted", "rand", "*", Some("0.9.0")),
            ("unlisted", "serde", "^2", None),
        ];
        for (dependant, name, requirement, expected) in rows {
            let requirement = VersionReq::parse(requirement).unwrap();
            let version = lock
                .resolve(dependant, name, Some(&requirement))
                .map(|version| version.to_string());
            assert_eq!(
                version.as_deref(),
                expected,
                "{name} {requirement} of {dependant}"
            );
        }
    }

    #[test]
    fn sources_do_not_show_in_debug() {
        let lock = Lock::parse(Path::new("/Cargo.lock"), LOCK).unwrap();
        let shown = format!("{lock:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("token"),
            "{shown}"
        );
        let kinds: Vec<_> = lock
            .packages
            .iter()
            .filter_map(|package| package.source.as_ref())
            .map(LockedSource::kind)
            .collect();
        assert_eq!(kinds, ["git", "registry", "registry"]);
        assert!(
            lock.versions("serde")[0]
                .source
                .as_ref()
                .unwrap()
                .is_crates_io()
        );
    }

    #[test]
    fn what_cargo_writes_needs_no_toml() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
        let text =
            crate::workspace::files::Files::read_text(&crate::workspace::files::DiskFiles, &path)
                .unwrap();
        let fast = generated(&text).unwrap();
        assert!(fast.len() > 50);
        assert_eq!(fast, toml::from_str::<RawLock<'_>>(&text).unwrap().package);

        let usual = "# comment\nversion = 3\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n";
        for (text, expected) in [
            (usual.to_owned(), Some(1)),
            (
                format!(
                    "{usual}\n[[patch.unused]]\nname = \"b\"\n\n[metadata]\n\"checksum a\" = \"0\"\n"
                ),
                Some(1),
            ),
            (usual.replace(" = ", "="), None),
            (format!("{usual}replace = \"b\"\n"), None),
            (format!("{usual}dependencies = [\"b\"]\n"), None),
            (format!("{usual}dependencies = [\n \"b\",\n"), None),
            (format!("{usual}source = \"x\\\\y\"\n"), None),
            (format!("{usual}[[package]]\nname = \"b\"\n"), None),
            (format!("{usual}<<<<<<< HEAD\n"), None),
            (format!("{usual}[[pack"), None),
        ] {
            assert_eq!(
                generated(&text).map(|packages| packages.len()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_broken_lock_is_a_problem() {
        use crate::workspace::files::MemoryFiles;
        let files = MemoryFiles::new([("/Cargo.lock", "[[package]]\nname = 3")]);
        let mut problems = Vec::new();
        assert_eq!(
            Lock::read(Path::new("/Cargo.lock"), &files, &mut problems),
            None
        );
        assert_eq!(problems.len(), 1);
        assert!(problems[0].range.is_some());
        assert_eq!(
            Lock::read(Path::new("/none/Cargo.lock"), &files, &mut problems),
            None
        );
        assert_eq!(problems.len(), 1);
    }
}
