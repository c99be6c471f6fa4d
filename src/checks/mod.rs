//! The kinds of check that lint files name.
//!
//! A lint is a file; what it looks for is a kind of check with parameters. A check takes
//! the [`Context`] and returns findings; levels, suppressions and what is left out of
//! reports are applied by others, later.

mod context;
pub mod endpoints;
pub mod plain_url;
mod secret_literal;
pub mod secrets;

pub use context::{Context, Scope, meta};

use crate::diagnostics::Diagnostic;
use crate::lints::Lint;

/// Whether there is a check of this kind.
pub fn is_known(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// The kinds of check that [`run`] knows.
pub const KINDS: &[&str] = &[
    "secret-literal",
    "plain-url",
    "unguarded-endpoint",
    "unlimited-endpoint",
    "engine",
];

/// Runs the check of this kind with a lint's parameters; `None` if there is no such kind.
pub fn run(kind: &str, lint: &Lint, cx: &Context<'_>) -> Option<Vec<Diagnostic>> {
    Some(match kind {
        "secret-literal" => secret_literal::run(cx, lint),
        "plain-url" => plain_url::run(cx, lint),
        "unguarded-endpoint" => endpoints::unguarded::run(cx, lint),
        "unlimited-endpoint" => endpoints::unlimited::run(cx, lint),
        // The engine reports these itself.
        "engine" => Vec::new(),
        _ => return None,
    })
}
