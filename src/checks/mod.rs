//! The kinds of check that lint files name.
//!
//! A lint is a file; what it looks for is a kind of check with parameters. A check takes
//! the [`Context`] and returns findings; levels, suppressions and what is left out of
//! reports are applied by others, later.

mod context;
pub mod endpoints;
pub mod plain_url;
pub mod secrets;

pub use context::{Context, meta};

use crate::diagnostics::Diagnostic;
use crate::lints::Lint;

/// Runs the check of this kind with a lint's parameters; `None` if there is no such kind.
pub fn run(kind: &str, lint: &Lint, cx: &Context<'_>) -> Option<Vec<Diagnostic>> {
    Some(match kind {
        "plain-url" => plain_url::run(cx, lint),
        "unguarded-endpoint" => endpoints::unguarded::run(cx, lint),
        "unlimited-endpoint" => endpoints::unlimited::run(cx, lint),
        // The engine reports these itself.
        "engine" => Vec::new(),
        _ => return None,
    })
}
