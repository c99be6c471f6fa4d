//! What lint files say to their checks.

use serde::de::DeserializeOwned;

use super::Context;
use crate::diagnostics::Persona;
use crate::lints::Lint;

/// What a lint's file says, as its check wants it; `None` if it cannot be read so.
pub(super) fn read<P: DeserializeOwned>(lint: &Lint) -> Option<P> {
    lint.check.params.clone().try_into().ok()
}

/// The same of a lint that only auditors hear of; `None` for everybody else.
pub(super) fn read_for_auditors<P: DeserializeOwned>(cx: &Context<'_>, lint: &Lint) -> Option<P> {
    match cx.persona {
        Persona::Auditor => read(lint),
        Persona::Regular => None,
    }
}

/// Whether what a file says can be read so.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn validate<P: DeserializeOwned>(table: &toml::Table) -> Result<(), String> {
    let read: Result<P, _> = table.clone().try_into();
    read.map(drop).map_err(|error| error.to_string())
}
