//! The targets of a package: declared ones, and those that Cargo finds by itself.

use std::path::{Path, PathBuf};

use cargo_toml::{OptionalFile, Product};

use super::error::WorkspaceProblem;
use super::files::{FileKind, Files};
use super::manifest::ManifestFile;
use super::paths::normalize;
use super::{Edition, Target, TargetKind};

/// The targets of the package that `file` describes.
pub(super) fn of_manifest(
    file: &ManifestFile,
    edition: Edition,
    files: &dyn Files,
    problems: &mut Vec<WorkspaceProblem>,
) -> Vec<Target> {
    let Some(package) = &file.manifest.package else {
        return Vec::new();
    };
    let found = Found::new(&file.dir, &package.name, files);
    let mut finder = Finder {
        file,
        edition,
        files,
        problems,
        targets: Vec::new(),
    };
    finder.lib(&package.name, found.lib);
    let manifest = &file.manifest;
    finder.section(TargetKind::Bin, &manifest.bin, found.bins, "autobins");
    finder.section(
        TargetKind::Example,
        &manifest.example,
        found.examples,
        "autoexamples",
    );
    finder.section(TargetKind::Test, &manifest.test, found.tests, "autotests");
    finder.section(
        TargetKind::Bench,
        &manifest.bench,
        found.benches,
        "autobenches",
    );
    finder.build_script(package.build.as_ref());
    finder.targets.sort();
    finder.targets
}

/// The targets of a folder that looks like a package but has no usable manifest.
pub(super) fn of_layout(dir: &Path, name: &str, files: &dyn Files) -> Vec<Target> {
    let found = Found::new(dir, name, files);
    let target = |kind: TargetKind| move |(name, root)| Target::new(name, kind, root, Vec::new());
    let mut targets: Vec<Target> = found
        .lib
        .map(|root| target(TargetKind::Lib)((crate_name(name), root)))
        .into_iter()
        .collect();
    targets.extend(found.bins.into_iter().map(target(TargetKind::Bin)));
    targets.extend(found.examples.into_iter().map(target(TargetKind::Example)));
    targets.extend(found.tests.into_iter().map(target(TargetKind::Test)));
    targets.extend(found.benches.into_iter().map(target(TargetKind::Bench)));
    targets.sort();
    targets
}

/// The name of a crate in code.
pub(super) fn crate_name(name: &str) -> String {
    name.replace('-', "_")
}

impl Target {
    pub(super) fn new(
        name: String,
        kind: TargetKind,
        root: PathBuf,
        required_features: Vec<String>,
    ) -> Target {
        Target {
            kind,
            crate_name: crate_name(&name),
            name,
            root,
            required_features,
        }
    }
}

/// What lies at the usual places, as (name, root).
struct Found {
    lib: Option<PathBuf>,
    bins: Vec<(String, PathBuf)>,
    examples: Vec<(String, PathBuf)>,
    tests: Vec<(String, PathBuf)>,
    benches: Vec<(String, PathBuf)>,
}

impl Found {
    fn new(dir: &Path, name: &str, files: &dyn Files) -> Found {
        let existing = |path: &str| Some(dir.join(path)).filter(|path| files.is_file(path));
        let mut bins: Vec<_> = existing("src/main.rs")
            .map(|root| (name.to_owned(), root))
            .into_iter()
            .collect();
        bins.extend(in_folder(&dir.join("src/bin"), files));
        Found {
            lib: existing("src/lib.rs"),
            bins,
            examples: in_folder(&dir.join("examples"), files),
            tests: in_folder(&dir.join("tests"), files),
            benches: in_folder(&dir.join("benches"), files),
        }
    }
}

/// `name.rs` and `name/main.rs`.
fn in_folder(dir: &Path, files: &dyn Files) -> Vec<(String, PathBuf)> {
    let entries = files.list(dir).unwrap_or_default();
    let visible = entries
        .into_iter()
        .filter(|entry| !entry.name.starts_with('.'));
    let target = |entry: super::files::Entry| match entry.kind {
        FileKind::File => entry
            .name
            .strip_suffix(".rs")
            .map(|stem| (stem.to_owned(), dir.join(&entry.name))),
        FileKind::Dir => {
            let root = dir.join(&entry.name).join("main.rs");
            files.is_file(&root).then_some((entry.name, root))
        }
    };
    visible.filter_map(target).collect()
}

struct Finder<'a> {
    file: &'a ManifestFile,
    edition: Edition,
    files: &'a dyn Files,
    problems: &'a mut Vec<WorkspaceProblem>,
    targets: Vec<Target>,
}

