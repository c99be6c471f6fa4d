//! Findings and endpoint inventories, written for people and for programs: one file per format.
//!
//! A writer takes what the caller hands it and an [`std::io::Write`]; nothing here opens
//! files, looks at the environment or exits. Source text is only ever rendered from a
//! masked copy (see [`masked`]), so a secret cannot reach any format.

pub(crate) mod compact;
mod excerpt;
pub mod explain;
mod explain_blocks;
mod fingerprint;
pub mod github;
pub mod human;
pub mod json;
mod masked;
mod overview;
pub mod progress;
mod repository;
pub mod routes_json;
pub mod routes_table;
pub mod sarif;
mod sarif_model;
pub mod short;
mod summary;
mod terminal;
mod text;
mod view;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use masked::Secrets;
pub(crate) use masked::safe_source;
pub use repository::Repository;
pub use summary::{EndpointCounts, Problem, Summary};
pub use terminal::{ColorChoice, Terminal};
pub(crate) use text::{visible, wrap};
pub use view::{
    EndpointView, EvidenceKind, EvidenceView, HandlerView, LocationView, ProtectionView,
    ProtectionsView, RoutesView, Status, UnresolvedView,
};

use crate::diagnostics::{Confidence, Diagnostic, Level, Severity};
use crate::source::{SourceMap, Span};

/// Everything that a report of one run may draw on.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The files that spans point into.
    pub sources: &'a SourceMap,
    /// The findings in their final order; suppressed ones are included and marked.
    pub diagnostics: &'a [Diagnostic],
    /// The lints that ran, each once.
    pub lints: &'a [LintInfo],
    /// What was read and what was found, in figures.
    pub summary: &'a Summary,
    /// Text that no output may show.
    pub redactions: &'a [Span],
    /// The repository that the files belong to, for formats that its other tools read.
    pub repository: &'a Repository,
}

/// What formats need to know of a lint.
#[derive(Debug, Clone)]
pub struct LintInfo {
    /// `missing-authentication`.
    pub id: String,
    /// The folder it lives in: `authentication`, `transport`, ..
    pub category: String,
    /// One sentence.
    pub summary: String,
    /// What happens about its findings unless the settings say otherwise.
    pub level: Level,
    /// How bad its findings are.
    pub severity: Severity,
    /// How sure its findings are.
    pub confidence: Confidence,
    /// CWE numbers, the most specific first.
    pub cwe: Vec<u32>,
    /// OWASP categories, such as `API2:2023`.
    pub owasp: Vec<String>,
    /// Its page on the web, if it is published there.
    pub help_uri: Option<String>,
    /// Its page, in Markdown.
    pub description: String,
}

/// The finding's level in the words of compilers.
fn level_word(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "allowed",
    }
}

/// Whether reports that only list what needs attention show this finding.
fn is_shown(diagnostic: &Diagnostic) -> bool {
    diagnostic.suppressed.is_none() && diagnostic.level != Level::Allow
}

/// The endpoint as one word group (`POST /login`), unless the title names it already.
fn endpoint_beside_title(diagnostic: &Diagnostic) -> Option<String> {
    let endpoint = diagnostic.endpoint.as_ref()?;
    let name = format!("{} {}", endpoint.method, endpoint.path);
    (!diagnostic.title.contains(&name)).then_some(name)
}
