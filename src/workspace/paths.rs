//! Paths by their text alone: no file is touched.

use std::path::{Component, Path, PathBuf};

/// `path` without `.` and with `..` folded, by its text (links are not followed).
pub(crate) fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    out
}

/// Whether a path is a folder's or leads below it; both without `.`, `..` and doubled separators.
///
/// What [`Path::starts_with`] says of such paths, without taking them apart: asked of every file
/// for every package.
pub(crate) fn is_below(path: &Path, folder: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    let folder = folder.as_os_str().as_encoded_bytes();
    let is_separator = |byte: u8| std::path::is_separator(char::from(byte));
    match path.strip_prefix(folder) {
        None => false,
        Some([]) => true,
        Some([next, ..]) => is_separator(*next) || folder.last().is_none_or(|it| is_separator(*it)),
    }
}

/// `path` as reports show it: relative to `root`, with forward slashes.
///
/// The root itself is `.`; what lies outside is reached by `..`, unless nothing but
/// the file system's root is shared, in which case the path is shown whole.
pub fn display_path(path: &Path, root: &Path) -> String {
    let path = normalize(path);
    let root = normalize(root);
    let path_parts: Vec<_> = path.components().collect();
    let root_parts: Vec<_> = root.components().collect();
    let shared = path_parts
        .iter()
        .zip(&root_parts)
        .take_while(|(a, b)| a == b)
        .count();
    let only_anchor = path_parts[..shared]
        .iter()
        .all(|part| !matches!(part, Component::Normal(_)));
    if shared < root_parts.len() && only_anchor {
        return slashed(&path);
    }
    let mut out = PathBuf::new();
    out.extend(root_parts[shared..].iter().map(|_| Component::ParentDir));
    out.extend(&path_parts[shared..]);
    if out.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        slashed(&out)
    }
}

/// An absolute path by its text, with forward slashes.
pub fn absolute_path(path: &Path) -> String {
    slashed(&normalize(path))
}

/// The deepest folder that holds all of `paths`.
pub(crate) fn common_ancestor<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Option<PathBuf> {
    paths
        .into_iter()
        .map(Path::to_path_buf)
        .reduce(|common, path| {
            common
                .components()
                .zip(path.components())
                .take_while(|(a, b)| a == b)
                .map(|(part, _)| part)
                .collect()
        })
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_folder() {
        for (path, folder) in [
            ("/a/b", "/a"),
            ("/a/b", "/a/b"),
            ("/a/bc", "/a/b"),
            ("/a", "/a/b"),
            ("/a/b", "/"),
            ("/", "/"),
            ("a/b", "/a"),
            ("a/b", ""),
            ("a/b.rs", "a/b"),
        ] {
            let (path, folder) = (Path::new(path), Path::new(folder));
            assert_eq!(
                is_below(path, folder),
                path.starts_with(folder),
                "{path:?} {folder:?}"
            );
        }
    }

    #[test]
    fn normalizes_by_text() {
        for (path, expected) in [
            ("/a/./b/../c", "/a/c"),
            ("/..", "/"),
            ("../a/..", ".."),
            ("a/../../b", "../b"),
            ("./a/", "a"),
        ] {
            assert_eq!(normalize(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn shows_paths_relative_to_the_root() {
        for (path, root, expected) in [
            ("/w/src/main.rs", "/w", "src/main.rs"),
            ("/w", "/w", "."),
            ("/w/../x/lib.rs", "/w", "/x/lib.rs"),
            ("/home/x/lib.rs", "/home/w/deep", "../../x/lib.rs"),
            ("/src/a.rs", "/", "src/a.rs"),
        ] {
            assert_eq!(
                display_path(Path::new(path), Path::new(root)),
                expected,
                "{path} in {root}"
            );
        }
    }

    #[test]
    fn finds_the_common_folder() {
        let common = |paths: &[&str]| common_ancestor(paths.iter().map(Path::new));
        assert_eq!(
            common(&["/a/b/c", "/a/b/d", "/a/x"]),
            Some(PathBuf::from("/a"))
        );
        assert_eq!(common(&["/a/b"]), Some(PathBuf::from("/a/b")));
        assert_eq!(common(&[]), None);
    }
}
