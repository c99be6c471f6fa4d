//! A scanner that knows strings, comments and delimiters, and nothing else of Rust.
//!
//! It sees what the real lexer drops (comments) and what must be known before anything
//! recursive looks at the text (nesting). It takes any text and never fails.

/// What a [`Lexeme`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Ident,
    /// `'a`.
    Lifetime,
    /// A number, character or string.
    Literal,
    /// One byte of punctuation.
    Punct(u8),
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// A comment that is no doc comment.
    Comment,
    /// `///`, `//!`, `/** */`, `/*! */`.
    DocComment,
}

/// A piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The delimiter that closes what `(`, `[` or `{` opens.
pub(crate) fn closing(opened: u8) -> u8 {
    match opened {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// The lexemes of a text other than comments, but for one that is not closed, where the text is broken.
pub(crate) fn code(text: &str) -> impl Iterator<Item = Lexeme> {
    lexemes(text).filter(|it| {
        let is_last = it.kind == Kind::Comment && it.end == text.len();
        it.kind != Kind::Comment || is_last && !is_closed(&text[it.start..])
    })
}

/// All lexemes of a text, white space left out.
pub(crate) fn lexemes(text: &str) -> impl Iterator<Item = Lexeme> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while bytes.get(at).is_some_and(|it| class(*it) == SPACE) {
            at += 1;
        }
        let start = at;
        let (kind, end) = lexeme(bytes, start)?;
        let end = end.min(bytes.len());
        at = end;
        Some(Lexeme { kind, start, end })
    })
}

const OTHER: u8 = 0;
const SPACE: u8 = 1;
const DIGIT: u8 = 2;
/// Characters outside ASCII are taken for letters.
const LETTER: u8 = 3;
const OPEN: u8 = 4;
const CLOSE: u8 = 5;

/// What each byte is. Every byte of every file is asked for, so the answer is looked up.
const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            it if it.is_ascii_whitespace() => SPACE,
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => LETTER,
            b'(' | b'[' | b'{' => OPEN,
            b')' | b']' | b'}' => CLOSE,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

fn lexeme(bytes: &[u8], start: usize) -> Option<(Kind, usize)> {
    let byte = *bytes.get(start)?;
    Some(match class(byte) {
        LETTER => word(bytes, start),
        OPEN => (Kind::Open(byte), start + 1),
        CLOSE => (Kind::Close(byte), start + 1),
        DIGIT => (Kind::Literal, number(bytes, start)),
        _ => match (byte, bytes.get(start + 1)) {
            (b'/', Some(b'/')) => line_comment(bytes, start),
            (b'/', Some(b'*')) => block_comment(bytes, start),
            (b'"', _) => (Kind::Literal, quoted(bytes, start + 1, b'"')),
            (b'\'', _) => char_or_lifetime(bytes, start),
            _ => (Kind::Punct(byte), start + 1),
        },
    })
}

/// Whether a name can begin with it; a part of a character outside ASCII counts as a letter.
pub(crate) fn is_ident_start(byte: u8) -> bool {
    class(byte) == LETTER
}

fn is_ident_part(byte: u8) -> bool {
    matches!(class(byte), LETTER | DIGIT)
}

fn ident_end(bytes: &[u8], start: usize) -> usize {
    let len = bytes[start..].iter().position(|byte| !is_ident_part(*byte));
    len.map_or(bytes.len(), |len| start + len)
}

fn line_comment(bytes: &[u8], start: usize) -> (Kind, usize) {
    let end = bytes[start..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |len| start + len);
    let kind = match bytes[start + 2..end] {
        [b'/', b'/', ..] => Kind::Comment,
        [b'/' | b'!', ..] => Kind::DocComment,
        _ => Kind::Comment,
    };
    (kind, end)
}

fn block_comment(bytes: &[u8], start: usize) -> (Kind, usize) {
    let (at, _) = block_comment_end(bytes, start);
    let kind = match bytes[start + 2..at] {
        [b'*', b'*' | b'/', ..] => Kind::Comment,
        [b'*' | b'!', ..] => Kind::DocComment,
        _ => Kind::Comment,
    };
    (kind, at)
}

/// The end of a comment, and how many are open there.
fn block_comment_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let mut depth = 1;
    let mut at = start + 2;
    while depth > 0 && at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    (at, depth)
}

/// Whether a comment ends before its text does.
pub(crate) fn is_closed(comment: &str) -> bool {
    !comment.starts_with("/*") || block_comment_end(comment.as_bytes(), 0).1 == 0
}

/// The end of a text with escapes, quote included.
fn quoted(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn char_or_lifetime(bytes: &[u8], start: usize) -> (Kind, usize) {
    match bytes.get(start + 1) {
        Some(b'\\') => (Kind::Literal, quoted(bytes, start + 1, b'\'')),
        Some(byte) if is_ident_part(*byte) => {
            let end = ident_end(bytes, start + 1);
            match bytes.get(end) {
                Some(b'\'') => (Kind::Literal, end + 1),
                _ => (Kind::Lifetime, end),
            }
        }
        Some(_) if bytes.get(start + 2) == Some(&b'\'') => (Kind::Literal, start + 3),
        _ => (Kind::Punct(b'\''), start + 1),
    }
}

/// The end of a number with its suffix. A dot is part of it unless another or a name follows.
fn number(bytes: &[u8], start: usize) -> usize {
    if matches!(bytes[start..], [b'0', b'x' | b'o' | b'b', ..]) {
        return ident_end(bytes, start);
    }
    let mut end = digits_end(bytes, start);
    if bytes.get(end) == Some(&b'.') {
        match bytes.get(end + 1) {
            Some(b'.') => return end,
            Some(next) if is_ident_start(*next) => return end,
            _ => end = digits_end(bytes, end + 1),
        }
    }
    ident_end(bytes, exponent_end(bytes, end).unwrap_or(end))
}

fn digits_end(bytes: &[u8], start: usize) -> usize {
    let len = bytes[start..]
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'_'));
    len.map_or(bytes.len(), |len| start + len)
}

