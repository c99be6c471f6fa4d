//! Paths as a repository's own tools name them: from its root.

use std::path::{Path, PathBuf};

use crate::workspace::{absolute_path, display_path};

/// Where a repository lies, and where the paths of a report start in it.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// The repository's root, absolute; `None` if it is not known: paths then stay as they are.
    root: Option<PathBuf>,
    /// The folder that shown paths are relative to.
    base: PathBuf,
}

/// A file as seen from the root of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RepositoryPath {
    /// In the repository: relative to its root.
    Inside(String),
    /// Elsewhere: absolute.
    Outside(String),
}

impl RepositoryPath {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            RepositoryPath::Inside(path) | RepositoryPath::Outside(path) => path,
        }
    }
}

impl Repository {
    /// A repository, and the folder in it (or above it) that shown paths are relative to.
    pub fn new(root: PathBuf, base: PathBuf) -> Repository {
        Repository {
            root: Some(root),
            base,
        }
    }

    /// A path that is shown relative to the base, from the root.
    pub(crate) fn path(&self, shown: &str) -> RepositoryPath {
        let Some(root) = &self.root else {
            return RepositoryPath::Inside(shown.to_owned());
        };
        let absolute = self.base.join(shown);
        let path = display_path(&absolute, root);
        if path == ".." || path.starts_with("../") || Path::new(&path).is_absolute() {
            return RepositoryPath::Outside(absolute_path(&absolute));
        }
        RepositoryPath::Inside(path)
    }

    /// The root as a path with forward slashes that ends with one.
    pub(crate) fn root(&self) -> Option<String> {
        let mut root = self.root.as_ref()?.to_string_lossy().replace('\\', "/");
        if !root.ends_with('/') {
            root.push('/');
        }
        Some(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_root_of_the_repository() {
        let inside = |it: &str| RepositoryPath::Inside(it.to_owned());
        let outside = |it: &str| RepositoryPath::Outside(it.to_owned());
        for (root, base, shown, expected) in [
            ("/r", "/r", "src/a.rs", inside("src/a.rs")),
            ("/r", "/r/api", "src/a.rs", inside("api/src/a.rs")),
            ("/r", "/r/api", "../lib/a.rs", inside("lib/a.rs")),
            ("/x/r", "/x/r/api", "../../s/a.rs", outside("/x/s/a.rs")),
            ("/x/r", "/x/r", "/y/a.rs", outside("/y/a.rs")),
            ("/x/r", "/x", "r/a.rs", inside("a.rs")),
            ("/x/r", "/x/r", "..a.rs", inside("..a.rs")),
        ] {
            let repository = Repository::new(root.into(), base.into());
            assert_eq!(repository.path(shown), expected, "{shown} in {base}");
        }
        assert_eq!(Repository::default().path("../a.rs"), inside("../a.rs"));
    }
}
