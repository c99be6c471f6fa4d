//! Finding the workspace: from where we stand to all packages.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cfg::CfgSettings;
use super::error::WorkspaceProblem;
use super::files::Files;
use super::guess::Guess;
use super::load::Loader;
use super::manifest::{ManifestError, ManifestFile};
use super::select::{Scope, select};
use super::{Lock, Workspace, WorkspaceError, WorkspaceRequest, features, modules, paths, walk};

/// Finds all packages that a request is about.
///
/// From the start folder, or from each named path, the nearest manifest upwards leads
/// to its workspace, as with Cargo. Where there is none, everything below counts: each
/// package or workspace found there by itself, or, without any manifest, the crates
/// that the files suggest. A folder that is named inside of a workspace, but that holds
/// only what the workspace leaves out, counts in the same way.
pub fn discover(
    request: &WorkspaceRequest,
    files: &dyn Files,
) -> Result<Workspace, WorkspaceError> {
    let start = files.absolute(&request.start);
    let resolve = |path: &Path| {
        let absolute = files.absolute(&start.join(path));
        if files.exists(&absolute) {
            Ok(absolute)
        } else {
            Err(WorkspaceError::NoSuchPath {
                path: path.to_path_buf(),
                base: start.clone(),
            })
        }
    };
    let mut named = request
        .paths
        .iter()
        .map(|path| resolve(path))
        .collect::<Result<Vec<_>, _>>()?;
    // A manifest stands for its folder.
    named
        .iter_mut()
        .filter(|path| path.ends_with("Cargo.toml"))
        .for_each(|path| {
            path.pop();
        });
    named.sort();
    named.dedup();

    let mut search = Search {
        loader: Loader::new(files),
        files,
        current: None,
    };
    match &request.manifest_path {
        Some(path) => {
            let path = resolve(path)?;
            let path = if files.is_dir(&path) {
                resolve(&path.join("Cargo.toml"))?
            } else {
                path
            };
            search.manifest(&path)?;
        }
        None if named.is_empty() => search.start(&resolve(&start)?)?,
        None => {
            for path in &named {
                search.named(path)?;
            }
        }
    }
    let Search {
        mut loader,
        current,
        ..
    } = search;
    let mut packages = loader.finish();
    let root = match loader.roots.as_slice() {
        [only] => only.dir.clone(),
        _ if named.is_empty() => start.clone(),
        roots => {
            // Path dependencies may lie anywhere: they do not count.
            let guessed = packages
                .iter()
                .filter(|package| package.manifest_path.is_none());
            let dirs = roots
                .iter()
                .map(|root| &root.dir)
                .chain(guessed.map(|package| &package.dir));
            paths::common_ancestor(dirs.map(PathBuf::as_path)).unwrap_or_else(|| start.clone())
        }
    };
    if packages.is_empty() {
        let path = named.first().unwrap_or(&start);
        return Err(WorkspaceError::NothingFound { path: path.clone() });
    }

    let mut problems = std::mem::take(&mut loader.problems);
    let default_members: Vec<PathBuf> = loader
        .roots
        .iter()
        .flat_map(|root| root.default_members.iter().cloned())
        .collect();
    let scope = Scope {
        root: &root,
        current: current.as_deref(),
        default_members: &default_members,
        named: &named,
    };
    select(&mut packages, request, &scope, &mut problems)?;
    let cfg = CfgSettings {
        target: request.target.clone(),
        explicit_features: !request.features.is_empty()
            || request.all_features
            || request.no_default_features,
    };
    if !cfg.is_target_known() {
        let message = format!(
            "target `{}` is not one that we know",
            request.target.as_deref().unwrap_or_default()
        );
        problems.push(WorkspaceProblem::new(
            &root,
            message,
            "conditions on the platform stay open; see `rustc --print target-list`",
        ));
    }
    features::unify(&mut packages, request, &cfg, &root)?;
    problems.sort();
    problems.dedup();
    let manifestless = packages
        .iter()
        .all(|package| package.manifest_path.is_none());
    let mut locks = loader.roots.into_iter().filter_map(|root| root.lock);
    let lock = locks.next();
    let mut other_locks: Vec<Lock> = locks.collect();
    other_locks.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Workspace {
        root,
        packages,
        lock,
        other_locks,
        problems,
        manifestless,
        cfg,
        named,
    })
}

