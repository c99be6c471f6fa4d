//! Endpoints that do not have what a policy requires, and policies that are about nothing.

use std::collections::BTreeMap;

use super::Placed;
use super::rights::names;
use super::strength::{bytes, duration};
use crate::diagnostics::{Diagnostic, Label, engine};
use crate::routes::EvidenceKind;
use crate::routes::cors::Origins;
use crate::routes::endpoint::{Endpoint, LayerSeen, Protection, Status};
use crate::source::FileId;
use crate::workspace::config::exception::Control;
use crate::workspace::config::{Config, Requirement, RoutePolicy, Wanted};

/// How many endpoints of a finding are pointed at.
const LABELLED: usize = 8;

/// What the policies of a run are held against.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    /// The settings.
    pub config: &'a Config,
    /// Their file.
    pub file: FileId,
    /// All endpoints, asked about or not.
    pub endpoints: &'a [Placed],
    /// How many registrations could not be followed.
    pub unresolved: usize,
    /// Whether all of the service was read, so that what no policy meets is not there.
    pub is_complete: bool,
    /// Adds the defaults of its settings to a condition.
    pub beside: &'a dyn Fn(&str) -> String,
}

/// One finding for each policy and way in which endpoints of a service do not meet it, and one for
/// each policy that is about no endpoint.
pub fn policy_findings(judged: &Judged<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for policy in &judged.config.policies {
        let mut groups: BTreeMap<(&str, Vec<Unmet>), Vec<&Placed>> = BTreeMap::new();
        let mut is_about_any = false;
        for placed in judged.endpoints {
            let endpoint = &placed.endpoint;
            if !policy.covers(&endpoint.method, &endpoint.path) {
                continue;
            }
            is_about_any = true;
            if !placed.is_in_scope {
                continue;
            }
            let requires = policy.requires.iter();
            let unmet: Vec<Unmet> = requires
                .filter_map(|it| unmet(endpoint, it, judged.beside))
                .collect();
            if !unmet.is_empty() {
                let group = groups.entry((&endpoint.service, unmet));
                group.or_default().push(placed);
            }
        }
        let violations = groups
            .iter()
            .map(|((_, unmet), placed)| violated(policy, unmet, placed, judged.file));
        found.extend(violations);
        if !is_about_any && judged.is_complete {
            found.push(unmatched(policy, judged));
        }
    }
    found
}

/// A requirement that an endpoint does not meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unmet {
    /// What is: `authentication is optional`.
    is: String,
    /// What was asked for: `required`.
    wanted: String,
    /// Why that is not enough.
    why: Option<String>,
    /// Where it is required.
    at: (u32, u32),
}

fn violated(policy: &RoutePolicy, unmet: &[Unmet], placed: &[&Placed], file: FileId) -> Diagnostic {
    let lint = engine::VIOLATED_POLICY.meta();
    let first = placed[0];
    let name = |it: &Placed| format!("{} {}", it.endpoint.method, it.endpoint.path);
    let facts: Vec<String> = unmet
        .iter()
        .map(|it| format!("{}, must be {}", it.is, it.wanted))
        .collect();
    let who = match placed {
        [only] => format!("`{}` violates", name(only)),
        many => format!("{} endpoints violate", many.len()),
    };
    let title = format!("{who} the policy `{}`: {}", policy.name, facts.join("; "));
    let mut names: Vec<String> = placed.iter().map(|it| name(it)).collect();
    names.dedup();
    let fingerprint = format!("{} {} {}", policy.name, names.join(" "), facts.join(" "));
    let label = match placed {
        [_] => String::new(),
        _ => format!("`{}`", name(first)),
    };
    let primary = Label::new(first.registration, label);
    let mut finding = Diagnostic::new(&lint, title, primary, fingerprint);
    finding = match (placed, first.handler) {
        ([only], handler) => {
            finding.secondary.extend(
                handler
                    .filter(|it| *it != first.registration)
                    .map(|it| Label::new(it, "the handler")),
            );
            finding.with_endpoint(&only.endpoint.method, &only.endpoint.path)
        }
        _ => finding,
    };
    let others = placed.iter().skip(1).take(LABELLED - 1);
    for other in others.filter(|it| it.registration != first.registration) {
        let label = Label::new(other.registration, format!("`{}`", name(other)));
        finding.secondary.push(label);
    }
    for it in unmet {
        let range = crate::source::TextRange::new(it.at.0, it.at.1);
        finding = finding.with_label(range.in_file(file), "required here");
    }
    if placed.len() > 1 {
        let all: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
        finding = finding.with_note(format!("the endpoints are {}", all.join(", ")));
    }
    for why in unmet.iter().filter_map(|it| it.why.as_ref()) {
        finding = finding.with_note(why.clone());
    }
    with_terms(finding, policy)
}

