//! What protects each endpoint, held against what was decided: policies and `moat.lock`.
//!
//! A [`RoutePolicy`](crate::workspace::config::RoutePolicy) says what the endpoints of some routes
//! must have; `moat.lock` is what somebody has accepted of every endpoint. Neither is waived by
//! comments or levels: both are changed where they stand, in a review.

pub mod compare;
mod findings;
pub mod lock;
mod policies;
mod rights;
mod strength;
mod verdict;

pub use findings::lock_findings;
pub use lock::{Lock, LockError};
pub use policies::{Judged, policy_findings};
pub use verdict::{Entry, Verdict};

use crate::routes::Endpoint;
use crate::source::Span;

/// An endpoint with the places that findings about it point at.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The smallest text that registers it.
    pub registration: Span,
    /// The name of its handler, where that is in the program.
    pub handler: Option<Span>,
    /// Whether it is among the files that were asked about.
    pub is_in_scope: bool,
}
