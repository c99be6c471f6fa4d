//! What is wrong with a text that is no sequence of Rust tokens: what was expected, and where.
//!
//! The lexer tells a place and no reason. Nearly always the reason is a delimiter, a string or
//! a comment that does not end, and that a scanner can tell.

use super::scan::{Kind, Lexeme, closing, lexemes};
use crate::source::TextRange;

/// The place to look at and the reason. `stopped` is where the lexer gave up, in `text`.
pub(super) fn explain(text: &str, stopped: TextRange) -> (TextRange, String) {
    let mut open: Vec<(u8, usize)> = Vec::new();
    for lexeme in lexemes(text) {
        let at = TextRange::new(lexeme.start as u32, lexeme.end as u32);
        match lexeme.kind {
            Kind::Open(byte) => open.push((byte, lexeme.start)),
            Kind::Close(byte) => match open.pop() {
                Some((opened, _)) if closing(opened) == byte => {}
                Some((opened, start)) => {
                    let message = format!(
                        "expected `{}` for the `{}` of line {}, found `{}`",
                        char::from(closing(opened)),
                        char::from(opened),
                        line(text, start),
                        char::from(byte),
                    );
                    return (at, message);
                }
                None => {
                    let message = format!(
                        "expected an item, found `{}` that closes nothing",
                        char::from(byte)
                    );
                    return (at, message);
                }
            },
            _ => {
                if let Some(end) = missing_end(text, lexeme) {
                    let start = TextRange::new(at.start, first_char_end(text, lexeme.start));
                    return (start, format!("expected {end} before the end of the file"));
                }
            }
        }
    }
    if let Some((opened, start)) = open.pop() {
        let message = format!(
            "expected `{}` before the end of the file: this `{}` is never closed",
            char::from(closing(opened)),
            char::from(opened)
        );
        return (TextRange::new(start as u32, start as u32 + 1), message);
    }
    let start = (stopped.start as usize).min(text.len());
    let found = text[start..].chars().next();
    let message = match found {
        Some(found) => format!(
            "expected a Rust token, found `{}`",
            found.escape_default().to_string().replace('`', "'")
        ),
        None => "expected a Rust token, found the end of the file".to_owned(),
    };
    let end = first_char_end(text, start);
    (TextRange::new(start as u32, end), message)
}

/// What a string or a comment that runs to the end of the text lacks.
fn missing_end(text: &str, lexeme: Lexeme) -> Option<&'static str> {
    let own = &text[lexeme.start..lexeme.end];
    let end = match lexeme.kind {
        Kind::Comment | Kind::DocComment if own.starts_with("/*") => "`*/`",
        Kind::Literal if own.contains('"') => "the closing `\"`",
        Kind::Literal if own.contains('\'') => "the closing `'`",
        _ => return None,
    };
    // What is open swallows whatever follows.
    let longer = format!("{own}x");
    let swallowed = lexemes(&longer).next()?.end == longer.len();
    (lexeme.end == text.len() && swallowed).then_some(end)
}

fn first_char_end(text: &str, start: usize) -> u32 {
    let first = text[start..].chars().next();
    (start + first.map_or(0, char::len_utf8)) as u32
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use crate::facts::{Extent, extract};

    #[test]
    fn the_reason_is_what_was_expected_and_where() {
        for (text, place, message) in [
            (
                "fn f( {\n",
                "{",
                "expected `}` before the end of the file: this `{` is never closed",
            ),
            (
                "fn f() {\n  g(\n}\n",
                "}",
                "expected `)` for the `(` of line 2, found `}`",
            ),
            (
                "fn f() {}\n}\n",
                "}",
                "expected an item, found `}` that closes nothing",
            ),
            (
                "#!/bin/rust\nfn f() { \"a }\n",
                "\"",
                "expected the closing `\"` before the end of the file",
            ),
            (
                "fn f() {} /* a\n",
                "/",
                "expected `*/` before the end of the file",
            ),
            (
                "fn f() {} \\ fn g() {}",
                "\\",
                "expected a Rust token, found `\\\\`",
            ),
        ] {
            let facts = extract(text);
            let [problem] = facts.problems.as_slice() else {
                panic!("{text}: {:?}", facts.problems)
            };
            assert_eq!(problem.extent, Extent::File, "{text}");
            assert_eq!(problem.message, message, "{text}");
            let range = problem.range;
            assert_eq!(
                &text[range.start as usize..range.end as usize],
                place,
                "{text}"
            );
        }
    }
}
