//! What can be wrong with a lint file.

use std::sync::Arc;

use crate::source::TextRange;

/// A mistake in a lint file, at its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct LintFileError {
    /// The file, as the caller named it.
    pub path: Arc<str>,
    /// The bytes that are wrong.
    pub range: TextRange,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What would be right, where that can be said.
    pub help: Option<String>,
}

impl LintFileError {
    pub(super) fn new(path: &str, range: TextRange, message: impl Into<String>) -> Self {
        LintFileError {
            path: path.into(),
            range,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
