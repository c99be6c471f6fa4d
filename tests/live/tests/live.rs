//! What `cargo moat routes` says of the services of this package, against the running services: every listed endpoint
//! is asked without credentials, with invented ones and with valid ones, and what is not listed must not be there.
//!
//! A service is one file in `src/bin`, whose `//! live:` lines tell the driver what it needs (`driver/directives.rs`).

mod driver;

use std::collections::BTreeSet;

use driver::checks;
use driver::directives::Directives;
use driver::inventory::inventory;

/// Fewer checks than this were not worth the name, for all services of a framework together.
fn prove(services: &[(&str, &str, &str)], at_least: usize) {
    let mut total = 0;
    let mut disagreements = Vec::new();
    for (service, program, source) in services {
        let outcome = checks::compare(service, program, source);
        println!(
            "{service}: {} endpoints, {} checks, {} declared undecided or wrong, {} disagreements",
            outcome.endpoints,
            outcome.checks,
            outcome.set_aside,
            outcome.disagreements.len()
        );
        total += outcome.checks;
        let told = outcome.disagreements.into_iter();
        disagreements.extend(told.map(|it| format!("{service}: {it}")));
    }
    assert!(
        disagreements.is_empty(),
        "{} disagreements:\n{}",
        disagreements.len(),
        disagreements.join("\n")
    );
    assert!(total >= at_least, "only {total} checks were made");
}

/// A service with its program and its source.
macro_rules! service {
    ($name:literal) => {
        (
            $name,
            env!(concat!("CARGO_BIN_EXE_", $name)),
            include_str!(concat!("../src/bin/", $name, ".rs")),
        )
    };
}

#[test]
fn axum() {
    let services = [
        service!("axum_layers"),
        service!("axum_extractors"),
        service!("axum_limits"),
        service!("axum_compose"),
    ];
    prove(&services, 1200);
}

#[test]
fn actix_web() {
    let services = [
        service!("actix_scopes"),
        service!("actix_extractors"),
        service!("actix_routing"),
    ];
    prove(&services, 900);
}

#[test]
fn rocket() {
    let services = [
        service!("rocket_routing"),
        service!("rocket_guards"),
        service!("rocket_compose"),
    ];
    prove(&services, 700);
}

#[test]
fn warp() {
    prove(&[service!("warp_filters")], 800);
}

#[test]
fn poem() {
    prove(&[service!("poem_routes"), service!("poem_api")], 1000);
}

#[test]
fn salvo() {
    prove(&[service!("salvo_hoops")], 750);
}

#[test]
fn tonic() {
    let services = [
        service!("tonic_interceptors"),
        service!("tonic_server"),
        service!("tonic_axum"),
    ];
    prove(&services, 350);
}

#[test]
fn ntex() {
    prove(&[service!("ntex_scopes")], 600);
}

#[test]
fn tide() {
    prove(&[service!("tide_routes")], 300);
}

#[test]
fn gotham() {
    prove(&[service!("gotham_pipelines")], 250);
}

/// Every service is driven, and everything in it was followed, or is declared.
#[test]
fn nothing_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin");
    let entries = std::fs::read_dir(folder).expect("the folder of the services");
    let this = include_str!("live.rs");
    let mut declared = BTreeSet::new();
    for entry in entries {
        let path = entry.expect("a readable entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let driven = this.contains(&format!("service!(\"{name}\")"));
        assert!(driven, "{name} is driven by no test");
        let listed = inventory().endpoints.iter().any(|it| it.service == name);
        assert!(listed, "no endpoint is listed for {name}");
        let source = std::fs::read_to_string(&path).expect("a source");
        let reasons = Directives::of(&source).unresolved.into_iter();
        declared.extend(reasons.map(|it| (name.to_string(), it)));
    }
    assert_eq!(
        inventory().unresolved,
        declared,
        "what could not be followed, and what `live: unresolved` lines say"
    );
}
