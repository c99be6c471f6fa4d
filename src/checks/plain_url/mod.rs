//! Addresses of other servers that are reached without TLS: what `plain-url` lints look for.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::lints::Lint;

/// Finds clients that connect in plain text.
pub fn run(_cx: &Context<'_>, _lint: &Lint) -> Vec<Diagnostic> {
    Vec::new()
}
