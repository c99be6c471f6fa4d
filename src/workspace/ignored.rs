//! What is read but not reported: ignored by git, or generated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::files::Files;

/// The `.gitignore` files of a repository, read as they are needed.
///
/// Only what is part of the repository counts, so that every machine sees the same:
/// neither the user's global rules nor `.git/info/exclude`.
pub struct IgnoreRules<'a> {
    files: &'a dyn Files,
    /// The repository's root, or the workspace's if there is no repository.
    top: PathBuf,
    rules: Mutex<BTreeMap<PathBuf, Arc<Gitignore>>>,
    folders: Mutex<BTreeMap<PathBuf, bool>>,
}

impl<'a> IgnoreRules<'a> {
    /// The rules for files below `root`.
    pub fn new(root: &Path, files: &'a dyn Files) -> IgnoreRules<'a> {
        let repository = root.ancestors().find(|dir| files.exists(&dir.join(".git")));
        IgnoreRules {
            files,
            top: repository.unwrap_or(root).to_path_buf(),
            rules: Mutex::default(),
            folders: Mutex::default(),
        }
    }

    /// Whether git ignores a file. Files outside of the repository are not ignored.
    pub fn is_ignored(&self, path: &Path) -> bool {
        let Some(dir) = path.parent().filter(|dir| dir.starts_with(&self.top)) else {
            return false;
        };
        self.is_folder_ignored(dir) || self.matches(path, false)
    }

    /// Whether git ignores all in a folder.
    pub(super) fn is_folder_ignored(&self, dir: &Path) -> bool {
        // From the top down: nothing can be brought back below an ignored folder.
        let chain: Vec<&Path> = dir
            .ancestors()
            .take_while(|dir| *dir != self.top && dir.starts_with(&self.top))
            .collect();
        chain.into_iter().rev().any(|dir| {
            let known = lock(&self.folders).get(dir).copied();
            known.unwrap_or_else(|| {
                let ignored = self.matches(dir, true);
                lock(&self.folders).insert(dir.to_path_buf(), ignored);
                ignored
            })
        })
    }

    /// What the nearest rule says.
    fn matches(&self, path: &Path, is_dir: bool) -> bool {
        let folders = path
            .ancestors()
            .skip(1)
            .take_while(|dir| dir.starts_with(&self.top));
        for dir in folders {
            match self.rules_of(dir).matched(path, is_dir) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }

    fn rules_of(&self, dir: &Path) -> Arc<Gitignore> {
        if let Some(known) = lock(&self.rules).get(dir) {
            return Arc::clone(known);
        }
        let mut builder = GitignoreBuilder::new(dir);
        let source = dir.join(".gitignore");
        for line in self.files.read_text(&source).unwrap_or_default().lines() {
            // A line that is no pattern ignores nothing, as with git.
            let _ = builder.add_line(Some(source.clone()), line);
        }
        let rules = Arc::new(builder.build().unwrap_or_else(|_| Gitignore::empty()));
        lock(&self.rules).insert(dir.to_path_buf(), Arc::clone(&rules));
        rules
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A cache that a panic left behind is still a cache.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a file says in its first lines that it is `@generated`.
pub fn is_generated(text: &str) -> bool {
    let comments = text.lines().take(GENERATED_WITHIN).map(str::trim_start);
    comments
        .filter(|line| {
            ["//", "/*", "*", "#"]
                .iter()
                .any(|mark| line.starts_with(mark))
        })
        .any(|line| {
            line.split(|c: char| c.is_whitespace() || "*/,;:()".contains(c))
                .any(|word| word.trim_end_matches('.') == "@generated")
        })
}

/// The number of lines in which the mark counts, as in rustfmt.
const GENERATED_WITHIN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;

    #[test]
    fn follows_gitignore_files() {
        let files = MemoryFiles::new([
            ("/r/.git/HEAD", ""),
            (
                "/r/.gitignore",
                "*.gen.rs\n/out\n.env\nlogs/\n!keep.gen.rs\n",
            ),
            ("/r/w/.gitignore", "local.rs\n!special.gen.rs\n"),
            ("/r/w/Cargo.toml", ""),
        ]);
        let rules = IgnoreRules::new(Path::new("/r/w"), &files);
        for (path, expected) in [
            ("/r/w/src/main.rs", false),
            ("/r/w/src/x.gen.rs", true),
            ("/r/w/src/keep.gen.rs", false),
            ("/r/w/special.gen.rs", false),
            ("/r/special.gen.rs", true),
            ("/r/out/a.rs", true),
            ("/r/w/out/a.rs", false),
            ("/r/w/src/local.rs", true),
            ("/r/local.rs", false),
            ("/r/w/.env", true),
            ("/r/w/logs/keep.gen.rs", true),
            ("/r/w/logs", false),
            ("/elsewhere/x.gen.rs", false),
        ] {
            assert_eq!(rules.is_ignored(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn sees_the_generated_mark() {
        for (text, expected) in [
            ("// @generated by protoc-gen\nfn f() {}", true),
            (
                "//! `SeaORM` Entity, @generated by sea-orm-codegen 1.0",
                true,
            ),
            ("// This file is @generated.\n", true),
            ("/*\n * @generated\n */", true),
            ("const MARK: &str = \"@generated\";", false),
            ("// @generatedish", false),
            ("\n\n\n\n\n// @generated", false),
            ("", false),
        ] {
            assert_eq!(is_generated(text), expected, "{text}");
        }
    }
}
