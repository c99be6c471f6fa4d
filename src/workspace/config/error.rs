//! A mistake in a configuration file.

use crate::source::TextRange;

/// A mistake in a configuration file: what, where, and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ConfigError {
    /// The file, as reports show it.
    pub path: String,
    /// The bytes that are wrong.
    pub range: TextRange,
    /// The kind of mistake.
    pub kind: ConfigErrorKind,
    /// The fact: lower case, no full stop.
    pub message: String,
    /// What to say at the place; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

/// The kinds of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigErrorKind {
    /// Not TOML.
    Syntax,
    /// A key that nobody reads.
    UnknownKey,
    /// A lint or category that does not exist.
    UnknownLint,
    /// A string where a list belongs, and so on.
    WrongType,
    /// The right type, but no meaning: a bad glob, date or word.
    BadValue,
    /// Something that must be there is not.
    Missing,
    /// Settings in two places at once.
    TwoPlaces,
}
