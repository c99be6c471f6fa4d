//! Where tokens stand.

use proc_macro2::{Ident, LineColumn, Span, extra::DelimSpan};

use crate::source::{Name, TextRange};

/// Turns the spans of leaf tokens into byte ranges.
///
/// `Span::byte_range` keeps an ordered map per file and costs as much as parsing; line and
/// column, which need only a binary search, give the same answer.
pub(crate) struct Spans<'a> {
    text: &'a str,
    /// Bytes of the file before `text` (a byte order mark, a `#!` line).
    base: u32,
    /// Start of each line.
    lines: Vec<u32>,
    /// Positions in `lines` of those that hold more than ASCII, ascending: there, columns are not bytes.
    wide: Vec<u32>,
    map: Option<&'a dyn Fn(usize) -> TextRange>,
}

impl<'a> Spans<'a> {
    /// For `text` that starts `base` bytes into its file and was lexed by proc-macro2.
    pub(crate) fn new(text: &'a str, base: u32) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(newlines.map(|(at, _)| at as u32 + 1))
            .collect();
        let wide = match text.is_ascii() {
            true => Vec::new(),
            false => {
                let numbered = text.split('\n').zip(0..);
                let wide = numbered.filter(|(line, _)| !line.is_ascii());
                wide.map(|(_, number)| number).collect()
            }
        };
        Spans {
            text,
            base,
            lines,
            wide,
            map: None,
        }
    }

    /// For `text` that starts `base` bytes into its file and whose [tokens](crate::facts::tokens) have their
    /// offsets for columns.
    pub(crate) fn by_columns(text: &'a str, base: u32) -> Self {
        Spans {
            text,
            base,
            lines: vec![0],
            wide: Vec::new(),
            map: None,
        }
    }

    /// For a text that is not in the file.
    pub(crate) fn mapped(text: &'a str, map: &'a dyn Fn(usize) -> TextRange) -> Self {
        Spans {
            map: Some(map),
            ..Spans::new(text, 0)
        }
    }

    /// What stands at a range of the file; nothing for a text that is not in the file.
    pub(crate) fn source_at(&self, range: TextRange) -> Option<&'a str> {
        let (start, end) = (
            range.start.checked_sub(self.base)?,
            range.end.checked_sub(self.base)?,
        );
        self.text
            .get(start as usize..end as usize)
            .filter(|_| self.map.is_none())
    }

    /// Offset in the text at which a token starts.
    pub(crate) fn local(&self, span: Span) -> u32 {
        self.offset(span.start())
    }

    fn local_end(&self, span: Span) -> u32 {
        self.offset(span.end())
    }

    fn offset(&self, at: LineColumn) -> u32 {
        let line = at.line.wrapping_sub(1);
        let Some(start) = self.lines.get(line) else {
            return 0;
        };
        if self.wide.binary_search(&(line as u32)).is_err() {
            return start + at.column as u32;
        }
        let rest = &self.text[*start as usize..];
        let mut characters = rest.char_indices();
        let bytes = characters
            .nth(at.column)
            .map_or(rest.len(), |(bytes, _)| bytes);
        start + bytes as u32
    }

    /// The range of offsets in the text.
    pub(crate) fn local_range(&self, span: Span) -> (u32, u32) {
        (self.local(span), self.local_end(span))
    }

    /// Where `start..end` of the text stands in the file.
    pub(crate) fn at(&self, start: u32, end: u32) -> TextRange {
        match self.map {
            Some(map) => map(start as usize),
            None => TextRange::new(start + self.base, end + self.base),
        }
    }

    /// Where a leaf token stands.
    pub(crate) fn token(&self, span: Span) -> TextRange {
        self.at(self.local(span), self.local_end(span))
    }

    /// Where a token of known length (ASCII punctuation or keyword) stands.
    pub(crate) fn short(&self, span: Span, len: u32) -> TextRange {
        let start = self.local(span);
        self.at(start, start + len)
    }

    /// Where a token stands, if the span is one of the text at all.
    pub(crate) fn try_token(&self, span: Span) -> Option<TextRange> {
        (!span.byte_range().is_empty()).then(|| self.token(span))
    }

    /// The opening delimiter.
    pub(crate) fn open(&self, delimiters: DelimSpan) -> TextRange {
        self.short(delimiters.open(), 1)
    }

    /// The closing delimiter.
    pub(crate) fn close(&self, delimiters: DelimSpan) -> TextRange {
        self.short(delimiters.close(), 1)
    }

    /// From the opening to the closing delimiter.
    pub(crate) fn delimited(&self, delimiters: DelimSpan) -> TextRange {
        self.open(delimiters).cover(self.close(delimiters))
    }

    /// What stands between delimiters; and, if that is not in the file, its text.
    pub(crate) fn inside(&self, delimiters: DelimSpan) -> (TextRange, Option<Box<str>>) {
        let (open, close) = (
            self.local(delimiters.open()),
            self.local(delimiters.close()),
        );
        match self.map {
            Some(map) => (map(open as usize), Some(self.slice(open + 1, close).into())),
            None => (
                TextRange::new(open + 1 + self.base, close + self.base),
                None,
            ),
        }
    }

    /// A part of the text.
    pub(crate) fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// An identifier without `r#`, and where it stands.
    pub(crate) fn ident(&self, ident: &Ident) -> (Name, TextRange) {
        let start = self.local(ident.span());
        let end = start + ident_len(self.text, start as usize) as u32;
        let text = self.slice(start, end);
        // A doc comment's `doc` and the like stand nowhere in the text.
        if text.is_empty() || *ident != text {
            let text = ident.to_string();
            return (
                Name::new(text.strip_prefix("r#").unwrap_or(&text)),
                self.token(ident.span()),
            );
        }
        (
            Name::new(text.strip_prefix("r#").unwrap_or(text)),
            self.at(start, end),
        )
    }

    /// An identifier without `r#`.
    pub(crate) fn name(&self, ident: &Ident) -> Name {
        self.ident(ident).0
    }
}

/// Length of the identifier at `start`, `r#` included.
fn ident_len(text: &str, start: usize) -> usize {
    let Some(rest) = text.get(start..) else {
        return 0;
    };
    let raw = if rest.starts_with("r#") { 2 } else { 0 };
    let is_ascii_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = &rest.as_bytes()[raw..];
    let ascii = bytes
        .iter()
        .position(|byte| !is_ascii_part(byte))
        .unwrap_or(bytes.len());
    if bytes.get(ascii).is_none_or(u8::is_ascii) {
        return raw + ascii;
    }
    rest[raw..]
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(rest.len(), |len| raw + len)
}
