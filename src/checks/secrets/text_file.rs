//! Secrets in files that are not Rust: settings, keys, whatever else is text.

use super::formats::FORMATS;
use super::key_values::{KeyValue, Syntax, beside, key_values};
use super::{Place, Redacted, SecretFinding, SecretKind, Surroundings, policy};
use crate::source::{Name, TextRange};

/// Everything in a text file that is, or looks like, a secret. `path` is relative to the
/// scanned root, with forward slashes; it says how the file is read and how much its
/// contents matter.
pub fn text_file(path: &str, text: &str) -> Vec<SecretFinding> {
    let around = Surroundings::of(path);
    let mut findings = formatted(text, around);
    // A comment of a settings file shows how to write a URL; a token in it is a token.
    findings.retain(|it| {
        matches!(
            it.kind,
            SecretKind::Provider { .. } | SecretKind::PrivateKey
        ) || !is_commented(text, it.range)
    });
    let file = path.rsplit('/').next().unwrap_or(path);
    if let Some(syntax) = Syntax::of(file) {
        let pairs = key_values(syntax, text);
        for pair in &pairs {
            let Some(value) = written(text, pair.value) else {
                continue;
            };
            let value = Redacted::new(value.to_owned());
            let Some(verdict) = policy::named(&pair.key, &value, Place::Setting, around) else {
                continue;
            };
            let verdict = match is_used_nearby(text, &pairs, pair) {
                true => policy::nearby(verdict, &value),
                false => verdict,
            };
            findings.push(SecretFinding {
                range: pair.value,
                kind: verdict.kind,
                name: Some(Name::new(&pair.key)),
                place: Place::Setting,
                confidence: verdict.confidence,
                severity: verdict.severity,
                persona: verdict.persona,
            });
        }
    }
    without_overlaps(findings)
}

fn written(text: &str, range: TextRange) -> Option<&str> {
    text.get(range.start as usize..range.end as usize)
}

/// Whether the table of a setting says that its host is this machine, or one beside it.
fn is_used_nearby(text: &str, all: &[KeyValue], one: &KeyValue) -> bool {
    const HOSTS: [&str; 9] = [
        "host", "hostname", "server", "address", "endpoint", "url", "uri", "hosts", "hostspec",
    ];
    // A name that says more goes with a host of that name, which nobody looks for.
    const BARE: [&str; 9] = [
        "password",
        "passwd",
        "pass",
        "secret",
        "secret_key",
        "secret_access_key",
        "access_key",
        "token",
        "api_key",
    ];
    let name = one.key.rsplit('.').next().unwrap_or_default();
    let mut hosts = beside(all, one, &HOSTS)
        .filter_map(|it| written(text, it))
        .flat_map(|it| it.split(','))
        .map(policy::host_of)
        .peekable();
    BARE.contains(&name) && hosts.peek().is_some() && hosts.all(policy::is_nearby)
}

fn is_commented(text: &str, range: TextRange) -> bool {
    let before = text.get(..range.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with(['#', ';']) || line.starts_with("//")
}

/// The findings that need no name, in any text.
pub(crate) fn formatted(text: &str, around: Surroundings) -> Vec<SecretFinding> {
    let hits = FORMATS.scan(text.as_bytes());
    let findings = hits.iter().filter_map(|hit| {
        let verdict = policy::formatted(hit, text, around)?;
        Some(SecretFinding {
            range: hit.secret,
            kind: verdict.kind,
            name: None,
            place: Place::Written,
            confidence: verdict.confidence,
            severity: verdict.severity,
            persona: verdict.persona,
        })
    });
    findings.collect()
}

/// One finding for one place: of two that overlap, the one found by form says more.
pub(crate) fn without_overlaps(mut findings: Vec<SecretFinding>) -> Vec<SecretFinding> {
    findings.sort_by_key(|it| (it.place != Place::Written, it.persona, it.range));
    let mut kept: Vec<SecretFinding> = Vec::new();
    for finding in findings {
        let apart = |other: &TextRange| {
            other.end <= finding.range.start || finding.range.end <= other.start
        };
        if kept.iter().all(|it| apart(&it.range)) {
            kept.push(finding);
        }
    }
    kept.sort_by_key(|it| it.range);
    kept
}
