//! The `.proto` files of a workspace, from which its build makes code.

use std::path::PathBuf;

use super::files::Files;
use super::{Workspace, walk};

/// Larger files are data.
const MAX_SIZE: u64 = 4 * 1024 * 1024;

/// All `.proto` files below the workspace's root, sorted; none unless a package depends on tonic.
///
/// What git ignores counts too: definitions are often fetched before the build.
pub fn proto_files(workspace: &Workspace, files: &dyn Files) -> Vec<PathBuf> {
    let mut dependencies = workspace.packages.iter().filter(|it| !it.alone);
    let needs_them = dependencies.any(|package| {
        let mut all = package.dependencies.iter();
        all.any(|it| it.package == "tonic" || it.package.starts_with("tonic-"))
    });
    if !needs_them {
        return Vec::new();
    }
    let mut found = Vec::new();
    walk::files_below(&workspace.root, files, &mut |path| {
        if path.extension().is_some_and(|it| it == "proto") {
            found.push(path);
        }
    });
    found.retain(|path| files.size(path).is_ok_and(|size| size <= MAX_SIZE));
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;
    use crate::workspace::{WorkspaceRequest, discover};

    fn found(manifest: &str) -> Vec<String> {
        let tree = [
            ("Cargo.toml", manifest),
            ("src/main.rs", ""),
            ("proto/b/x.proto", ""),
            ("proto/a.proto", ""),
            ("proto/a.proto.txt", ""),
            ("target/y.proto", ""),
            ("web/node_modules/z.proto", ""),
        ];
        let tree = tree
            .iter()
            .map(|(path, text)| (format!("/w/{path}"), *text));
        let files = MemoryFiles::new(tree);
        let request = WorkspaceRequest {
            start: "/w".into(),
            ..WorkspaceRequest::default()
        };
        let workspace = discover(&request, &files).unwrap();
        let found = proto_files(&workspace, &files);
        found.iter().map(|it| workspace.display_path(it)).collect()
    }

    #[test]
    fn are_for_those_who_need_them() {
        let manifest = "[package]\nname = 'a'\nedition = '2021'\n[dependencies]\n";
        assert!(found(manifest).is_empty());
        assert_eq!(
            found(&format!("{manifest}tonic = '0.14'\n")),
            ["proto/a.proto", "proto/b/x.proto"]
        );
    }
}
