//! The only door to source text in this module: every secret behind it is already masked.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::text::is_hidden;
use super::{Report, Repository};
use crate::diagnostics::{Diagnostic, Label};
use crate::source::{FileId, LineColumn, LineIndex, SourceMap, Span, TextRange};

/// Files with findings, masked, and the findings with the same values masked in their words.
pub(crate) struct Masked<'a> {
    sources: &'a SourceMap,
    files: BTreeMap<FileId, MaskedFile<'a>>,
    secrets: Secrets,
    /// Where the files belong to.
    pub(crate) repository: &'a Repository,
    /// The findings of the report, in its order.
    pub(crate) diagnostics: Vec<Cow<'a, Diagnostic>>,
}

struct MaskedFile<'a> {
    text: Cow<'a, str>,
    lines: OnceCell<LineIndex>,
}

/// Where a span is, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) start: LineColumn,
    /// Just past the last character.
    pub(crate) end: LineColumn,
    pub(crate) range: TextRange,
}

impl<'a> Masked<'a> {
    /// Masks the files that findings point into; other files are not looked at.
    pub(crate) fn new(report: &Report<'a>) -> Masked<'a> {
        let mut masks: BTreeMap<FileId, Vec<TextRange>> = BTreeMap::new();
        for span in report.redactions {
            masks.entry(span.file).or_default().push(span.range);
        }
        let secrets = Secrets::of(report.sources, report.redactions);
        let mut files = BTreeMap::new();
        for file in files_with_findings(report.diagnostics) {
            let text: &'a str = report.sources.file(file).text();
            let ranges = masks.get(&file).map_or(&[][..], Vec::as_slice);
            let text = mask_ranges(text, ranges.iter().copied());
            let text = secrets.mask(text);
            files.insert(
                file,
                MaskedFile {
                    text,
                    lines: OnceCell::new(),
                },
            );
        }
        let mut masked = Masked {
            sources: report.sources,
            files,
            secrets,
            repository: report.repository,
            diagnostics: Vec::new(),
        };
        masked.diagnostics = report
            .diagnostics
            .iter()
            .map(|it| masked.scrub_diagnostic(it))
            .collect();
        masked
    }

    /// The masked text of a file that a finding points into.
    pub(crate) fn text(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |it| &it.text)
    }

    /// The lines of a file that a finding points into.
    pub(crate) fn lines(&self, file: FileId) -> Option<&LineIndex> {
        self.files
            .get(&file)
            .map(|it| it.lines.get_or_init(|| LineIndex::new(&it.text)))
    }

    /// Where a span of a finding is.
    pub(crate) fn place(&self, span: Span) -> Place<'a> {
        let text = self.text(span.file);
        let range = snap(text, span.range);
        let start_of_file = LineColumn { line: 1, column: 1 };
        let (start, end) = self
            .lines(span.file)
            .map_or((start_of_file, start_of_file), |lines| {
                (
                    lines.position(text, range.start),
                    lines.position(text, range.end),
                )
            });
        Place {
            path: self.sources.path(span.file),
            start,
            end,
            range,
        }
    }

    /// Words with every known secret value in them masked. Checks do not put values into
    /// words; this is for the day that one does.
    pub(crate) fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.secrets.mask(Cow::Borrowed(text))
    }

    fn scrub_diagnostic(&self, diagnostic: &'a Diagnostic) -> Cow<'a, Diagnostic> {
        if self.secrets.0.is_none() {
            return Cow::Borrowed(diagnostic);
        }
        let mut scrubbed = diagnostic.clone();
        let texts = [&mut scrubbed.title, &mut scrubbed.primary.text]
            .into_iter()
            .chain(scrubbed.secondary.iter_mut().map(|it| &mut it.text))
            .chain(&mut scrubbed.notes)
            .chain(&mut scrubbed.help)
            .chain(scrubbed.endpoint.iter_mut().map(|it| &mut it.path))
            .chain(scrubbed.suppressed.iter_mut().map(|it| &mut it.reason))
            .chain(scrubbed.fix.iter_mut().flat_map(|fix| {
                std::iter::once(&mut fix.message).chain(fix.edits.iter_mut().map(|(_, text)| text))
            }));
        for text in texts {
            if let Cow::Owned(masked) = self.scrub(text) {
                *text = masked;
            }
        }
        Cow::Owned(scrubbed)
    }
}

fn files_with_findings(diagnostics: &[Diagnostic]) -> BTreeSet<FileId> {
    diagnostics
        .iter()
        .flat_map(|it| {
            let labels = std::iter::once(&it.primary)
                .chain(&it.secondary)
                .map(|Label { span, .. }| span.file);
            labels.chain(
                it.fix
                    .iter()
                    .flat_map(|fix| fix.edits.iter().map(|(span, _)| span.file)),
            )
        })
        .collect()
}

/// Redacted values that are recognisable on their own, so that their repetitions can be
/// masked too. A value such as `password` is an ordinary word: masked where it was found only.
#[derive(Debug)]
pub struct Secrets(Option<AhoCorasick>);

impl Secrets {
    /// Those of a run.
    pub fn of(sources: &SourceMap, redactions: &[Span]) -> Secrets {
        Secrets(values(sources, redactions))
    }

