//! Lints, each of which is one Markdown file: metadata, what to look for, prose and examples.
//!
//! `lints/<category>/<id>.md` opens with TOML between `+++` lines and goes on with prose under
//! fixed [`HEADINGS`]. The built-in files are embedded; a user's own (`.moat/lints/*.md`) are
//! read by the caller and come through the same loader. Nothing here knows what a check does:
//! [`CheckSpec`] is handed on as it was written.

mod error;
mod load;
mod page;
mod reference;
mod registry;

pub use error::LintFileError;
pub use load::{Origin, load};
pub use page::{Example, ExampleKind, HEADINGS, Section};
pub use reference::GeneratedFile;
pub use registry::Registry;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diagnostics::{Confidence, Level, Persona, Severity};
use crate::source::{Name, TextRange};

/// A lint: what its file says.
#[derive(Debug, Clone)]
pub struct Lint {
    /// Its name in settings, suppressions and reports; also the file's name.
    pub id: Name,
    /// The folder that it lives in: `authentication`, `transport`, ..
    pub category: Name,
    /// What is wrong where it fires, in one line.
    pub summary: String,
    /// How bad a finding is, unless the check knows better.
    pub severity: Severity,
    /// How sure a finding is, unless the check knows better.
    pub confidence: Confidence,
    /// What happens about a finding, unless the user says otherwise.
    pub level: Level,
    /// Who sees its findings by default.
    pub persona: Persona,
    /// Whether its precision has been shown.
    pub status: Status,
    /// Weaknesses by their number in the Common Weakness Enumeration.
    pub cwe: Vec<u32>,
    /// Entries of the OWASP API Security Top 10, for example `API2:2023`.
    pub owasp: Vec<String>,
    /// The version of this program that brought it.
    pub since: String,
    /// Former names, which settings and suppressions may still use.
    pub aliases: Vec<Name>,
    /// For lints about routes: the frameworks for which examples and tests show that it works.
    pub frameworks: Vec<Name>,
    /// What to look for.
    pub check: CheckSpec,
    /// How often it was right, where that has been measured.
    pub precision: Option<Precision>,
    /// The file as reports show it: `lints/authentication/missing-authentication.md`.
    pub path: Cow<'static, str>,
    text: Cow<'static, str>,
    body: TextRange,
}

/// Whether a lint's precision has been shown on real services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Fewer than 20 judged findings on five services, or less than 90 % of them true.
    Preview,
    /// Measured: at least 20 findings on at least five services, at least 90 % true.
    Stable,
}

impl Status {
    /// The word for it in lint files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Preview => "preview",
            Status::Stable => "stable",
        }
    }
}

/// What to look for: one kind of check with its parameters.
#[derive(Debug, Clone)]
pub struct CheckSpec {
    /// The kind of check, for example `unguarded-endpoint`.
    pub kind: String,
    /// Everything else of the `[check]` table. Which keys a kind knows is the kind's business.
    pub params: toml::Table,
    /// Where the value of each parameter stands in the lint's file, for the kind's complaints.
    pub spans: BTreeMap<String, TextRange>,
    /// Where the kind stands in the lint's file.
    pub kind_span: TextRange,
}

/// Measured precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precision {
    /// Findings that were judged by hand.
    pub findings: u32,
    /// Those that were true.
    pub true_findings: u32,
    /// Services on which they were found.
    pub services: u32,
    /// When: `2026-11-23`.
    pub date: String,
}

impl Lint {
    /// The prose: Markdown, without the front matter.
    pub fn page(&self) -> &str {
        &self.text[self.body.start as usize..self.body.end as usize]
    }

    /// The parts of the page by their headings, in order.
    pub fn sections(&self) -> Vec<Section<'_>> {
        page::sections(&self.text, self.body)
    }

    /// The text under one heading, without the heading itself.
    pub fn section(&self, heading: &str) -> Option<&str> {
        self.sections()
            .into_iter()
            .find(|it| it.heading == heading)
            .map(|it| it.text)
    }

    /// The code blocks under *Bad* and *Good*, in order.
    pub fn examples(&self) -> Vec<Example> {
        page::examples(&self.text, self.body)
    }

    /// Whether the page has everything that a built-in lint owes its readers.
    ///
    /// # Errors
    /// One error for each heading that is missing, unknown, out of order or empty.
    pub fn check_page(&self) -> Result<(), Vec<LintFileError>> {
        page::check(&self.path, &self.text, self.body)
    }
}
