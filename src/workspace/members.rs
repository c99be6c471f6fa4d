//! The members that a workspace names: globs and exclusions.

use std::path::{Component, Path, PathBuf};

use cargo_toml::Workspace as WorkspaceSection;
use globset::GlobBuilder;

use super::files::{FileKind, Files};
use super::paths::normalize;

/// The folders that a pattern of `members` or `default-members` stands for, sorted.
///
/// A pattern without wildcards stands for itself, whether or not it exists; one with
/// wildcards for the folders that hold a manifest.
pub(super) fn expand(root: &Path, pattern: &str, files: &dyn Files) -> Vec<PathBuf> {
    let is_glob = pattern.contains(['*', '?', '[']);
    if !is_glob {
        return vec![normalize(&root.join(pattern))];
    }
    let mut folders = vec![root.to_path_buf()];
    for part in Path::new(pattern).components() {
        let Component::Normal(part) = part else {
            folders = folders
                .iter()
                .map(|folder| normalize(&folder.join(part)))
                .collect();
            continue;
        };
        let part = part.to_string_lossy();
        folders = if part == "**" {
            folders
                .iter()
                .flat_map(|folder| with_all_below(folder, files))
                .collect()
        } else if part.contains(['*', '?', '[']) {
            let Ok(glob) = GlobBuilder::new(&part).build() else {
                return Vec::new();
            };
            let glob = glob.compile_matcher();
            let below = |folder: &PathBuf| {
                folders_in(folder, files)
                    .into_iter()
                    .filter(|(name, _)| glob.is_match(name))
                    .map(|(_, path)| path)
                    .collect::<Vec<_>>()
            };
            folders.iter().flat_map(below).collect()
        } else {
            folders.iter().map(|folder| folder.join(&*part)).collect()
        };
    }
    folders.retain(|folder| files.is_file(&folder.join("Cargo.toml")));
    folders.sort();
    folders.dedup();
    folders
}

fn folders_in(dir: &Path, files: &dyn Files) -> Vec<(String, PathBuf)> {
    let entries = files.list(dir).unwrap_or_default().into_iter();
    entries
        .filter(|entry| entry.kind == FileKind::Dir)
        .map(|entry| (entry.name.clone(), dir.join(entry.name)))
        .collect()
}

fn with_all_below(dir: &Path, files: &dyn Files) -> Vec<PathBuf> {
    let mut out = vec![dir.to_path_buf()];
    let mut enter = |path: &Path| {
        out.push(path.to_path_buf());
        true
    };
    super::walk::visit_below(dir, files, &mut enter, &mut |_| {});
    out
}

/// Whether a workspace does not want the package in `dir`, although it lies below.
pub(super) fn is_excluded(root: &Path, section: &WorkspaceSection, dir: &Path) -> bool {
    let below = |listed: &String| dir.starts_with(normalize(&root.join(listed)));
    section.exclude.iter().any(below) && !section.members.iter().any(below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;

    #[test]
    fn expands_patterns() {
        let files = MemoryFiles::new(
            [
                "Cargo.toml",
                "a/Cargo.toml",
                "crates/x/Cargo.toml",
                "crates/y/Cargo.toml",
                "crates/y/sub/Cargo.toml",
                "crates/README.md",
                "crates/none/lib.rs",
                "app-1/Cargo.toml",
                "app-2/Cargo.toml",
            ]
            .map(|path| (format!("/w/r/{path}"), "")),
        );
        let rows: [(&str, &[&str]); 9] = [
            ("a", &["a"]),
            ("absent", &["absent"]),
            ("./a/", &["a"]),
            ("crates/*", &["crates/x", "crates/y"]),
            ("crates/*/sub", &["crates/y/sub"]),
            ("app-?", &["app-1", "app-2"]),
            ("app-[2]", &["app-2"]),
            ("crates/**", &["crates/x", "crates/y", "crates/y/sub"]),
            ("../r/c*/x", &["crates/x"]),
        ];
        for (pattern, expected) in rows {
            let found: Vec<_> = expand(Path::new("/w/r"), pattern, &files)
                .iter()
                .map(|path| path.strip_prefix("/w/r").unwrap().display().to_string())
                .collect();
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn members_win_over_exclusions() {
        let text = "members = ['x/kept']\nexclude = ['x', './y']";
        let section: WorkspaceSection = toml::from_str(text).unwrap();
        for (dir, expected) in [
            ("/w/x", true),
            ("/w/x/kept", false),
            ("/w/y/z", true),
            ("/w/yy", false),
        ] {
            assert_eq!(
                is_excluded(Path::new("/w"), &section, Path::new(dir)),
                expected,
                "{dir}"
            );
        }
    }
}
