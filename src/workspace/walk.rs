//! Walking a tree of folders for what lies below.

use std::path::{Path, PathBuf};

use super::files::{FileKind, Files};

/// Calls `visit` for every file below `dir`, in the order of their paths' names.
///
/// Folders that hold what others wrote are left out: version control, build output,
/// installed and vendored packages. Linked folders are not followed.
pub(super) fn files_below(dir: &Path, files: &dyn Files, visit: &mut dyn FnMut(PathBuf)) {
    let mut enter_all = |_: &Path| true;
    visit_below(dir, files, &mut enter_all, visit);
}

/// The same, but only through folders that `enter` admits.
pub(super) fn visit_below(
    dir: &Path,
    files: &dyn Files,
    enter: &mut dyn FnMut(&Path) -> bool,
    visit: &mut dyn FnMut(PathBuf),
) {
    // An explicit stack: the depth of a tree is not ours to choose.
    let mut open = vec![(dir.to_path_buf(), false)];
    while let Some((dir, may_be_output)) = open.pop() {
        let entries = files.list(&dir).unwrap_or_default();
        let has = |name: &str| {
            entries
                .binary_search_by(|entry| entry.name.as_str().cmp(name))
                .is_ok()
        };
        // Vendored packages have checksums; Cargo leaves its marks in its output.
        if has(".cargo-checksum.json")
            || may_be_output && (has(".rustc_info.json") || has("CACHEDIR.TAG"))
        {
            continue;
        }
        let has_manifest = has("Cargo.toml");
        let mut below = Vec::new();
        for entry in entries {
            let path = dir.join(&entry.name);
            match (entry.kind, entry.name.as_str()) {
                (FileKind::File, _) => visit(path),
                (FileKind::Dir, ".git" | ".hg" | ".svn" | ".jj" | "node_modules") => {}
                // `target` may well be a module; beside a manifest it is output.
                (FileKind::Dir, "target") if has_manifest => {}
                (FileKind::Dir, _) if entry.link => {}
                (FileKind::Dir, name) => {
                    let may_be_output = name == "target";
                    if enter(&path) {
                        below.push((path, may_be_output));
                    }
                }
            }
        }
        open.extend(below.into_iter().rev());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;

    #[test]
    fn leaves_out_what_others_wrote() {
        let files = MemoryFiles::new(
            [
                "b.rs",
                "a/Cargo.toml",
                "a/target/x.rs",
                "a/src/target/mod.rs",
                "target/CACHEDIR.TAG",
                "target/y.rs",
                "vendor/dep/.cargo-checksum.json",
                "vendor/dep/lib.rs",
                "web/node_modules/z.rs",
                ".git/w.rs",
                ".env",
            ]
            .map(|path| (format!("/w/{path}"), "")),
        );
        let mut found = Vec::new();
        files_below(Path::new("/w"), &files, &mut |path| {
            found.push(path.strip_prefix("/w").unwrap().display().to_string())
        });
        assert_eq!(
            found,
            [".env", "b.rs", "a/Cargo.toml", "a/src/target/mod.rs"]
        );
    }
}
