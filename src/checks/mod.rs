//! The kinds of check that lint files name.
//!
//! A lint is a file; what it looks for is a kind of check with parameters. A check takes
//! the [`Context`] and returns findings; levels, suppressions and what is left out of
//! reports are applied by others, later.

mod builder_without;
mod compared;
mod context;
mod dropped;
pub mod endpoints;
mod fixed;
pub mod hazards;
mod leaks;
mod library_call;
mod middleware;
mod params;
pub mod plain_url;
mod secret_literal;
pub mod secrets;
mod stub_check;
pub mod tainted;
mod unmounted;

pub use context::{Context, Scope, meta};

use rayon::prelude::*;
use serde::de::DeserializeOwned;

use crate::diagnostics::Diagnostic;
use crate::lints::Lint;
use compared::Comparisons;
use endpoints::Endpoints;
use hazards::Hazards;
use plain_url::Cleartext;
use tainted::Flows;

/// A kind of check.
struct Kind {
    name: &'static str,
    find: Find,
    /// Whether it can read what a lint's file says.
    validate: fn(&toml::Table) -> Result<(), String>,
    /// Whether it asks what endpoints for administrators demand beyond an identity.
    asks_rights: bool,
}

/// How a check finds, and so what it looks at.
enum Find {
    /// In files and in the program.
    InCode(fn(&Context<'_>, &Lint) -> Vec<Diagnostic>),
    /// Among what is sent in plain text.
    InCleartext(fn(&Context<'_>, &Cleartext, &Lint) -> Vec<Diagnostic>),
    /// Among the comparisons of secrets.
    AmongComparisons(fn(&Context<'_>, &Comparisons, &Lint) -> Vec<Diagnostic>),
    /// Among the dangerous uses of libraries.
    AmongHazards(fn(&Context<'_>, &Hazards<'_>, &Lint) -> Vec<Diagnostic>),
    /// Among endpoints.
    AmongEndpoints(fn(&Context<'_>, &Endpoints<'_>, &Lint) -> Vec<Diagnostic>),
    /// Among the flows of data from outside.
    AmongFlows(fn(&Context<'_>, &Flows, &Lint) -> Vec<Diagnostic>),
    /// Not at all: the engine reports it itself.
    ByEngine,
}

/// The kinds of check that there are.
static KINDS: [Kind; 46] = [
    kind("secret-literal", Find::InCode(secret_literal::run)),
    with::<hazards::Params>("hazardous-call", Find::AmongHazards(hazards::run)),
    kind("secret-comparison", Find::AmongComparisons(compared::run)),
    kind(
        "empty-credential",
        Find::AmongComparisons(compared::empty::run),
    ),
    kind("fixed-value", Find::InCode(fixed::run)),
    kind("secret-output", Find::InCode(leaks::run)),
    kind("secret-debug", Find::InCode(leaks::debugs::run)),
    kind("error-response", Find::InCode(leaks::answers::run)),
    kind("plain-url", Find::InCleartext(plain_url::run)),
    kind(
        "unguarded-endpoint",
        Find::AmongEndpoints(endpoints::unguarded::run),
    ),
    with::<endpoints::dropped::Params>(
        "dropped-check",
        Find::AmongEndpoints(endpoints::dropped::run),
    ),
    with::<endpoints::forgeable::Params>(
        "forgeable-endpoint",
        Find::AmongEndpoints(endpoints::forgeable::run),
    ),
    kind(
        "mismatched-id",
        Find::AmongEndpoints(endpoints::mismatched::run),
    ),
    kind("fail-open", Find::AmongEndpoints(endpoints::fail_open::run)),
    kind("early-return", Find::AmongEndpoints(endpoints::early::run)),
    kind(
        "flagged-check",
        Find::AmongEndpoints(endpoints::flagged::run),
    ),
    with::<endpoints::noop::Params>("noop-validator", Find::AmongEndpoints(endpoints::noop::run)),
    kind(
        "misplaced-endpoint",
        Find::AmongEndpoints(endpoints::misplaced::run),
    )
    .asking_rights(),
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
    with::<endpoints::assigned::Params>(
        "assigned-fields",
        Find::AmongEndpoints(endpoints::assigned::run),
    )
    .asking_rights(),
    with::<endpoints::disclosed::Params>(
        "disclosed-fields",
        Find::AmongEndpoints(endpoints::disclosed::run),
    ),
    kind(
        "unauthorized-endpoint",
        Find::AmongEndpoints(endpoints::unauthorized::run),
    )
    .asking_rights(),
    kind(
        "deviant-endpoint",
        Find::AmongEndpoints(endpoints::deviants::run),
    )
    .asking_rights(),
    kind(
        "ignored-principal",
        Find::AmongEndpoints(endpoints::ignored::run),
    )
    .asking_rights(),
    with::<endpoints::bypass::Params>("path-bypass", Find::AmongEndpoints(endpoints::bypass::run)),
    with::<endpoints::changing_reads::Params>(
        "changing-read",
        Find::AmongEndpoints(endpoints::changing_reads::run),
    ),
    with::<endpoints::debugging::Params>(
        "debugging-endpoint",
        Find::AmongEndpoints(endpoints::debugging::run),
    ),
    with::<endpoints::panicking::Params>(
        "panicking-handler",
        Find::AmongEndpoints(endpoints::panicking::run),
    ),
    with::<endpoints::unprotected::Params>(
        "unprotected-service",
        Find::AmongEndpoints(endpoints::unprotected::run),
    ),
    with::<endpoints::headers::Params>(
        "unset-headers",
        Find::AmongEndpoints(endpoints::headers::run),
    ),
    with::<endpoints::plain_server::Params>(
        "plain-server",
        Find::AmongEndpoints(endpoints::plain_server::run),
    ),
    with::<endpoints::unlogged::Params>(
        "unlogged-refusal",
        Find::AmongEndpoints(endpoints::unlogged::run),
    ),
    with::<endpoints::undocumented::Params>(
        "undocumented-endpoint",
        Find::AmongEndpoints(endpoints::undocumented::run),
    ),
    with::<endpoints::verbs::Params>(
        "mismatched-verb",
        Find::AmongEndpoints(endpoints::verbs::run),
    ),
    with::<endpoints::owners::Params>(
        "unscoped-statement",
        Find::AmongEndpoints(endpoints::owners::run),
    )
    .asking_rights(),
    with::<library_call::Params>("library-call", Find::InCode(library_call::run)),
    with::<dropped::Params>("dropped-part", Find::InCode(dropped::run)),
    with::<builder_without::Params>("builder-without", Find::InCode(builder_without::run)),
    with::<stub_check::Params>("stub-check", Find::InCode(stub_check::run)),
    with::<unmounted::Params>("unmounted-middleware", Find::InCode(unmounted::run)),
    with::<tainted::Params>("tainted-sink", Find::AmongFlows(tainted::run)),
    kind("engine", Find::ByEngine),
];

/// A kind of check that takes what it finds in a lint's file, or nothing.
const fn kind(name: &'static str, find: Find) -> Kind {
    Kind {
        name,
        find,
        validate: |_| Ok(()),
        asks_rights: false,
    }
}

/// A kind of check to which a lint's file has to say these things.
const fn with<P: DeserializeOwned>(name: &'static str, find: Find) -> Kind {
    Kind {
        name,
        find,
        validate: params::validate::<P>,
        asks_rights: false,
    }
}

impl Kind {
    const fn asking_rights(self) -> Kind {
        Kind {
            asks_rights: true,
            ..self
        }
    }
}

fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == name)
}

/// Whether there is a check of this kind.
pub fn is_known(name: &str) -> bool {
    named(name).is_some()
}

/// Whether a check of this kind asks what endpoints for administrators demand beyond an identity.
pub fn asks_rights(name: &str) -> bool {
    named(name).is_some_and(|it| it.asks_rights)
}

/// Whether a lint's file gives its check what it needs.
///
/// # Errors
///
/// What is wrong with the parameters.
pub fn validate(lint: &Lint) -> Result<(), String> {
    named(&lint.check.kind).map_or(Ok(()), |it| (it.validate)(&lint.check.params))
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
pub fn run_all(lints: &[&Lint], cx: &Context<'_>, about: About) -> Vec<Vec<Diagnostic>> {
    let find = |lint: &Lint| named(&lint.check.kind).map(|it| &it.find);
    // Not for each lint anew, and not behind a lock that a worker could meet while it helps out.
    let is_of_cleartext = |it: &Lint| matches!(find(it), Some(Find::InCleartext(_)));
    let mut of_flows = lints
        .iter()
        .copied()
        .filter(|it| cx.follows_data && matches!(find(it), Some(Find::AmongFlows(_))));
    let is_of_code = about == About::Code;
    let (endpoints, flows) = match is_of_code {
        true => Default::default(),
        false => rayon::join(|| Endpoints::new(cx), || Flows::new(cx, &mut of_flows)),
    };
    let cleartext = match is_of_code && lints.iter().copied().any(is_of_cleartext) {
        true => Cleartext::new(cx),
        false => Cleartext::default(),
    };
    let is_of_comparisons = |it: &Lint| matches!(find(it), Some(Find::AmongComparisons(_)));
    let comparisons = match is_of_code && lints.iter().copied().any(is_of_comparisons) {
        true => Comparisons::new(cx),
        false => Comparisons::default(),
    };
    let mut of_hazards = lints
        .iter()
        .copied()
        .filter(|it| is_of_code && matches!(find(it), Some(Find::AmongHazards(_))));
    let hazards = Hazards::new(cx, &mut of_hazards);
    let found = lints.par_iter().map(|lint| match (about, find(lint)) {
        (About::Code, Some(Find::InCode(find))) => find(cx, lint),
        (About::Code, Some(Find::InCleartext(find))) => find(cx, &cleartext, lint),
        (About::Code, Some(Find::AmongComparisons(find))) => find(cx, &comparisons, lint),
        (About::Code, Some(Find::AmongHazards(find))) => find(cx, &hazards, lint),
        (About::Endpoints, Some(Find::AmongEndpoints(find))) => find(cx, &endpoints, lint),
        (About::Endpoints, Some(Find::AmongFlows(find))) => find(cx, &flows, lint),
        _ => Vec::new(),
    });
    found.collect()
}
