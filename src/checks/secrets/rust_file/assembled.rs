//! Credentials that stand in no literal as a whole: `concat!("ghp_", "..")`, `format!("{}@{}", ..)`.

use super::super::SecretFinding;
use super::super::Surroundings;
use super::super::text_file::formatted;
use super::values::Values;
use crate::facts::Expr;
use crate::source::{FileId, Span};
use crate::values::text::{Text, expr_name, format_macro};

/// The macros, other than `concat!`, that [`format_macro`] knows.
pub(super) const FORMATTING: [&str; 2] = ["format", "format_args"];

/// What the macros of a body put together, where it has one of the published formats. The
/// place is the whole macro: any part of it may be part of the secret.
pub(super) fn assembled(values: &Values<'_>) -> Vec<SecretFinding> {
    let mut findings = Vec::new();
    for (id, expr) in values.body.exprs() {
        let Expr::Macro(call) = expr else { continue };
        let range = values.body.expr_range(id);
        let mut inserted = false;
        // Where texts come from does not matter here: one file is looked at.
        let span = Span::new(FileId::new(0), range.start, range.end);
        let whole = format_macro(
            values.body,
            call,
            span,
            &mut |part| match values.literal(part) {
                Some(value) => {
                    inserted = true;
                    Text::known(value.text.expose().as_str(), None)
                }
                None => Text::hole(expr_name(values.body, part)),
            },
        );
        let Some(whole) = whole.filter(|_| inserted) else {
            continue;
        };
        let found = formatted(&whole.display(), Surroundings::Deployed);
        findings.extend(
            found
                .into_iter()
                .next()
                .map(|it| SecretFinding { range, ..it }),
        );
    }
    findings
}
