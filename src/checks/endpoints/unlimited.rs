//! The check `unlimited-endpoint`: endpoints that invite guessing or cost money and accept
//! any number of requests.

use super::asked;
use super::groups;
use super::toothless::void_limit;
use super::{Endpoints, Site, count, list, outermost, with_endpoints, with_evidence};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::{LayerSeen, Status};
use crate::routes::purpose::{privileged_word, segments, words};

/// From so many limited siblings on, an unlimited one was forgotten.
const SIBLINGS: usize = 3;

/// Finds unlimited endpoints.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let mut open: Vec<(&Site<'_>, Abuse)> = Vec::new();
        for site in &sites {
            if site.is_fallback() {
                continue;
            }
            // A limiter that nobody listens to is a mistake of its own.
            if let Some(void) = void_limit(cx, site)
                && let Some(abuse) = abuse(cx, site)
            {
                let one = (*site, abuse);
                let finding = together(cx, &meta, service, &[&one], true);
                found.push(
                    finding
                        .with_label(void.span, void.label)
                        .with_note(void.reason),
                );
                continue;
            }
            if site.endpoint.protections.rate_limit.status != Status::None {
                continue;
            }
            if let Some(abuse) = abuse(cx, site) {
                open.push((site, abuse));
            } else if let Some(limited) = forgotten(site, &sites) {
                found.push(lone(cx, &meta, site, limited));
            }
        }
        let limits = sites
            .iter()
            .any(|it| it.endpoint.protections.rate_limit.status != Status::None);
        if limits {
            let mut keys: Vec<_> = open.iter().map(|(site, _)| &site.router).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let here: Vec<_> = open.iter().filter(|(it, _)| it.router == *key).collect();
                groups(cx, &meta, service, &here, true, &mut found);
            }
        } else if !open.is_empty() {
            let here: Vec<_> = open.iter().collect();
            groups(cx, &meta, service, &here, false, &mut found);
        }
        if !limits && cx.persona == Persona::Auditor {
            found.extend(hygiene(cx, &meta, service, &sites));
        }
    }
    found
}

/// What an unlimited endpoint can be misused for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Abuse {
    /// In the user's words: `password login`.
    what: &'static str,
    /// `attempts`, `requests`, ..
    unit: &'static str,
    /// What shows it.
    evidence: String,
}

fn abuse(cx: &Context<'_>, site: &Site<'_>) -> Option<Abuse> {
    let endpoint = site.endpoint;
    if !matches!(endpoint.acts_as(), "POST" | "PUT" | "PATCH" | "ANY") {
        return None;
    }
    // A handler that nobody has found, or a library's, is no login for its name alone.
    if !site.seen.found {
        return None;
    }
    let all: Vec<String> = segments(&endpoint.path)
        .iter()
        .flat_map(|it| words(it))
        .chain(words(site.handler()))
        .collect();
    let has = |wanted: &[&str]| all.iter().any(|it| wanted.contains(&it.as_str()));
    let phrase = |a: &str, b: &str| all.windows(2).any(|it| it[0] == a && it[1] == b);
    let leaves = has(&["logout", "logoff", "signout", "unsubscribe"])
        || phrase("log", "out")
        || phrase("sign", "out");
    if leaves {
        return None;
    }
    let calls =
        |act: &Option<super::body::Act>| act.as_ref().map(|it| format!("body {}", it.shown()));
    let by_name = || format!("by its name, `{}`", site.name());
    let open = endpoint.protections.authentication.status != Status::Required;
    let seen = &site.seen;
    // Guessing needs no effect, only an answer; of what is sent and not kept, nothing piles up.
    if seen.is_pure() && seen.checks_password.is_none() {
        return None;
    }
    let make = |what, unit, evidence: Option<String>| {
        Some(Abuse {
            what,
            unit,
            evidence: evidence.unwrap_or_else(by_name),
        })
    };
    // `/notes/{id}/pin` is done to a note.
    let pins = endpoint.path.ends_with("}/pin") && seen.checks_password.is_none();
    let is_code = has(&["otp", "totp", "mfa", "2fa"]) || has(&["pin"]) && !pins;
    if is_code || phrase("one", "time") {
        return make(
            "one-time code check",
            "attempts",
            calls(&seen.checks_password),
        );
    }
    let resets = (has(&["reset", "forgot", "recover", "recovery", "lost"])
        && (site.purpose == Purpose::Account || has(&["password", "account"])))
        && privileged_word(&endpoint.path).is_none();
    if resets && open {
        return make("password reset", "requests", calls(&seen.mail));
    }
    if open {
        if site.purpose == Purpose::Account
            && (seen.hashes_password.is_some()
                || has(&["register", "signup", "registration"])
                || phrase("sign", "up"))
        {
            return make("registration", "requests", calls(&seen.hashes_password));
        }
        let login = has(&["login", "signin", "logon", "authenticate"])
            || phrase("log", "in")
            || phrase("sign", "in");
        // Where nothing secret is asked, nothing is guessed.
        let asks =
            || seen.checks_password.is_some() || seen.asks && !asked::no_secret(cx, endpoint);
        if login && asks()
            || (seen.checks_password.is_some() && site.purpose == Purpose::Credential)
        {
            return match &seen.checks_password {
                Some(_) => make("password login", "attempts", calls(&seen.checks_password)),
                None => make("login", "attempts", calls(&seen.issues)),
            };
        }
        if site.purpose == Purpose::Credential
            && has(&["token", "tokens", "session", "sessions", "auth"])
            && asks()
        {
            return make("token endpoint", "attempts", calls(&seen.issues));
        }
    }
    if has(&["invite", "invites", "invitation", "invitations"])
        && !has(&["accept", "join", "decline"])
        && (seen.mail.is_some() || endpoint.method == "POST")
        && !endpoint.path.ends_with('}')
    {
        return make("invitation", "requests", calls(&seen.mail));
    }
    if seen.mail.is_some() {
        return make("endpoint that sends mail", "requests", calls(&seen.mail));
    }
    if seen.upload.is_some() && site.writes_by_method() {
        let evidence = seen
            .upload
            .as_ref()
            .map(|it| format!("the handler takes `{}`", it.name));
        return make("upload", "requests", evidence);
    }
    None
}

