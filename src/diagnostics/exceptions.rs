//! What is wrong with the configuration and its exceptions, as findings in its file.

use std::collections::BTreeSet;

use super::{Diagnostic, EndpointRef, Label, engine};
use crate::source::{FileId, Name, TextRange};
use crate::workspace::config::exception::{Exception, ExceptionKind, ExceptionUses, Exceptions};
use crate::workspace::config::{Config, ConfigError, ConfigErrorKind};

/// What a run knows about the exceptions of its configuration.
#[derive(Debug, Clone, Copy)]
pub struct ExceptionReport<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The exceptions that hold today.
    pub exceptions: Exceptions<'a>,
    /// The file that it was read from.
    pub file: FileId,
    /// Its text.
    pub text: &'a str,
    /// The exceptions that something rested on.
    pub used: &'a ExceptionUses,
    /// Whether all lints looked at the whole workspace, whatever their levels and the persona:
    /// only then is an exception unused.
    pub complete: bool,
    /// All endpoints of the run.
    pub endpoints: &'a [EndpointRef],
}

/// Reports exceptions that have expired, that nothing rests on, or that cover too much. One
/// exception is one finding: the first of these that is true.
pub fn report_exceptions(report: &ExceptionReport<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (id, exception) in report.exceptions.iter() {
        let name = one_line(slice(report.text, exception.range));
        let place = exception.range.in_file(report.file);
        let identity = |lint: &str| format!("{lint} {:?} {name}", exception.kind);
        if let Some(until) = exception.terms.until
            && !report.exceptions.holds(id)
        {
            let range = exception.terms.until_range.unwrap_or(exception.range);
            let title = format!("{} {name} has expired", exception.kind);
            let label = Label::new(
                range.in_file(report.file),
                format!("the last day was {until}"),
            );
            let lint = engine::EXPIRED_EXCEPTION;
            let finding = Diagnostic::new(&lint.meta(), title, label, identity(lint.id));
            let help = "put right what it lets off, or set a new day and say why in `reason`";
            out.push(with_terms(finding, exception).with_help(help));
        } else if let Some(what) = broad(report, id.0 as usize, exception) {
            let title = format!("{} {name} {what}", exception.kind);
            let lint = engine::BROAD_EXCEPTION;
            let finding = Diagnostic::new(
                &lint.meta(),
                title,
                Label::new(place, ""),
                identity(lint.id),
            );
            out.push(with_terms(finding, exception).with_help("name what is meant, and only that"));
        } else if report.complete && exception.lets_off && !report.used.contains(id) {
            let title = format!("{} {name} is not needed", exception.kind);
            let lint = engine::UNUSED_EXCEPTION;
            let label = Label::new(place, unused_label(exception.kind));
            let finding = Diagnostic::new(&lint.meta(), title, label, identity(lint.id));
            out.push(with_terms(finding, exception).with_help("remove it, or check what it names"));
        }
    }
    out
}

/// Few endpoints are easily all alike; from here on, covering all of them is no coincidence.
const MANY_ENDPOINTS: usize = 5;

/// What makes an exception cover too much: by its form, or with the endpoints there are.
fn broad(report: &ExceptionReport<'_>, index: usize, exception: &Exception) -> Option<String> {
    if exception.broad.is_some() {
        return exception.broad.clone();
    }
    if exception.kind != ExceptionKind::PublicRoutes || report.endpoints.len() < MANY_ENDPOINTS {
        return None;
    }
    let entry = report
        .config
        .public_routes
        .iter()
        .find(|it| it.id.0 as usize == index)?;
    let all = report
        .endpoints
        .iter()
        .all(|it| entry.routes.matches(&it.method, &it.path));
    all.then(|| format!("declares all {} endpoints public", report.endpoints.len()))
}

fn unused_label(kind: ExceptionKind) -> &'static str {
    match kind {
        ExceptionKind::Lint | ExceptionKind::Override => "no finding has its level from here",
        ExceptionKind::PublicRoutes => "no open endpoint matches",
        ExceptionKind::External => "no endpoint lacks this control",
        ExceptionKind::Assumption => "no verdict hangs on this setting",
    }
}

fn with_terms(finding: Diagnostic, exception: &Exception) -> Diagnostic {
    let terms = &exception.terms;
    let parts = [
        ("reason", &terms.reason),
        ("owner", &terms.owner),
        ("ticket", &terms.ticket),
    ];
    let given: Vec<String> = parts
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_deref()?)))
        .collect();
    if given.is_empty() {
        finding
    } else {
        finding.with_note(given.join("; "))
    }
}

/// The mistakes of a configuration file as findings in it.
pub fn config_diagnostics(errors: &[ConfigError], file: FileId) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for error in errors {
        // One mistake of one place is one finding, whoever noticed it.
        if !seen.insert((error.range, error.message.as_str())) {
            continue;
        }
        let lint = match error.kind {
            ConfigErrorKind::UnknownLint => engine::UNKNOWN_LINT,
            _ => engine::INVALID_CONFIGURATION,
        };
        let label = Label::new(error.range.in_file(file), error.label.as_str());
        let fingerprint = format!("{} {}", lint.id, error.message);
        let mut finding = Diagnostic::new(&lint.meta(), error.message.as_str(), label, fingerprint);
        // Without its settings no run means anything.
        finding.level = super::Level::Deny;
        finding.lint = Name::new(lint.id);
        finding.help = error.help.clone();
        out.push(finding);
    }
    out
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(range.start as usize..range.end as usize)
        .unwrap_or("")
}

/// A name for the title: the first line, as code, cut short.
fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("").trim();
    let mut short: String = line.chars().filter(|c| !c.is_control()).take(60).collect();
    if short.len() < text.trim().len() {
        short.push('…');
    }
    format!("`{}`", short.replace('`', "'"))
}
