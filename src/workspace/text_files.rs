//! The files of a workspace, other than Rust, in which secrets are found.

use std::path::{Path, PathBuf};

use super::files::Files;
use super::ignored::IgnoreRules;
use super::{Workspace, walk};

/// Larger files are data, not settings.
const MAX_SIZE: u64 = 1024 * 1024;

/// Settings, keys and deployment files below the workspace's root, sorted.
///
/// Left out: what git ignores (it is not published), lock files, build output and
/// vendored packages, and what lies outside of the paths that the user named or in
/// packages that are not selected.
pub fn text_files(workspace: &Workspace, files: &dyn Files) -> Vec<PathBuf> {
    let rules = IgnoreRules::new(&workspace.root, files);
    let mut found = Vec::new();
    let mut enter = |dir: &Path| !rules.is_folder_ignored(dir);
    let mut visit = |path: PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        if is_text(name.unwrap_or_default()) {
            found.push(path);
        }
    };
    // A folder is not walked for the sake of one file in it.
    let is_below = |path: &&PathBuf| path.starts_with(&workspace.root);
    let named: Vec<&PathBuf> = workspace.named().iter().filter(is_below).collect();
    let whole = workspace.named().is_empty();
    for top in whole.then_some(&workspace.root).into_iter().chain(named) {
        match files.is_dir(top) {
            true => walk::visit_below(top, files, &mut enter, &mut visit),
            false => visit(top.clone()),
        }
    }
    found.retain(|path| {
        workspace.is_named(path)
            && workspace
                .package_of(path)
                .is_none_or(|package| package.selected)
            && !rules.is_ignored(path)
            && files.size(path).is_ok_and(|size| size <= MAX_SIZE)
    });
    found.sort();
    found.dedup();
    found
}

fn is_text(name: &str) -> bool {
    const ENDINGS: [&str; 10] = [
        "toml",
        "yaml",
        "yml",
        "json",
        "pem",
        "key",
        "ini",
        "conf",
        "properties",
        "env",
    ];
    const LOCK_FILES: [&str; 4] = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "deno.json.lock",
    ];
    let lower = name.to_ascii_lowercase();
    if LOCK_FILES.contains(&lower.as_str()) {
        return false;
    }
    let ending = lower.rsplit_once('.').map(|(_, ending)| ending);
    lower.starts_with(".env")
        || lower.starts_with("dockerfile")
        || lower.starts_with("docker-compose")
        || ending.is_some_and(|ending| ENDINGS.contains(&ending) || ending == "dockerfile")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;
    use crate::workspace::{WorkspaceRequest, discover};

    fn found(tree: &[(&str, &str)], request: WorkspaceRequest) -> Vec<String> {
        let files = MemoryFiles::new(
            tree.iter()
                .map(|(path, text)| (format!("/w/{path}"), *text)),
        );
        let request = WorkspaceRequest {
            start: "/w".into(),
            ..request
        };
        let workspace = discover(&request, &files).unwrap();
        text_files(&workspace, &files)
            .iter()
            .map(|path| workspace.display_path(path))
            .collect()
    }

    #[test]
    fn finds_settings_and_keys() {
        let large = " ".repeat(2 * 1024 * 1024);
        let tree = [
            ("Cargo.toml", "[package]\nname = 'a'\nedition = '2021'"),
            ("Cargo.lock", ""),
            ("src/main.rs", ""),
            (".gitignore", ".env\nsecret/\n"),
            (".git/config.json", ""),
            (".env", ""),
            (".env.example", ""),
            (".github/workflows/ci.yml", ""),
            ("secret/key.pem", ""),
            ("certs/key.PEM", ""),
            ("docker-compose.override", ""),
            ("Dockerfile.dev", ""),
            ("config/prod.env", ""),
            ("target/x.json", ""),
            ("web/node_modules/y.json", ""),
            ("web/package-lock.json", ""),
            ("web/package.json", ""),
            ("huge.json", large.as_str()),
            ("README.md", ""),
        ];
        assert_eq!(
            found(&tree, WorkspaceRequest::default()),
            [
                ".env.example",
                ".github/workflows/ci.yml",
                "Cargo.toml",
                "Dockerfile.dev",
                "certs/key.PEM",
                "config/prod.env",
                "docker-compose.override",
                "web/package.json"
            ]
        );
        let request = WorkspaceRequest {
            paths: vec!["config".into()],
            ..WorkspaceRequest::default()
        };
        assert_eq!(found(&tree, request), ["config/prod.env"]);
    }

    #[test]
    fn keeps_to_the_selected_packages() {
        let tree = [
            ("Cargo.toml", "[workspace]\nmembers = ['a', 'b']"),
            ("a/Cargo.toml", "[package]\nname = 'a'"),
            ("a/x.yaml", ""),
            ("b/Cargo.toml", "[package]\nname = 'b'"),
            ("b/y.yaml", ""),
            ("z.yaml", ""),
        ];
        let request = WorkspaceRequest {
            packages: vec!["a".into()],
            ..WorkspaceRequest::default()
        };
        assert_eq!(
            found(&tree, request),
            ["Cargo.toml", "a/Cargo.toml", "a/x.yaml", "z.yaml"]
        );
    }
}
