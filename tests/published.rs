//! Real input: published crates that are web services, fetched from the registry, are read as somebody who looked at
//! their source reads them.
//!
//! `tests/published/Cargo.toml` pins them. The lists beside it are written by hand: a line is
//! `METHOD /path authentication`, with `-` where the code that decides is not in the package. `(read as none)` after
//! it is a known mistake of ours, so that it is seen when it goes away.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Nothing is built: one platform is as good as another, and the same packages are fetched everywhere.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

type Endpoint = (String, String);

/// What a list says about one endpoint.
#[derive(Debug, PartialEq)]
struct Expected {
    /// The truth; none where the package does not decide it.
    authentication: Option<String>,
    /// What the tool says instead.
    read_as: Option<String>,
}

fn parse(list: &str) -> BTreeMap<Endpoint, Expected> {
    let mut endpoints = BTreeMap::new();
    let lines = list.lines().map(str::trim);
    for line in lines.filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let (entry, read_as) = match line.split_once(" (read as ") {
            Some((entry, status)) => (entry, Some(status.trim_end_matches(')').to_owned())),
            None => (line, None),
        };
        let words: Vec<&str> = entry.split(' ').collect();
        let [method, path, status] = words[..] else {
            panic!("not `METHOD /path authentication`: {line}");
        };
        let authentication = (status != "-").then(|| status.to_owned());
        assert!(
            read_as.is_none() || read_as != authentication,
            "no difference: {line}"
        );
        let expected = Expected {
            authentication,
            read_as,
        };
        let former = endpoints.insert((method.to_owned(), path.to_owned()), expected);
        assert!(former.is_none(), "twice: {line}");
    }
    endpoints
}

/// What is wrong with what was found.
fn complaints(
    expected: &BTreeMap<Endpoint, Expected>,
    found: &BTreeMap<Endpoint, String>,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for (endpoint @ (method, path), expected) in expected {
        let name = format!("{method} {path}");
        let Some(status) = found.get(endpoint) else {
            complaints.push(format!("{name}: not found"));
            continue;
        };
        match (&expected.authentication, &expected.read_as) {
            (Some(truth), Some(_)) if status == truth => {
                complaints.push(format!(
                    "{name}: now right, take the known difference out of the list"
                ));
            }
            (_, Some(known)) if status != known => complaints.push(format!(
                "{name}: read as {status}, which is neither the truth nor the known difference"
            )),
            (Some(truth), None) if status != truth => {
                complaints.push(format!("{name}: {truth}, but read as {status}"));
            }
            _ => {}
        }
    }
    let surplus = found.keys().filter(|it| !expected.contains_key(it));
    complaints.extend(surplus.map(|(method, path)| format!("{method} {path}: does not exist")));
    complaints
}

fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published/Cargo.toml")
}

fn cargo(arguments: &[&str]) -> Vec<u8> {
    let run = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .arg("--manifest-path")
        .arg(manifest())
        .output()
        .expect("Cargo runs");
    let message = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success(),
        "`cargo {arguments:?}` failed; the registry is needed once: {message}"
    );
    run.stdout
}

/// The folders of the packages whose name fulfils the condition, fetched before.
fn fetched(wanted: impl Fn(&str) -> bool) -> Vec<(String, PathBuf)> {
    cargo(&["fetch", "--target", PLATFORM]);
    let format = ["--format-version", "1", "--filter-platform", PLATFORM];
    let metadata = cargo(&[&["metadata", "--offline"], &format[..]].concat());
    let metadata: Value = serde_json::from_slice(&metadata).expect("Cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let mut folders: Vec<(String, PathBuf)> = packages
        .iter()
        .map(|it| (text(it, "name"), PathBuf::from(text(it, "manifest_path"))))
        .filter(|(name, _)| wanted(name))
        .map(|(name, manifest)| (name, manifest.with_file_name("")))
        .collect();
    folders.sort();
    folders
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a writable folder");
    for entry in std::fs::read_dir(from).expect("a folder of the registry") {
        let entry = entry.expect("a readable entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file that can be copied");
        }
    }
}

/// A copy of the packages as the workspace that they come from: each is a member, and the others depend on that
/// member and not on the registry.
fn workspace(packages: &[(String, PathBuf)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut root =
        String::from("[workspace]\nresolver = \"2\"\nmembers = [\"*\"]\n\n[patch.crates-io]\n");
    for (name, source) in packages {
        copy(source, &folder.path().join(name));
        root.push_str(&format!("{name} = {{ path = \"{name}\" }}\n"));
    }
    std::fs::write(folder.path().join("Cargo.toml"), root).expect("a writable folder");
    folder
}

/// The endpoints of a folder with the status of their authentication.
fn found(folder: &Path) -> BTreeMap<Endpoint, String> {
    let run = Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
        .args(["moat", "routes", "--format", "json"])
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let json: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|error| {
        panic!(
            "not JSON: {error}\n{}",
            String::from_utf8_lossy(&run.stderr)
        )
    });
    assert_eq!(json["unresolved"], Value::Array(Vec::new()), "unresolved");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let mut found = BTreeMap::new();
    for endpoint in endpoints {
        let status = text(&endpoint["protections"]["authentication"]["status"]);
        let key = (text(&endpoint["method"]), text(&endpoint["path"]));
        let former = found.insert(key, status);
        assert!(former.is_none(), "twice: {endpoint}");
    }
    found
}

#[track_caller]
fn compare(list: &str, count: usize, folder: &Path) {
    let expected = parse(list);
    assert_eq!(expected.len(), count, "endpoints in the list");
    let complaints = complaints(&expected, &found(folder));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The one folder of a package.
fn package(name: &str) -> PathBuf {
    let packages = fetched(|it| it == name);
    let [(_, folder)] = &packages[..] else {
        panic!("{name}: {} packages", packages.len());
    };
    folder.clone()
}

#[test]
fn atuin_server() {
    let list = include_str!("published/atuin-server.txt");
    compare(list, 15, &package("atuin-server"));
}

#[test]
fn lemmy_server() {
    let packages = fetched(|it| it.starts_with("lemmy_"));
    assert_eq!(packages.len(), 11, "{packages:?}");
    let folder = workspace(&packages);
    let list = include_str!("published/lemmy_server.txt");
    compare(list, 111, folder.path());
}

#[test]
fn rustypaste() {
    let list = include_str!("published/rustypaste.txt");
    compare(list, 8, &package("rustypaste"));
}

#[test]
fn differences_are_told() {
    let expected =
        parse("GET /a none\nGET /b required (read as none)\n# no\nGET /c -\nGET /d none");
    let found = |b: &str| {
        let statuses = [
            ("/a", "required"),
            ("/b", b),
            ("/c", "none"),
            ("/e", "none"),
        ];
        let endpoint = |path: &str| ("GET".to_owned(), path.to_owned());
        statuses
            .map(|(path, status)| (endpoint(path), status.to_owned()))
            .into()
    };
    let rest = ["GET /d: not found", "GET /e: does not exist"];
    let a = "GET /a: none, but read as required";
    assert_eq!(
        complaints(&expected, &found("none")),
        [&[a], &rest[..]].concat()
    );
    let right = "GET /b: now right, take the known difference out of the list";
    assert_eq!(
        complaints(&expected, &found("required")),
        [&[a, right], &rest[..]].concat()
    );
    let neither = "GET /b: read as unknown, which is neither the truth nor the known difference";
    assert_eq!(
        complaints(&expected, &found("unknown")),
        [&[a, neither], &rest[..]].concat()
    );
}
