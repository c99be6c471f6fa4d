//! What stands between a comment and the code that it speaks of.

/// What comes after an offset when white space, comments and attributes are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct After {
    /// The first byte that is no white space, comment or outer attribute.
    pub(super) code: usize,
    /// Whether a blank line stands between the comments that follow directly and the rest.
    pub(super) blank_line: bool,
    /// Whether an inner attribute or inner doc comment follows.
    pub(super) inner: bool,
}

/// Skips from `at`, the end of a comment.
pub(super) fn after(text: &str, at: usize) -> After {
    let bytes = text.as_bytes();
    let mut found = After {
        code: at,
        blank_line: false,
        inner: false,
    };
    let mut at = at;
    let mut newlines = 0;
    let mut attributes = false;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b'\n' => {
                newlines += 1;
                found.blank_line |= newlines >= 2 && !attributes;
                at += 1;
            }
            byte if byte.is_ascii_whitespace() => at += 1,
            b'/' if rest.starts_with(b"//") => {
                found.inner |= rest.starts_with(b"//!");
                at += rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .unwrap_or(rest.len());
                newlines = 0;
            }
            b'/' if rest.starts_with(b"/*") => {
                found.inner |= rest.starts_with(b"/*!");
                at += block_comment(rest);
                newlines = 0;
            }
            b'#' if rest.starts_with(b"#!") && next_is(&rest[2..], b'[') => {
                found.inner = true;
                at += group(rest);
                newlines = 0;
                attributes = true;
            }
            b'#' if next_is(&rest[1..], b'[') => {
                at += group(rest);
                newlines = 0;
                attributes = true;
            }
            _ => break,
        }
    }
    found.code = at;
    // Trailing newlines of a file are no sign of anything.
    found
}

fn next_is(bytes: &[u8], wanted: u8) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&wanted)
}

/// Length of a nested block comment.
fn block_comment(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// Length up to the bracket that closes the first one; strings and comments are skipped.
fn group(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b'[' => depth += 1,
            b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => {
                at += string(rest);
                continue;
            }
            b'r' if raw_hashes(rest).is_some() && !is_word_before(bytes, at) => {
                at += raw_string(rest);
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                at += block_comment(rest);
                continue;
            }
            b'/' if rest.starts_with(b"//") => {
                at += rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .unwrap_or(rest.len());
                continue;
            }
            b'\'' if rest.len() > 2 && rest[2] == b'\'' => at += 2,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn is_word_before(bytes: &[u8], at: usize) -> bool {
    // `br".."` is a raw string too; any other letter makes the `r` part of a name.
    at > 0
        && bytes[at - 1] != b'b'
        && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

fn raw_hashes(bytes: &[u8]) -> Option<usize> {
    let hashes = bytes[1..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(1 + hashes) == Some(&b'"')).then_some(hashes)
}

fn raw_string(bytes: &[u8]) -> usize {
    let Some(hashes) = raw_hashes(bytes) else {
        return 1;
    };
    let body = 2 + hashes;
    let mut at = body;
    while at < bytes.len() {
        let closes = bytes[at] == b'"'
            && bytes[at + 1..]
                .iter()
                .take(hashes)
                .filter(|b| **b == b'#')
                .count()
                == hashes;
        at += 1;
        if closes {
            return (at + hashes).min(bytes.len());
        }
    }
    bytes.len()
}

fn string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_code() {
        for (text, code, blank_line, inner) in [
            ("\nfn", "fn", false, false),
            ("\r\n\r\nfn", "fn", true, false),
            ("\n// more\n\nfn", "fn", true, false),
            ("\n// more\nfn", "fn", false, false),
            (
                "\n/// doc\n#[a(\"]\", ']', r#\"]\"]\"#)] #[b[c]]\npub fn",
                "pub fn",
                false,
                false,
            ),
            ("\n#[a]\n\nfn", "fn", false, false),
            ("\n/* a /* b */ c */ x", "x", false, false),
            ("\n#![deny(x)]\nuse a;", "use a;", false, true),
            ("\n//! doc\nuse a;", "use a;", false, true),
            ("\n# [a // ]\n] x", "x", false, false),
            ("\n#[attr(\"", "", false, false),
            ("\n/* never closed", "", false, false),
            ("", "", false, false),
            ("\n#[bad(r\"x", "", false, false),
            ("\n#[x = \"\\", "", false, false),
        ] {
            let found = after(text, 0);
            assert_eq!(&text[found.code.min(text.len())..], code, "{text:?}");
            assert_eq!(
                (found.blank_line, found.inner),
                (blank_line, inner),
                "{text:?}"
            );
        }
    }
}
