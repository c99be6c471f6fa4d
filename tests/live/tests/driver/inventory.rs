//! What the analyzer says of the services: `cargo moat routes` on this package, once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// One method on one path.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub service: String,
    pub framework: String,
    pub method: String,
    pub path: String,
    /// The last part of the handler's name.
    pub handler: String,
    protections: Value,
}

impl Endpoint {
    /// What is said of a protection.
    pub fn status(&self, protection: &str) -> &str {
        self.protections[protection]["status"]
            .as_str()
            .expect("every protection has a status")
    }

    /// Why, in one line.
    pub fn evidence(&self, protection: &str) -> String {
        let evidence = self.protections[protection]["evidence"].as_array();
        let told = evidence.into_iter().flatten().map(|it| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (kind, name) = (text(&it["kind"]), text(&it["name"]));
            format!("{kind} `{name}` in line {}", it["location"]["line"])
        });
        let told: Vec<_> = told.collect();
        if told.is_empty() {
            return "no evidence".to_owned();
        }
        told.join(", ")
    }

    /// Whether this is its handler's name, or its path.
    pub fn is_called(&self, name: &str) -> bool {
        self.handler == name || self.path == name
    }

    /// Whether its handler is a function of the service, which counts under its name.
    pub fn is_named(&self) -> bool {
        let mut letters = self.handler.chars();
        letters.all(|it| it.is_ascii_alphanumeric() || it == '_')
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {} ({})", self.method, self.path, self.handler)
    }
}

/// All that is listed, and what could not be followed.
pub struct Inventory {
    pub endpoints: Vec<Endpoint>,
    /// The file's name without its ending, and the reason.
    pub unresolved: BTreeSet<(String, String)>,
}

/// The inventory of this package.
pub fn inventory() -> &'static Inventory {
    static INVENTORY: OnceLock<Inventory> = OnceLock::new();
    INVENTORY.get_or_init(run)
}

/// `MOAT_BIN`, or what `cargo build` makes in the root of the repository.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("MOAT_BIN") {
        return named.into();
    }
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(own, PathBuf::from);
    let name = format!("cargo-moat{}", std::env::consts::EXE_SUFFIX);
    target.join("debug").join(name)
}

fn run() -> Inventory {
    let program = program();
    assert!(
        program.is_file(),
        "there is no {}: run `cargo build` in the root of the repository, or set MOAT_BIN",
        program.display()
    );
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let run = Command::new(&program)
        .args(["moat", "routes", "--format", "json", "--manifest-path"])
        .arg(manifest)
        .output()
        .unwrap_or_else(|error| panic!("{} does not run: {error}", program.display()));
    let json: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|error| {
        let told = String::from_utf8_lossy(&run.stderr);
        panic!("{} prints no JSON: {error}\n{told}", program.display())
    });
    let endpoints = json["endpoints"].as_array().expect("a list of endpoints");
    let unresolved = json["unresolved"].as_array().expect("a list");
    Inventory {
        endpoints: endpoints.iter().map(endpoint).collect(),
        unresolved: unresolved.iter().map(reason).collect(),
    }
}

fn reason(json: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let file = text(&json["location"]["file"]);
    let stem = Path::new(&file).file_stem().unwrap_or_default();
    (stem.to_string_lossy().into_owned(), text(&json["reason"]))
}

fn endpoint(json: &Value) -> Endpoint {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let handler = text(&json["handler"]["name"]);
    let last = handler.rsplit("::").next().unwrap_or(&handler);
    Endpoint {
        service: text(&json["service"]),
        framework: text(&json["framework"]),
        method: text(&json["method"]),
        path: text(&json["path"]),
        handler: last.to_owned(),
        protections: json["protections"].clone(),
    }
}
