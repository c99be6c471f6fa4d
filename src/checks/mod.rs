//! The kinds of check that lint files name.

pub mod secrets;
