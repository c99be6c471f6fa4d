//! The files of the repository, read once for each policy.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are made by tools.
const MADE: &[&str] = &[
    "target",
    ".git",
    "docs/book",
    "ui-tests/target",
    "tests/live/target",
];

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file, given by its path from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether there is such a file or folder.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// Paths and texts of all text files under a folder (`""` is the root) that end in one of `endings`.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path: PathBuf = entry.expect("a readable folder").path();
        let relative = path
            .strip_prefix(root())
            .expect("a file of the repository")
            .components();
        let relative: Vec<_> = relative
            .map(|it| it.as_os_str().to_string_lossy())
            .collect();
        let relative = relative.join("/");
        if path.is_dir() {
            if !MADE.contains(&relative.as_str()) {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| relative.ends_with(ending))
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((relative, text));
        }
    }
}

/// Fails with all of the complaints at once.
pub(crate) fn report(complaints: Vec<String>) {
    assert!(
        complaints.is_empty(),
        "{} complaints:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
