//! What to make of a name, a value and a place together.

use super::checksum::{self, Checksum};
use super::formats::{FormatHit, FormatKind};
use super::names::{self, NameVerdict, Strength};
use super::shape::{Harmless, Shape, shape};
use super::{Place, Redacted, SecretKind, Surroundings};
use crate::diagnostics::{Confidence, Persona, Severity};
use crate::source::Name;

/// How a candidate is to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: SecretKind,
    pub(crate) confidence: Confidence,
    pub(crate) severity: Severity,
    pub(crate) persona: Persona,
}

/// Judges a value that was given to something called `name`.
pub(crate) fn named(
    name: &str,
    value: &Redacted<String>,
    place: Place,
    around: Surroundings,
) -> Option<Verdict> {
    let NameVerdict { kind, strength } = names::judge(name)?;
    // `const API_KEY: &str = "api-key"` names a header, a field or a variable.
    let counts = match place {
        Place::Compared => true,
        Place::Default if names::is_privileged(name) => true,
        Place::Default | Place::Passed => kind.is_key(),
        Place::Setting => shape(value.expose()) == Shape::Development,
        Place::Assigned | Place::Written => false,
    };
    if !counts && is_name_of_itself(name, value.expose()) {
        return None;
    }
    if place == Place::Setting && names_a_right(name, value.expose()) {
        return None;
    }
    let mut verdict = judge(kind, strength, value, place, around)?;
    // What an installation starts with if nobody sets it is what attackers try first.
    if place == Place::Default && kind == SecretKind::Password && names::is_privileged(name) {
        verdict.persona = persona(true, around)?;
        verdict.severity = Severity::High;
    }
    Some(verdict)
}

/// Judges a value that stands where a secret of this kind is wanted.
pub(crate) fn judge(
    kind: SecretKind,
    strength: Strength,
    value: &Redacted<String>,
    place: Place,
    around: Surroundings,
) -> Option<Verdict> {
    use Confidence::{High, Low, Medium};
    let fallback = matches!(place, Place::Default | Place::Passed);
    let value = without_scheme(value);
    let strong = strength == Strength::Strong;
    let shape = shape(value.expose());
    let (confidence, regular) = match shape {
        Shape::Random => {
            let opaque = super::shape::is_uuid(value.expose().as_bytes());
            (if strong { High } else { Medium }, strong || !opaque)
        }
        // Whoever reads the source can forge, however the key looks.
        Shape::Harmless(Harmless::Sentence | Harmless::Identifier)
        | Shape::Placeholder
        | Shape::Development
            if kind.is_key() && fallback =>
        {
            (High, true)
        }
        Shape::Harmless(Harmless::Empty) if kind.is_key() && place == Place::Default => {
            (Medium, true)
        }
        // A password is compared with a back door; keys and tokens as well with words.
        Shape::Chosen | Shape::Development | Shape::Placeholder
            if place == Place::Compared && strong =>
        {
            (
                Medium,
                matches!(kind, SecretKind::Password | SecretKind::Secret),
            )
        }
        Shape::Chosen if strong && kind.is_key() => (High, true),
        Shape::Chosen if strong && fallback => (Medium, true),
        Shape::Chosen if strong => (
            Medium,
            matches!(
                kind,
                SecretKind::Password | SecretKind::Secret | SecretKind::Salt
            ),
        ),
        Shape::Harmless(Harmless::Sentence)
            if kind.is_key() && strong && place == Place::Assigned =>
        {
            (Medium, true)
        }
        Shape::Placeholder if strong && place == Place::Default => {
            (Medium, kind == SecretKind::Password)
        }
        Shape::Placeholder | Shape::Development if strong && (fallback || kind.is_key()) => {
            (Medium, false)
        }
        // Weak as it is, it is the password of something.
        Shape::Development if strong && place == Place::Assigned => {
            (Medium, kind == SecretKind::Password)
        }
        Shape::Development if strong && place != Place::Written => (Low, false),
        // In a workflow, `id-token: write` is a permission and `shared-key` a cache's name.
        Shape::Chosen
            if around == Surroundings::Deployed
                && matches!(place, Place::Default | Place::Setting) =>
        {
            (Low, false)
        }
        _ => return None,
    };
    let persona = match around {
        Surroundings::Example if shape == Shape::Random => Persona::Auditor,
        _ => persona(regular, around)?,
    };
    Some(Verdict {
        kind,
        confidence,
        severity: severity(kind, shape),
        persona,
    })
}

