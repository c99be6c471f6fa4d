//! The lines of a file that a drawing shows: hidden characters visible, long lines cut around the spans.

use std::collections::BTreeMap;
use std::ops::Range;

use super::text::{char_width, is_hidden, push_escaped};
use crate::source::{LineIndex, TextRange};

/// Columns of context that stay beside a span in a line that is cut in several places.
const MARGIN: usize = 3;

/// Consecutive lines of a file, rewritten for display, with the spans moved along.
pub(crate) struct Excerpt {
    pub(crate) source: String,
    /// 1-based number of the first line.
    pub(crate) line_start: usize,
    /// The spans in `source`, in the order they were given.
    pub(crate) ranges: Vec<Range<usize>>,
}

/// A span to be drawn, and the columns that its label takes beside it.
pub(crate) struct Mark {
    pub(crate) range: TextRange,
    pub(crate) label_width: usize,
}

/// Takes the lines that the marks touch. `columns` is the width of the whole drawing.
pub(crate) fn excerpt(text: &str, lines: &LineIndex, marks: &[Mark], columns: usize) -> Excerpt {
    let marks: Vec<Mark> = marks
        .iter()
        .map(|it| Mark {
            range: before_line_break(text, it.range),
            ..*it
        })
        .collect();
    let first = marks
        .iter()
        .map(|it| lines.line(it.range.start))
        .min()
        .unwrap_or(1);
    let last = marks
        .iter()
        .map(|it| lines.line(it.range.end))
        .max()
        .unwrap_or(1);
    // Line number, ` | `, and the bars of spans over several lines.
    let columns = columns.saturating_sub(last.to_string().len() + 5).max(20);

    let mut moved: BTreeMap<u32, usize> = marks
        .iter()
        .flat_map(|it| [it.range.start, it.range.end])
        .map(|offset| (offset, 0))
        .collect();
    let mut source = String::new();
    for number in first..=last {
        let Some(start) = lines.line_start(number) else {
            break;
        };
        let end = lines
            .line_start(number + 1)
            .map_or(text.len(), |next| next as usize - 1);
        let content = &text[start as usize..end];
        let content = content.strip_suffix('\r').unwrap_or(content);
        let line = Line { start, content };
        line.push_display(&marks, columns, &mut moved, &mut source);
        // Offsets in the line break belong to the end of the line.
        let after =
            (start + content.len() as u32 + 1)..lines.line_start(number + 1).unwrap_or(u32::MAX);
        if !after.is_empty() {
            moved
                .range_mut(after)
                .for_each(|(_, to)| *to = source.len());
        }
        if number < last {
            source.push('\n');
        } else if content.is_empty() {
            // Without a character there would be no line to point at.
            source.push(' ');
        }
    }
    let ranges = marks
        .iter()
        .map(|it| moved[&it.range.start]..moved[&it.range.end].max(moved[&it.range.start]));
    Excerpt {
        ranges: ranges.collect(),
        source,
        line_start: first as usize,
    }
}

/// A span that takes in the break of its last line would be drawn on the line after it.
fn before_line_break(text: &str, range: TextRange) -> TextRange {
    let covered = &text[range.start as usize..range.end as usize];
    let trimmed = covered.trim_end_matches(['\n', '\r']);
    match trimmed.is_empty() {
        true => TextRange::new(range.start, range.start),
        false => TextRange::new(range.start, range.start + trimmed.len() as u32),
    }
}

struct Line<'a> {
    start: u32,
    content: &'a str,
}

