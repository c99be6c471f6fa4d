//! The kinds of check that lint files name.
//!
//! A lint is a file; what it looks for is a kind of check with parameters. A check takes
//! the [`Context`] and returns findings; levels, suppressions and what is left out of
//! reports are applied by others, later.

mod context;
pub mod endpoints;
mod fixed;
mod leaks;
pub mod plain_url;
mod secret_literal;
pub mod secrets;
pub mod tainted;

pub use context::{Context, Scope, meta};

use rayon::prelude::*;

use crate::diagnostics::Diagnostic;
use crate::lints::Lint;
use endpoints::Endpoints;
use plain_url::Cleartext;
use tainted::Flows;

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
    /// Among the flows of data from outside.
    AmongFlows(fn(&Context<'_>, &Flows, &Lint) -> Vec<Diagnostic>),
    /// Not at all: the engine reports it itself.
    ByEngine,
}

/// The kinds of check that there are.
static KINDS: [Kind; 12] = [
    kind("secret-literal", Find::InCode(secret_literal::run)),
    kind("fixed-value", Find::InCode(fixed::run)),
    kind("secret-output", Find::InCode(leaks::run)),
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
    kind("tainted-sink", Find::AmongFlows(tainted::run)),
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

/// Whether a lint's file gives its check what it needs.
///
/// # Errors
///
/// What is wrong with the parameters.
pub fn validate(lint: &Lint) -> Result<(), String> {
    match named(&lint.check.kind).map(|it| &it.find) {
        Some(Find::AmongFlows(_)) => tainted::validate(&lint.check.params),
        _ => Ok(()),
    }
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
    let mut of_flows = lints
        .iter()
        .filter(|it| cx.follows_data && matches!(find(it), Some(Find::AmongFlows(_))));
    let is_of_code = about == About::Code;
    let (endpoints, flows) = match is_of_code {
        true => Default::default(),
        false => rayon::join(|| Endpoints::new(cx), || Flows::new(cx, &mut of_flows)),
    };
    let cleartext = match is_of_code && lints.iter().any(is_of_cleartext) {
        true => Cleartext::new(cx),
        false => Cleartext::default(),
    };
    let found = lints.par_iter().map(|lint| match (about, find(lint)) {
        (About::Code, Some(Find::InCode(find))) => find(cx, lint),
        (About::Code, Some(Find::InCleartext(find))) => find(cx, &cleartext, lint),
        (About::Endpoints, Some(Find::AmongEndpoints(find))) => find(cx, &endpoints, lint),
        (About::Endpoints, Some(Find::AmongFlows(find))) => find(cx, &flows, lint),
        _ => Vec::new(),
    });
    found.collect()
}