fn unmatched(policy: &RoutePolicy, judged: &Judged<'_>) -> Diagnostic {
    let lint = engine::UNMATCHED_POLICY.meta();
    let globs: Vec<String> = policy
        .routes
        .globs
        .iter()
        .map(|it| format!("`{it}`"))
        .collect();
    let title = format!(
        "the policy `{}` is about no endpoint: none matches {}",
        policy.name,
        globs.join(" or ")
    );
    let label = Label::new(policy.range.in_file(judged.file), "no endpoint matches");
    let mut finding = Diagnostic::new(&lint, title, label, policy.name.clone());
    if judged.unresolved > 0 {
        finding = finding.with_note(format!(
            "{} registrations could not be followed: `cargo moat check -v` lists them",
            judged.unresolved
        ));
    }
    let remedy = policy.remedy.as_ref();
    let finding = with_terms(
        finding,
        &RoutePolicy {
            remedy: None,
            ..policy.clone()
        },
    );
    let help = "correct its routes (`cargo moat routes` lists all endpoints), or remove it";
    match remedy {
        Some(remedy) => finding
            .with_note(format!("remedy: {remedy}"))
            .with_help(help),
        None => finding.with_help(help),
    }
}

fn with_terms(finding: Diagnostic, policy: &RoutePolicy) -> Diagnostic {
    let terms = [("owner", &policy.owner), ("reason", &policy.reason)];
    let given: Vec<String> = terms
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_deref()?)))
        .collect();
    let finding = match given.is_empty() {
        true => finding,
        false => finding.with_note(given.join("; ")),
    };
    let help = "give the endpoint what the policy requires, or change the policy";
    finding.with_help(policy.remedy.as_deref().unwrap_or(help))
}

/// How an endpoint fails a requirement, if it does.
fn unmet(
    endpoint: &Endpoint,
    requirement: &Requirement,
    beside: &dyn Fn(&str) -> String,
) -> Option<Unmet> {
    let control = requirement.control;
    let protection = endpoint.protections.of(control);
    let (is, why) = match requirement.wanted {
        Wanted::SameOrigin => same_origin(protection, beside)?,
        _ if protection.status != Status::Required => lacking(protection, beside),
        Wanted::Required if control == Control::RateLimit => spoofable(endpoint, protection)?,
        Wanted::Required => return None,
        Wanted::Right(ref right) => without(protection, right)?,
        Wanted::Bytes(most) => {
            let is_enough = |it: &str| bytes(it).map(|it| it <= u128::from(most));
            bounded(endpoint, protection, is_enough)?
        }
        Wanted::Time(most) => {
            bounded(endpoint, protection, |it| duration(it).map(|it| it <= most))?
        }
        Wanted::NamedOrigins => open_origins(endpoint, protection)?,
    };
    Some(Unmet {
        is: format!("{} is {is}", control.as_str()),
        wanted: requirement.wanted.text(),
        why,
        at: (requirement.range.start, requirement.range.end),
    })
}

/// What there is, and why it is not enough.
type Short = (String, Option<String>);

fn lacking(protection: &Protection, beside: &dyn Fn(&str) -> String) -> Short {
    let why = match protection.status {
        Status::Conditional => (protection.condition.as_deref())
            .map(|it| format!("it applies only if `{}`", beside(it))),
        Status::Optional => Some("it is looked at, and who fails it is let through".to_owned()),
        Status::Unknown => Some(match protection.unresolved.as_deref() {
            Some(what) if !what.is_empty() => format!("it could not be decided: {what}"),
            _ => "it could not be decided".to_owned(),
        }),
        Status::Required | Status::None => None,
    };
    (protection.status.as_str().to_owned(), why)
}

