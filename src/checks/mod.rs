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
    "cross-origin",
    "unbounded-body",
    "spoofable-limit",
    "shadowed-route",
    "engine",
];

/// What checks look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Files and the program; a [`Context`] for them needs no endpoints.
    Code,
    /// Endpoints.
    Endpoints,
}

impl About {
    fn of(kind: &str) -> About {
        match kind {
            "unguarded-endpoint" | "unlimited-endpoint" | "cross-origin" | "unbounded-body"
            | "spoofable-limit" | "shadowed-route" => About::Endpoints,
            _ => About::Code,
        }
    }
}

/// Runs those checks of these lints that look at one of the two; what each lint finds. A lint
/// that is about the other, or names no kind that there is, finds nothing.
pub fn run_all(lints: &[Lint], cx: &Context<'_>, about: About) -> Vec<Vec<Diagnostic>> {
    // Not for each lint anew, and not behind a lock that a worker could meet while it helps out.
    let endpoints = match about {
        About::Endpoints => Endpoints::new(cx),
        About::Code => Endpoints::default(),
    };
    let found = lints.par_iter().map(|lint| {
        if About::of(&lint.check.kind) == about {
            run(lint, cx, &endpoints)
        } else {
            Vec::new()
        }
    });
    found.collect()
}

fn run(lint: &Lint, cx: &Context<'_>, endpoints: &Endpoints<'_>) -> Vec<Diagnostic> {
    match lint.check.kind.as_str() {
        "secret-literal" => secret_literal::run(cx, lint),
        "plain-url" => plain_url::run(cx, lint),
        "unguarded-endpoint" => endpoints::unguarded::run(cx, endpoints, lint),
        "unlimited-endpoint" => endpoints::unlimited::run(cx, endpoints, lint),
        "cross-origin" => endpoints::cross_origin::run(cx, endpoints, lint),
        "unbounded-body" => endpoints::unbounded::run(cx, endpoints, lint),
        "spoofable-limit" => endpoints::spoofable::run(cx, endpoints, lint),
        "shadowed-route" => endpoints::shadowed::run(cx, lint),
        // What else there is, the engine reports itself.
        _ => Vec::new(),
    }
}
