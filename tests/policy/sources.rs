//! What every source file owes its readers.

use crate::tree;

/// No source is longer than this many lines.
const LONGEST: usize = 800;

/// Words that promise work, put together so that this file does not contain them.
fn promises() -> [String; 4] {
    [("TO", "DO"), ("FIX", "ME"), ("HA", "CK"), ("XX", "X")].map(|(a, b)| format!("{a}{b}"))
}

fn rust_files() -> Vec<(String, String)> {
    let own = |path: &str| {
        !path.starts_with("ui-tests/")
            && !path.contains("/fixtures/")
            && !path.contains("/testdata/")
    };
    tree::files("", &[".rs"])
        .into_iter()
        .filter(|(path, _)| own(path))
        .collect()
}

/// Whether a line holds `word` on its own, outside of a name or a value.
fn says(line: &str, word: &str) -> bool {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_name) && !line[at + word.len()..].starts_with(is_name)
    })
}

#[test]
fn sources_open_with_their_purpose() {
    let silent = rust_files()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"));
    tree::report(
        silent
            .map(|(path, _)| format!("{path}: opens without `//!`"))
            .collect(),
    );
}

#[test]
fn no_source_is_under_construction() {
    let unfinished = rust_files()
        .into_iter()
        .filter(|(_, text)| text.starts_with("//! Under construction"));
    let unfinished = unfinished.filter(|(path, _)| {
        // A module that `lib.rs` does not list is not part of the program yet.
        let module = path
            .trim_start_matches("src/")
            .split('/')
            .next()
            .unwrap_or_default();
        tree::read("src/lib.rs").contains(&format!("mod {module};"))
    });
    tree::report(
        unfinished
            .map(|(path, _)| format!("{path}: under construction"))
            .collect(),
    );
}

#[test]
fn sources_are_short() {
    let long = rust_files()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LONGEST);
    tree::report(
        long.map(|(path, text)| {
            format!(
                "{path}: {} lines, what is the second subject?",
                text.lines().count()
            )
        })
        .collect(),
    );
}

#[test]
fn promises_name_where_they_are_kept() {
    let mut complaints = Vec::new();
    for (path, text) in rust_files() {
        for (index, line) in text.lines().enumerate() {
            let Some((_, comment)) = line.split_once("//") else {
                continue;
            };
            let promised = promises().iter().any(|word| says(comment, word));
            let referenced = comment
                .split('#')
                .skip(1)
                .any(|it| it.starts_with(|it: char| it.is_ascii_digit()));
            if promised && !referenced {
                complaints.push(format!("{path}:{}: names no issue", index + 1));
            }
        }
    }
    tree::report(complaints);
}

#[test]
fn no_test_is_switched_off() {
    let mut complaints = Vec::new();
    for (path, text) in rust_files() {
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let off = ["ignore", "should_panic"]
                .iter()
                .any(|it| line.starts_with(&format!("#[{it}")));
            // What comes after the attributes tells an attribute from text that looks like one.
            let item = lines[index..].iter().find(|it| !it.starts_with("#["));
            if off && item.is_some_and(|it| it.contains("fn ")) {
                complaints.push(format!("{path}:{}: {line}", index + 1));
            }
        }
    }
    tree::report(complaints);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let folders = ["root", "work", "Users"].map(|it| format!("/{it}/"));
    let endings = [
        ".rs", ".md", ".toml", ".yml", ".yaml", ".json", ".lock", ".snap", ".sh", "/run", ".txt",
    ];
    let mut complaints = Vec::new();
    for (path, text) in tree::files("", &endings) {
        for (index, line) in text.lines().enumerate() {
            let place = format!("{path}:{}", index + 1);
            let absolute = |folder: &String| {
                line.match_indices(folder.as_str()).any(|(at, _)| {
                    !line[..at].ends_with(|it: char| it.is_alphanumeric() || "./*-_}>".contains(it))
                })
            };
            if folders.iter().any(absolute) {
                complaints.push(format!("{place}: an absolute path"));
            }
            let registry = line.split_once("registry+").is_some_and(|(_, it)| {
                !it.starts_with("https://github.com/rust-lang/crates.io-index")
                    && path.ends_with(".lock")
            });
            if registry {
                complaints.push(format!("{place}: another registry than crates.io"));
            }
        }
    }
    tree::report(complaints);
}

#[test]
fn words_are_found_on_their_own() {
    let [word, ..] = promises();
    assert!(says(&format!(" {word}: later"), &word) && says(&word, &word));
    assert!(!says(&format!("{word}S and a{word}"), &word));
}
