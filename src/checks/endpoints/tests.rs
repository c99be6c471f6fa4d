//! The checks on small services.
