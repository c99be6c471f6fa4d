//! What the documentation says exists, exists.

use crate::tree;

const FOLDERS: &[&str] = &[
    "src/",
    "lints/",
    "tests/",
    "ui-tests/",
    "docs/",
    "benches/",
    "fuzz/",
    ".ci/",
];

fn pages() -> Vec<(String, String)> {
    tree::files("", &[".md"])
        .into_iter()
        .filter(|(path, _)| !path.contains("/testdata/"))
        .collect()
}

/// Lines outside of fenced code, with their numbers.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let numbered = text.lines().enumerate().filter(|(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    numbered.map(|(index, line)| (index + 1, line)).collect()
}

/// Repository paths that a line quotes in backticks. Patterns with placeholders are not paths.
fn quoted_paths(line: &str) -> Vec<&str> {
    let spans = line.split('`').skip(1).step_by(2);
    let paths = spans.filter(|it| FOLDERS.iter().any(|folder| it.starts_with(folder)));
    let plain = |it: &&str| {
        it.chars()
            .all(|char| char.is_ascii_alphanumeric() || "/._-".contains(char))
    };
    paths.filter(plain).collect()
}

/// Targets of the relative links of a line, without their anchors.
fn links(line: &str) -> Vec<&str> {
    let targets = line
        .split("](")
        .skip(1)
        .filter_map(|it| it.split(')').next());
    let relative = targets
        .filter(|it| !it.contains("://") && !it.starts_with('#') && !it.starts_with("mailto:"));
    relative
        .map(|it| it.split('#').next().unwrap_or_default())
        .collect()
}

#[test]
fn quoted_paths_exist() {
    let mut complaints = Vec::new();
    for (path, text) in pages() {
        // The history speaks of files that are gone.
        if path == "CHANGELOG.md" {
            continue;
        }
        for (number, line) in prose(&text) {
            let gone = quoted_paths(line)
                .into_iter()
                .filter(|it| !tree::exists(it));
            complaints.extend(gone.map(|it| format!("{path}:{number}: `{it}` does not exist")));
        }
    }
    tree::report(complaints);
}

#[test]
fn links_lead_somewhere() {
    let mut complaints = Vec::new();
    for (path, text) in pages() {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in prose(&text) {
            let target = |link: &str| {
                format!("{folder}/{link}")
                    .trim_start_matches('/')
                    .to_owned()
            };
            let broken = links(line)
                .into_iter()
                .filter(|it| !tree::exists(&target(it)));
            complaints
                .extend(broken.map(|it| format!("{path}:{number}: the link to `{it}` is broken")));
        }
    }
    tree::report(complaints);
}

#[test]
fn the_book_contains_all_its_pages() {
    let summary = tree::read("docs/SUMMARY.md");
    let missing = tree::files("docs", &[".md"])
        .into_iter()
        .map(|(path, _)| path.replacen("docs/", "", 1));
    let missing = missing.filter(|it| it != "SUMMARY.md" && !summary.contains(&format!("]({it})")));
    tree::report(
        missing
            .map(|it| format!("docs/{it}: not in docs/SUMMARY.md"))
            .collect(),
    );
}

#[test]
fn the_commands_of_the_readme_are_run_by_ci() {
    let readme = tree::read("README.md");
    let commands = readme
        .split("```sh\n")
        .nth(1)
        .and_then(|it| it.split("```").next())
        .expect("a block of commands");
    let commands: Vec<_> = commands.lines().collect();
    assert_eq!(
        commands.len(),
        2,
        "the README opens with two commands: {commands:?}"
    );
    let ci = tree::read(".ci/run");
    assert!(
        ci.lines().any(|line| line.contains(commands[1])),
        ".ci/run does not run `{}`",
        commands[1]
    );
}

#[test]
fn paths_and_links_are_told_from_other_text() {
    assert_eq!(
        quoted_paths("see `src/lib.rs`, `src/<name>.rs`, `lints/x` and `cargo test`"),
        ["src/lib.rs", "lints/x"]
    );
    assert_eq!(links("[a](b.md#c), [d](https://e.f), [g](#h)"), ["b.md"]);
    assert_eq!(prose("a\n```toml\nb\n```\nc"), [(1, "a"), (5, "c")]);
}
