//! From manifests to packages: roots, members, path dependencies.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::error::WorkspaceProblem;
use super::files::Files;
use super::guess::Guess;
use super::lock::Lock;
use super::manifest::{DeclaredDependency, ManifestError, ManifestFile};
use super::paths::normalize;
use super::{Package, assemble, members};

/// Collects packages; each folder with a manifest is read once.
pub(super) struct Loader<'a> {
    files: &'a dyn Files,
    manifests: BTreeMap<PathBuf, Option<Arc<ManifestFile>>>,
    /// Parsed ahead, in parallel; not yet asked for.
    ahead: BTreeMap<PathBuf, Result<ManifestFile, ManifestError>>,
    /// Lock files that were read ahead, with what is wrong with them.
    locks: BTreeMap<PathBuf, (Option<Lock>, Vec<WorkspaceProblem>)>,
    drafts: BTreeMap<PathBuf, Draft>,
    guesses: Vec<Guess>,
    pub(super) roots: Vec<Root>,
    pub(super) problems: Vec<WorkspaceProblem>,
    /// For each manifest that was asked for, whether there is a file.
    there: RefCell<FxHashMap<PathBuf, bool>>,
}

/// A workspace, or a package that stands alone.
pub(super) struct Root {
    /// Its folder.
    pub(super) dir: PathBuf,
    /// The folders of `default-members`; empty if it has none.
    pub(super) default_members: Vec<PathBuf>,
    pub(super) lock: Option<Lock>,
    /// Package names and the folders that stand in for them.
    pub(super) overrides: Vec<(String, PathBuf)>,
}

