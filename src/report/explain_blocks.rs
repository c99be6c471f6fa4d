//! Blocks of a page turned into lines: wrapped prose, aligned tables, highlighted code.

use pulldown_cmark::Alignment;

use super::terminal::{Paint, Terminal};
use super::text::{visible, width};

/// A run of text in one paint, or a forced line break.
pub(crate) enum Inline {
    Text(String, Paint),
    Break,
}

impl Inline {
    pub(crate) fn text(&self) -> &str {
        match self {
            Inline::Text(text, _) => text,
            Inline::Break => " ",
        }
    }
}

/// A row of a table: its cells.
pub(crate) type Row = Vec<Vec<Inline>>;

/// Breaks runs of text at spaces; a run that crosses a line keeps its paint on both.
pub(crate) fn wrap_inline(inline: &[Inline], columns: usize, terminal: &Terminal) -> Vec<String> {
    let mut filling = Filling {
        columns,
        lines: vec![Vec::new()],
        used: 0,
        word: Vec::new(),
    };
    for run in inline {
        match run {
            Inline::Break => {
                filling.end_word();
                filling.end_line();
            }
            Inline::Text(text, paint) => {
                for (index, part) in text.split(' ').enumerate() {
                    if index > 0 {
                        filling.end_word();
                    }
                    if !part.is_empty() {
                        filling.word.push((part.to_owned(), *paint));
                    }
                }
            }
        }
    }
    filling.end_word();
    let painted = |line: Vec<(String, Paint)>| {
        line.iter()
            .map(|(text, paint)| terminal.paint(*paint, text))
            .collect()
    };
    filling.lines.into_iter().map(painted).collect()
}

/// Lines being filled with words; a word is what stands between spaces, in one paint or several.
struct Filling {
    columns: usize,
    lines: Vec<Vec<(String, Paint)>>,
    used: usize,
    word: Vec<(String, Paint)>,
}

impl Filling {
    fn end_line(&mut self) {
        self.lines.push(Vec::new());
        self.used = 0;
    }

    fn end_word(&mut self) {
        let wide: usize = self.word.iter().map(|(text, _)| width(text)).sum();
        if wide == 0 {
            return;
        }
        if self.used > 0 && self.used + 1 + wide > self.columns {
            self.end_line();
        }
        if self.used > 0 {
            self.used += 1;
            let paint = self.word[0].1;
            let last = self
                .lines
                .last()
                .and_then(|line| line.last())
                .map(|(_, paint)| *paint);
            self.push(
                " ".to_owned(),
                if last == Some(paint) {
                    paint
                } else {
                    Paint::Plain
                },
            );
        }
        self.used += wide;
        for (text, paint) in std::mem::take(&mut self.word) {
            self.push(text, paint);
        }
    }

    /// Adds to the last line, to its last run if the paint is the same.
    fn push(&mut self, text: String, paint: Paint) {
        let line = self.lines.last_mut().expect("there is always a line");
        match line.last_mut() {
            Some((run, of)) if *of == paint => run.push_str(&text),
            _ => line.push((text, paint)),
        }
    }
}