impl Line<'_> {
    fn push_display(
        &self,
        marks: &[Mark],
        columns: usize,
        moved: &mut BTreeMap<u32, usize>,
        out: &mut String,
    ) {
        let line_end = self.start + self.content.len() as u32;
        let kept = self.kept_columns(marks, columns);
        let mut column = 0;
        let mut is_cut = false;
        for (at, it) in self.content.char_indices() {
            let is_kept = kept.iter().any(|range| range.contains(&column));
            if is_kept {
                is_cut = false;
            } else if !is_cut {
                out.push('…');
                is_cut = true;
            }
            if let Some(to) = moved.get_mut(&(self.start + at as u32)) {
                *to = out.len();
            }
            column += display_width(it);
            match is_kept {
                true if it != '\t' && is_hidden(it) => push_escaped(it, out),
                true => out.push(it),
                false => {}
            }
        }
        if let Some(to) = moved.get_mut(&line_end) {
            *to = out.len();
        }
    }

    /// The column ranges to show. What the marks begin and end at always is among them.
    fn kept_columns(&self, marks: &[Mark], columns: usize) -> Vec<Range<usize>> {
        // A character takes at most ten columns (`\u{10ffff}`), so this spares short lines the sum.
        let only = |range: Range<usize>| -> Vec<_> { std::iter::once(range).collect() };
        let everything = only(0..usize::MAX);
        if self.content.len() <= columns / 10 {
            return everything;
        }
        let total: usize = self.content.chars().map(display_width).sum();
        if total <= columns {
            return everything;
        }
        let spans = self.marked_columns(marks);
        let (Some(left), Some(right)) = (
            spans.iter().map(|it| it.0.start).min(),
            spans
                .iter()
                .map(|it| it.0.end + it.1.min(columns / 3))
                .max(),
        ) else {
            return only(0..columns - 1);
        };
        if right < columns {
            return only(0..columns - 1);
        }
        if right - left + 2 <= columns {
            // All spans fit: the room that is left goes to both sides, and none past the end of the line.
            let spare = columns - 2 - (right - left);
            let from = left
                .saturating_sub(spare / 2)
                .min(total.saturating_sub(columns - 1));
            return only(from..from + columns - 2);
        }
        let room = (columns / (2 * spans.len()))
            .saturating_sub(MARGIN + 1)
            .max(8);
        let pieces = spans.into_iter().flat_map(|(span, _)| {
            let (from, to) = (span.start.saturating_sub(MARGIN), span.end + MARGIN);
            match to - from <= 2 * room {
                true => [from..to, from..to],
                false => [from..span.start + room, span.end - room..to],
            }
        });
        pieces.collect()
    }

    /// The columns that marks cover in this line, each with the width of its label.
    fn marked_columns(&self, marks: &[Mark]) -> Vec<(Range<usize>, usize)> {
        let line = TextRange::new(self.start, self.start + self.content.len() as u32);
        let is_here = |offset: u32| line.start <= offset && offset <= line.end;
        let column = |offset: u32| -> usize {
            self.content[..(offset - line.start) as usize]
                .chars()
                .map(display_width)
                .sum()
        };
        let spans = marks.iter().filter_map(|mark| {
            let columns = match (is_here(mark.range.start), is_here(mark.range.end)) {
                (true, true) => {
                    column(mark.range.start)
                        ..column(mark.range.end).max(column(mark.range.start) + 1)
                }
                (true, false) => column(mark.range.start)..column(mark.range.start) + 1,
                (false, true) => {
                    column(mark.range.end).saturating_sub(1)..column(mark.range.end) + 1
                }
                (false, false) => return None,
            };
            Some((columns, mark.label_width))
        });
        spans.collect()
    }
}

fn display_width(it: char) -> usize {
    if it != '\t' && is_hidden(it) {
        let mut escaped = String::new();
        push_escaped(it, &mut escaped);
        return escaped.len();
    }
    char_width(it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::width;

    fn show(text: &str, ranges: &[(usize, usize)], columns: usize) -> (String, Vec<String>) {
        let marks: Vec<_> = ranges
            .iter()
            .map(|(start, end)| Mark {
                range: TextRange::new(*start as u32, *end as u32),
                label_width: 0,
            })
            .collect();
        let excerpt = excerpt(text, &LineIndex::new(text), &marks, columns);
        let covered = excerpt
            .ranges
            .iter()
            .map(|it| excerpt.source[it.clone()].to_owned())
            .collect();
        (excerpt.source, covered)
    }

    #[test]
    fn spans_follow_their_text() {
        let cases = [
            (
                "let a\u{202e} = \"x\";",
                (12, 13),
                "let a\\u{202e} = \"x\";",
                "x",
            ),
            ("one\r\ntwo\r\n", (0, 5), "one", "one"),
            ("one\r\ntwo\r\n", (5, 8), "two", "two"),
            ("a\nbc\nd", (2, 6), "bc\nd", "bc\nd"),
            ("end\n", (4, 4), " ", ""),
            ("", (0, 0), " ", ""),
        ];
        for (text, range, source, covered) in cases {
            assert_eq!(
                show(text, &[range], 80),
                (source.to_owned(), vec![covered.to_owned()]),
                "{text:?}"
            );
        }
    }

    #[test]
    fn long_lines_are_cut_around_what_is_marked() {
        let text = format!(
            "{}needle{}thread{}",
            "a".repeat(300),
            "猫".repeat(300),
            "c".repeat(300)
        );
        let needle = (300, 306);
        let thread = (1206, 1212);
        for ranges in [
            vec![needle],
            vec![thread],
            vec![needle, thread],
            vec![(300, 1212)],
            vec![(0, 3)],
            vec![],
        ] {
            for columns in [40, 80, 120] {
                let (source, covered) = show(&text, &ranges, columns);
                assert!(
                    width(&source) <= columns,
                    "{} > {columns}: {source}",
                    width(&source)
                );
                for (range, covered) in ranges.iter().zip(covered) {
                    let expected = &text[range.0..range.1];
                    let (head, tail) = (covered.split('…').next(), covered.rsplit('…').next());
                    assert!(
                        head.is_some_and(|it| !it.is_empty() && expected.starts_with(it)),
                        "{covered}"
                    );
                    assert!(
                        tail.is_some_and(|it| !it.is_empty() && expected.ends_with(it)),
                        "{covered}"
                    );
                }
            }
        }
    }
}
