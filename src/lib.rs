//! `moat` knows, from source alone, which endpoint of a Rust web service is open and what is wrong with it.
//!
//! Data flows one way through the modules below; each uses only those above it.
//! `docs/architecture.md` tells the whole story.

pub mod source;

pub mod workspace;

pub mod facts;
pub mod flow;

pub mod models;

pub mod program;

pub mod values;

pub mod routes;

pub mod diagnostics;

pub mod lints;

pub mod report;

pub mod checks;

pub mod posture;

pub mod scan;

pub mod cli;
