//! Comments that speak to us: `// moat: allow(..)`.

use serde::{Deserialize, Serialize};

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

/// Finds the comments that speak to us. Knows strings, raw strings, characters and nested
/// block comments; one pass over the bytes.
pub(crate) fn scan(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    if !text.contains("moat:") {
        return found;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut line_has_code = false;
    let mut seen_code = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => {
                line_has_code = false;
                at += 1;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = text[at..]
                    .find('\n')
                    .map_or(text.len(), |length| at + length);
                push(text, at, end, 2, line_has_code, !seen_code, &mut found);
                at = end;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = block_end(bytes, at);
                push(text, at, end, 2, line_has_code, !seen_code, &mut found);
                at = end;
            }
            b'"' => {
                at = string_end(bytes, at);
                (line_has_code, seen_code) = (true, true);
            }
            b'r' | b'b' | b'c'
                if !bytes[..at]
                    .last()
                    .is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_') =>
            {
                at = raw_end(bytes, at).unwrap_or(at + 1);
                (line_has_code, seen_code) = (true, true);
            }
            b'\'' => {
                at = char_end(text, at);
                (line_has_code, seen_code) = (true, true);
            }
            // Attributes of the file are not code before which a comment stands at the top.
            b'#' if bytes.get(at + 1) == Some(&b'!')
                && bytes.get(at + 2) == Some(&b'[')
                && !seen_code =>
            {
                at = text[at..]
                    .find(']')
                    .map_or(text.len(), |length| at + length + 1);
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    (line_has_code, seen_code) = (true, true);
                }
                at += 1;
            }
        }
    }
    found
}

fn push(
    text: &str,
    start: usize,
    end: usize,
    opening: usize,
    trailing: bool,
    at_top: bool,
    found: &mut Vec<Comment>,
) {
    let comment = &text[start..end];
    let inner = comment[opening..].trim_end_matches("*/").trim();
    // `///`, `//!`, `/**` and `/*!` are documentation.
    if comment[opening..].starts_with(['/', '!', '*']) {
        return;
    }
    if let Some(rest) = inner.strip_prefix("moat:") {
        let range = TextRange::new(start as u32, end as u32);
        found.push(Comment {
            range,
            text: rest.trim().to_owned(),
            trailing,
            at_top,
        });
    }
}

fn block_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of `r"..", r#".."#, br".."`, `b".."`, `b'.'`; `None` if it is an identifier.
fn raw_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while matches!(bytes.get(at), Some(b'b' | b'c')) {
        at += 1;
    }
    let raw = bytes.get(at) == Some(&b'r');
    if raw {
        at += 1;
    }
    let hashes = bytes[at.min(bytes.len())..]
        .iter()
        .take_while(|byte| **byte == b'#')
        .count();
    if bytes.get(at + hashes) != Some(&b'"') || (!raw && hashes > 0) {
        return None;
    }
    if !raw {
        return Some(string_end(bytes, at));
    }
    let mut close = vec![b'"'];
    close.extend(std::iter::repeat_n(b'#', hashes));
    let body = at + hashes + 1;
    let length = bytes[body..]
        .windows(close.len())
        .position(|window| window == close);
    Some(length.map_or(bytes.len(), |length| body + length + close.len()))
}

/// The end of a character literal, or of the tick of a lifetime.
fn char_end(text: &str, start: usize) -> usize {
    let mut chars = text[start + 1..].char_indices();
    match chars.next() {
        Some((_, '\\')) => text[start + 3..]
            .find('\'')
            .map_or(text.len(), |length| start + 3 + length + 1),
        Some((_, first)) => {
            let after = start + 1 + first.len_utf8();
            if text[after..].starts_with('\'') {
                after + 1
            } else {
                start + 1
            }
        }
        None => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_comments_and_nothing_else() {
        let text = "#![x]\n// moat: top\nfn f() { let s = \"// moat: no\"; let r = r#\"// moat: \"no\"#; } // moat: allow(a)\n\
                    /// moat: doc\n/* moat: block */ let c = '\"'; // moat: after\nlet l: &'a str; // moat: life\n";
        let found: Vec<_> = scan(text)
            .into_iter()
            .map(|it| (it.text, it.trailing, it.at_top))
            .collect();
        let expected = [
            ("top", false, true),
            ("allow(a)", true, false),
            ("block", false, false),
            ("after", true, false),
            ("life", true, false),
        ];
        assert_eq!(
            found,
            expected.map(|(text, trailing, top)| (text.to_owned(), trailing, top))
        );
    }
}
