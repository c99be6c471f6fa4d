//! The one type that every finding has, and what is done to findings before they are shown.
//!
//! A check returns diagnostics; suppressions, levels and the baseline mark or drop
//! them; reports render them. Nothing here prints.

mod apply;
mod builder;
pub mod engine;
mod exceptions;
mod excuses;
mod levels;
mod sort;
pub mod suppress;
#[cfg(test)]
mod tests;

pub use crate::workspace::config::{Confidence, Level, Persona, Severity};
pub use apply::{Applied, Counts, Policy, apply};
pub use builder::LintMeta;
pub use exceptions::{ExceptionReport, config_diagnostics, report_exceptions};
pub use excuses::Excuses;
pub use levels::{DecidedBy, FlagTarget, LevelDecision, LevelFlag, LevelSettings};
pub use sort::sort;

use crate::source::{Name, Span};

/// A finding: a fact about the code, with its place, its evidence and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The lint that found it, for example `missing-authentication`.
    pub lint: Name,
    /// The fact, with the user's own names in backticks: lower case, no full stop.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Who wants to see it.
    pub persona: Persona,
    /// What happens about it; the lint's default until the settings are applied.
    pub level: Level,
    /// The smallest text that the user would edit.
    pub primary: Label,
    /// The evidence, each with a short label.
    pub secondary: Vec<Label>,
    /// Further places at which a comment may speak of it, shown or not: the handler and the
    /// registration of its endpoint.
    pub anchors: Vec<Span>,
    /// Why we believe it; one sentence or list each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// A change that makes it right, where one is safe.
    pub fix: Option<Fix>,
    /// The endpoint it is about (`POST /login`), for reports and for route settings.
    pub endpoint: Option<EndpointRef>,
    /// What identifies the finding when lines move: names, never positions or secret values.
    pub fingerprint: String,
    /// Set when a comment, the configuration or the baseline holds it back.
    pub suppressed: Option<Suppression>,
}

/// A span with a short text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty for a primary label.
    pub text: String,
}

impl Label {
    /// A label.
    pub fn new(span: Span, text: impl Into<String>) -> Label {
        Label {
            span,
            text: text.into(),
        }
    }
}

/// The endpoint that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRef {
    /// `GET`, .., or `ANY`.
    pub method: String,
    /// Full path, parameters as `{name}`.
    pub path: String,
}

/// Replacements that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, as an imperative.
    pub message: String,
    /// Non-overlapping replacements.
    pub edits: Vec<(Span, String)>,
}

/// What holds a finding back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// A source comment, the configuration, or the baseline.
    pub by: SuppressedBy,
    /// The reason that was given.
    pub reason: String,
}

/// The kinds of suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressedBy {
    /// `// moat: allow(..)`.
    Comment,
    /// An entry of the configuration.
    Configuration,
}
