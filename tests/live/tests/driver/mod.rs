//! The driver: asks the analyzer, starts each service, and compares.

pub mod checks;
pub mod directives;
mod grpc;
mod http;
pub mod inventory;
mod process;
mod requests;
mod routing;
mod verdicts;
