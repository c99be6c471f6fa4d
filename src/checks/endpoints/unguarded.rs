//! The check `unguarded-endpoint`.

use crate::checks::Context;
use crate::diagnostics::Diagnostic;
use crate::lints::Lint;

/// Finds unguarded endpoints.
pub fn run(_cx: &Context<'_>, _lint: &Lint) -> Vec<Diagnostic> {
    Vec::new()
}
