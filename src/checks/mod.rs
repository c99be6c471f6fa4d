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
use plain_url::Cleartext;

/// A kind of check.
struct Kind {
    name: &'static str,
    find: Find,
}

/// How a check finds, and so what it looks at.
enum Find {
    /// In files and in the program.
    InCode(fn(&Context<'_>, &Lint) -> Vec<Diagnostic>),
    /// Among what is sent in plain text.
    InCleartext(fn(&Context<'_>, &Cleartext, &Lint) -> Vec<Diagnostic>),
    /// Among endpoints.
    AmongEndpoints(fn(&Context<'_>, &Endpoints<'_>, &Lint) -> Vec<Diagnostic>),
    /// Not at all: the engine reports it itself.
    ByEngine,
}

/// The kinds of check that there are.
static KINDS: [Kind; 9] = [
    kind("secret-literal", Find::InCode(secret_literal::run)),
    kind("plain-url", Find::InCleartext(plain_url::run)),
    kind(
        "unguarded-endpoint",
        Find::AmongEndpoints(endpoints::unguarded::run),
    ),
    kind(
        "unlimited-endpoint",
        Find::AmongEndpoints(endpoints::unlimited::run),
    ),
    kind(
        "cross-origin",
        Find::AmongEndpoints(endpoints::cross_origin::run),
    ),
    kind(
        "unbounded-body",
        Find::AmongEndpoints(endpoints::unbounded::run),
    ),
    kind(
        "spoofable-limit",
        Find::AmongEndpoints(endpoints::spoofable::run),
    ),
    kind(
        "shadowed-route",
        Find::AmongEndpoints(|cx, _, lint| endpoints::shadowed::run(cx, lint)),
    ),
    kind("engine", Find::ByEngine),
];

const fn kind(name: &'static str, find: Find) -> Kind {
    Kind { name, find }
}

fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == name)
}

/// Whether there is a check of this kind.
pub fn is_known(name: &str) -> bool {
    named(name).is_some()
}

/// The names of the kinds of check that there are.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|it| it.name)
}

/// What checks look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Files and the program; a [`Context`] for them needs no endpoints.
    Code,
    /// Endpoints.
    Endpoints,
}

/// Runs those checks of these lints that look at one of the two; what each lint finds. A lint
/// that is about the other, or names no kind that there is, finds nothing.
pub fn run_all(lints: &[Lint], cx: &Context<'_>, about: About) -> Vec<Vec<Diagnostic>> {
    let find = |lint: &Lint| named(&lint.check.kind).map(|it| &it.find);
    // Not for each lint anew, and not behind a lock that a worker could meet while it helps out.
    let is_of_cleartext = |it: &Lint| matches!(find(it), Some(Find::InCleartext(_)));
    let (endpoints, cleartext) = match about {
        About::Endpoints => (Endpoints::new(cx), Cleartext::default()),
        About::Code if lints.iter().any(is_of_cleartext) => {
            (Endpoints::default(), Cleartext::new(cx))
        }
        About::Code => (Endpoints::default(), Cleartext::default()),
    };
    let found = lints.par_iter().map(|lint| match (about, find(lint)) {
        (About::Code, Some(Find::InCode(find))) => find(cx, lint),
        (About::Code, Some(Find::InCleartext(find))) => find(cx, &cleartext, lint),
        (About::Endpoints, Some(Find::AmongEndpoints(find))) => find(cx, &endpoints, lint),
        _ => Vec::new(),
    });
    found.collect()
}
