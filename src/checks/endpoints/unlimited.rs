//! The check `unlimited-endpoint`.

use crate::checks::Context;
use crate::diagnostics::Diagnostic;
use crate::lints::Lint;

/// Finds unlimited endpoints.
pub fn run(_cx: &Context<'_>, _lint: &Lint) -> Vec<Diagnostic> {
    Vec::new()
}
