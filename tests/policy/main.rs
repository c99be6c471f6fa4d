//! What the project asks of itself, held by `cargo test` and not by reviewers.
//!
//! `MOAT_BLESS=1 cargo test --test policy` rewrites what is generated.

mod docs;
mod generated;
mod lints;
mod modules;
mod picture;
mod settings;
mod sources;
mod tree;