/// A verdict about what is used with a host nearby: a chosen password is one of a developer's machine,
/// as in a URL. Keys sign and encrypt wherever they are used, and nobody makes up a random value twice.
pub(crate) fn nearby(verdict: Verdict, value: &Redacted<String>) -> Verdict {
    let is_made_up = !matches!(shape(value.expose()), Shape::Random);
    match is_made_up && !verdict.kind.is_key() {
        true => Verdict {
            persona: Persona::Auditor,
            ..verdict
        },
        false => verdict,
    }
}

/// The host in an address or URL.
pub(crate) fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    rest.split(['/', ':', '?']).next().unwrap_or(rest).trim()
}

/// Whether a host is this machine.
pub(crate) fn is_nearby(host: &str) -> bool {
    matches!(
        host,
        "localhost" | "127.0.0.1" | "[" | "host.docker.internal"
    )
}

/// Who wants to see a candidate that `regular`ly counts, in a file of this kind.
fn persona(regular: bool, around: Surroundings) -> Option<Persona> {
    match around {
        Surroundings::Deployed if regular => Some(Persona::Regular),
        Surroundings::Deployed | Surroundings::Development => Some(Persona::Auditor),
        Surroundings::Example
        | Surroundings::Test
        | Surroundings::Translation
        | Surroundings::Generated => None,
    }
}

fn severity(kind: SecretKind, shape: Shape) -> Severity {
    match (kind, shape) {
        (SecretKind::Salt, _) => Severity::Medium,
        (kind, _) if kind.is_key() => Severity::Critical,
        (SecretKind::PrivateKey, _) => Severity::Critical,
        (_, Shape::Random) => Severity::High,
        (_, Shape::Chosen) => Severity::Medium,
        _ => Severity::Low,
    }
}

/// Judges a text that has one of the published formats.
pub(crate) fn formatted(hit: &FormatHit<'_>, text: &str, around: Surroundings) -> Option<Verdict> {
    let secret = text
        .as_bytes()
        .get(hit.secret.start as usize..hit.secret.end as usize)?;
    let whole = text
        .as_bytes()
        .get(hit.whole.start as usize..hit.whole.end as usize)?;
    let verdict = |kind, confidence, severity, persona| {
        Some(Verdict {
            kind,
            confidence,
            severity,
            persona,
        })
    };
    let quiet = matches!(around, Surroundings::Test | Surroundings::Example);
    let shipped = if quiet {
        Persona::Auditor
    } else {
        Persona::Regular
    };
    match hit.format.kind {
        FormatKind::Provider => {
            let kind = SecretKind::Provider {
                id: Name::new(&hit.format.id),
                provider: Name::new(&hit.format.provider),
            };
            let persona = if around == Surroundings::Test {
                Persona::Auditor
            } else {
                Persona::Regular
            };
            verdict(kind, Confidence::High, hit.format.severity, persona)
        }
        FormatKind::PrivateKey => {
            let encrypted = String::from_utf8_lossy(whole).contains("ENCRYPTED");
            let dev = quiet || around == Surroundings::Development;
            let severity = if encrypted || dev {
                Severity::Medium
            } else {
                Severity::Critical
            };
            let persona = if dev {
                Persona::Auditor
            } else {
                Persona::Regular
            };
            verdict(SecretKind::PrivateKey, Confidence::High, severity, persona)
        }
        FormatKind::Token => {
            let facts = checksum::jwt(secret)?;
            let lasting = !facts.expires && !facts.public;
            let severity = if lasting {
                Severity::High
            } else {
                Severity::Low
            };
            verdict(
                SecretKind::Token,
                Confidence::Medium,
                severity,
                if lasting { shipped } else { Persona::Auditor },
            )
        }
        FormatKind::Password => {
            let (_, password) = checksum::basic(secret)?;
            url_password(SecretKind::Password, &Redacted::new(password), b"", around)
        }
        FormatKind::UrlCredential => {
            debug_assert_eq!(hit.format.checksum, Some(Checksum::Url));
            let host = whole.rsplit(|it| *it == b'@').next().unwrap_or_default();
            let password = Redacted::new(String::from_utf8_lossy(secret).into_owned());
            url_password(SecretKind::UrlCredential, &password, host, around)
        }
    }
}

