//! Text for terminals: widths, wrapping, and characters that would hide.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Stands around the number of a file in a drawing until its real place is put in; see `human`.
pub(crate) const MARKER: char = '\u{f8f0}';

/// How many columns a tab takes in an excerpt.
pub(crate) const TAB_WIDTH: usize = 4;

/// Whether a terminal would act on this character, reorder text because of it, or show nothing.
pub(crate) fn is_hidden(it: char) -> bool {
    it.is_control()
        || matches!(it,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | MARKER)
}

/// Writes a hidden character the way Rust source would.
pub(crate) fn push_escaped(it: char, out: &mut String) {
    match it {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => write!(out, "\\u{{{:x}}}", it as u32).expect("writing to a string cannot fail"),
    }
}

/// The text with every hidden character escaped, line breaks and tabs included: one safe line.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for it in text.chars() {
        if is_hidden(it) {
            push_escaped(it, &mut out)
        } else {
            out.push(it)
        }
    }
    Cow::Owned(out)
}

/// Columns that a visible text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Columns that a character takes in an excerpt.
pub(crate) fn char_width(it: char) -> usize {
    match it {
        '\t' => TAB_WIDTH,
        _ => it.width().unwrap_or(0),
    }
}

/// The text padded with spaces to `columns`, or cut to it with an ellipsis.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let cut = cut(text, columns);
    let missing = columns.saturating_sub(width(&cut));
    format!("{cut}{:missing$}", "")
}

/// The text, cut to `columns` with an ellipsis if it is wider.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for it in text.chars() {
        used += char_width(it);
        if used > columns {
            break;
        }
        out.push(it);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The text, its beginning cut away behind an ellipsis if it is wider than `columns`.
pub(crate) fn cut_start(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept: Vec<char> = Vec::new();
    let mut used = 1;
    for it in text.chars().rev() {
        used += char_width(it);
        if used > columns {
            break;
        }
        kept.push(it);
    }
    let mut out = String::from(if columns > 0 { "…" } else { "" });
    out.extend(kept.iter().rev());
    out
}

/// Breaks at spaces so that no line is wider than `columns`, unless a single word is.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|it| !it.is_empty()) {
        let wide = width(word);
        if used > 0 && used + 1 + wide > columns {
            lines.push(String::new());
            used = 0;
        }
        let line = lines.last_mut().expect("there is always a line");
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += wide;
    }
    lines
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_visible() {
        let cases = [
            ("plain ä 猫", "plain ä 猫"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("line\r\nbreak\ttab", "line\\r\\nbreak\\ttab"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn cuts_and_pads_by_columns() {
        let cases = [
            ("abc", 5, "abc  "),
            ("abcdef", 4, "abc…"),
            ("猫猫猫", 4, "猫… "),
            ("", 2, "  "),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(fit(text, columns), expected, "{text}");
        }
        assert_eq!(cut_start("src/handlers/user.rs", 8), "…user.rs");
    }

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("猫猫 猫猫", 5), ["猫猫", "猫猫"]);
    }
}