/// How many siblings are limited, where all of the many others of a router are.
fn forgotten(site: &Site<'_>, all: &[&Site<'_>]) -> Option<usize> {
    if !site.writes_by_method() || site.seen.is_pure() {
        return None;
    }
    let siblings: Vec<_> = all
        .iter()
        .filter(|it| !std::ptr::eq(**it, site) && it.router == site.router && it.writes_by_method())
        .collect();
    let limited = siblings
        .iter()
        .all(|it| it.endpoint.protections.rate_limit.status == Status::Required);
    (siblings.len() >= SIBLINGS && limited).then_some(siblings.len())
}

fn lone(cx: &Context<'_>, meta: &LintMeta, site: &Site<'_>, limited: usize) -> Diagnostic {
    let finding = Diagnostic::new(
        meta,
        format!(
            "`{}` is the only change in its router without a rate limit",
            site.name()
        ),
        Label::new(site.primary, "registered here"),
        fingerprint(meta, site),
    );
    with_evidence(cx, finding, site, idle)
        .with_endpoint(&site.endpoint.method, &site.endpoint.path)
        .with_note(format!(
            "{limited} of {limited} other changing endpoints of this router are limited"
        ))
        .with_note(looked(&[site]))
        .with_help(help(site))
}

/// One finding about all who are not excused, and one for each who is.
fn groups(
    cx: &Context<'_>,
    meta: &LintMeta,
    service: &str,
    open: &[&(&Site<'_>, Abuse)],
    service_limits: bool,
    found: &mut Vec<Diagnostic>,
) {
    let first = |members: &[&(&Site<'_>, Abuse)]| members.iter().map(|it| it.0.primary).min();
    let here = groups::group(cx, meta, open, |it| it.0, first);
    for it in &here.excused {
        found.push(together(cx, meta, service, &[*it], true));
    }
    if !here.rest.is_empty() {
        let mut finding = together(cx, meta, service, &here.rest, service_limits);
        finding.notes.extend(groups::note(here.excused.len()));
        found.push(finding);
    }
}

/// One finding about the endpoints of a router or service.
fn together(
    cx: &Context<'_>,
    meta: &LintMeta,
    service: &str,
    open: &[&(&Site<'_>, Abuse)],
    service_limits: bool,
) -> Diagnostic {
    let sites: Vec<&Site<'_>> = open.iter().map(|(site, _)| *site).collect();
    let (first, abuse) = open
        .iter()
        .min_by_key(|(site, _)| site.primary)
        .expect("a finding is about at least one endpoint");
    let number = count(&sites);
    let mut kinds: Vec<&str> = Vec::new();
    for (_, abuse) in open {
        if !kinds.contains(&abuse.what) {
            kinds.push(abuse.what);
        }
    }
    let title = if number == 1 {
        format!("{} accepts unlimited {}", abuse.what, abuse.unit)
    } else if let [only] = kinds.as_slice() {
        format!(
            "{number} `{service}` endpoints accept unlimited {}: {only}",
            abuse.unit
        )
    } else {
        format!(
            "{number} `{service}` endpoints accept unlimited requests: {}",
            kinds.join(", ")
        )
    };
    let mut finding = Diagnostic::new(
        meta,
        title,
        Label::new(first.primary, format!("`{}`", first.name())),
        if number == 1 || service_limits {
            fingerprint(meta, first)
        } else {
            format!("{} {service}", meta.id)
        },
    );
    if number == 1 {
        finding = with_evidence(cx, finding, first, idle)
            .with_endpoint(&first.endpoint.method, &first.endpoint.path)
            .with_note(format!("seen: {}; {}", abuse.evidence, looked(&sites)));
    } else {
        finding = with_endpoints(finding, &sites).with_note(format!("unlimited: {}", list(&sites)));
        for kind in kinds {
            if let Some((site, abuse)) = open.iter().find(|(_, it)| it.what == kind) {
                finding =
                    finding.with_note(format!("{kind} `{}`: {}", site.name(), abuse.evidence));
            }
        }
        finding = finding.with_note(looked(&sites));
    }
    if !service_limits {
        finding = finding.with_note(format!("nothing in `{service}` limits requests per time"));
    }
    finding.with_help(help(first))
}

/// A service that limits nothing at all.
fn hygiene(
    cx: &Context<'_>,
    meta: &LintMeta,
    service: &str,
    sites: &[&Site<'_>],
) -> Option<Diagnostic> {
    let writing: Vec<&Site<'_>> = sites
        .iter()
        .filter(|it| it.writes_by_method() && !it.is_fallback())
        .copied()
        .collect();
    let first = writing.iter().min_by_key(|it| it.primary)?;
    let finding = Diagnostic::new(
        meta,
        format!("`{service}` limits none of its {} endpoints", count(sites)),
        match outermost(cx, &writing) {
            Some(span) => Label::new(span, "nothing here is limited"),
            None => Label::new(first.primary, format!("`{}`", first.name())),
        },
        format!("{} {service} service", meta.id),
    );
    Some(
        with_endpoints(finding, &writing)
            .with_persona(Persona::Auditor)
            .with_note("no layer, guard or body limits requests per time")
            .with_help(help(first)),
    )
}

/// What was looked at.
fn looked(sites: &[&Site<'_>]) -> String {
    let layers = sites.iter().map(|it| it.endpoint.layers.len()).max();
    match layers.unwrap_or_default() {
        0 => "no layer covers it".to_owned(),
        1 => "no limiter in its 1 layer nor in its body".to_owned(),
        n => format!("no limiter in any of {n} layers nor in its body"),
    }
}

fn idle(seen: &LayerSeen) -> Option<String> {
    Some(format!("`{}` does not limit requests", seen.name))
}

fn help(site: &Site<'_>) -> String {
    let how = match site.endpoint.framework {
        "axum" => "add a limiter (`GovernorLayer` of `tower_governor`) to this router",
        "actix-web" => {
            "wrap this resource or its scope in a limiter (`Governor` of `actix-governor`)"
        }
        "poem" => {
            "wrap this route `.with(..)` a limiter of yours that answers 429, or with one of tower's by `.compat()`"
        }
        "salvo" => "add a limiter (`RateLimiter` of `salvo-rate-limiter`) as a hoop of this router",
        "rocket" => "take a limiting guard (`RocketGovernor` of `rocket-governor`) in the handler",
        "tonic" => {
            "add a limiter to the server (`Server::layer` with `GovernorLayer` of `tower_governor`)"
        }
        "warp" => {
            "put a filter before the handler that asks a limiter (`RateLimiter` of `governor`) and rejects"
        }
        _ => "limit requests per client",
    };
    format!("{how}, or declare the proxy's limit under `[[external]]`")
}

fn fingerprint(meta: &LintMeta, site: &Site<'_>) -> String {
    let it = site.endpoint;
    format!("{} {} {} {}", meta.id, it.service, it.method, it.path)
}
