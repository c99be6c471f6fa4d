//! Crates without a manifest, guessed from the files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::Files;
use super::modules::{self, Outline};
use super::targets;
use super::walk::files_below;
use super::{Edition, Package, PackageId, Target, TargetKind};

/// Crates that seem to belong together.
#[derive(Debug)]
pub(super) struct Guess {
    name: String,
    dir: PathBuf,
    /// The manifest that cannot be used, if there is one.
    manifest_path: Option<PathBuf>,
    targets: Vec<Target>,
    /// One file that was named, and nothing beside it.
    alone: bool,
}

impl Guess {
    /// A folder that is laid out as a package.
    pub(super) fn of_layout(dir: &Path, files: &dyn Files) -> Guess {
        let name = folder_name(dir);
        Guess {
            targets: targets::of_layout(dir, &name, files),
            name,
            dir: dir.to_path_buf(),
            manifest_path: Some(dir.join("Cargo.toml")).filter(|path| files.is_file(path)),
            alone: false,
        }
    }

    /// A single file.
    pub(super) fn of_file(path: &Path, files: &dyn Files) -> Guess {
        let outline = files
            .read_text(path)
            .map(|text| Outline::new(&text))
            .unwrap_or_default();
        Guess {
            alone: true,
            ..Guess::loose(path, outline.has_main)
        }
    }

    fn loose(path: &Path, has_main: bool) -> Guess {
        let name = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let dir = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let kind = if has_main {
            TargetKind::Bin
        } else {
            TargetKind::Lib
        };
        Guess {
            manifest_path: None,
            targets: vec![Target::new(
                name.clone(),
                kind,
                path.to_path_buf(),
                Vec::new(),
            )],
            name,
            dir,
            alone: false,
        }
    }

    /// All crates below a folder: what is laid out as a package first, then every
    /// `main.rs` and `lib.rs`, then every file that no other one declares.
    pub(super) fn all_below(dir: &Path, files: &dyn Files) -> Vec<Guess> {
        let mut sources = Vec::new();
        files_below(dir, files, &mut |path| {
            if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path);
            }
        });
        sources.sort();

        let mut guesses = Vec::new();
        let mut covered = BTreeSet::new();
        let is_root = |path: &Path| path.ends_with("main.rs") || path.ends_with("lib.rs");
        for path in sources.iter().filter(|path| is_root(path)) {
            let Some(package) = path
                .parent()
                .filter(|dir| dir.ends_with("src"))
                .and_then(Path::parent)
            else {
                continue;
            };
            if !covered.contains(path) && !guesses.iter().any(|guess: &Guess| guess.dir == package)
            {
                let guess = Guess::of_layout(package, files);
                let roots: Vec<PathBuf> = guess
                    .targets
                    .iter()
                    .map(|target| target.root.clone())
                    .collect();
                covered.extend(modules::reached(&roots, files));
                guesses.push(guess);
            }
        }
        for path in sources.iter().filter(|path| is_root(path)) {
            if covered.contains(path) {
                continue;
            }
            covered.extend(modules::reached(std::slice::from_ref(path), files));
            let dir = path.parent().unwrap_or(Path::new("")).to_path_buf();
            let name = folder_name(&dir);
            let kind = if path.ends_with("main.rs") {
                TargetKind::Bin
            } else {
                TargetKind::Lib
            };
            let target = Target::new(name.clone(), kind, path.clone(), Vec::new());
            match guesses.iter_mut().find(|guess| guess.dir == dir) {
                Some(guess) => guess.targets.push(target),
                None => guesses.push(Guess {
                    name,
                    dir,
                    manifest_path: None,
                    targets: vec![target],
                    alone: false,
                }),
            }
        }
        let outlines: Vec<(PathBuf, Outline)> = sources
            .into_iter()
            .filter(|path| !covered.contains(path))
            .map(|path| {
                let outline = files
                    .read_text(&path)
                    .map(|text| Outline::new(&text))
                    .unwrap_or_default();
                (path, outline)
            })
            .collect();
        let declared = modules::declared(&outlines);
        // Files that declare each other in a circle have no root: the first one stands in.
        let (parts, roots): (Vec<_>, Vec<_>) = outlines
            .iter()
            .partition(|(path, _)| declared.contains(path));
        for (path, outline) in roots.into_iter().chain(parts) {
            if !covered.contains(path) {
                covered.extend(modules::reached(std::slice::from_ref(path), files));
                guesses.push(Guess::loose(path, outline.has_main));
            }
        }
        guesses
    }

    pub(super) fn into_package(mut self) -> Package {
        self.targets.sort();
        Package {
            id: PackageId(0),
            name: self.name,
            version: None,
            manifest_path: self.manifest_path,
            dir: self.dir,
            // What most code without a manifest is written for.
            edition: Edition::E2021,
            dependencies: Vec::new(),
            features: Default::default(),
            all_features: Default::default(),
            targets: self.targets,
            selected: false,
            is_member: true,
            guessed: true,
            alone: self.alone,
        }
    }
}

fn folder_name(dir: &Path) -> String {
    dir.file_name().map_or_else(
        || "root".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;

    fn guesses(tree: &[(&str, &str)]) -> Vec<String> {
        let files = MemoryFiles::new(
            tree.iter()
                .map(|(path, text)| (format!("/w/{path}"), *text)),
        );
        let mut shown: Vec<String> = Guess::all_below(Path::new("/w"), &files)
            .into_iter()
            .map(|guess| {
                let package = guess.into_package();
                let targets = package.targets.iter().map(|target| {
                    format!(
                        "{:?}:{}",
                        target.kind,
                        target.root.strip_prefix("/w").unwrap().display()
                    )
                });
                format!("{} {}", package.name, targets.collect::<Vec<_>>().join(" "))
            })
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn guesses_crates() {
        type Row<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
        let rows: [Row<'_>; 6] = [
            (
                &[
                    ("src/main.rs", "mod a;"),
                    ("src/a.rs", ""),
                    ("src/lib.rs", ""),
                    ("tests/t.rs", "mod common;"),
                    ("tests/common/mod.rs", ""),
                ],
                &["w Lib:src/lib.rs Bin:src/main.rs Test:tests/t.rs"],
            ),
            (
                &[("x/main.rs", "mod y;"), ("x/y.rs", ""), ("z/lib.rs", "")],
                &["x Bin:x/main.rs", "z Lib:z/lib.rs"],
            ),
            (
                &[("a.rs", "fn main() {}"), ("b.rs", "fn b() {}")],
                &["a Bin:a.rs", "b Lib:b.rs"],
            ),
            (
                &[("b.rs", "mod a;"), ("a.rs", "mod deep;"), ("a/deep.rs", "")],
                &["b Lib:b.rs"],
            ),
            (
                &[
                    ("a.rs", "#[path = \"b.rs\"] mod b;"),
                    ("b.rs", "#[path = \"a.rs\"] mod a;"),
                ],
                &["a Lib:a.rs"],
            ),
            (
                &[("main.rs", "mod lib;"), ("lib.rs", "")],
                &["w Lib:lib.rs Bin:main.rs"],
            ),
        ];
        for (tree, expected) in rows {
            assert_eq!(guesses(tree), expected, "{tree:?}");
        }
    }
}
