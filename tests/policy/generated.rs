//! What is generated is up to date.

use std::fs;

use moat::lints::Registry;

use crate::tree;

/// Compares, or writes if `MOAT_BLESS` is set.
pub(crate) fn compare(files: &[(String, String)]) {
    let mut complaints = Vec::new();
    for (path, expected) in files {
        if tree::exists(path) && tree::read(path) == *expected {
            continue;
        }
        if std::env::var_os("MOAT_BLESS").is_some() {
            let target = tree::root().join(path);
            fs::create_dir_all(target.parent().expect("a file in a folder"))
                .expect("a writable folder");
            fs::write(target, expected).expect("a writable file");
        } else {
            complaints.push(format!(
                "{path}: out of date, run `MOAT_BLESS=1 cargo test --test policy`"
            ));
        }
    }
    tree::report(complaints);
}

/// A file with everything from `marker` on replaced.
fn with_tail(path: &str, marker: &str, tail: &str) -> (String, String) {
    let text = tree::read(path);
    let (head, _) = text
        .split_once(marker)
        .unwrap_or_else(|| panic!("{path}: no line `{marker}`"));
    (path.to_owned(), format!("{head}{marker}{tail}"))
}

#[test]
fn the_lint_reference() {
    let reference = Registry::builtin().reference();
    compare(&reference);
    let stale = tree::files("docs/lints", &[".md"])
        .into_iter()
        .filter(|(path, _)| !reference.iter().any(|it| it.0 == *path));
    tree::report(
        stale
            .map(|(path, _)| format!("{path}: there is no such lint"))
            .collect(),
    );
}

#[test]
fn the_lints_in_the_summary_of_the_book() {
    let marker = "<!-- Lints: generated -->\n\n";
    let mut tail = String::from("- [Lints](lints.md)\n");
    for lint in Registry::builtin().lints() {
        tail.push_str(&format!("  - [{id}](lints/{id}.md)\n", id = lint.id));
    }
    compare(&[with_tail("docs/SUMMARY.md", marker, &tail)]);
}

#[test]
fn the_targets_of_the_marked_sources() {
    let marker = "# One target for each marked source; `MOAT_BLESS=1 cargo test --test policy` writes this part.\n";
    let packages = tree::files("ui-tests", &["Cargo.toml"]);
    let mut tail = String::new();
    for (path, _) in tree::files("ui-tests", &[".rs"]) {
        let parts: Vec<_> = path.split('/').collect();
        if let [_, lint, file] = parts[..] {
            // A package beside the source compiles it against another version of a library.
            let elsewhere = format!("path = \"../{file}\"");
            let beside = format!("ui-tests/{lint}/");
            if packages
                .iter()
                .any(|it| it.0.starts_with(&beside) && it.1.contains(&elsewhere))
            {
                continue;
            }
            let stem = file.trim_end_matches(".rs");
            tail.push_str(&format!(
                "\n[[example]]\nname = \"{lint}--{stem}\"\npath = \"{lint}/{file}\"\n"
            ));
        }
    }
    compare(&[with_tail("ui-tests/Cargo.toml", marker, &tail)]);
}
