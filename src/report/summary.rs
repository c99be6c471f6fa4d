//! A run in figures.

use std::time::Duration;

use crate::diagnostics::Level;

/// What was read and what was found, in figures.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// The web frameworks in use, with the version that the lock file names.
    pub frameworks: Vec<(String, Option<String>)>,
    /// Number of Rust files read.
    pub files: usize,
    /// Wall-clock time; shown to people only, so that other formats are reproducible.
    pub elapsed: Duration,
    /// Endpoints by their authentication.
    pub endpoints: EndpointCounts,
    /// Settings that conditional verdicts hang on, each with its default where known.
    pub conditional_on: Vec<(String, Option<String>)>,
    /// What the open endpoints are for, such as `health`, with how many of them.
    pub open_kinds: Vec<(String, usize)>,
    /// Registrations that could not be followed.
    pub unresolved: usize,
    /// Findings held back by comments in the source.
    pub suppressed: usize,
    /// Findings held back by the configuration.
    pub by_config: usize,
    /// Files that were not read, by reason.
    pub skipped: Vec<(String, usize)>,
    /// What the tool itself could not do.
    pub problems: Vec<Problem>,
    /// Commands worth running next.
    pub next_steps: Vec<String>,
}

/// Endpoints by whether a caller must be authenticated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndpointCounts {
    /// Proven to reject requests without valid credentials.
    pub required: usize,
    /// So only when a setting is on.
    pub conditional: usize,
    /// Credentials are looked at, but their absence is let through.
    pub optional: usize,
    /// Open.
    pub none: usize,
    /// Could not be decided.
    pub unknown: usize,
}

impl EndpointCounts {
    /// All endpoints.
    pub fn total(&self) -> usize {
        self.required + self.conditional + self.optional + self.none + self.unknown
    }
}

/// Something that the tool could not do, as opposed to something wrong with the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `Deny` if the run must not count as complete, `Warn` if it may.
    pub level: Level,
    /// What happened.
    pub message: String,
    /// The file it happened to, relative to the scanned root.
    pub path: Option<String>,
}
