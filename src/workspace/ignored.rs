//! What is read but not reported: ignored by git, or generated.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

use super::files::Files;
use super::paths::is_below;

/// The `.gitignore` files of a repository, read as they are needed.
///
/// Only what is part of the repository counts, so that every machine sees the same:
/// neither the user's global rules nor `.git/info/exclude`.
pub struct IgnoreRules<'a> {
    files: &'a dyn Files,
    /// The repository's root, or the workspace's if there is no repository.
    top: PathBuf,
    folders: Mutex<FxHashMap<PathBuf, Folder>>,
}

/// What holds in a folder.
#[derive(Clone, Default)]
struct Folder {
    ignored: bool,
    rules: Option<Arc<Rules>>,
}

/// The rules of one `.gitignore`, and those that it refines.
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

/// The root of the repository that a folder lies in: the nearest folder upwards with a `.git`,
/// which is a file in further work trees.
pub fn repository_root<'p>(folder: &'p Path, files: &dyn Files) -> Option<&'p Path> {
    folder
        .ancestors()
        .find(|dir| files.exists(&dir.join(".git")))
}

impl<'a> IgnoreRules<'a> {
    /// The rules for files below `root`.
    pub fn new(root: &Path, files: &'a dyn Files) -> IgnoreRules<'a> {
        IgnoreRules {
            files,
            top: repository_root(root, files).unwrap_or(root).to_path_buf(),
            folders: Mutex::default(),
        }
    }

    /// Whether git ignores a file. Files outside of the repository are not ignored.
    pub fn is_ignored(&self, path: &Path) -> bool {
        let Some(dir) = path.parent().filter(|dir| is_below(dir, &self.top)) else {
            return false;
        };
        let folder = self.folder(dir);
        folder.ignored || folder.decides(path, false)
    }

    /// Whether git ignores all in a folder.
    pub(super) fn is_folder_ignored(&self, dir: &Path) -> bool {
        is_below(dir, &self.top) && self.folder(dir).ignored
    }

    /// `dir` lies in the repository.
    fn folder(&self, dir: &Path) -> Folder {
        // A cache that a panic left behind is still a cache.
        let cache = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache().get(dir) {
            return known.clone();
        }
        let above = match dir.parent() {
            Some(parent) if dir != self.top => self.folder(parent),
            _ => Folder::default(),
        };
        // Nothing can be brought back below an ignored folder.
        let folder = if above.ignored || above.decides(dir, true) {
            Folder {
                ignored: true,
                rules: None,
            }
        } else {
            match self.own_rules(dir) {
                Some(own) => Folder {
                    ignored: false,
                    rules: Some(Arc::new(Rules {
                        own,
                        above: above.rules,
                    })),
                },
                None => above,
            }
        };
        cache().insert(dir.to_path_buf(), folder.clone());
        folder
    }

    fn own_rules(&self, dir: &Path) -> Option<Gitignore> {
        const NAME: &str = ".gitignore";
        let entries = self.files.list(dir).ok()?;
        if !entries.iter().any(|it| it.name == NAME) {
            return None;
        }
        let source = dir.join(NAME);
        let text = self.files.read_text(&source).ok()?;
        let mut builder = GitignoreBuilder::new(dir);
        for line in text.lines() {
            // A line that is no pattern ignores nothing, as with git.
            let _ = builder.add_line(Some(source.clone()), line);
        }
        builder.build().ok().filter(|rules| !rules.is_empty())
    }
}

impl Folder {
    /// Whether the rules, the nearest first, ignore what lies here.
    fn decides(&self, path: &Path, is_dir: bool) -> bool {
        let mut rules = self.rules.as_ref();
        while let Some(level) = rules {
            match level.own.matched(path, is_dir) {
                Match::None => rules = level.above.as_ref(),
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
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
