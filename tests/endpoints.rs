//! Verdicts on small services: every source in `tests/endpoints/` says in `//@` lines which
//! endpoints it has and how each is authenticated, and must be read exactly so.
//!
//! A line is `//@ METHOD /path status`, and for conditional ones ` if condition`. A source is a file,
//! or a folder that is a package.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The endpoints that a source says it has.
fn expected(source: &str) -> BTreeSet<String> {
    let lines = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("//@ "));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// The text of a source: of a folder, that of all its Rust files.
fn text(path: &Path) -> String {
    if !path.is_dir() {
        let is_rust = path.extension().is_some_and(|it| it == "rs");
        return match is_rust {
            true => std::fs::read_to_string(path).expect("a source"),
            false => String::new(),
        };
    }
    let entries = std::fs::read_dir(path).expect("a readable folder");
    let texts = entries.map(|entry| text(&entry.expect("a readable entry").path()));
    texts.collect()
}

/// The endpoints that the tool finds in it.
fn found(path: &Path) -> BTreeSet<String> {
    let run = Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
        .args(["moat", "routes", "--format", "json"])
        .arg(path)
        .output()
        .expect("the program runs");
    let json: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("it prints JSON and nothing else");
    let unresolved = json["unresolved"].as_array().expect("a list");
    let unresolved = unresolved.iter().map(|it| format!("unresolved: {it}"));
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let endpoints = endpoints.map(|endpoint| {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let authentication = &endpoint["protections"]["authentication"];
        let mut line = format!(
            "{} {} {}",
            text(&endpoint["method"]),
            text(&endpoint["path"]),
            text(&authentication["status"]),
        );
        if let Some(condition) = authentication["condition"].as_str() {
            line.push_str(&format!(" if {condition}"));
        }
        line
    });
    endpoints.chain(unresolved).collect()
}

#[test]
fn endpoints_and_their_authentication() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoints");
    let entries = std::fs::read_dir(&folder).expect("the folder is there");
    let mut sources: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    sources.sort();
    assert!(sources.len() >= 6, "the sources are gone");
    let mut wrong = Vec::new();
    for path in sources {
        let (expected, found) = (expected(&text(&path)), found(&path));
        assert!(!expected.is_empty(), "{} says nothing", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let missing = expected.difference(&found);
        wrong.extend(missing.map(|it| format!("{name}: expected, and not found: {it}")));
        let surplus = found.difference(&expected);
        wrong.extend(surplus.map(|it| format!("{name}: found, and not expected: {it}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
