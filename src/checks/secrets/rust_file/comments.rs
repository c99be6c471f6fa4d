//! Where comments are, for the few files in which that matters.

use crate::source::TextRange;

/// The kinds of comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Commentary {
    /// `//` and `/* */`.
    Comment,
    /// `///`, `//!`, `/** */`, `/*! */`.
    Documentation,
}

/// All comments of a text. Strings and character literals are skipped, so that `"//"` is none.
pub(super) fn commentary(text: &str) -> Vec<(TextRange, Commentary)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = match rest {
            [b'/', b'/', ..] => {
                let end = rest
                    .iter()
                    .position(|it| *it == b'\n')
                    .map_or(bytes.len(), |length| at + length);
                let doc = matches!(rest, [_, _, b'!', ..])
                    || matches!(rest, [_, _, b'/', after, ..] if *after != b'/');
                found.push((at, end, doc));
                end
            }
            [b'/', b'*', ..] => {
                let end = block_end(bytes, at);
                let doc = matches!(rest, [_, _, b'!', ..])
                    || matches!(rest, [_, _, b'*', after, ..] if !matches!(after, b'*' | b'/'));
                found.push((at, end, doc));
                end
            }
            [b'r', b'"' | b'#', ..] if !joined(bytes, at) => raw_end(bytes, at).unwrap_or(at + 1),
            [b'"', ..] => string_end(bytes, at),
            [b'\'', b'\\', ..] => {
                at + 2
                    + rest[2..]
                        .iter()
                        .skip(1)
                        .position(|it| *it == b'\'')
                        .map_or(0, |length| length + 2)
            }
            [b'\'', b'"' | b'/', b'\'', ..] => at + 3,
            _ => at + 1,
        };
        at = end.max(at + 1);
    }
    let kind = |doc| {
        if doc {
            Commentary::Documentation
        } else {
            Commentary::Comment
        }
    };
    found
        .into_iter()
        .map(|(start, end, doc)| (TextRange::new(start as u32, end as u32), kind(doc)))
        .collect()
}

/// Whether an identifier reaches `at` from before (then an `r` there starts no raw string).
fn joined(bytes: &[u8], at: usize) -> bool {
    match bytes[..at] {
        [.., b'b' | b'c'] if at < 2 || !is_word(bytes[at - 2]) => false,
        [.., before] => is_word(before),
        [] => false,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn block_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => {
                (at, depth) = (at + 2, depth - 1);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn raw_end(bytes: &[u8], start: usize) -> Option<usize> {
    let hashes = bytes[start + 1..]
        .iter()
        .take_while(|it| **it == b'#')
        .count();
    let open = start + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let mut at = open + 1;
    while at < bytes.len() {
        if bytes[at] == b'"'
            && bytes[at + 1..]
                .iter()
                .take(hashes)
                .filter(|it| **it == b'#')
                .count()
                == hashes
        {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(bytes.len())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_what_looks_like_them() {
        let text = "let a = \"// no\"; // yes\n/// doc\n//// yes\nlet b = r#\"/* \" no */\"#; /* a /* b */ c */ let c = '\"'; /** doc */\nlet d = '\\''; //! doc\nlet e = br\"// no\"; //";
        let found: Vec<_> = commentary(text)
            .into_iter()
            .map(|(range, kind)| (&text[range.start as usize..range.end as usize], kind))
            .collect();
        use Commentary::{Comment, Documentation};
        assert_eq!(
            found,
            [
                ("// yes", Comment),
                ("/// doc", Documentation),
                ("//// yes", Comment),
                ("/* a /* b */ c */", Comment),
                ("/** doc */", Documentation),
                ("//! doc", Documentation),
                ("//", Comment),
            ]
        );
    }
}