fn url_password(
    kind: SecretKind,
    password: &Redacted<String>,
    host: &[u8],
    around: Surroundings,
) -> Option<Verdict> {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or_default();
    let nearby = is_nearby(host) || host == "0.0.0.0" || !host.is_empty() && !host.contains('.');
    let published = [
        "example.com",
        "example.org",
        "example.net",
        ".example",
        ".test",
        ".invalid",
    ]
    .iter()
    .any(|it| host.ends_with(it));
    let (confidence, regular) = match shape(password.expose()) {
        Shape::Random => (Confidence::High, !published),
        Shape::Chosen | Shape::Harmless(Harmless::Identifier | Harmless::Scalar) => {
            (Confidence::Medium, !nearby && !published)
        }
        Shape::Development => (Confidence::Low, false),
        _ => return None,
    };
    let severity = if nearby {
        Severity::Medium
    } else {
        Severity::High
    };
    let persona = match around {
        _ if published && !regular => return None,
        Surroundings::Deployed if regular => Persona::Regular,
        Surroundings::Deployed | Surroundings::Development => Persona::Auditor,
        Surroundings::Example if regular => Persona::Auditor,
        _ => return None,
    };
    Some(Verdict {
        kind,
        confidence,
        severity,
        persona,
    })
}

/// The credentials of an `Authorization` header, without what says how they are sent.
fn without_scheme(value: &Redacted<String>) -> Redacted<String> {
    let text = value.expose().as_str();
    let schemes = ["Bearer ", "bearer ", "Token ", "token ", "ApiKey "];
    Redacted::new(
        schemes
            .iter()
            .find_map(|it| text.strip_prefix(it))
            .unwrap_or(text)
            .to_owned(),
    )
}

/// `authorization = "role:admin"`: what is asked for, and no credential.
fn names_a_right(name: &str, value: &str) -> bool {
    let right = ["role:", "permission:", "scope:"];
    let right = right.iter().find_map(|it| value.strip_prefix(it));
    let is_word = |it: char| it.is_ascii_alphabetic() || "_-.:".contains(it);
    names::words(name)
        .last()
        .is_some_and(|it| it == "authorization")
        && right.is_some_and(|it| it.chars().all(is_word))
}

/// Whether a value says nothing but words of its own name.
fn is_name_of_itself(name: &str, value: &str) -> bool {
    let plain = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | ':'));
    let name_words = names::words(name);
    let lower = name.to_ascii_lowercase();
    let version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()))
    };
    let mut parts = value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|it| !it.is_empty());
    // `PROXY_PASSWORD: "proxypassword"`.
    let fused = names::words(name)
        .concat()
        .ends_with(&names::words(value).concat());
    plain
        && (fused && !value.bytes().any(|it| it.is_ascii_digit())
            || parts.all(|part| {
                // `oauth2_secret` names a field; `password123` is one.
                let words = names::words(part);
                let known = |word: &String| {
                    name_words.contains(word)
                        || matches!(word.as_str(), "x" | "the" | "user" | "app")
                };
                match part.bytes().any(|it| it.is_ascii_digit()) {
                    true => version(part) || lower.contains(&part.to_ascii_lowercase()),
                    false => words.iter().all(known),
                }
            }))
}