impl Finder<'_> {
    fn lib(&mut self, package: &str, found: Option<PathBuf>) {
        let product = self.file.manifest.lib.as_ref();
        let root = match product.and_then(|product| product.path.as_ref()) {
            Some(path) => Some(normalize(&self.file.dir.join(path))),
            None if product.is_none() && self.file.switch("autolib") == Some(false) => None,
            // The place before `src/lib.rs` became the rule.
            None => found.or_else(|| {
                let legacy = self.file.dir.join("src").join(format!("{package}.rs"));
                (product.is_some() && self.files.is_file(&legacy)).then_some(legacy)
            }),
        };
        let Some(root) = root else {
            if product.is_some() {
                self.missing("library", package, "src/lib.rs");
            }
            return;
        };
        let name = product
            .and_then(|product| product.name.clone())
            .unwrap_or_else(|| crate_name(package));
        let macros = product.is_some_and(|product| {
            product.proc_macro || product.crate_type.iter().any(|kind| kind == "proc-macro")
        });
        let kind = if macros {
            TargetKind::ProcMacro
        } else {
            TargetKind::Lib
        };
        self.add(name, kind, root, Vec::new());
    }

    /// One kind of target: the declared ones, completed and joined by what lies at the usual places.
    fn section(
        &mut self,
        kind: TargetKind,
        declared: &[Product],
        found: Vec<(String, PathBuf)>,
        switch: &str,
    ) {
        let mut taken_names = Vec::new();
        let mut taken_paths = Vec::new();
        for product in declared {
            let Some(name) = product.name.clone() else {
                continue;
            };
            let inferred = || {
                found
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map(|(_, root)| root.clone())
            };
            let root = match &product.path {
                Some(path) => {
                    let root = normalize(&self.file.dir.join(path));
                    taken_paths.push(root.clone());
                    Some(root)
                }
                None => inferred().or_else(|| self.legacy_place(kind, &name)),
            };
            taken_names.push(name.clone());
            match root {
                Some(root) => self.add(name, kind, root, product.required_features.clone()),
                None => self.missing(kind.noun(), &name, &format!("{}/{name}.rs", kind.folder())),
            }
        }
        // In the first edition a declared target switches the search off.
        let by_default = self.edition != Edition::E2015 || declared.is_empty();
        if !self.file.switch(switch).unwrap_or(by_default) {
            return;
        }
        for (name, root) in found {
            if !taken_names.contains(&name) && !taken_paths.contains(&root) {
                self.add(name, kind, root, Vec::new());
            }
        }
    }

    /// Where the first edition also looks for a declared target.
    fn legacy_place(&self, kind: TargetKind, name: &str) -> Option<PathBuf> {
        let places: &[String] = match kind {
            TargetKind::Bin => &[
                format!("src/{name}.rs"),
                "src/bin/main.rs".to_owned(),
                "src/main.rs".to_owned(),
            ],
            TargetKind::Bench => &["src/bench.rs".to_owned()],
            _ => &[],
        };
        let places = places.iter().map(|place| self.file.dir.join(place));
        places
            .filter(|_| self.edition == Edition::E2015)
            .find(|place| self.files.is_file(place))
    }

    fn build_script(&mut self, build: Option<&OptionalFile>) {
        let root = match build {
            Some(OptionalFile::Flag(false)) => return,
            Some(OptionalFile::Path(path)) => normalize(&self.file.dir.join(path)),
            None | Some(OptionalFile::Flag(true)) => {
                let root = self.file.dir.join("build.rs");
                if !self.files.is_file(&root) {
                    return;
                }
                root
            }
        };
        let stem = root
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        self.add(
            format!("build-script-{stem}"),
            TargetKind::BuildScript,
            root,
            Vec::new(),
        );
    }

    fn add(
        &mut self,
        name: String,
        kind: TargetKind,
        root: PathBuf,
        required_features: Vec<String>,
    ) {
        if self.files.is_file(&root) {
            self.targets
                .push(Target::new(name, kind, root, required_features));
        } else {
            let place = super::paths::display_path(&root, &self.file.dir);
            self.missing(kind.noun(), &name, &place);
        }
    }

    fn missing(&mut self, noun: &str, name: &str, place: &str) {
        let message = format!("{noun} `{name}` has no file at `{place}`");
        self.problems.push(WorkspaceProblem::new(
            &self.file.path,
            message,
            "correct its `path`, or create the file",
        ));
    }
}

