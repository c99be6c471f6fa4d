//! A lint's page without the examples that its reader has no use for.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

/// The page without the code blocks of these frameworks under *Bad* and *Good*, and without the
/// prose that leads to each.
pub(crate) fn without_examples(page: &str, frameworks: &[&str]) -> String {
    let mut cuts: Vec<Range<usize>> = Vec::new();
    // Where the last heading, block or list of the part ends: what follows leads to the next block.
    let mut lead = None;
    let mut heading: Option<Range<usize>> = None;
    let mut code: Option<(bool, Range<usize>)> = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) => heading = Some(range),
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => {
                let title = heading.take().map_or("", |it| &page[it]);
                let title = title.trim_matches(['#', ' ', '\n']);
                lead = matches!(title, "Bad" | "Good").then_some(range.end);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let is_left_out = info
                    .split(',')
                    .any(|word| frameworks.contains(&word.trim()));
                code = Some((is_left_out, range));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(start), Some((true, block))) = (lead, &code) {
                    cuts.push(start..block.end);
                }
                if lead.is_some() {
                    lead = Some(range.end);
                }
                code = None;
            }
            _ => {}
        }
    }
    let mut out = String::new();
    let mut at = 0;
    for cut in cuts {
        out.push_str(&page[at..cut.start]);
        out.push('\n');
        at = cut.end;
    }
    out.push_str(&page[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_go_with_what_leads_to_them() {
        let page = "# x\n\n## Bad\n\nIn a:\n\n```rust,a\n1\n```\n\nIn b:\n\n```rust,b\n2\n```\n\n## Good\n\n```rust,b\n3\n```\n\nAny:\n\n```toml\n4\n```\n\n## How\n\n```rust,b\n5\n```\n";
        let found = without_examples(page, &["b"]);
        for (text, is_kept) in [
            ("In a:", true),
            ("1", true),
            ("In b:", false),
            ("2", false),
            ("## Good", true),
            ("3", false),
            ("Any:", true),
            ("4", true),
            ("## How", true),
            ("5", true),
        ] {
            assert_eq!(found.contains(text), is_kept, "{text}: {found}");
        }
        assert_eq!(without_examples(page, &[]), page);
    }
}
