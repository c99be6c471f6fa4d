//! The check `unauthorized-endpoint`: what is for administrators by its path is open to everybody who has an account.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::deviants::Deciders;
use super::given::{function, is_privileged_name, principal_at};
use super::router::RouterKey;
use super::{Endpoints, Site, count, list, with_endpoints, with_evidence};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::{EvidenceKind, Status};
use crate::routes::purpose::words;

/// Words of paths that say that only those who run the service are meant.
const ADMINISTRATION: [&str; 11] = [
    "admin",
    "admins",
    "administration",
    "administrator",
    "superuser",
    "superadmin",
    "backoffice",
    "sudo",
    "impersonate",
    "sysadmin",
    "shutdown",
];

/// Finds endpoints for administrators that take any identity.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    let deciders = OnceCell::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let mut groups: Vec<(RouterKey, &Site<'_>, Vec<&Site<'_>>)> = Vec::new();
        for site in sites.iter().copied() {
            let Some(other) = lesser(cx, site, &sites) else {
                continue;
            };
            // What decides in a way that was not seen through is known by its name.
            let decides = |key| {
                let deciders = deciders.get_or_init(|| Deciders::new(cx));
                deciders.reaches_any(cx, key)
            };
            let body = function(site).and_then(|id| cx.program[id].body);
            if site.seen.checks.is_some() || body.is_some_and(decides) {
                continue;
            }
            let known = groups
                .iter_mut()
                .find(|(key, with, _)| *key == site.router && std::ptr::eq(*with, other));
            match known {
                Some((_, _, members)) => members.push(site),
                None => groups.push((site.router.clone(), other, vec![site])),
            }
        }
        for (_, other, members) in groups {
            let first = members[0];
            let title = match count(&members) {
                1 => format!("`{}` asks who it is, and not whether he may", first.name()),
                many => {
                    format!("{many} administrative endpoints ask who it is, and not whether he may")
                }
            };
            let key = format!("{} {} {}", meta.id, first.name(), members.len());
            let primary = Label::new(first.primary, "registered here");
            let mut finding = Diagnostic::new(&meta, title, primary, key);
            finding = with_evidence(cx, finding, first, |seen| {
                Some(format!("`{}`: {}", seen.name, seen.effect))
            });
            finding = with_endpoints(finding, &members);
            if members.len() == 1 {
                finding = finding.with_endpoint(&first.endpoint.method, &first.endpoint.path);
            }
            found.push(
                finding
                    .with_note(format!("no role, permission or ownership is asked for by {}", list(&members)))
                    .with_note(format!(
                        "whoever may call `{}` may call this: both ask for {}",
                        other.name(),
                        identity(first)
                    ))
                    .with_help("ask for the role in an extractor or a layer of this router, before the handler does anything"),
            );
        }
    }
    found
}

/// An endpoint that is not for administrators and asks for the same, if this one is and asks for nothing more.
fn lesser<'s, 'a>(
    cx: &Context<'_>,
    site: &'s Site<'a>,
    all: &[&'s Site<'a>],
) -> Option<&'s Site<'a>> {
    let is_asked = |it: &Site<'_>| {
        let protections = &it.endpoint.protections;
        protections.authentication.status == Status::Required && it.purpose == Purpose::Ordinary
    };
    let authorization = site.endpoint.protections.authorization.status;
    if !is_asked(site)
        || authorization != Status::None
        || !is_administration(&site.endpoint.path)
        || is_privileged(cx, site)
    {
        return None;
    }
    let own = asked(site);
    if own.is_empty() || site.seen.is_pure() {
        return None;
    }
    let is_lesser = |it: &&&Site<'_>| {
        is_asked(it)
            && !is_administration(&it.endpoint.path)
            && !is_privileged(cx, it)
            && asked(it) == own
    };
    all.iter().find(is_lesser).copied()
}

/// What tells who asks, by kind and name.
fn asked<'s>(site: &'s Site<'_>) -> FxHashSet<(EvidenceKind, &'s str)> {
    let evidence = &site.endpoint.protections.authentication.evidence;
    evidence
        .iter()
        .map(|it| (it.kind, it.name.as_str()))
        .collect()
}

fn identity(site: &Site<'_>) -> String {
    let evidence = &site.endpoint.protections.authentication.evidence;
    let mut names: Vec<String> = evidence.iter().map(|it| format!("`{}`", it.name)).collect();
    names.sort();
    names.dedup();
    names.join(" and ")
}

/// Whether a path is one for administrators: the word comes before any parameter, since behind it stands what
/// belongs to something else (`/teams/{id}/admins`).
fn is_administration(path: &str) -> bool {
    let fixed = path.split("/{").next().unwrap_or(path);
    let mut segments = fixed.split('/');
    segments.any(|it| {
        words(it)
            .iter()
            .any(|it| ADMINISTRATION.contains(&it.as_str()))
    })
}

/// Whether a name on the way says that not everybody is meant.
fn is_privileged(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let evidence = &site.endpoint.protections.authentication.evidence;
    let by_layer = site
        .endpoint
        .layers
        .iter()
        .any(|it| is_privileged_name(&it.name));
    let by_type = principal_at(cx, site).is_some_and(|at| {
        function(site).is_some_and(|id| {
            let def = &cx.program[id];
            let param = def.sig.params.get(at);
            param.is_some_and(|it| {
                is_privileged_name(cx.sources.slice(it.ty_range.in_file(def.file)))
            })
        })
    });
    by_layer || by_type || evidence.iter().any(|it| is_privileged_name(&it.name))
}