/// Cells aligned in columns; the widest columns are narrowed and wrapped where the whole is too wide.
pub(crate) fn table_lines(
    rows: &[Row],
    alignments: &[Alignment],
    columns: usize,
    terminal: &Terminal,
) -> Vec<String> {
    let cell_width = |cell: &Vec<Inline>| cell.iter().map(|it| width(it.text())).sum::<usize>();
    let number = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..number)
        .map(|at| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(cell_width)
                .max()
                .unwrap_or(0)
        })
        .collect();
    let room = columns
        .saturating_sub(2 * number.saturating_sub(1))
        .max(number);
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max() else {
            break;
        };
        if *widest <= 8 {
            break;
        }
        *widest -= 1;
    }

    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let plain = Terminal::plain(terminal.width);
        // Padding needs the width without colours, so each cell is laid out twice.
        let bare: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| wrap_inline(cell, *width, &plain))
            .collect();
        let painted: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| wrap_inline(cell, *width, terminal))
            .collect();
        for at in 0..bare.iter().map(Vec::len).max().unwrap_or(0) {
            let cells = bare.iter().zip(&painted).zip(&widths).enumerate().map(
                |(column, ((bare, painted), wide))| {
                    let (bare, painted) = (
                        bare.get(at).map_or("", |it| it),
                        painted.get(at).map_or("", |it| it),
                    );
                    let missing = wide.saturating_sub(width(bare));
                    let left = match alignments.get(column) {
                        Some(Alignment::Right) => missing,
                        Some(Alignment::Center) => missing / 2,
                        _ => 0,
                    };
                    format!(
                        "{}{painted}{}",
                        " ".repeat(left),
                        " ".repeat(missing - left)
                    )
                },
            );
            lines.push(cells.collect::<Vec<_>>().join("  "));
        }
        if index == 0 {
            let rule: Vec<_> = widths.iter().map(|it| "─".repeat(*it)).collect();
            lines.push(terminal.paint(Paint::Dim, &rule.join("  ")));
        }
    }
    lines
}

const KEYWORDS: [&str; 33] = [
    "as", "async", "await", "break", "const", "continue", "crate", "else", "enum", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "return",
    "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where",
];

/// Code lines with comments, strings and keywords coloured. Lines are never wrapped.
pub(crate) fn code_lines(code: &str, language: &str, terminal: &Terminal) -> Vec<String> {
    let comment = match language {
        "" | "rust" | "rs" | "jsonc" => "//",
        "toml" | "sh" | "bash" | "yaml" | "console" => "#",
        _ => return code.lines().map(visible_code).collect(),
    };
    let keywords: &[&str] = if comment == "//" { &KEYWORDS } else { &[] };
    code.lines()
        .map(|line| highlight(&visible_code(line), comment, keywords, terminal))
        .collect()
}

fn visible_code(line: &str) -> String {
    visible(&line.replace('\t', "    ")).into_owned()
}

fn highlight(line: &str, comment: &str, keywords: &[&str], terminal: &Terminal) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (length, paint) = if rest.starts_with(comment) && !rest.starts_with("#[") {
            (rest.len(), Paint::Dim)
        } else if first == '"' {
            (string_length(rest), Paint::Good)
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest
                .find(|it: char| !it.is_alphanumeric() && it != '_')
                .unwrap_or(rest.len());
            (
                length,
                if keywords.contains(&&rest[..length]) {
                    Paint::Unsure
                } else {
                    Paint::Plain
                },
            )
        } else {
            (first.len_utf8(), Paint::Plain)
        };
        out.push_str(&terminal.paint(paint, &rest[..length]));
        rest = &rest[length..];
    }
    out
}

/// Length of the string literal at the beginning, or of the rest where it does not end.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, it) in text.char_indices().skip(1) {
        match it {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::terminal::ColorChoice;

    #[test]
    fn colours_neither_change_nor_lose_text() {
        let colored = Terminal {
            color: ColorChoice::Always,
            is_terminal: true,
            width: 80,
        };
        for line in [
            "let a = \"x // \\\" y\"; // done",
            "#[get(\"/\")]",
            "\"open",
            "äö = 猫",
            "",
        ] {
            let [out] = &code_lines(&format!("{line}\n"), "rust", &colored)[..] else {
                panic!("one line")
            };
            let mut bare = String::new();
            for (index, part) in out.split('\u{1b}').enumerate() {
                bare.push_str(if index == 0 {
                    part
                } else {
                    part.split_once('m').unwrap().1
                });
            }
            assert_eq!(bare, line);
        }
        let line = &code_lines("let a = \"b\"; // c", "rust", &colored)[0];
        assert_eq!(
            line,
            "\u{1b}[35mlet\u{1b}[0m a = \u{1b}[32m\"b\"\u{1b}[0m; \u{1b}[2m// c\u{1b}[0m"
        );
    }
}