struct Search<'a> {
    loader: Loader<'a>,
    files: &'a dyn Files,
    /// The folder of the member that we were started in.
    current: Option<PathBuf>,
}

impl Search<'_> {
    /// From a folder, upwards; else everything below.
    fn start(&mut self, dir: &Path) -> Result<(), WorkspaceError> {
        match self.loader.nearest_manifest(dir) {
            Some(path) => self.manifest(&path),
            None => {
                self.below(dir);
                Ok(())
            }
        }
    }

    /// The workspace of a manifest, with its package as the current one.
    fn manifest(&mut self, path: &Path) -> Result<(), WorkspaceError> {
        let manifest = self.load(path)?;
        if manifest.manifest.workspace.is_none() && self.loader.knows(&manifest.dir) {
            self.current = Some(manifest.dir.clone());
        }
        Ok(())
    }

    fn load(&mut self, path: &Path) -> Result<Arc<ManifestFile>, WorkspaceError> {
        let manifest = self
            .loader
            .require_first(path)
            .map_err(|error| match error {
                ManifestError::Io(source) => WorkspaceError::Read {
                    path: path.to_path_buf(),
                    source,
                },
                ManifestError::Parse { range, message } => WorkspaceError::Parse {
                    path: path.to_path_buf(),
                    range,
                    message,
                },
            })?;
        self.loader.load(&manifest);
        Ok(manifest)
    }

    /// A path that the user named.
    fn named(&mut self, path: &Path) -> Result<(), WorkspaceError> {
        let is_dir = self.files.is_dir(path);
        let dir = if is_dir {
            path
        } else {
            path.parent().unwrap_or(path)
        };
        let Some(manifest) = self.loader.nearest_manifest(dir) else {
            if is_dir {
                self.below(path);
            } else {
                self.loader.add_guess(Guess::of_file(path, self.files));
            }
            return Ok(());
        };
        self.load(&manifest)?;
        let holds_package = self
            .loader
            .package_dirs()
            .any(|package| package.starts_with(path));
        if holds_package || manifest.parent() == Some(path) {
            return Ok(());
        }
        if is_dir {
            if !self.reaches(&manifest, path) {
                self.below(path);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !self.reaches(&manifest, path)
        {
            self.loader.add_guess(Guess::of_file(path, self.files));
        }
        Ok(())
    }

    /// Whether the crates of a package include a file, or one in a folder.
    fn reaches(&mut self, manifest: &Path, path: &Path) -> bool {
        let Ok(manifest) = self.loader.require(manifest) else {
            return false;
        };
        let edition = manifest.edition(None);
        let roots: Vec<PathBuf> =
            super::targets::of_manifest(&manifest, edition, self.files, &mut Vec::new())
                .into_iter()
                .map(|target| target.root)
                .collect();
        modules::reached(&roots, self.files)
            .iter()
            .any(|file| file.starts_with(path))
    }

    /// Everything below a folder: all packages, each with its own workspace; else all crates.
    fn below(&mut self, dir: &Path) {
        let mut manifests = Vec::new();
        walk::files_below(dir, self.files, &mut |path| {
            if path.ends_with("Cargo.toml") {
                manifests.push(path);
            }
        });
        // The outermost first: members belong to their workspace before they are met themselves.
        manifests.sort_by_key(|path| (path.components().count(), path.clone()));
        self.loader.read_ahead(&manifests);
        for path in &manifests {
            self.loader.load_leniently(path);
        }
        if manifests.is_empty() {
            for guess in Guess::all_below(dir, self.files) {
                self.loader.add_guess(guess);
            }
        }
    }
}