/// A package to be.
#[derive(Clone)]
pub(super) struct Draft {
    /// `None` if it cannot be used.
    pub(super) manifest: Option<Arc<ManifestFile>>,
    /// The manifest that it inherits from.
    pub(super) parent: Option<Arc<ManifestFile>>,
    /// Position in [`Loader::roots`] of the root that it was found from.
    pub(super) root: usize,
    pub(super) is_member: bool,
    pub(super) dependencies: Vec<DeclaredDependency>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Loader {
            files,
            manifests: BTreeMap::new(),
            ahead: BTreeMap::new(),
            locks: BTreeMap::new(),
            drafts: BTreeMap::new(),
            guesses: Vec::new(),
            roots: Vec::new(),
            problems: Vec::new(),
            there: RefCell::default(),
        }
    }

    /// Whether there is a file for a manifest; the file system is asked once.
    fn is_there(&self, manifest: &Path) -> bool {
        if let Some(known) = self.there.borrow().get(manifest) {
            return *known;
        }
        let is_there = self.files.is_file(manifest);
        let mut there = self.there.borrow_mut();
        there.insert(manifest.to_path_buf(), is_there);
        is_there
    }

    /// The nearest manifest in `dir` or above it.
    pub(super) fn nearest_manifest(&self, dir: &Path) -> Option<PathBuf> {
        dir.ancestors()
            .map(|dir| dir.join("Cargo.toml"))
            .find(|path| self.is_there(path))
    }

    /// Reads a manifest that must be there for anything to be done.
    pub(super) fn require(&mut self, path: &Path) -> Result<Arc<ManifestFile>, ManifestError> {
        if let Some(Some(known)) = self.manifests.get(path) {
            return Ok(Arc::clone(known));
        }
        let parsed = self
            .ahead
            .remove(path)
            .unwrap_or_else(|| ManifestFile::read(path, self.files));
        let manifest = Arc::new(parsed?);
        self.problems.extend_from_slice(&manifest.problems);
        self.manifests
            .insert(path.to_path_buf(), Some(Arc::clone(&manifest)));
        Ok(manifest)
    }

    /// The same, with the lock file beside it read meanwhile: most manifests that are asked for
    /// first are those of workspaces.
    pub(super) fn require_first(
        &mut self,
        path: &Path,
    ) -> Result<Arc<ManifestFile>, ManifestError> {
        let lock = path.with_file_name("Cargo.lock");
        let (files, is_known) = (self.files, self.manifests.contains_key(path));
        if !is_known {
            let (manifest, read) = rayon::join(
                || ManifestFile::read(path, files),
                || read_lock(&lock, files),
            );
            self.ahead.insert(path.to_path_buf(), manifest);
            self.locks.insert(lock, read);
        }
        self.require(path)
    }

    /// Parses manifests that will be asked for; those that are not there are passed over.
    pub(super) fn read_ahead(&mut self, paths: &[PathBuf]) {
        let new = paths
            .par_iter()
            .filter(|path| !self.manifests.contains_key(*path));
        let there = new.filter(|path| self.files.is_file(path));
        let parsed: Vec<_> = there
            .map(|path| (path.clone(), ManifestFile::read(path, self.files)))
            .collect();
        self.ahead.extend(parsed);
    }

    /// Reads a manifest; one that cannot be used is a problem, reported once.
    fn read(&mut self, path: &Path) -> Option<Arc<ManifestFile>> {
        if let Some(known) = self.manifests.get(path) {
            return known.clone();
        }
        match self.require(path) {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                let (range, message) = match error {
                    ManifestError::Io(error) => {
                        (None, format!("cannot read the manifest: {error}"))
                    }
                    ManifestError::Parse { range, message } => {
                        (range, format!("cannot parse the manifest: {message}"))
                    }
                };
                let help = "its crates are guessed from the files, without dependencies; correct the manifest";
                self.problems.push(WorkspaceProblem {
                    range,
                    ..WorkspaceProblem::new(path, message, help)
                });
                self.manifests.insert(path.to_path_buf(), None);
                None
            }
        }
    }

    /// The workspace root that a package belongs to, as Cargo searches it; `None` if it stands alone.
    pub(super) fn root_of(&mut self, manifest: &ManifestFile) -> Option<Arc<ManifestFile>> {
        if manifest.manifest.workspace.is_some() {
            return self.read(&manifest.path);
        }
        let stated = |manifest: &ManifestFile| {
            let path = manifest.manifest.package.as_ref()?.workspace.as_ref()?;
            Some(normalize(&manifest.dir.join(path)).join("Cargo.toml"))
        };
        if let Some(root) = stated(manifest) {
            return self
                .read(&root)
                .filter(|root| root.manifest.workspace.is_some());
        }
        for dir in manifest.dir.ancestors().skip(1) {
            let path = dir.join("Cargo.toml");
            if !self.is_there(&path) {
                continue;
            }
            let Some(above) = self.read(&path) else {
                continue;
            };
            if let Some(section) = &above.manifest.workspace {
                let excluded = members::is_excluded(&above.dir, section, &manifest.dir);
                return (!excluded).then_some(above);
            }
            if let Some(root) = stated(&above) {
                return self
                    .read(&root)
                    .filter(|root| root.manifest.workspace.is_some());
            }
        }
        None
    }

    /// Loads the workspace that `manifest` belongs to, or the package alone.
    pub(super) fn load(&mut self, manifest: &Arc<ManifestFile>) {
        let root = self.root_of(manifest);
        let unseen = root.as_ref().is_some_and(|root| {
            root.path != manifest.path && self.roots.iter().all(|known| known.dir != root.dir)
        });
        let before = unseen.then(|| (self.drafts.clone(), self.roots.len(), self.problems.len()));
        if let Some(root) = &root {
            self.load_root(root);
        }
        if manifest.manifest.package.is_none() || self.is_member(&manifest.dir) {
            return;
        }
        // A workspace above that does not know the package is not what was asked for.
        if let Some((drafts, roots, problems)) = before {
            self.drafts = drafts;
            self.roots.truncate(roots);
            self.problems.truncate(problems);
        }
        if let Some(root) = root {
            self.problems.push(WorkspaceProblem::new(
                &manifest.path,
                format!(
                    "its workspace `{}` does not list it as a member",
                    root.path.display()
                ),
                "it is analysed alone; add it to `members` or to `exclude`",
            ));
        }
        self.load_root(manifest);
    }

    /// The same for a manifest that was merely come across: one that cannot be used is a problem.
    pub(super) fn load_leniently(&mut self, path: &Path) {
        let dir = path.parent().unwrap_or(Path::new(""));
        if self.is_member(dir) {
            return;
        }
        match self.read(path) {
            Some(manifest) => self.load(&manifest),
            None => self.add_guess(Guess::of_layout(dir, self.files)),
        }
    }

    fn is_member(&self, dir: &Path) -> bool {
        self.drafts.get(dir).is_some_and(|draft| draft.is_member)
    }

    /// Whether the package in `dir` is loaded.
    pub(super) fn knows(&self, dir: &Path) -> bool {
        self.drafts.contains_key(dir)
    }

    /// The folders of all packages loaded.
    pub(super) fn package_dirs(&self) -> impl Iterator<Item = &Path> {
        self.drafts.keys().map(PathBuf::as_path)
    }

    /// Adds crates that no manifest describes.
    pub(super) fn add_guess(&mut self, guess: Guess) {
        self.guesses.push(guess);
    }

    fn load_root(&mut self, file: &Arc<ManifestFile>) {
        if self.roots.iter().any(|root| root.dir == file.dir) {
            return;
        }
        let index = self.roots.len();
        let files = self.files;
        let section = file.manifest.workspace.as_ref();
        let expand = |patterns: &[String]| -> Vec<PathBuf> {
            patterns
                .iter()
                .flat_map(|pattern| members::expand(&file.dir, pattern, files))
                .collect()
        };
        let listed = section
            .map(|section| expand(&section.members))
            .unwrap_or_default();
        let manifests: Vec<PathBuf> = listed.iter().map(|dir| dir.join("Cargo.toml")).collect();
        let lock = file.dir.join("Cargo.lock");
        let known = self.locks.remove(&lock);
        let ((lock, mut problems), ()) = rayon::join(
            || known.unwrap_or_else(|| read_lock(&lock, files)),
            || self.read_ahead(&manifests),
        );
        self.problems.append(&mut problems);
        let default_members = section
            .map(|section| expand(&section.default_members))
            .unwrap_or_default();
        self.roots.push(Root {
            dir: file.dir.clone(),
            default_members,
            lock,
            overrides: file.overrides(),
        });

        let mut open = Vec::new();
        if file.manifest.package.is_some() {
            open.push(file.dir.clone());
        }
        for dir in listed {
            if !self.is_there(&dir.join("Cargo.toml")) {
                let message = format!(
                    "workspace member `{}` has no manifest",
                    super::display_path(&dir, &file.dir)
                );
                let help = "remove it from `members`, or check out what is missing";
                self.problems
                    .push(WorkspaceProblem::new(&file.path, message, help));
                continue;
            }
            if !section.is_some_and(|section| members::is_excluded(&file.dir, section, &dir)) {
                open.push(dir);
            }
        }
        self.load_packages(index, file, open);
        let overrides: Vec<PathBuf> = self.roots[index]
            .overrides
            .iter()
            .map(|(_, dir)| dir.clone())
            .collect();
        for dir in overrides {
            self.load_outsider(index, &dir);
        }
    }

    /// Members, and what they depend on by path: below the root these are members too.
    fn load_packages(
        &mut self,
        root: usize,
        root_file: &Arc<ManifestFile>,
        mut open: Vec<PathBuf>,
    ) {
        while let Some(dir) = open.pop() {
            if self.is_member(&dir) {
                continue;
            }
            let manifest = self.read(&dir.join("Cargo.toml"));
            if manifest
                .as_ref()
                .is_some_and(|manifest| manifest.manifest.package.is_none())
            {
                continue;
            }
            let paths = self.add_draft(dir, manifest, Some(Arc::clone(root_file)), root, true);
            for path in paths {
                let belongs = path.starts_with(&root_file.dir)
                    && self
                        .read_if_there(&path)
                        .and_then(|manifest| self.root_of(&manifest))
                        .is_some_and(|found| found.path == root_file.path);
                if belongs {
                    open.push(path);
                } else {
                    self.load_outsider(root, &path);
                }
            }
        }
    }

    /// A path dependency that is no member, with all that it depends on by path.
    fn load_outsider(&mut self, root: usize, dir: &Path) {
        let mut open = vec![dir.to_path_buf()];
        while let Some(dir) = open.pop() {
            if self.drafts.contains_key(&dir) {
                continue;
            }
            // What is not there is reported where it is depended on.
            let Some(manifest) = self.read_if_there(&dir) else {
                continue;
            };
            if manifest.manifest.package.is_none() {
                continue;
            }
            let parent = self.root_of(&manifest);
            open.extend(self.add_draft(dir, Some(manifest), parent, root, false));
        }
    }

    fn read_if_there(&mut self, dir: &Path) -> Option<Arc<ManifestFile>> {
        let path = dir.join("Cargo.toml");
        if self.is_there(&path) {
            self.read(&path)
        } else {
            None
        }
    }

    /// Notes a package and returns the folders of its path dependencies.
    fn add_draft(
        &mut self,
        dir: PathBuf,
        manifest: Option<Arc<ManifestFile>>,
        parent: Option<Arc<ManifestFile>>,
        root: usize,
        is_member: bool,
    ) -> Vec<PathBuf> {
        let mut problems = Vec::new();
        let dependencies = manifest
            .as_ref()
            .map(|manifest| manifest.dependencies(parent.as_deref(), &mut problems))
            .unwrap_or_default();
        if !self.drafts.contains_key(&dir) {
            self.problems.append(&mut problems);
        }
        let mut paths = Vec::new();
        for dependency in &dependencies {
            let Some(path) = &dependency.path else {
                continue;
            };
            if self.is_there(&path.join("Cargo.toml")) {
                paths.push(path.clone());
            } else if !self.drafts.contains_key(&dir) {
                self.problems.push(WorkspaceProblem::new(
                    dir.join("Cargo.toml"),
                    format!(
                        "dependency `{}` has no manifest at `{}`",
                        dependency.key,
                        super::display_path(path, &dir)
                    ),
                    "correct its `path`, or check out what is missing",
                ));
            }
        }
        self.drafts.insert(
            dir,
            Draft {
                manifest,
                parent,
                root,
                is_member,
                dependencies,
            },
        );
        paths
    }

    /// All packages, sorted; features and selection are still open.
    pub(super) fn finish(&mut self) -> Vec<Package> {
        let drafts = std::mem::take(&mut self.drafts);
        let guesses = std::mem::take(&mut self.guesses);
        let (packages, mut problems) =
            assemble::packages(&drafts, guesses, &self.roots, self.files);
        self.problems.append(&mut problems);
        packages
    }
}

/// A lock file, if there is one, and what is wrong with it.
fn read_lock(path: &Path, files: &dyn Files) -> (Option<Lock>, Vec<WorkspaceProblem>) {
    let mut problems = Vec::new();
    (Lock::read(path, files, &mut problems), problems)
}
