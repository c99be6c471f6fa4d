//! Comments that speak to us: `// moat: allow(..)`.

use serde::{Deserialize, Serialize};

use super::scan::{Kind, lexemes};
use crate::source::TextRange;

/// A comment whose text starts with `moat:`. Doc comments and comment-like text in
/// strings are not comments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comment {
    /// The whole comment, `//` or `/* */` included.
    pub range: TextRange,
    /// The text after `moat:`, trimmed.
    pub text: String,
    /// Whether code stands before it on its line (then it speaks of that line,
    /// else of the next item, statement or registration).
    pub trailing: bool,
    /// Whether nothing but comments, attributes and white space stands before it in the file.
    pub at_top: bool,
}

/// The comments of a file that speak to us, in source order.
pub(crate) fn scan(text: &str) -> Vec<Comment> {
    if !text.contains("moat:") {
        return Vec::new();
    }
    let mut comments = Vec::new();
    let mut code_end = 0;
    let mut top = Top::Yes;
    for lexeme in lexemes(text) {
        let range = TextRange::new(lexeme.start as u32, lexeme.end as u32);
        match lexeme.kind {
            Kind::Comment => {
                let trailing = code_end > 0 && !text[code_end..lexeme.start].contains('\n');
                if let Some(told) = told(&text[lexeme.start..lexeme.end]) {
                    let at_top = top == Top::Yes;
                    comments.push(Comment {
                        range,
                        text: told.to_owned(),
                        trailing,
                        at_top,
                    });
                }
            }
            Kind::DocComment => {}
            kind => {
                code_end = lexeme.end;
                top = top.after(kind);
            }
        }
    }
    comments
}

/// The text after `moat:`.
fn told(comment: &str) -> Option<&str> {
    let inside = match comment.strip_prefix("/*") {
        Some(block) => block.strip_suffix("*/").unwrap_or(block),
        None => comment.trim_start_matches('/'),
    };
    Some(inside.trim().strip_prefix("moat:")?.trim())
}

/// Whether only inner attributes have been seen yet.
#[derive(Clone, Copy, PartialEq)]
enum Top {
    Yes,
    /// `#`, then `#!`.
    Hash,
    Bang,
    /// In the brackets of an attribute, this deep.
    Attribute(u32),
    No,
}

impl Top {
    fn after(self, kind: Kind) -> Top {
        match (self, kind) {
            (Top::Yes, Kind::Punct(b'#')) => Top::Hash,
            (Top::Hash, Kind::Punct(b'!')) => Top::Bang,
            (Top::Hash | Top::Bang, Kind::Open(b'[')) => Top::Attribute(1),
            (Top::Attribute(depth), Kind::Open(_)) => Top::Attribute(depth + 1),
            (Top::Attribute(1), Kind::Close(_)) => Top::Yes,
            (Top::Attribute(depth), Kind::Close(_)) => Top::Attribute(depth - 1),
            (Top::Attribute(depth), _) => Top::Attribute(depth),
            _ => Top::No,
        }
    }
}

#[cfg(test)]
#[expect(clippy::type_complexity, reason = "a table of cases")]
mod tests {
    use super::*;

    #[test]
    fn hears_only_comments_that_speak_to_us() {
        let cases: &[(&str, &[(&str, bool, bool)])] = &[
            ("// moat: allow(x)\nfn f() {}", &[("allow(x)", false, true)]),
            ("fn f() {} // moat: allow(x)", &[("allow(x)", true, false)]),
            (
                "fn f() {}\n/* moat:  allow(x) */\nfn g() {}",
                &[("allow(x)", false, false)],
            ),
            (
                "#![deny(x)]\n//moat:a\nuse b;\n//moat:c",
                &[("a", false, true), ("c", false, false)],
            ),
            ("/// moat: allow(x)\nfn f() {}", &[]),
            ("//! moat: allow(x)", &[]),
            ("const S: &str = \"// moat: allow(x)\";", &[]),
            ("const S: &str = r#\"\" // moat: allow(x)\"#;", &[]),
            ("const C: char = '\"'; // moat: a\n", &[("a", true, false)]),
            ("// see moat: allow(x)", &[]),
            ("/* moat: open", &[("open", false, true)]),
        ];
        for (text, expected) in cases {
            let comments = scan(text);
            let found: Vec<(&str, bool, bool)> = comments
                .iter()
                .map(|it| (it.text.as_str(), it.trailing, it.at_top))
                .collect();
            assert_eq!(&found, expected, "{text}");
        }
    }
}
