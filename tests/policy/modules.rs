//! Modules depend on each other in one direction.

use crate::tree;

/// The modules of `src/`, each of which uses only those before it. `cli` and `main` use all.
const ORDER: &[&str] = &[
    "source",
    "workspace",
    "facts",
    "models",
    "program",
    "values",
    "routes",
    "flow",
    "diagnostics",
    "lints",
    "report",
    "checks",
    "posture",
    "scan",
    "cli",
    "main",
];

/// The modules that a source names after `crate::`, with the lines. Comments and tests do not count.
fn used(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            break;
        }
        let code = line.split("//").next().unwrap_or_default();
        for after in code.split("crate::").skip(1) {
            let names = after
                .strip_prefix('{')
                .map_or(vec![after], |group| group.split(',').collect());
            for name in names {
                let is_name = |it: &char| it.is_ascii_alphanumeric() || *it == '_';
                found.push((index + 1, name.trim().chars().take_while(is_name).collect()));
            }
        }
    }
    found
}

#[test]
fn a_module_uses_only_those_before_it() {
    let mut complaints = Vec::new();
    for (path, text) in tree::files("src", &[".rs"]) {
        let module = path
            .trim_start_matches("src/")
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs");
        if module == "lib" || path.ends_with("/tests.rs") {
            continue;
        }
        let Some(own) = ORDER.iter().position(|it| *it == module) else {
            complaints.push(format!("{path}: `{module}` is not in the order of modules"));
            continue;
        };
        for (line, name) in used(&text) {
            if ORDER
                .iter()
                .position(|it| *it == name)
                .is_some_and(|other| other > own)
            {
                complaints.push(format!("{path}:{line}: `{module}` must not use `{name}`"));
            }
        }
    }
    tree::report(complaints);
}

#[test]
fn lib_rs_lists_the_modules_in_their_order() {
    let text = tree::read("src/lib.rs");
    let listed = text
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("mod "));
    let places: Vec<_> = listed
        .map(|it| {
            ORDER
                .iter()
                .position(|name| *name == it.trim_end_matches(';'))
        })
        .collect();
    assert!(
        !places.is_empty() && places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?}"
    );
}

#[test]
fn uses_are_seen_however_they_are_written() {
    let text = "use crate::source::Name;\nfn f() -> crate::routes::Route {}\nuse crate::{lints, checks::X};\n// crate::cli\n#[cfg(test)]\nuse crate::report;\n";
    let names: Vec<_> = used(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["source", "routes", "lints", "checks"]);
}
