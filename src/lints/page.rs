//! The prose of a lint file: its headings and its examples.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::LintFileError;
use crate::source::{LineIndex, TextRange};

/// The headings of a page, in their order.
pub const HEADINGS: &[&str] = &[
    "What it does",
    "Why it matters",
    "Bad",
    "Good",
    "How it decides",
    "Configuration",
    "References",
];

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// The text of the `##` line.
    pub heading: &'a str,
    /// The `##` line within the file.
    pub heading_range: TextRange,
    /// What follows, up to the next heading, trimmed.
    pub text: &'a str,
    /// What follows, untrimmed, within the file.
    pub range: TextRange,
}

/// Under which heading an example stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleKind {
    /// Must be found, where it is marked.
    Bad,
    /// Must stay silent.
    Good,
}

/// A code block under *Bad* or *Good*.
///
/// Its info string is a language and attributes, separated by commas: `rust,axum`,
/// `rust,compile_fail` for what no compiler takes, or `text,file=.env` for something that is not Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Bad or Good.
    pub kind: ExampleKind,
    /// `rust`, `toml`, ..
    pub language: String,
    /// The other words of the info string; a framework's name is one.
    pub attributes: Vec<String>,
    /// The code, marks included.
    pub text: String,
    /// 1-based line of the file at which the code starts.
    pub line: u32,
}

impl Example {
    /// The value of an attribute `key=value`.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find_map(|it| it.strip_prefix(key)?.strip_prefix('='))
    }
}

pub(super) fn sections(text: &str, body: TextRange) -> Vec<Section<'_>> {
    let page = &text[body.start as usize..body.end as usize];
    let mut headings = Vec::new();
    let mut inside = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) => inside = Some(range),
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => headings.extend(inside.take()),
            _ => {}
        }
    }
    let ends = headings
        .iter()
        .skip(1)
        .map(|it| it.start)
        .chain([page.len()])
        .collect::<Vec<_>>();
    let in_file = |start: usize, end: usize| {
        TextRange::new(body.start + start as u32, body.start + end as u32)
    };
    headings
        .into_iter()
        .zip(ends)
        .map(|(heading, end)| Section {
            heading: page[heading.clone()].trim().trim_matches('#').trim(),
            heading_range: in_file(heading.start, heading.end),
            text: page[heading.end..end].trim(),
            range: in_file(heading.end, end),
        })
        .collect()
}

pub(super) fn examples(text: &str, body: TextRange) -> Vec<Example> {
    let lines = LineIndex::new(text);
    let mut found = Vec::new();
    for section in sections(text, body) {
        let kind = match section.heading {
            "Bad" => ExampleKind::Bad,
            "Good" => ExampleKind::Good,
            _ => continue,
        };
        let part = &text[section.range.start as usize..section.range.end as usize];
        let mut block: Option<Example> = None;
        for (event, range) in Parser::new(part).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let mut words = info.split(',').map(|it| it.trim().to_owned());
                    // The fence takes a line of its own.
                    let line = lines.line(section.range.start + range.start as u32) + 1;
                    block = Some(Example {
                        kind,
                        language: words.next().unwrap_or_default(),
                        attributes: words.collect(),
                        text: String::new(),
                        line,
                    });
                }
                Event::Text(code) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&code);
                    }
                }
                Event::End(TagEnd::CodeBlock) => found.extend(block.take()),
                _ => {}
            }
        }
    }
    found
}

/// Holds the page of a built-in lint against [`HEADINGS`].
pub(super) fn check(path: &str, text: &str, body: TextRange) -> Result<(), Vec<LintFileError>> {
    let mut errors = Vec::new();
    let sections = sections(text, body);
    for section in &sections {
        if !HEADINGS.contains(&section.heading) {
            let message = format!("`{}` is not a heading of lint pages", section.heading);
            errors.push(
                LintFileError::new(path, section.heading_range, message)
                    .with_help(format!("the headings are: {}", HEADINGS.join(", "))),
            );
        } else if section.text.is_empty() {
            let message = format!("nothing stands under `{}`", section.heading);
            errors.push(LintFileError::new(path, section.heading_range, message));
        }
    }
    for heading in HEADINGS {
        match sections.iter().filter(|it| it.heading == *heading).count() {
            0 => errors.push(LintFileError::new(
                path,
                body,
                format!("the heading `{heading}` is missing"),
            )),
            1 => {}
            _ => errors.push(LintFileError::new(
                path,
                body,
                format!("the heading `{heading}` stands twice"),
            )),
        }
    }
    let order: Vec<_> = sections
        .iter()
        .filter_map(|it| HEADINGS.iter().position(|known| *known == it.heading))
        .collect();
    if !order.is_sorted() {
        errors.push(
            LintFileError::new(path, body, "the headings are out of order")
                .with_help(format!("their order is: {}", HEADINGS.join(", "))),
        );
    }
    for kind in [ExampleKind::Bad, ExampleKind::Good] {
        if !examples(text, body).iter().any(|it| it.kind == kind) {
            errors.push(LintFileError::new(
                path,
                body,
                format!("no code block under `{kind:?}`"),
            ));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> TextRange {
        TextRange::new(0, text.len() as u32)
    }

    #[test]
    fn headings_inside_code_are_not_headings() {
        let text = "intro\n\n## Bad\n\n```rust,axum\n## no\n```\n\n## Good\n\nfine\n";
        let found = sections(text, whole(text));
        assert_eq!(
            found.iter().map(|it| it.heading).collect::<Vec<_>>(),
            ["Bad", "Good"]
        );
        assert_eq!(found[1].text, "fine");
    }

    #[test]
    fn examples_know_their_language_and_line() {
        let text = "## Bad\n\ntext\n\n```rust,axum\nfn a() {}\nfn b() {}\n```\n\n```text,file=.env\nX=1\n```\n\n## Configuration\n\n```toml\nnot = 'an example'\n```\n";
        let found = examples(text, whole(text));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].language.as_str(), found[0].line), ("rust", 6));
        assert_eq!(found[0].attributes, ["axum"]);
        assert_eq!(found[0].text, "fn a() {}\nfn b() {}\n");
        assert_eq!(found[1].attribute("file"), Some(".env"));
    }

    #[test]
    fn a_page_must_have_every_heading_once_in_order_and_filled() {
        let code = "```rust\nfn f() {}\n```";
        let full: String = HEADINGS
            .iter()
            .map(|it| format!("## {it}\n\n{code}\n\n"))
            .collect();
        let cases: &[(String, &[&str])] = &[
            (full.clone(), &[]),
            (
                full.replace("## Good", "## Godo"),
                &[
                    "`Godo` is not a heading",
                    "`Good` is missing",
                    "under `Good`",
                ],
            ),
            (
                full.replace(&format!("## References\n\n{code}"), "## References"),
                &["nothing stands under `References`"],
            ),
            (
                full.replace("## Good", "## Bad"),
                &["`Good` is missing", "`Bad` stands twice", "under `Good`"],
            ),
            (
                format!(
                    "## References\n\ntext\n\n{}",
                    full.replace("## References", "### Sources")
                ),
                &["out of order"],
            ),
        ];
        for (text, expected) in cases {
            let errors = check("lint.md", text, whole(text))
                .err()
                .unwrap_or_default();
            let messages: Vec<_> = errors.iter().map(|it| it.message.as_str()).collect();
            assert_eq!(messages.len(), expected.len(), "{messages:?}");
            for part in *expected {
                assert!(
                    messages.iter().any(|it| it.contains(part)),
                    "{part} is not in {messages:?}"
                );
            }
        }
    }
}
