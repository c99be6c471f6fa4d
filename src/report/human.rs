//! For people: each finding drawn into its source, between an overview and a closing line.
//!
//! Titles, excerpts and notes are laid out by `annotate-snippets`, which draws labels in
//! several files into one report the way rustc does. What it does not do is done before:
//! masking, escaping hidden characters, and cutting long lines around the spans.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use annotate_snippets::{
    AnnotationKind, Group, Level as Heading, Message, Patch, Renderer, Snippet,
};

use super::excerpt::{Excerpt, Mark, excerpt};
use super::masked::Masked;
use super::terminal::Terminal;
use super::text::{MARKER, visible, width, wrap};
use super::{Report, endpoint_beside_title, is_shown, level_word, overview};
use crate::diagnostics::{Confidence, Diagnostic, Fix, Label, Level};
use crate::source::{FileId, Span};

/// Titles are not broken into narrower lines than this, however narrow the terminal is.
const NARROWEST_TITLE: usize = 24;

/// How much to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The overview, the findings, and the closing line.
    #[default]
    Full,
    /// The findings alone.
    Findings,
}

/// Writes the report.
pub fn write(
    report: &Report<'_>,
    terminal: &Terminal,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let masked = Masked::new(report);
    if detail == Detail::Full {
        overview::write_header(report.summary, &masked, terminal, out)?;
        writeln!(out)?;
    }
    for diagnostic in masked.diagnostics.iter().filter(|it| is_shown(it)) {
        writeln!(out, "{}\n", render(diagnostic, &masked, terminal))?;
    }
    if detail == Detail::Full {
        overview::write_footer(report, &masked, terminal, out)?;
    }
    Ok(())
}

fn render(diagnostic: &Diagnostic, masked: &Masked<'_>, terminal: &Terminal) -> String {
    let heading = match diagnostic.level {
        Level::Deny => Heading::ERROR,
        Level::Warn | Level::Allow => Heading::WARNING,
    };
    let files = labels_by_file(diagnostic);
    let places: Vec<_> = files
        .iter()
        .map(|(_, labels)| place_of(labels, masked, diagnostic))
        .collect();
    let snippets = files
        .iter()
        .enumerate()
        .map(|(index, (file, labels))| snippet(index, *file, labels, masked, terminal));
    let gutter = last_line(diagnostic, masked).to_string().len() + 1;
    // Lines after the first begin below the first word.
    let lead = level_word(diagnostic.level).len() + diagnostic.lint.as_str().len() + 4;
    let room = terminal.columns().saturating_sub(lead).max(NARROWEST_TITLE);
    let title = wrap(&visible(&diagnostic.title), room).join("\n");
    let group = heading
        .primary_title(title)
        .id(visible(diagnostic.lint.as_str()))
        .elements(snippets)
        .elements(messages(
            diagnostic,
            terminal.columns().saturating_sub(gutter),
        ));
    let mut groups = vec![group];
    let mut places = places;
    groups.extend(
        diagnostic
            .fix
            .iter()
            .map(|fix| suggestion(fix, &files, &mut places, masked, terminal)),
    );
    let renderer = if terminal.is_colored() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    // Lines are cut already, and better; a second cut would cut the ellipses.
    let drawing = renderer.term_width(100_000).render(&groups);
    put_in_places(&drawing, &places)
}

/// The labels, those of the primary file first; the flag marks the primary one.
fn labels_by_file(diagnostic: &Diagnostic) -> Vec<(FileId, Vec<(&Label, bool)>)> {
    let mut files = vec![(
        diagnostic.primary.span.file,
        vec![(&diagnostic.primary, true)],
    )];
    for label in &diagnostic.secondary {
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, labels)) => labels.push((label, false)),
            None => files.push((label.span.file, vec![(label, false)])),
        }
    }
    files
}

/// What stands beside the arrow to a file: the place of its first label and, for the primary file, the endpoint.
fn place_of(labels: &[(&Label, bool)], masked: &Masked<'_>, diagnostic: &Diagnostic) -> String {
    let primary = labels.iter().find(|(_, is_primary)| *is_primary);
    let first = primary.or_else(|| labels.iter().min_by_key(|(label, _)| label.span.range));
    let Some((label, _)) = first else {
        return String::new();
    };
    let place = masked.place(label.span);
    let mut text = format!(
        "{}:{}:{}",
        visible(place.path),
        place.start.line,
        place.start.column
    );
    if primary.is_some()
        && let Some(endpoint) = endpoint_beside_title(diagnostic)
    {
        text.push_str("   ");
        text.push_str(&visible(&endpoint));
    }
    text
}

