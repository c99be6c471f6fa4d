//! How the findings of every lint look to a person: the full rendering, once per lint.
//!
//! A lint's picture is taken of one of its marked sources in `ui-tests/`, or, for lints about
//! settings and comments, of the Bad blocks of its page. `INSTA_UPDATE=always cargo test --test
//! rendering` takes the pictures anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use moat::diagnostics::Persona;
use moat::lints::{ExampleKind, Lint, Registry};

/// The marked source of each lint that says most in few lines.
const SOURCES: [(&str, &str); 5] = [
    ("hardcoded-secret", "formats.rs"),
    ("missing-authentication", "axum-composition.rs"),
    ("missing-rate-limit", "axum-purposes.rs"),
    ("plain-http-client", "clients.rs"),
    ("plaintext-connection", "connections.rs"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that a lint's picture is taken of.
fn files(lint: &Lint) -> Vec<(String, String)> {
    let source = SOURCES.iter().find(|(id, _)| lint.id == *id);
    if let Some((id, file)) = source {
        let path = root().join("ui-tests").join(id).join(file);
        let text = fs::read_to_string(&path).expect("a marked source");
        return vec![("main.rs".to_owned(), text)];
    }
    let mut files: Vec<(String, String)> = Vec::new();
    for example in lint.examples() {
        let path = match (example.attribute("file"), example.language.as_str()) {
            (Some(file), _) => file,
            (None, "rust") => "main.rs",
            (None, _) => "moat.toml",
        };
        let taken = files.iter().any(|(it, _)| it == path);
        if example.kind == ExampleKind::Bad && !taken {
            files.push((path.to_owned(), example.text.clone()));
        }
    }
    if !files.iter().any(|(path, _)| path == "main.rs") {
        let text = "use axum::{Router, routing::get};\n\nfn app() -> Router {\n    Router::new().route(\"/status\", get(|| async { \"ok\" }))\n}\n";
        files.push(("main.rs".to_owned(), text.to_owned()));
    }
    // The lock names the service.
    if files.iter().any(|(path, _)| path == "moat.lock") {
        let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\naxum = \"0.8\"\n\n[[bin]]\nname = \"shop\"\npath = \"main.rs\"\n";
        files.push(("Cargo.toml".to_owned(), manifest.to_owned()));
    }
    files
}

/// What the program writes about these files, as far as it is this lint's.
fn rendering(lint: &Lint) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files(lint) {
        fs::write(folder.path().join(path), text).expect("a file");
    }
    let only = format!("--warn={}", lint.id);
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
        .args([
            "moat",
            "check",
            "--quiet",
            "--exit-zero",
            "--today=2026-01-01",
        ])
        .args(["--allow=all", &only])
        .args((lint.persona == Persona::Auditor).then_some("--persona=auditor"))
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs");
    let name = folder.path().file_name().expect("a name").to_string_lossy();
    // Settings that cannot be used are told apart from findings.
    let text = match output.stdout.is_empty() {
        true => output.stderr,
        false => output.stdout,
    };
    String::from_utf8(text)
        .expect("reports are UTF-8")
        .replace(&*name, "[FOLDER]")
}

#[test]
fn every_lint_has_its_picture() {
    for lint in Registry::builtin().lints() {
        let text = rendering(lint);
        assert!(
            text.contains(&format!("[{}]", lint.id)),
            "{}: its picture does not show it:\n{text}",
            lint.id
        );
        insta::assert_snapshot!(lint.id.as_str(), text);
    }
}

#[test]
fn every_picture_is_of_a_lint() {
    let folder: PathBuf = root().join("tests/snapshots");
    for entry in fs::read_dir(folder).expect("the pictures") {
        let name = entry.expect("a picture").file_name();
        let name = name.to_string_lossy();
        let Some(id) = name
            .strip_prefix("rendering__")
            .and_then(|it| it.strip_suffix(".snap"))
        else {
            continue;
        };
        assert!(
            Registry::builtin().lint(id).is_some_and(|it| it.id == *id),
            "{name}: there is no lint `{id}`"
        );
    }
}
