//! Under construction.
pub(crate) fn expand_calls(_builder: &mut super::build::Builder<'_>) {}
