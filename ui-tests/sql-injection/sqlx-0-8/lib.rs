//! Empty: see the examples.
