//! Middleware that refuses some requests for their credentials, and lets others pass without.

use super::proof::{Proof, Strength};
use super::{Event, EventKind, Summary};
use crate::routes::endpoint::Gap;

/// Where middleware goes on with a request of which nothing is proven, if it refuses some and checks the
/// credentials of some; `proof` is what holds wherever it goes on.
pub(super) fn gap(summary: &Summary, proof: &Proof) -> Option<Gap> {
    let is_next = |event: &&Event| matches!(event.kind, EventKind::Next);
    let next = summary.events.iter().find(is_next)?;
    let exits = summary.exits.iter();
    let refusing = exits.filter(|(value, _)| value.refuses());
    let branches = summary.events.iter();
    let branches = branches.filter(|event| matches!(event.kind, EventKind::Refused));
    let mut refusing = refusing
        .map(|(_, state)| state)
        .chain(branches.map(|event| &event.state));
    let refuses = refusing.any(|state| !state.passed);
    let is_open = proof.strength < Strength::Verified && proof.looked && proof.maybe.is_none();
    let inserts = |event: &Event| matches!(event.kind, EventKind::Insert(..));
    (refuses && is_open).then(|| Gap {
        span: next.unchecked.unwrap_or(next.span),
        has_failed: next.unchecked.is_some(),
        inserts: summary.events.iter().any(inserts),
    })
}
