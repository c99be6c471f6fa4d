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

use rayon::prelude::*;

use crate::diagnostics::Diagnostic;
use crate::lints::Lint;
use endpoints::Endpoints;

/// Whether there is a check of this kind.
pub fn is_known(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// The kinds of check that there are.
pub const KINDS: &[&str] = &[
    "secret-literal",
    "plain-url",
    "unguarded-endpoint",
    "unlimited-endpoint",
    "engine",
];

/// Runs the checks of all these lints; findings are in the order of the lints. A lint that names
/// no kind that there is finds nothing.
pub fn run_all(lints: &[Lint], cx: &Context<'_>) -> Vec<Diagnostic> {
    // Not for each lint anew, and not behind a lock that a worker could meet while it helps out.
    let asks_for_endpoints = |lint: &Lint| is_about_endpoints(&lint.check.kind);
    let endpoints = match lints.iter().any(asks_for_endpoints) {
        true => Endpoints::new(cx),
        false => Endpoints::default(),
    };
    let found: Vec<Vec<Diagnostic>> = lints
        .par_iter()
        .map(|lint| run(&lint.check.kind, lint, cx, &endpoints).unwrap_or_default())
        .collect();
    found.into_iter().flatten().collect()
}

fn is_about_endpoints(kind: &str) -> bool {
    matches!(kind, "unguarded-endpoint" | "unlimited-endpoint")
}

/// Runs the check of this kind with a lint's parameters; `None` if there is no such kind.
fn run(
    kind: &str,
    lint: &Lint,
    cx: &Context<'_>,
    endpoints: &Endpoints<'_>,
) -> Option<Vec<Diagnostic>> {
    Some(match kind {
        "secret-literal" => secret_literal::run(cx, lint),
        "plain-url" => plain_url::run(cx, lint),
        "unguarded-endpoint" => endpoints::unguarded::run(cx, endpoints, lint),
        "unlimited-endpoint" => endpoints::unlimited::run(cx, endpoints, lint),
        // The engine reports these itself.
        "engine" => Vec::new(),
        _ => return None,
    })
}
