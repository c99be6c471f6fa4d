//! `check --format json`: the findings for programs, as `docs/schema/check.schema.json` has them.
//!
//! The structures here are the format, version 1: they change only by addition.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::masked::Masked;
use super::{Problem, Report, Summary, level_word};
use crate::diagnostics::{
    Confidence, Diagnostic, EndpointRef, Label, Persona, Severity, SuppressedBy,
};
use crate::source::Span;

/// Writes all findings, suppressed ones included, and the summary.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let masked = Masked::new(report);
    let mut fingerprints = Fingerprints::default();
    let document = Document {
        version: 1,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        diagnostics: masked
            .diagnostics
            .iter()
            .map(|it| finding(it, &masked, &mut fingerprints))
            .collect(),
        summary: overview(report.summary, &masked),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    diagnostics: Vec<Finding<'a>>,
    summary: Overview<'a>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    lint: &'static str,
    level: &'static str,
    severity: Severity,
    confidence: Confidence,
    persona: Persona,
    title: &'a str,
    endpoint: Option<Endpoint<'a>>,
    primary: Location<'a>,
    secondary: Vec<Location<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fix: Option<Change<'a>>,
    fingerprint: String,
    suppressed: Option<HeldBack<'a>>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    method: &'a str,
    path: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    label: Option<&'a str>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Change<'a> {
    message: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    replacement: &'a str,
}

#[derive(Serialize)]
struct HeldBack<'a> {
    by: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Overview<'a> {
    frameworks: Vec<Framework<'a>>,
    files: usize,
    endpoints: Endpoints,
    conditional_on: Vec<Setting<'a>>,
    open_kinds: Vec<OpenKind<'a>>,
    unresolved: usize,
    suppressed: Suppressed,
    skipped: Vec<Skipped<'a>>,
    problems: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct Framework<'a> {
    name: &'a str,
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct Endpoints {
    total: usize,
    required: usize,
    conditional: usize,
    optional: usize,
    none: usize,
    unknown: usize,
}

#[derive(Serialize)]
struct Setting<'a> {
    name: &'a str,
    default: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct OpenKind<'a> {
    kind: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct Suppressed {
    by_comment: usize,
    by_configuration: usize,
}

#[derive(Serialize)]
struct Skipped<'a> {
    reason: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct Trouble<'a> {
    level: &'static str,
    message: Cow<'a, str>,
    file: Option<&'a str>,
}

fn finding<'a>(
    diagnostic: &'a Diagnostic,
    masked: &Masked<'a>,
    fingerprints: &mut Fingerprints,
) -> Finding<'a> {
    Finding {
        lint: diagnostic.lint.as_str(),
        level: level_word(diagnostic.level),
        severity: diagnostic.severity,
        confidence: diagnostic.confidence,
        persona: diagnostic.persona,
        title: &diagnostic.title,
        endpoint: diagnostic
            .endpoint
            .as_ref()
            .map(|EndpointRef { method, path }| Endpoint { method, path }),
        primary: location(&diagnostic.primary, masked),
        secondary: diagnostic
            .secondary
            .iter()
            .map(|it| location(it, masked))
            .collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
        fix: diagnostic.fix.as_ref().map(|fix| Change {
            message: &fix.message,
            edits: fix
                .edits
                .iter()
                .map(|(span, replacement)| edit(*span, replacement, masked))
                .collect(),
        }),
        fingerprint: fingerprints.of(diagnostic),
        suppressed: diagnostic.suppressed.as_ref().map(|it| HeldBack {
            by: match it.by {
                SuppressedBy::Comment => "comment",
                SuppressedBy::Configuration => "configuration",
            },
            reason: &it.reason,
        }),
    }
}

fn location<'a>(label: &'a Label, masked: &Masked<'a>) -> Location<'a> {
    let (file, start, end) = positions(label.span, masked);
    Location {
        file,
        start,
        end,
        label: Some(label.text.as_str()).filter(|it| !it.is_empty()),
    }
}

fn edit<'a>(span: Span, replacement: &'a str, masked: &Masked<'a>) -> Edit<'a> {
    let (file, start, end) = positions(span, masked);
    Edit {
        file,
        start,
        end,
        replacement,
    }
}

fn positions<'a>(span: Span, masked: &Masked<'a>) -> (&'a str, Position, Position) {
    let place = masked.place(span);
    let start = Position {
        line: place.start.line,
        column: place.start.column,
        offset: place.range.start,
    };
    let end = Position {
        line: place.end.line,
        column: place.end.column,
        offset: place.range.end,
    };
    (place.path, start, end)
}

fn overview<'a>(summary: &'a Summary, masked: &Masked<'_>) -> Overview<'a> {
    let frameworks = summary.frameworks.iter().map(|(name, version)| Framework {
        name,
        version: version.as_deref(),
    });
    let settings = summary
        .conditional_on
        .iter()
        .map(|(name, default)| Setting {
            name,
            default: default.as_ref().map(|it| masked.scrub(it)),
        });
    Overview {
        frameworks: frameworks.collect(),
        files: summary.files,
        endpoints: Endpoints {
            total: summary.endpoints.total(),
            required: summary.endpoints.required,
            conditional: summary.endpoints.conditional,
            optional: summary.endpoints.optional,
            none: summary.endpoints.none,
            unknown: summary.endpoints.unknown,
        },
        conditional_on: settings.collect(),
        open_kinds: summary
            .open_kinds
            .iter()
            .map(|(kind, count)| OpenKind {
                kind,
                count: *count,
            })
            .collect(),
        unresolved: summary.unresolved,
        suppressed: Suppressed {
            by_comment: summary.suppressed,
            by_configuration: summary.by_config,
        },
        skipped: summary
            .skipped
            .iter()
            .map(|(reason, count)| Skipped {
                reason,
                count: *count,
            })
            .collect(),
        problems: summary
            .problems
            .iter()
            .map(|it| trouble(it, masked))
            .collect(),
    }
}

fn trouble<'a>(problem: &'a Problem, masked: &Masked<'_>) -> Trouble<'a> {
    Trouble {
        level: level_word(problem.level),
        message: masked.scrub(&problem.message),
        file: problem.path.as_deref(),
    }
}
