//! What the documentation shows as settings is read without complaint.

use moat::lints::Registry;
use moat::scan::Names;
use moat::workspace::config::Config;

use crate::tree;

/// Blocks of TOML with the line of their fence, and the last heading above them.
fn blocks(text: &str) -> Vec<(usize, &str, String)> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut open: Option<(usize, String)> = None;
    let mut elsewhere = false;
    for (index, line) in text.lines().enumerate() {
        match &mut open {
            Some((number, code)) if line == "```" => {
                blocks.push((*number, heading, std::mem::take(code)));
                open = None;
            }
            Some((_, code)) => {
                code.push_str(line);
                code.push('\n');
            }
            None if line.starts_with("```") => {
                if line == "```toml" && !elsewhere {
                    open = Some((index + 1, String::new()));
                } else {
                    elsewhere = !elsewhere;
                }
            }
            None if !elsewhere && line.starts_with("## ") => heading = &line[3..],
            None => {}
        }
    }
    blocks
}

#[test]
fn settings_in_the_documentation_are_read() {
    let names = Names::of(Registry::builtin());
    let known = names.known();
    let mut complaints = Vec::new();
    let mut seen = 0;
    for (path, text) in tree::files("docs", &[".md"])
        .into_iter()
        .chain(tree::files("lints", &[".md"]))
    {
        for (number, heading, code) in blocks(&text) {
            seen += 1;
            let read = if code.contains("metadata.moat]") {
                Config::parse_manifest("Cargo.toml", &code, &known).map(|_| ())
            } else {
                Config::parse("moat.toml", &code, &known).map(|_| ())
            };
            let wrong = path.ends_with("/invalid-configuration.md") && heading == "Bad";
            match read {
                Ok(()) if wrong => complaints.push(format!("{path}:{number}: read, and Bad")),
                Err(errors) if !wrong => complaints.extend(
                    errors
                        .iter()
                        .map(|it| format!("{path}:{number}: {}", it.message)),
                ),
                _ => {}
            }
        }
    }
    assert!(seen > 10, "only {seen} blocks of settings were seen");
    tree::report(complaints);
}

#[test]
fn blocks_are_found_by_their_fences() {
    let page =
        "## Bad\n```rust\n## no heading\n```\n```toml\na = 1\n```\n## Good\n```toml\nb = 2\n```\n";
    let found = blocks(page);
    assert_eq!(
        found,
        [
            (5, "Bad", "a = 1\n".to_owned()),
            (9, "Good", "b = 2\n".to_owned())
        ]
    );
}
