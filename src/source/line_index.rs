//! From byte offsets to lines and columns.

/// A place as an editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, counted in characters (Unicode scalar values).
    pub column: u32,
}

/// The starts of a text's lines, for repeated look-ups in one file.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text. Lines end at `\n`; a `\r` before it belongs to the line.
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(newlines.map(|(at, _)| at as u32 + 1))
            .collect();
        LineIndex { starts }
    }

    /// 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// Byte offset at which a 1-based line starts, if the text has that line.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }

    /// Line and column of a byte offset into `text`, which must be the text that was indexed.
    pub fn position(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let end = (offset as usize).min(text.len());
        let column = text
            .get(start..end)
            .map_or(end.saturating_sub(start), |before| before.chars().count());
        LineColumn {
            line,
            column: column as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        let text = "let ä = 1;\nlet 猫 = \"x\";\n";
        let index = LineIndex::new(text);
        let at = text.find("\"x\"").unwrap() as u32;
        assert_eq!(index.position(text, at), LineColumn { line: 2, column: 9 });
        assert_eq!(index.position(text, 0), LineColumn { line: 1, column: 1 });
        assert_eq!(
            index.line_start(2),
            Some(text.find("let 猫").unwrap() as u32)
        );
    }

    #[test]
    fn offsets_past_the_end_stay_on_the_last_line() {
        let index = LineIndex::new("a\nb");
        assert_eq!(index.position("a\nb", 99).line, 2);
    }
}
