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
    let mut open = vec![dir.to_path_buf()];
    while let Some(dir) = open.pop() {
        let entries = files.list(&dir).unwrap_or_default();
        let has_manifest = entries.iter().any(|entry| entry.name == "Cargo.toml");
        let mut below = Vec::new();
        for entry in entries {
            let path = dir.join(&entry.name);
            match entry.kind {
                FileKind::File => visit(path),
                FileKind::Dir
                    if entry.link || is_foreign(&path, &entry.name, has_manifest, files) => {}
                FileKind::Dir => {
                    if enter(&path) {
                        below.push(path);
                    }
                }
            }
        }
        open.extend(below.into_iter().rev());
    }
}

fn is_foreign(path: &Path, name: &str, beside_manifest: bool, files: &dyn Files) -> bool {
    match name {
        ".git" | ".hg" | ".svn" | ".jj" | "node_modules" => true,
        // `target` may well be a module; it is build output beside a manifest or where Cargo left its mark.
        "target" => {
            beside_manifest
                || [".rustc_info.json", "CACHEDIR.TAG"]
                    .iter()
                    .any(|mark| files.exists(&path.join(mark)))
        }
        _ => files.exists(&path.join(".cargo-checksum.json")),
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
