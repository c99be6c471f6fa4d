//! The settings: `moat.toml`, or the `metadata.moat` table of the root manifest.
//!
//! The text comes in, typed settings or all of its mistakes come out, each with the bytes
//! that it is about. Nothing here reads a file and nothing is looked up by bare key:
//! `docs/configuration.md` lists every key that [`parse`] knows, and a test holds that.
//!
//! What lets something off is an [`Exception`](exception::Exception): it states a reason,
//! may end on a date, and is reported when it has expired, is unused or covers too much.

mod error;
pub mod exception;
mod globs;
mod locate;
mod names;
mod parse;
mod policy;
mod reader;
mod rules;
mod scale;
mod template;

#[cfg(test)]
mod tests;

pub use error::{ConfigError, ConfigErrorKind};
pub use globs::{Methods, PathGlobs, RouteGlob, RouteGlobs};
pub use locate::{ConfigFile, locate};
pub(crate) use names::closest;
pub use names::{KnownNames, LintSelector};
pub use policy::{FIXED_LINTS, Requirement, RoutePolicy, Wanted, time};
pub use scale::{Confidence, Level, Persona, Severity};
pub use template::{Found, template};

use std::collections::BTreeMap;

use crate::source::TextRange;
use exception::{Assumption, Exception, ExceptionId, External, PublicRoutes};

/// Everything that a configuration file says. The default says nothing.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `persona`.
    pub persona: Option<Persona>,
    /// `min-severity`.
    pub min_severity: Option<Severity>,
    /// `[lints]`, in the order of the file.
    pub lints: Vec<LevelEntry>,
    /// `[[override]]`.
    pub overrides: Vec<Override>,
    /// `[[public-routes]]`.
    pub public_routes: Vec<PublicRoutes>,
    /// `[[external]]`.
    pub external: Vec<External>,
    /// `[assume]`.
    pub assumptions: Vec<Assumption>,
    /// `[[policy]]`.
    pub policies: Vec<RoutePolicy>,
    /// `[[model]]`.
    pub models: Vec<LocalModel>,
    /// `ignore.paths`: files that are not reported on.
    pub ignored: PathGlobs,
    /// All exceptions of the file; an [`ExceptionId`] is the position.
    pub exceptions: Vec<Exception>,
}

/// A level for a lint, a category or all lints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelEntry {
    /// What it is for.
    pub selector: LintSelector,
    /// The level.
    pub level: Level,
    /// The exception that it is, where it states a reason.
    pub exception: Option<ExceptionId>,
    /// Where the key stands.
    pub range: TextRange,
}

/// Levels for a part of the service.
#[derive(Debug, Clone)]
pub struct Override {
    /// Files; no globs means every file.
    pub paths: PathGlobs,
    /// Routes; no globs means every finding, whether it is about a route or not.
    pub routes: RouteGlobs,
    /// The levels.
    pub lints: Vec<LevelEntry>,
    /// The exception that it is, where it allows something or states a reason.
    pub exception: Option<ExceptionId>,
    /// Where the entry stands.
    pub range: TextRange,
}

/// A local model, as it was written: which keys a kind knows is the business of `models`.
#[derive(Debug, Clone)]
pub struct LocalModel {
    /// `extractor`, `layer`, `function`, `type` or `macro`.
    pub kind: String,
    /// Where the kind stands.
    pub kind_range: TextRange,
    /// The item's path: `crate::auth::User`.
    pub path: String,
    /// Where the path stands.
    pub path_range: TextRange,
    /// All keys but `kind`.
    pub table: toml::Table,
    /// Where the value of each key stands, for complaints.
    pub ranges: BTreeMap<String, TextRange>,
    /// Where the entry stands.
    pub range: TextRange,
}

impl Config {
    /// Reads a `moat.toml`.
    ///
    /// # Errors
    /// Every mistake of the file that can be told apart, in the order of the text.
    pub fn parse(
        path: &str,
        text: &str,
        known: &KnownNames<'_>,
    ) -> Result<Config, Vec<ConfigError>> {
        parse::file(path, text, known)
    }

    /// Reads `[workspace.metadata.moat]` or `[package.metadata.moat]` of a `Cargo.toml`;
    /// `None` if there is neither.
    ///
    /// # Errors
    /// Every mistake of that table, in the order of the text, or that both are there.
    /// Mistakes in the rest of the manifest are not ours to report.
    pub fn parse_manifest(
        path: &str,
        text: &str,
        known: &KnownNames<'_>,
    ) -> Result<Option<Config>, Vec<ConfigError>> {
        parse::manifest(path, text, known)
    }
}

/// A day as settings and comments write it: `2027-01-01`.
pub(crate) fn date(text: &str) -> Option<jiff::civil::Date> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let shape = year.len() == 4 && month.len() == 2 && day.len() == 2 && parts.next().is_none();
    if !shape || !digits(year) || !digits(month) || !digits(day) {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    jiff::civil::Date::new(year, month, day).ok()
}