/// The end of an exponent with a sign; without one, it looks like a suffix.
fn exponent_end(bytes: &[u8], start: usize) -> Option<usize> {
    let [b'e' | b'E', b'+' | b'-', ..] = bytes[start..] else {
        return None;
    };
    let end = digits_end(bytes, start + 2);
    let has_value = bytes[start + 2..end].iter().any(u8::is_ascii_digit);
    has_value.then_some(end)
}

/// An identifier, or a literal with a prefix (`r"`, `br#"`, `b'`).
fn word(bytes: &[u8], start: usize) -> (Kind, usize) {
    let end = ident_end(bytes, start);
    let prefix = &bytes[start..end];
    match bytes.get(end) {
        Some(b'"') if matches!(prefix, b"b" | b"c") => {
            (Kind::Literal, quoted(bytes, end + 1, b'"'))
        }
        Some(b'\'') if prefix == b"b" => (Kind::Literal, quoted(bytes, end + 1, b'\'')),
        Some(b'"' | b'#') if matches!(prefix, b"r" | b"br" | b"cr") => {
            let hashes = bytes[end..]
                .iter()
                .take_while(|byte| **byte == b'#')
                .count();
            match bytes.get(end + hashes) {
                Some(b'"') => (Kind::Literal, raw_string(bytes, end + hashes + 1, hashes)),
                Some(byte) if hashes == 1 && is_ident_part(*byte) => {
                    (Kind::Ident, ident_end(bytes, end + 1))
                }
                _ => (Kind::Ident, end),
            }
        }
        _ => (Kind::Ident, end),
    }
}

fn raw_string(bytes: &[u8], mut at: usize, hashes: usize) -> usize {
    while at < bytes.len() {
        let rest = &bytes[at + 1..];
        if bytes[at] == b'"'
            && rest.len() >= hashes
            && rest[..hashes].iter().all(|byte| *byte == b'#')
        {
            return at + 1 + hashes;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_strings_comments_and_code_apart() {
        let cases: &[(&str, &[(Kind, &str)])] = &[
            (
                "a // b\nc",
                &[
                    (Kind::Ident, "a"),
                    (Kind::Comment, "// b"),
                    (Kind::Ident, "c"),
                ],
            ),
            ("/// d", &[(Kind::DocComment, "/// d")]),
            ("//! d", &[(Kind::DocComment, "//! d")]),
            ("//// d", &[(Kind::Comment, "//// d")]),
            ("/**/", &[(Kind::Comment, "/**/")]),
            ("/** d */", &[(Kind::DocComment, "/** d */")]),
            (
                "/* a /* b */ c */d",
                &[(Kind::Comment, "/* a /* b */ c */"), (Kind::Ident, "d")],
            ),
            (r#""\" // no""#, &[(Kind::Literal, r#""\" // no""#)]),
            ("r#\"\" // no\"#", &[(Kind::Literal, "r#\"\" // no\"#")]),
            (
                "br\"\\\"x",
                &[(Kind::Literal, "br\"\\\""), (Kind::Ident, "x")],
            ),
            ("r#fn", &[(Kind::Ident, "r#fn")]),
            (
                "'a' 'b '\\'' '\"'",
                &[
                    (Kind::Literal, "'a'"),
                    (Kind::Lifetime, "'b"),
                    (Kind::Literal, "'\\''"),
                    (Kind::Literal, "'\"'"),
                ],
            ),
            ("b'\"'", &[(Kind::Literal, "b'\"'")]),
            ("'é'", &[(Kind::Literal, "'é'")]),
            (
                "1.5 1e-5f32 1. 2.e 0x1e-5 1..2",
                &[
                    (Kind::Literal, "1.5"),
                    (Kind::Literal, "1e-5f32"),
                    (Kind::Literal, "1."),
                    (Kind::Literal, "2"),
                    (Kind::Punct(b'.'), "."),
                    (Kind::Ident, "e"),
                    (Kind::Literal, "0x1e"),
                    (Kind::Punct(b'-'), "-"),
                    (Kind::Literal, "5"),
                    (Kind::Literal, "1"),
                    (Kind::Punct(b'.'), "."),
                    (Kind::Punct(b'.'), "."),
                    (Kind::Literal, "2"),
                ],
            ),
            ("\"open", &[(Kind::Literal, "\"open")]),
            ("/* open", &[(Kind::Comment, "/* open")]),
            ("\"\\", &[(Kind::Literal, "\"\\")]),
        ];
        for (text, expected) in cases {
            let found: Vec<(Kind, &str)> = lexemes(text)
                .map(|lexeme| (lexeme.kind, text.get(lexeme.start..lexeme.end).unwrap()))
                .collect();
            assert_eq!(&found, expected, "{text}");
        }
    }
}