fn snippet<'a>(
    index: usize,
    file: FileId,
    labels: &[(&Label, bool)],
    masked: &Masked<'_>,
    terminal: &Terminal,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let texts: Vec<_> = labels
        .iter()
        .map(|(label, _)| visible(&label.text).into_owned())
        .collect();
    let marks: Vec<_> = labels
        .iter()
        .zip(&texts)
        .map(|((label, _), text)| Mark {
            range: masked.place(label.span).range,
            label_width: width(text) + 1,
        })
        .collect();
    let Excerpt {
        source,
        line_start,
        ranges,
    } = match masked.lines(file) {
        Some(lines) => excerpt(masked.text(file), lines, &marks, terminal.columns()),
        None => Excerpt {
            source: " ".to_owned(),
            line_start: 1,
            ranges: vec![0..0; marks.len()],
        },
    };
    let annotations =
        labels
            .iter()
            .zip(texts)
            .zip(ranges)
            .map(|(((_, is_primary), text), range)| {
                let kind = if *is_primary {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let annotation = kind.span(range);
                if text.is_empty() {
                    annotation
                } else {
                    annotation.label(text)
                }
            });
    Snippet::source(source)
        .line_start(line_start)
        .path(format!("{MARKER}{index}{MARKER}"))
        .annotations(annotations.collect::<Vec<_>>())
}

/// The fix as a difference, below the finding.
fn suggestion<'a>(
    fix: &Fix,
    files: &[(FileId, Vec<(&Label, bool)>)],
    places: &mut Vec<String>,
    masked: &Masked<'_>,
    terminal: &Terminal,
) -> Group<'a> {
    let mut edits: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
    for (span, text) in &fix.edits {
        edits.entry(span.file).or_default().push((*span, text));
    }
    let mut snippets = Vec::new();
    for (file, mut edits) in edits {
        edits.sort_by_key(|(span, _)| span.range);
        let Some(lines) = masked.lines(file) else {
            continue;
        };
        let marks: Vec<_> = edits
            .iter()
            .map(|(span, _)| Mark {
                range: masked.place(*span).range,
                label_width: 0,
            })
            .collect();
        let Excerpt {
            source,
            line_start,
            ranges,
        } = excerpt(masked.text(file), lines, &marks, terminal.columns());
        let patches = edits
            .iter()
            .zip(ranges)
            .map(|((_, text), range)| Patch::new(range, visible_lines(text)));
        // The drawing leaves a path out where it is that of the finding.
        let index = files
            .iter()
            .position(|(it, _)| *it == file)
            .unwrap_or_else(|| {
                let place = masked.place(edits[0].0);
                places.push(format!(
                    "{}:{}:{}",
                    visible(place.path),
                    place.start.line,
                    place.start.column
                ));
                places.len() - 1
            });
        let snippet = Snippet::source(source)
            .line_start(line_start)
            .path(format!("{MARKER}{index}{MARKER}"));
        snippets.push(snippet.patches(patches.collect::<Vec<_>>()));
    }
    Heading::HELP
        .secondary_title(visible(&fix.message).into_owned())
        .elements(snippets)
}

fn visible_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .split('\n')
        .map(visible)
        .collect::<Vec<_>>()
        .join("\n")
}

fn last_line(diagnostic: &Diagnostic, masked: &Masked<'_>) -> u32 {
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    labels
        .map(|it| masked.place(it.span).end.line)
        .max()
        .unwrap_or(1)
}

fn messages(diagnostic: &Diagnostic, columns: usize) -> Vec<Message<'static>> {
    let message = |heading: Heading<'static>, name: &'static str, text: &str| {
        let lines: Vec<_> = text
            .lines()
            .flat_map(|it| wrap(&visible(it), columns.saturating_sub(name.len() + 4)))
            .collect();
        heading.with_name(name).message(lines.join("\n"))
    };
    let mut messages: Vec<_> = diagnostic
        .notes
        .iter()
        .map(|it| message(Heading::NOTE, "note", it))
        .collect();
    messages.extend(
        diagnostic
            .help
            .iter()
            .map(|it| message(Heading::HELP, "help", it)),
    );
    let confidence = match diagnostic.confidence {
        Confidence::High => "",
        Confidence::Medium => ", likely",
        Confidence::Low => ", plausible",
    };
    let see = format!(
        "`cargo moat explain {}` (severity {}{confidence})",
        diagnostic.lint, diagnostic.severity
    );
    messages.push(message(Heading::INFO, "see", &see));
    messages
}

/// The drawing has numbers where places belong: its own columns are those of the excerpt.
fn put_in_places(drawing: &str, places: &[String]) -> String {
    let mut parts = drawing.split(MARKER);
    let mut out = parts.next().unwrap_or("").to_owned();
    while let (Some(index), Some(rest)) = (parts.next(), parts.next()) {
        let place = index
            .parse()
            .ok()
            .and_then(|index: usize| places.get(index));
        write!(out, "{}", place.map_or("", String::as_str))
            .expect("writing to a string cannot fail");
        out.push_str(rest.trim_start_matches(|it: char| it == ':' || it.is_ascii_digit()));
    }
    out.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}