    /// Words with every known secret value in them masked.
    pub fn mask<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        match &self.0 {
            Some(values) => mask_values(text, values),
            None => text,
        }
    }
}

fn values(sources: &SourceMap, redactions: &[Span]) -> Option<AhoCorasick> {
    let mut values = BTreeSet::new();
    for span in redactions {
        let text: &str = sources.file(span.file).text();
        let range = snap(text, span.range);
        let whole = &text[range.start as usize..range.end as usize];
        // A redaction may cover a literal with its prefix and quotes.
        let inner = whole
            .trim_start_matches(['b', 'c', 'r', '#'])
            .trim_matches(['"', '\'', '#', '`']);
        for value in [whole, inner]
            .into_iter()
            .chain(inner.lines().map(str::trim))
        {
            if is_recognisable(value) {
                values.insert(value);
            }
        }
    }
    if values.is_empty() {
        return None;
    }
    AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostLongest)
        .build(values)
        .ok()
}

fn is_recognisable(value: &str) -> bool {
    let is_word = value
        .chars()
        .all(|it| it.is_ascii_lowercase() || matches!(it, '_' | '-' | ' '));
    value.len() >= 8 && !is_word && !value.contains("-----")
}

fn mask_values<'t>(text: Cow<'t, str>, values: &AhoCorasick) -> Cow<'t, str> {
    let found: Vec<_> = values
        .find_iter(text.as_ref())
        .map(|it| TextRange::new(it.start() as u32, it.end() as u32))
        .collect();
    if found.is_empty() {
        return text;
    }
    Cow::Owned(mask_ranges(&text, found.into_iter()).into_owned())
}

/// A text of the same length in bytes with these ranges masked, and without characters that a
/// terminal would act on or hide; for drawings of others that count bytes.
pub(crate) fn safe_source(text: &str, secrets: impl Iterator<Item = TextRange>) -> String {
    let masked = mask_ranges(text, secrets);
    let safe = |it: char| match it {
        '\n' | '\t' | '\r' => it,
        it if !is_hidden(it) => it,
        it => match it.len_utf8() {
            1 => '?',
            2 => '·',
            3 => '\u{fffd}',
            _ => '𐄁',
        },
    };
    masked.chars().map(safe).collect()
}

/// Replaces the ranges by characters of the same length in bytes; line breaks stay.
fn mask_ranges(text: &str, ranges: impl Iterator<Item = TextRange>) -> Cow<'_, str> {
    let mut ranges: Vec<_> = ranges
        .map(|range| widen(text, range))
        .filter(|it| !it.is_empty())
        .collect();
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.sort_unstable();
    let mut out = String::with_capacity(text.len());
    for range in ranges {
        let start = (range.start as usize).max(out.len());
        let end = (range.end as usize).max(start);
        out.push_str(&text[out.len()..start]);
        out.extend(text[start..end].chars().map(mask_char));
    }
    out.push_str(&text[out.len()..]);
    Cow::Owned(out)
}

fn mask_char(it: char) -> char {
    match (it, it.len_utf8()) {
        ('\n' | '\r', _) => it,
        (_, 1) => '*',
        (_, 2) => '·',
        (_, 3) => '•',
        _ => '𐄁',
    }
}

/// The range within the text, its ends moved back to where characters begin.
pub(crate) fn snap(text: &str, range: TextRange) -> TextRange {
    TextRange::new(floor(text, range.start), floor(text, range.end))
}

/// The range within the text, its ends moved apart to where characters begin and end.
fn widen(text: &str, range: TextRange) -> TextRange {
    let end = (range.end as usize..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    TextRange::new(floor(text, range.start), end as u32)
}

fn floor(text: &str, offset: u32) -> u32 {
    let offset = (offset as usize).min(text.len());
    (0..=offset)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_bytes_characters_and_lines() {
        let text = "a = \"ä猫😀x\r\ny\";";
        let masked = mask_ranges(
            text,
            [TextRange::new(5, 18), TextRange::new(7, 9)].into_iter(),
        );
        assert_eq!(masked, "a = \"·•𐄁*\r\n*\";");
        assert_eq!(masked.len(), text.len());
        assert_eq!(masked.chars().count(), text.chars().count());
    }

    #[test]
    fn ranges_may_split_characters_touch_and_leave_the_text() {
        let text = "ääb";
        let cases: [(&[(u32, u32)], &str); 4] = [
            (&[(1, 2)], "·äb"),
            (&[(0, 2), (2, 4)], "··b"),
            (&[(4, 99)], "ää*"),
            (&[(98, 99)], "ääb"),
        ];
        for (ranges, expected) in cases {
            let ranges = ranges
                .iter()
                .map(|(start, end)| TextRange::new(*start, *end));
            assert_eq!(mask_ranges(text, ranges), expected);
        }
    }

    #[test]
    fn only_recognisable_values_are_masked_elsewhere() {
        for (value, expected) in [
            ("sk_live_4eC39HqLyjWDarjtT1zd", true),
            ("password", false),
            ("change-me please", false),
            ("Ab3$", false),
            ("-----BEGIN PRIVATE KEY-----", false),
        ] {
            assert_eq!(is_recognisable(value), expected, "{value}");
        }
    }
}
