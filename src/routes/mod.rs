//! Program -> endpoints and what guards them.
//!
//! [`eval`] runs the code that builds routers, symbolically, with the knowledge of how
//! each framework composes routes from [`frameworks`]; [`guard`] judges extractors,
//! layers and bodies by their code; [`inventory`] puts both together.

mod assemble;
pub mod body_limit;
pub mod cors;
pub mod endpoint;
pub mod eval;
pub mod filter;
pub mod frameworks;
pub mod guard;
pub mod inventory;
pub mod limit_key;
mod limiters;
mod limits;
mod listener;
pub mod purpose;
mod streams;
pub mod value;

pub use endpoint::{
    Endpoint, Evidence, EvidenceKind, Handler, HandlerTarget, Protection, Protections, Purpose,
    Status,
};
pub use inventory::{Inventory, Rights};
