//! The figures before and after the findings, for people.

use std::io::{self, Write};

use super::masked::Masked;
use super::terminal::{Paint, Terminal};
use super::text::{count, visible, width};
use super::{Report, Summary, is_shown};
use crate::diagnostics::Level;

/// What was read, and how many endpoints are protected how.
pub(crate) fn write_header(
    summary: &Summary,
    masked: &Masked<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let frameworks = summary
        .frameworks
        .iter()
        .map(|(name, version)| match version {
            Some(version) => format!("{name} {version}"),
            None => name.clone(),
        });
    let mut scope: Vec<_> = frameworks
        .map(|it| terminal.paint(Paint::Bold, &visible(&it)))
        .collect();
    if scope.is_empty() {
        scope.push("no web framework".to_owned());
    }
    scope.push(count(summary.files, "file"));
    scope.push(format!("{:.1}s", summary.elapsed.as_secs_f64()));
    scope.push("nothing built, nothing sent".to_owned());
    write_items("", &scope, "", terminal, out)?;

    let endpoints = summary.endpoints;
    if endpoints.total() > 0 {
        let figure = |number: usize, word: &str, paint: Paint| match number {
            0 => format!("0 {word}"),
            _ => terminal.paint(paint, &format!("{number} {word}")),
        };
        let mut figures = vec![
            figure(endpoints.required, "authenticated", Paint::Good),
            figure(endpoints.conditional, "conditional", Paint::Caution),
            figure(endpoints.optional, "optional", Paint::Caution),
            figure(endpoints.none, "open", Paint::Bad),
        ];
        if endpoints.unknown > 0 {
            figures.push(figure(endpoints.unknown, "unknown", Paint::Unsure));
        }
        figures.push(figure(summary.unresolved, "unresolved", Paint::Unsure));
        let total = format!("{}: ", count(endpoints.total(), "endpoint"));
        write_items(&total, &figures, "  ", terminal, out)?;
    } else if !summary.frameworks.is_empty() {
        // Nothing found where something must be is never a quiet success.
        let unresolved =
            terminal.paint(Paint::Unsure, &format!("{} unresolved", summary.unresolved));
        let warning = terminal.paint(
            Paint::Caution,
            "a web framework is in use, but no endpoint was found",
        );
        write_items("0 endpoints: ", &[warning, unresolved], "  ", terminal, out)?;
    }
    for (setting, default) in &summary.conditional_on {
        let default = default.as_ref().map_or(String::new(), |it| {
            format!(" (default {})", visible(&masked.scrub(it)))
        });
        writeln!(out, "  conditional on `{}`{default}", visible(setting))?;
    }
    if !summary.open_kinds.is_empty() {
        let kinds: Vec<_> = summary
            .open_kinds
            .iter()
            .map(|(kind, number)| format!("{number} {kind}"))
            .collect();
        write_items("  open: ", &kinds, "    ", terminal, out)?;
    }
    Ok(())
}

/// How many findings there are, what was held back, and what to do next.
pub(crate) fn write_footer(
    report: &Report<'_>,
    masked: &Masked<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let summary = report.summary;
    for problem in &summary.problems {
        let (word, paint) = match problem.level {
            Level::Deny => ("error", Paint::Bad),
            Level::Warn | Level::Allow => ("warning", Paint::Caution),
        };
        let path = problem
            .path
            .as_ref()
            .map_or(String::new(), |it| format!("{}: ", visible(it)));
        let message = masked.scrub(&problem.message);
        writeln!(
            out,
            "{}: {path}{}",
            terminal.paint(paint, word),
            visible(&message)
        )?;
    }
    if !summary.skipped.is_empty() {
        let skipped: Vec<_> = summary
            .skipped
            .iter()
            .map(|(reason, number)| format!("{number} {reason}"))
            .collect();
        write_items("not read: ", &skipped, "  ", terminal, out)?;
    }

    let at = |level: Level| {
        masked
            .diagnostics
            .iter()
            .filter(|it| is_shown(it) && it.level == level)
            .count()
    };
    let (errors, warnings) = (at(Level::Deny), at(Level::Warn));
    let mut items = Vec::new();
    if errors > 0 {
        items.push(terminal.paint(Paint::Bad, &count(errors, "error")));
    }
    if warnings > 0 {
        items.push(terminal.paint(Paint::Caution, &count(warnings, "warning")));
    }
    if items.is_empty() {
        items.push(terminal.paint(Paint::Good, "no findings"));
    }
    let held_back: Vec<_> = [
        (summary.suppressed, "by comments"),
        (summary.by_config, "by configuration"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, by)| format!("{number} {by}"))
    .collect();
    if !held_back.is_empty() {
        items.push(format!("held back: {}", held_back.join(", ")));
    }
    for (index, step) in summary.next_steps.iter().enumerate() {
        let lead = if index == 0 { "next: " } else { "" };
        items.push(format!(
            "{lead}{}",
            terminal.paint(Paint::Code, &format!("`{}`", visible(step)))
        ));
    }
    write_items("", &items, "  ", terminal, out)
}

/// Items with dots between them, on as many lines as the width asks for.
fn write_items(
    lead: &str,
    items: &[String],
    indent: &str,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = lead.to_owned();
    let mut used = width(lead);
    for (index, item) in items.iter().enumerate() {
        let wide = width(&without_colors(item));
        if index > 0 {
            // Room for the dot that ends a broken line.
            if used + 3 + wide + 2 > terminal.columns() {
                writeln!(out, "{line} ·")?;
                indent.clone_into(&mut line);
                used = width(indent);
            } else {
                line.push_str(" · ");
                used += 3;
            }
        }
        line.push_str(item);
        used += wide;
    }
    writeln!(out, "{line}")
}

/// The text without our own colour sequences (`ESC [ .. m`).
fn without_colors(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    out
}