fn same_origin(protection: &Protection, beside: &dyn Fn(&str) -> String) -> Option<Short> {
    match protection.status {
        Status::None => None,
        Status::Required => {
            let origins = protection.value.as_deref().unwrap_or("of unknown origins");
            Some((format!("for {origins}"), None))
        }
        _ => Some(lacking(protection, beside)),
    }
}

/// A limit that counts by what clients write limits nobody.
fn spoofable(endpoint: &Endpoint, protection: &Protection) -> Option<Short> {
    let layers = layers(endpoint, protection);
    let is_spoofable = |it: &Option<&LayerSeen>| it.is_some_and(|it| it.limit_key.is_some());
    if layers.is_empty() || !layers.iter().all(is_spoofable) {
        return None;
    }
    let by = protection
        .value
        .as_deref()
        .unwrap_or("by what clients choose");
    let why = "who chooses the key never reaches the limit".to_owned();
    Some((by.to_owned(), Some(why)))
}

/// A right that nothing asks for on every path: what may stand in the place of another check
/// is no demand.
fn without(protection: &Protection, right: &str) -> Option<Short> {
    let evidence = protection.evidence.iter();
    let configured = evidence.filter(|it| it.kind == EvidenceKind::Configuration);
    let mut demanded = protection.demanded.iter().chain(configured);
    if demanded.any(|it| names(it, right)) {
        return None;
    }
    let first = protection.evidence.first().map(|it| &it.name);
    let is = match protection.value.as_ref().or(first) {
        Some(value) => format!("`{value}`"),
        None => "of an unknown kind".to_owned(),
    };
    let why = match protection.evidence.iter().any(|it| names(it, right)) {
        true => "the check that names it can be passed by another one",
        false => "checks are compared by their names, and none names it",
    };
    Some((is, Some(why.to_owned())))
}

fn bounded(
    endpoint: &Endpoint,
    protection: &Protection,
    is_enough: impl Fn(&str) -> Option<bool>,
) -> Option<Short> {
    let layers = layers(endpoint, protection);
    let hangs =
        layers.len() > 1 && (layers.iter()).any(|it| it.is_some_and(|it| it.condition.is_some()));
    if hangs {
        let why = "there are several limits, and which of them hold is set at run time";
        return Some(("of unknown size".to_owned(), Some(why.to_owned())));
    }
    match protection.value.as_deref().map(|it| (it, is_enough(it))) {
        Some((_, Some(true))) => None,
        Some((value, Some(false))) => Some((value.to_owned(), None)),
        Some((value, None)) => Some((format!("`{value}`"), None)),
        None => {
            let why = "what the limit is could not be read where it is made";
            Some(("of unknown size".to_owned(), Some(why.to_owned())))
        }
    }
}

fn open_origins(endpoint: &Endpoint, protection: &Protection) -> Option<Short> {
    let named = |it: &Option<&LayerSeen>| {
        let policy = it.and_then(|it| it.cors.as_ref());
        policy.is_some_and(|it| it.origins == Origins::Named)
    };
    let layers = layers(endpoint, protection);
    if !layers.is_empty() && layers.iter().all(named) {
        return None;
    }
    match protection.value.as_deref() {
        Some(origins) if !origins.starts_with("named") => Some((format!("for {origins}"), None)),
        _ => {
            let why = "which origins a layer lets in could not be read where it is made";
            Some(("for unknown origins".to_owned(), Some(why.to_owned())))
        }
    }
}

/// The layers that a protection rests on; `None` for what is no layer.
fn layers<'e>(endpoint: &'e Endpoint, protection: &Protection) -> Vec<Option<&'e LayerSeen>> {
    let layer = |it: &crate::routes::Evidence| {
        let mut layers = endpoint.layers.iter();
        layers.find(|layer| layer.span == it.span && layer.name == it.name)
    };
    protection.evidence.iter().map(layer).collect()
}
