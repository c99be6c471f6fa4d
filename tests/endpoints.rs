//! Verdicts on small services: every source in `tests/endpoints/` says in `//@` lines which
//! endpoints it has and how each is authenticated, and must be read exactly so.
//!
//! A line is `//@ METHOD /path status`, and for conditional ones ` if condition`. Lines
//! `//= METHOD /path protection status: value` say the same of other protections; of one that a
//! source has a line of, it has one for each endpoint that has any. Lines `//+ METHOD /path stream` say
//! what an endpoint keeps its connection open for: none has one that does not. A source is a file, or a
//! folder that is a package.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use support::{entries, folder, routes, word};

/// The endpoints that a source says it has.
fn expected(source: &str) -> BTreeSet<String> {
    let lines = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("//@ "));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// What a source says of protections beside authentication.
fn expected_beside(source: &str) -> BTreeSet<String> {
    let lines = source.lines();
    let lines = lines.filter_map(|line| line.trim().strip_prefix("//= "));
    lines.map(str::to_owned).collect()
}

/// The endpoints of which a source says that they keep their connection open, and for what.
fn expected_streams(source: &str) -> BTreeSet<String> {
    let lines = source.lines();
    let lines = lines.filter_map(|line| line.trim().strip_prefix("//+ "));
    lines.map(|it| format!("{it} stays open")).collect()
}

/// The same, as it was found.
fn found_streams(json: &serde_json::Value) -> BTreeSet<String> {
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let open = endpoints.filter_map(|it| {
        let stream = it["stream"].as_str()?;
        let (method, path) = (word(&it["method"]), word(&it["path"]));
        Some(format!("{method} {path} {stream} stays open"))
    });
    open.collect()
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
    entries(path).iter().map(|it| text(it)).collect()
}

/// The protections, of those that are asked about, of the endpoints that have them.
fn found_beside(json: &serde_json::Value, asked: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for endpoint in json["endpoints"].as_array().expect("a list") {
        let protections = endpoint["protections"].as_object().expect("protections");
        for (name, it) in protections.iter().filter(|it| asked.contains(it.0)) {
            let status = word(&it["status"]);
            if status == "none" {
                continue;
            }
            let (method, path) = (word(&endpoint["method"]), word(&endpoint["path"]));
            let value = it["value"].as_str();
            let value = value.map_or(String::new(), |it| format!(": {it}"));
            found.insert(format!("{method} {path} {name} {status}{value}"));
        }
    }
    found
}

/// The endpoints with their authentication.
fn found(json: &serde_json::Value) -> BTreeSet<String> {
    let unresolved = json["unresolved"].as_array().expect("a list");
    let unresolved = unresolved.iter().map(|it| format!("unresolved: {it}"));
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let endpoints = endpoints.map(|endpoint| {
        let authentication = &endpoint["protections"]["authentication"];
        let mut line = format!(
            "{} {} {}",
            word(&endpoint["method"]),
            word(&endpoint["path"]),
            word(&authentication["status"]),
        );
        if let Some(condition) = authentication["condition"].as_str() {
            line.push_str(&format!(" if {condition}"));
        }
        line
    });
    endpoints.chain(unresolved).collect()
}

/// Where what a source says and what is found in it differ.
fn differences(path: &Path) -> Vec<String> {
    let (source, json) = (text(path), routes(path));
    let (mut expected, mut found) = (expected(&source), found(&json));
    assert!(!expected.is_empty(), "{} says nothing", path.display());
    let beside = expected_beside(&source);
    let names = beside.iter().filter_map(|it| it.split_whitespace().nth(2));
    let names = names.map(str::to_owned).collect();
    found.extend(found_beside(&json, &names));
    expected.extend(beside);
    found.extend(found_streams(&json));
    expected.extend(expected_streams(&source));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let missing = expected.difference(&found);
    let missing = missing.map(|it| format!("{name}: expected, and not found: {it}"));
    let surplus = found.difference(&expected);
    let surplus = surplus.map(|it| format!("{name}: found, and not expected: {it}"));
    missing.chain(surplus).collect()
}

#[test]
fn endpoints_and_their_authentication() {
    let sources = entries(&folder("endpoints"));
    assert!(sources.len() >= 6, "the sources are gone");
    let wrong: Vec<String> = sources
        .par_iter()
        .flat_map_iter(|it| differences(it))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A program that includes the modules of a server without serving them adds nothing to the list.
#[test]
fn endpoints_of_a_module_in_two_programs_are_listed_once() {
    let json = routes(&folder("endpoints").join("axum-two-programs"));
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let mut found: Vec<_> = endpoints
        .map(|it| (word(&it["service"]), word(&it["path"])))
        .collect();
    found.sort();
    assert_eq!(found, [("server", "/health"), ("server", "/things")]);
}

/// Code that a fairing runs for each request is handed no routes, whatever it calls.
#[test]
fn endpoints_under_fairings_of_requests_are_listed_once() {
    let json = routes(&folder("endpoints").join("rocket-fairings-of-requests.rs"));
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let found: Vec<_> = endpoints.map(|it| word(&it["path"])).collect();
    assert_eq!(found, ["/late", "/token"]);
}
