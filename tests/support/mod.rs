//! What the tests share that hold what is said of endpoints against what it should be.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of this name under `tests/`.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// What is in a folder, in order.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut entries: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    entries.sort();
    entries
}

/// What the tool says of the endpoints of a source.
pub(crate) fn routes(path: &Path) -> serde_json::Value {
    let run = Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
        .args(["moat", "routes", "--format", "json"])
        .arg(path)
        .output()
        .expect("the program runs");
    serde_json::from_slice(&run.stdout).expect("it prints JSON and nothing else")
}

/// The text of a JSON value; nothing if it is none.
pub(crate) fn word(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}
