//! Secrets of the workspace as findings: the check `secret-literal`.

use super::Context;
use super::secrets::{Place, SecretFinding, SecretKind};
use crate::diagnostics::{Diagnostic, Label};
use crate::lints::Lint;
use crate::source::FileId;

/// One finding for each secret, at its literal. No value is in its words.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let secrets = cx.secrets.iter();
    secrets
        .flat_map(|(file, found)| found.iter().map(|it| finding(cx, lint, *file, it)))
        .collect()
}

fn finding(cx: &Context<'_>, lint: &Lint, file: FileId, found: &SecretFinding) -> Diagnostic {
    let what = what(found.kind);
    let path = cx.sources.path(file);
    let fingerprint = format!(
        "{path} {} {}",
        found.name.map_or("", |it| it.as_str()),
        identity(found.kind)
    );
    let label = Label::new(found.range.in_file(file), label(found, &what));
    Diagnostic::new(&cx.meta(lint), title(found, &what), label, fingerprint)
        .with_severity(found.severity)
        .with_confidence(found.confidence)
        .with_persona(found.persona.max(lint.persona))
        .with_note(format!("seen: {}", seen(found, &what)))
        .with_help(help(found))
}

/// `GitHub credential`, `signing key`.
fn what(kind: SecretKind) -> String {
    match kind.provider() {
        Some(provider) => format!("{provider} {}", kind.words()),
        None => kind.words().to_owned(),
    }
}

/// With its article.
fn a(what: &str) -> String {
    let vowel = what.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']);
    format!("{} {what}", if vowel { "an" } else { "a" })
}

fn identity(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Provider { id, .. } => id.as_str(),
        other => other.words(),
    }
}

fn title(found: &SecretFinding, what: &str) -> String {
    let name = found.name.map(|it| it.as_str()).filter(|it| !it.is_empty());
    match (found.place, name) {
        (Place::Written, _) | (_, None) => format!("{what} stands in the source"),
        (Place::Assigned | Place::Setting, Some(name)) => format!("{what} in the source: `{name}`"),
        (Place::Default, Some(name)) => {
            format!("`{name}` has {} in the source as its default", a(what))
        }
        (Place::Passed, Some(name)) => format!("`{name}` is given {} from the source", a(what)),
        (Place::Compared, Some(name)) => {
            format!("`{name}` is compared with {} in the source", a(what))
        }
    }
}

fn label(found: &SecretFinding, what: &str) -> String {
    match found.place {
        Place::Default => "used wherever nothing else is configured".to_owned(),
        Place::Compared => "whoever reads the source knows it".to_owned(),
        _ => format!("this {what}"),
    }
}

fn seen(found: &SecretFinding, what: &str) -> String {
    let long = format!("{} bytes", found.range.len());
    match (found.place, found.name) {
        (Place::Written, _) => format!("a text in the form of {}, {long}", a(what)),
        (_, Some(name)) => {
            format!(
                "`{name}` names {}, and the value ({long}) looks like one",
                a(what)
            )
        }
        (_, None) => format!(
            "{} is wanted here, and the value ({long}) looks like one",
            a(what)
        ),
    }
}

fn help(found: &SecretFinding) -> &'static str {
    match found.place {
        Place::Default => {
            "fail at the start when nothing is configured, and replace the value wherever it is in use"
        }
        Place::Setting => {
            "take it from the environment or a secret store, and replace the value: it stays in the history"
        }
        _ => {
            "read it from the environment or a secret store, and replace the value: it stays in the history"
        }
    }
}