impl TargetKind {
    fn noun(self) -> &'static str {
        match self {
            TargetKind::Lib | TargetKind::ProcMacro => "library",
            TargetKind::Bin => "binary",
            TargetKind::Example => "example",
            TargetKind::Test => "test",
            TargetKind::Bench => "benchmark",
            TargetKind::BuildScript => "build script",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            TargetKind::Lib | TargetKind::ProcMacro | TargetKind::BuildScript => "src",
            TargetKind::Bin => "src/bin",
            TargetKind::Example => "examples",
            TargetKind::Test => "tests",
            TargetKind::Bench => "benches",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;

    /// Targets as `kind name root [required]`, then the number of problems.
    fn targets(manifest: &str, tree: &[&str]) -> (Vec<String>, usize) {
        let mut all: Vec<(String, &str)> =
            tree.iter().map(|path| (format!("/w/{path}"), "")).collect();
        all.push(("/w/Cargo.toml".to_owned(), manifest));
        let files = MemoryFiles::new(all);
        let file = ManifestFile::read(Path::new("/w/Cargo.toml"), &files).unwrap();
        let mut problems = Vec::new();
        let targets = of_manifest(&file, file.edition(None), &files, &mut problems);
        let show = |target: &Target| {
            let root = target.root.strip_prefix("/w").unwrap().display();
            format!(
                "{:?} {} {root} {}",
                target.kind,
                target.name,
                target.required_features.join(",")
            )
            .trim_end()
            .to_owned()
        };
        (targets.iter().map(show).collect(), problems.len())
    }

    #[test]
    fn finds_targets_as_cargo_does() {
        let package = |rest: &str| format!("[package]\nname = 'my-app'\nedition = '2021'\n{rest}");
        let rows: Vec<(String, &[&str], &[&str], usize)> = vec![
            (
                package(""),
                &[
                    "src/lib.rs",
                    "src/main.rs",
                    "src/bin/tool.rs",
                    "src/bin/big/main.rs",
                    "src/bin/big/part.rs",
                    "src/bin/.hidden.rs",
                    "examples/e.rs",
                    "tests/t.rs",
                    "tests/common/mod.rs",
                    "benches/b/main.rs",
                    "build.rs",
                ],
                &[
                    "Lib my_app src/lib.rs",
                    "Bin big src/bin/big/main.rs",
                    "Bin my-app src/main.rs",
                    "Bin tool src/bin/tool.rs",
                    "Example e examples/e.rs",
                    "Test t tests/t.rs",
                    "Bench b benches/b/main.rs",
                    "BuildScript build-script-build build.rs",
                ],
                0,
            ),
            (
                package("autobins = false\nautolib = false\nautotests = false\nbuild = false"),
                &["src/lib.rs", "src/main.rs", "tests/t.rs", "build.rs"],
                &[],
                0,
            ),
            (
                package(
                    "[lib]\nname = 'core'\nproc-macro = true\n[[bin]]\nname = 'srv'\npath = 'src/main.rs'\nrequired-features = ['x']",
                ),
                &["src/lib.rs", "src/main.rs", "src/bin/other.rs"],
                &[
                    "Bin other src/bin/other.rs",
                    "Bin srv src/main.rs x",
                    "ProcMacro core src/lib.rs",
                ],
                0,
            ),
            (
                package("autobins = false\n[[bin]]\nname = 'tool'"),
                &["src/main.rs", "src/bin/tool.rs"],
                &["Bin tool src/bin/tool.rs"],
                0,
            ),
            (
                package("[[bin]]\nname = 'gone'\n[[test]]\nname = 'lost'\npath = 'x.rs'"),
                &["src/lib.rs"],
                &["Lib my_app src/lib.rs"],
                2,
            ),
            (
                "[package]\nname = 'old'\n[[bin]]\nname = 'old'\n[[bench]]\nname = 'speed'"
                    .to_owned(),
                &["src/main.rs", "src/bin/ignored.rs", "src/bench.rs"],
                &["Bin old src/main.rs", "Bench speed src/bench.rs"],
                0,
            ),
            (
                "[package]\nname = 'old'\nautobins = true\n[[bin]]\nname = 'old'".to_owned(),
                &["src/main.rs", "src/bin/found.rs"],
                &["Bin found src/bin/found.rs", "Bin old src/main.rs"],
                0,
            ),
            (
                package("build = 'tools/make.rs'"),
                &["tools/make.rs"],
                &["BuildScript build-script-make tools/make.rs"],
                0,
            ),
        ];
        for (manifest, tree, expected, problems) in rows {
            assert_eq!(
                targets(&manifest, tree),
                (expected.iter().map(ToString::to_string).collect(), problems),
                "{manifest}"
            );
        }
    }
}
