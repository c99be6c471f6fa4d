//! Endpoints that miss a protection.

pub mod unguarded;
pub mod unlimited;
