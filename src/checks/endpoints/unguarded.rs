//! The check `unguarded-endpoint`: endpoints that anybody can call although they change
//! something, are privileged, or are open while their siblings are not.

use super::toothless::{Toothless, toothless};
use super::{
    Endpoints, Site, asks, count, first_line, insists, list, outermost, with_endpoints,
    with_evidence,
};
use super::{fail_open, flagged, groups, misplaced};
use crate::checks::Context;
use crate::diagnostics::{Confidence, Diagnostic, Label, LintMeta, Persona};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::{EvidenceKind, LayerSeen, Status};
use crate::routes::frameworks::{self, guards_mounts, registration_of};
use crate::routes::purpose::{privileged_word, segments, words};
use crate::source::Span;

/// From so many siblings on, what they do is a convention.
const SIBLINGS: usize = 3;
/// Up to so many open endpoints of a guarded router are findings of their own: a forgotten
/// extractor each. More of them share a cause.
const FORGOTTEN: usize = 3;

/// For each endpoint that asks for credentials so many may be unknown for those to be a convention.
const MANY_UNKNOWN: usize = 4;

/// Finds unguarded endpoints.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        // Where credentials are only looked at, nothing is asked of anybody.
        let insisting = sites.iter().filter(|it| insists(cx, it)).count();
        let unknown = sites.iter().filter(|it| is_unknown(it)).count();
        // Where hardly any endpoint is understood, what seems open is no exception to anything.
        let has_convention = insisting > 0 && unknown <= MANY_UNKNOWN * insisting;
        let mut open: Vec<(&Site<'_>, Why)> = Vec::new();
        // Where a layer stands too early, that is the mistake.
        let misplaced = |it: &Site<'_>| misplaced::lacks_authentication(cx, it, &sites);
        for site in sites.iter().filter(|it| !misplaced(it)) {
            if let Some(why) = why(cx, site, &sites, has_convention) {
                open.push((site, why));
            }
        }
        if has_convention {
            by_router(cx, &meta, &sites, &open, &mut found);
        } else {
            let is_toothless = |(_, why): &&(&Site<'_>, Why)| matches!(why, Why::Toothless(_));
            let toothless: Vec<_> = open.iter().filter(is_toothless).cloned().collect();
            let rest: Vec<_> = open
                .iter()
                .filter(|it| !is_toothless(it))
                .cloned()
                .collect();
            by_router(cx, &meta, &sites, &toothless, &mut found);
            if does_something(&rest) && unknown == 0 {
                let here = groups::group(
                    cx,
                    &meta,
                    &rest,
                    |it| it.0,
                    |members| Some(service_place(cx, &only_sites(members)).span),
                );
                for (site, why) in &here.excused {
                    found.push(one(cx, &meta, &sites, site, why));
                }
                if !here.rest.is_empty() {
                    let mut finding = whole_service(cx, &meta, service, &sites, &here.rest);
                    finding.notes.extend(groups::note(here.excused.len()));
                    found.push(finding);
                }
            }
        }
        if cx.persona == Persona::Auditor {
            for site in sites.iter().filter(|it| !misplaced(it)) {
                if !open.iter().any(|(it, _)| std::ptr::eq(*it, *site)) {
                    found.extend(for_auditors(cx, &meta, site));
                }
            }
        }
    }
    found
}

/// Whether the open endpoints of a service that asks for nothing are worth a finding: a change is
/// seen in the code, or there are so many that somebody's data will be behind them.
fn does_something(open: &[(&Site<'_>, Why)]) -> bool {
    const MANY: usize = 4;
    let acts = |site: &Site<'_>| {
        let seen = &site.seen;
        seen.write.is_some() || seen.mail.is_some() || seen.upload.is_some()
    };
    open.len() >= MANY
        || open
            .iter()
            .any(|(site, why)| acts(site) || matches!(why, Why::Privileged(_)))
}

/// Whether an endpoint of the service may well ask: then it does not ask for nothing at all.
fn is_unknown(site: &Site<'_>) -> bool {
    site.endpoint.protections.authentication.status == Status::Unknown
}

fn only_sites<'s, 'a>(open: &[(&'s Site<'a>, Why)]) -> Vec<&'s Site<'a>> {
    open.iter().map(|(site, _)| *site).collect()
}

/// Why an open endpoint is a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Why {
    /// It changes something; the call that does, where it was seen.
    Changes(Option<String>),
    /// A word of its path.
    Privileged(String),
    /// So many of so many siblings require authentication.
    Deviant(usize, usize),
    /// It changes something, and the look at credentials keeps nobody out.
    Toothless(Toothless),
}

fn why(cx: &Context<'_>, site: &Site<'_>, all: &[&Site<'_>], has_convention: bool) -> Option<Why> {
    let status = site.endpoint.protections.authentication.status;
    // Who is guarded need not be looked into.
    if !matches!(status, Status::None | Status::Optional)
        || site.purpose != Purpose::Ordinary
        || is_for_another_lint(site)
    {
        return None;
    }
    // A fallback that says "not found" does a few other things beside it.
    if site.is_fallback() && !site.seen.write_is_sure {
        return None;
    }
    if changes(site) {
        return match status {
            Status::None => Some(Why::Changes(
                site.seen.write.as_ref().map(|it| it.name.clone()),
            )),
            // Somebody looks at the credentials and lets everybody through: only where it matters.
            Status::Optional => toothless(cx, site)
                .filter(|it| has_convention || !it.is_type)
                .map(Why::Toothless),
            _ => None,
        };
    }
    if status != Status::None || site.seen.is_pure() {
        return None;
    }
    if let Some(word) = privileged(site) {
        return Some(Why::Privileged(word));
    }
    deviant(site, all)
}

/// Whether other lints know more of what an endpoint is to ask for.
pub(super) fn is_for_another_lint(site: &Site<'_>) -> bool {
    is_graphql(site) || is_dump(site)
}

/// Whether an endpoint that looks at credentials is found to let everybody through.
pub(super) fn is_toothless(cx: &Context<'_>, site: &Site<'_>) -> bool {
    site.purpose == Purpose::Ordinary
        && !is_for_another_lint(site)
        && changes(site)
        && toothless(cx, site).is_some_and(|it| !it.is_type)
}

/// Whether it changes something, or is privileged.
pub(super) fn matters(site: &Site<'_>) -> bool {
    changes(site) || !site.seen.is_pure() && privileged(site).is_some()
}

/// Whether it changes something that lasts.
pub(super) fn changes(site: &Site<'_>) -> bool {
    if site.seen.is_pure() {
        return false;
    }
    if site.endpoint.method == "ANY" {
        return site.seen.write.is_some();
    }
    // Its name says that it reads, and its code says otherwise.
    if site.endpoint.acts_as() != site.endpoint.method {
        return site.seen.write_is_sure;
    }
    site.writes_by_method() && !(only_asks(site) && site.seen.write.is_none())
}

/// `POST` because the question is too long for a `GET`.
fn only_asks(site: &Site<'_>) -> bool {
    const WORDS: [&str; 26] = [
        "search",
        "query",
        "queries",
        "render",
        "preview",
        "validate",
        "validation",
        "convert",
        "check",
        "parse",
        "estimate",
        "calculate",
        "lookup",
        "find",
        "filter",
        "list",
        "count",
        "compare",
        "translate",
        "suggest",
        "autocomplete",
        "scroll",
        "recommend",
        "exists",
        "echo",
        "fetch",
    ];
    let path = segments(&site.endpoint.path);
    let last = path.last().map(|it| words(it)).unwrap_or_default();
    let handler = words(site.handler());
    site.endpoint.method == "POST"
        && (last.iter().any(|it| WORDS.contains(&it.as_str()))
            || handler
                .first()
                .is_some_and(|it| WORDS.contains(&it.as_str())))
}

/// One path for everything, where only the resolvers know who may do what. Operations are endpoints
/// of their own.
fn is_graphql(site: &Site<'_>) -> bool {
    if frameworks::is_graphql(site.endpoint.framework) {
        return false;
    }
    site.endpoint.path.to_ascii_lowercase().contains("graphql")
        || words(site.handler()).iter().any(|it| it == "graphql")
}

/// What gives out the inside of the process, which another lint is about.
fn is_dump(site: &Site<'_>) -> bool {
    let is_read = matches!(site.endpoint.method.as_str(), "GET" | "ANY");
    is_read
        && site.endpoint.protections.authentication.status == Status::None
        && super::debugging::dump(site).is_some()
}

/// The word of the path that says that not everybody may read here.
fn privileged(site: &Site<'_>) -> Option<String> {
    if let Some(word) = privileged_word(&site.endpoint.path) {
        return Some(word);
    }
    // Lists of all users and one's own account; a profile by its name is often public.
    let path = segments(&site.endpoint.path);
    let last = path.last()?.to_ascii_lowercase();
    let ends_in_it = site
        .endpoint
        .path
        .trim_end_matches('/')
        .ends_with(last.as_str())
        || !site.endpoint.path.ends_with('}');
    (ends_in_it && ["users", "accounts", "account", "customers"].contains(&last.as_str()))
        .then_some(last)
}

/// Whether reads around it require authentication: nearly all of its router, or all of the
/// same resource (`/orders`, `/orders/{id}` and `/orders/{id}/items`).
fn deviant(site: &Site<'_>, all: &[&Site<'_>]) -> Option<Why> {
    let siblings: Vec<_> = all
        .iter()
        .filter(|it| {
            !std::ptr::eq(**it, site)
                && it.router == site.router
                && it.purpose == Purpose::Ordinary
                && it.endpoint.acts_as() == site.endpoint.acts_as()
        })
        .collect();
    let required =
        |it: &&&&Site<'_>| it.endpoint.protections.authentication.status == Status::Required;
    let guarded = siblings.iter().filter(required).count();
    if siblings.len() >= SIBLINGS && guarded * 4 >= siblings.len() * 3 {
        return Some(Why::Deviant(guarded, siblings.len()));
    }
    let resource = resource(&site.endpoint.path)?;
    let same: Vec<_> = siblings
        .into_iter()
        .filter(|it| self::resource(&it.endpoint.path) == Some(resource))
        .collect();
    (same.len() >= SIBLINGS && same.iter().all(|it| required(&it)))
        .then_some(Why::Deviant(same.len(), same.len()))
}

/// What stands before the first parameter of a path.
fn resource(path: &str) -> Option<&str> {
    let resource = path
        .split("/{")
        .next()
        .unwrap_or(path)
        .trim_end_matches('/');
    (!resource.is_empty()).then_some(resource)
}

/// Findings of a service that has authentication: one for each router that lacks it, one for
/// each endpoint that was forgotten.
fn by_router(
    cx: &Context<'_>,
    meta: &LintMeta,
    all: &[&Site<'_>],
    open: &[(&Site<'_>, Why)],
    found: &mut Vec<Diagnostic>,
) {
    // A check that checks nothing is a mistake of its own, wherever the handler is registered.
    let mut reported: Vec<Span> = Vec::new();
    for (site, why) in open {
        let handler = site.endpoint.handler.span;
        if matches!(why, Why::Toothless(_)) && !reported.contains(&handler) {
            reported.push(handler);
            found.push(one(cx, meta, all, site, why));
        }
    }
    let open: Vec<_> = open
        .iter()
        .filter(|(_, why)| !matches!(why, Why::Toothless(_)))
        .cloned()
        .collect();
    let asking = |it: &&Site<'_>| asks(cx, it);
    // Routers of one function in which nothing is guarded lack the same layer.
    let key = |site: &Site<'_>| {
        let guarded = all
            .iter()
            .any(|it| it.variable == site.variable && asking(it));
        if guarded {
            site.variable.clone()
        } else {
            site.router.clone()
        }
    };
    let mut keys: Vec<_> = open.iter().map(|(site, _)| key(site)).collect();
    keys.sort();
    keys.dedup();
    for wanted in keys {
        let here = open.iter().filter(|(it, _)| key(it) == wanted);
        let here: Vec<_> = here.cloned().collect();
        let guarded: Vec<&Site<'_>> = all
            .iter()
            .filter(|it| it.variable == wanted && asking(it))
            .copied()
            .collect();
        // What shares a cause.
        let shared = |members: &[(&Site<'_>, Why)]| {
            let sites = only_sites(members);
            let distinct = handlers(&sites).len();
            distinct > 1 && (guarded.is_empty() || distinct > FORGOTTEN)
        };
        let place = |members: &[(&Site<'_>, Why)]| {
            let place = || router_place(cx, all, &only_sites(members), &guarded);
            shared(members).then(|| place().span)
        };
        let here = groups::group(cx, meta, &here, |it| it.0, place);
        for (site, why) in &here.excused {
            found.push(one(cx, meta, all, site, why));
        }
        let sites = only_sites(&here.rest);
        if shared(&here.rest) {
            let mut finding = whole_router(cx, meta, all, &sites, &guarded);
            finding.notes.extend(groups::note(here.excused.len()));
            found.push(finding);
            continue;
        }
        let distinct = handlers(&sites);
        for (site, why) in &here.rest {
            if distinct.iter().any(|it| std::ptr::eq(*it, *site)) {
                found.push(one(cx, meta, all, site, why));
            }
        }
    }
}

/// The first endpoint of each handler.
fn handlers<'s, 'a>(sites: &[&'s Site<'a>]) -> Vec<&'s Site<'a>> {
    let mut first: Vec<&Site<'_>> = Vec::new();
    for site in sites {
        if !first
            .iter()
            .any(|it| it.endpoint.handler.span == site.endpoint.handler.span)
        {
            first.push(site);
        }
    }
    first
}

fn one(
    cx: &Context<'_>,
    meta: &LintMeta,
    all: &[&Site<'_>],
    site: &Site<'_>,
    why: &Why,
) -> Diagnostic {
    let name = site.name();
    let title = match why {
        Why::Toothless(_) => format!("`{name}` lets requests without genuine credentials through"),
        Why::Changes(_) => format!("`{name}` asks for no authentication"),
        Why::Privileged(_) => format!("privileged `{name}` asks for no authentication"),
        Why::Deviant(..) => {
            format!("`{name}` asks for no authentication while its siblings do")
        }
    };
    let mut finding = Diagnostic::new(
        meta,
        title,
        Label::new(site.primary, "registered here"),
        fingerprint(meta, site),
    );
    if let Why::Toothless(it) = why {
        finding = finding.with_label(it.span, it.label.clone());
    }
    finding = with_evidence(cx, finding, site, idle);
    finding = finding.with_endpoint(&site.endpoint.method, &site.endpoint.path);
    finding = finding.with_note(reason(site, why)).with_note(looked(site));
    if let Some(note) = siblings(site, all) {
        finding = finding.with_note(note);
    }
    finding.with_help(help(site))
}

fn whole_router(
    cx: &Context<'_>,
    meta: &LintMeta,
    all: &[&Site<'_>],
    open: &[&Site<'_>],
    guarded: &[&Site<'_>],
) -> Diagnostic {
    let first = first_in_file(open);
    let count = count(open);
    let router = cx_router(cx, first);
    let title = format!("{count} endpoints of {router} ask for no authentication");
    let primary = router_place(cx, all, open, guarded);
    let key = format!("{} {count}", fingerprint(meta, first));
    let mut finding = Diagnostic::new(meta, title, primary, key);
    finding = with_endpoints(finding, open);
    for seen in first.endpoint.layers.iter().take(super::LAYERS) {
        if let Some(text) = idle(seen) {
            finding = finding.with_label(first_line(cx, seen.span), text);
        }
    }
    finding = finding
        .with_note(format!("open: {}", list(open)))
        .with_note(looked(first));
    if let Some(note) = siblings(first, all) {
        finding = finding.with_note(note);
    }
    finding.with_help(help(first))
}

/// Where a finding about these endpoints of one router stands.
fn router_place(
    cx: &Context<'_>,
    all: &[&Site<'_>],
    open: &[&Site<'_>],
    guarded: &[&Site<'_>],
) -> Label {
    let first = first_in_file(open);
    // The merge is where a layer is missing, if everything behind it is open.
    let partly = all
        .iter()
        .any(|it| it.router == first.router && asks(cx, it));
    let mount = first
        .endpoint
        .mounts
        .last()
        .filter(|_| guarded.is_empty() && !partly && guards_mounts(first.endpoint.framework));
    match mount {
        Some((span, prefix)) => Label::new(
            first_line(cx, *span),
            format!("mounted at `{prefix}` without authentication"),
        ),
        None => Label::new(first.primary, format!("`{}`", first.name())),
    }
}

/// Where a finding about these endpoints of a service stands.
fn service_place(cx: &Context<'_>, sites: &[&Site<'_>]) -> Label {
    let first = first_in_file(sites);
    match (sites, outermost(cx, sites)) {
        ([_, _, ..], Some(span)) => Label::new(span, "nothing here is behind authentication"),
        _ => Label::new(first.primary, format!("`{}`", first.name())),
    }
}

fn whole_service(
    cx: &Context<'_>,
    meta: &LintMeta,
    service: &str,
    all: &[&Site<'_>],
    open: &[(&Site<'_>, Why)],
) -> Diagnostic {
    let sites = only_sites(open);
    let undecided = all
        .iter()
        .filter(|it| it.endpoint.protections.authentication.status == Status::Unknown)
        .count();
    let first = first_in_file(&sites);
    let number = count(&sites);
    let title = match sites.as_slice() {
        [only] => format!("`{}` asks for no authentication", only.name()),
        _ => format!(
            "nothing in `{service}` asks for authentication: {number} endpoints that change state or are privileged are open"
        ),
    };
    let primary = service_place(cx, &sites);
    let fingerprint = format!("{} {service}", meta.id);
    let mut finding = Diagnostic::new(meta, title, primary, fingerprint);
    if let [only] = sites.as_slice() {
        finding = with_evidence(cx, finding, only, idle)
            .with_endpoint(&only.endpoint.method, &only.endpoint.path);
    } else {
        finding = with_endpoints(finding, &sites).with_note(format!("open: {}", list(&sites)));
    }
    let looks = all.iter().any(|it| asks(cx, it));
    let insists = if looks { "insists on" } else { "looks at" };
    finding = finding.with_note(format!(
        "no extractor, layer or body of its {} endpoints {insists} credentials{}",
        count(all),
        if undecided > 0 {
            format!(" ({undecided} could not be decided)")
        } else {
            String::new()
        }
    ));
    if undecided > 0 {
        finding = finding.with_confidence(Confidence::Medium);
    }
    finding.with_help(help(first))
}

/// Open reads and what could not be decided.
fn for_auditors(cx: &Context<'_>, meta: &LintMeta, site: &Site<'_>) -> Option<Diagnostic> {
    let authentication = &site.endpoint.protections.authentication;
    if site.purpose != Purpose::Ordinary {
        return None;
    }
    let (title, note) = match authentication.status {
        Status::None => (
            format!("`{}` is open to everybody", site.name()),
            looked(site),
        ),
        Status::Optional
            if changes(site)
                && !fail_open::rests_on_gap(site)
                && flagged::flagged(cx, site).is_none() =>
        {
            (
                format!(
                    "`{}` may let requests without credentials through",
                    site.name()
                ),
                looked(site),
            )
        }
        Status::Unknown => (
            format!(
                "whether `{}` asks for authentication could not be decided",
                site.name()
            ),
            authentication
                .unresolved
                .clone()
                .unwrap_or_else(|| looked(site)),
        ),
        _ => return None,
    };
    let finding = Diagnostic::new(
        meta,
        title,
        Label::new(site.primary, "registered here"),
        fingerprint(meta, site),
    );
    let mut finding = with_evidence(cx, finding, site, idle)
        .with_endpoint(&site.endpoint.method, &site.endpoint.path)
        .with_persona(Persona::Auditor)
        .with_note(note)
        .with_help(help(site));
    if authentication.status != Status::None {
        finding = finding.with_confidence(Confidence::Low);
    }
    Some(finding)
}

fn reason(site: &Site<'_>, why: &Why) -> String {
    match why {
        Why::Changes(Some(call)) => {
            let verb = if is_sql(call) { "runs" } else { "calls" };
            format!("`{}` changes state: it {verb} `{call}`", site.handler())
        }
        Why::Toothless(it) => it.reason.clone(),
        Why::Changes(None) => format!("`{}` requests change state", site.endpoint.method),
        Why::Privileged(word) => format!("the path says `{word}`"),
        Why::Deviant(guarded, all) => {
            format!("{guarded} of {all} siblings with this method require authentication")
        }
    }
}

/// Whether what was seen is a statement, not a function: no function is written in capitals.
fn is_sql(call: &str) -> bool {
    call.chars().all(|it| it.is_ascii_uppercase() || it == ' ')
}

/// What was looked at.
fn looked(site: &Site<'_>) -> String {
    let layers = match site.endpoint.layers.len() {
        0 => "no layer covers it".to_owned(),
        1 => "the 1 layer around it".to_owned(),
        n => format!("the {n} layers around it"),
    };
    if site.endpoint.layers.is_empty() {
        format!(
            "looked at the signature and the body of `{}`; {layers}",
            site.handler()
        )
    } else {
        format!(
            "looked at the signature and the body of `{}` and at {layers}",
            site.handler()
        )
    }
}

/// What siblings use: of this router, or else of the service.
fn siblings(site: &Site<'_>, all: &[&Site<'_>]) -> Option<String> {
    let near: Vec<_> = all
        .iter()
        .filter(|it| it.router == site.router && !std::ptr::eq(**it, site))
        .collect();
    let guarded = |sites: &[&&Site<'_>]| -> Vec<usize> {
        (0..sites.len())
            .filter(|i| sites[*i].endpoint.protections.authentication.status == Status::Required)
            .collect()
    };
    let (pool, place) = if guarded(&near).is_empty() {
        (all.iter().collect::<Vec<_>>(), "this service")
    } else {
        (near, "this router")
    };
    let which = guarded(&pool);
    let mut names: Vec<(String, usize)> = Vec::new();
    for index in &which {
        let evidence = &pool[*index].endpoint.protections.authentication.evidence;
        let Some(first) = evidence.first() else {
            continue;
        };
        let name = match first.kind {
            EvidenceKind::Layer | EvidenceKind::Interceptor | EvidenceKind::Configuration => {
                format!("are covered by `{}`", first.name)
            }
            EvidenceKind::BodyCheck => format!("call `{}`", first.name),
            _ => format!("take `{}`", first.name),
        };
        match names.iter_mut().find(|(it, _)| *it == name) {
            Some((_, number)) => *number += 1,
            None => names.push((name, 1)),
        }
    }
    let (name, number) = names
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))?;
    let all = pool.len();
    if number == 1 {
        return None;
    }
    Some(format!(
        "{number} of the {all} other endpoints of {place} {name}"
    ))
}

/// A layer that is there and does not authenticate.
fn idle(seen: &LayerSeen) -> Option<String> {
    Some(format!("`{}` does not authenticate", seen.name))
}

fn help(site: &Site<'_>) -> String {
    // A webhook by its path, whose sender nobody checks: a login cannot be asked of it.
    if site.endpoint.purpose == Purpose::Webhook {
        return "verify the signature that the sender puts on its requests, over the raw body and before anything is done; if nobody signs them, list it under `[[public-routes]]`".to_owned();
    }
    let how = match site.endpoint.framework {
        "axum" => {
            "take your authentication extractor in the handler, or add `.route_layer(..)` with your authentication layer after this route"
        }
        "actix-web" | "ntex" => {
            "take your authentication extractor in the handler, or `.wrap(..)` its scope with your authentication middleware"
        }
        "poem" => {
            "take your authentication extractor or a security scheme with a `checker` in the handler, or wrap its route `.with(..)` your authentication middleware"
        }
        "rocket" => "take a request guard that authenticates in the handler",
        "tonic" => {
            "put an interceptor that authenticates around the service (`with_interceptor`), or authenticate in the method"
        }
        "warp" => {
            "put `.and(..)` with your authentication filter before the handler, after the filters of the path"
        }
        "salvo" => {
            "add `.hoop(..)` with your authentication to this router, one that refuses by an error status"
        }
        _ => "authenticate in the handler or in a layer around it",
    };
    format!("{how}; if it is meant to be open, list it under `[[public-routes]]`")
}

fn cx_router(cx: &Context<'_>, site: &Site<'_>) -> String {
    if let Some(service) = registration_of(site.endpoint.framework, &site.endpoint.path) {
        return service;
    }
    match (site.endpoint.mounts.last(), site.router.function()) {
        (Some((_, prefix)), _) if !prefix.is_empty() && prefix != "/" => {
            format!("the router at `{prefix}`")
        }
        (_, Some(id)) => format!("the router in `{}`", cx.program[id].name),
        _ => "one router".to_owned(),
    }
}

fn first_in_file<'s, 'a>(sites: &[&'s Site<'a>]) -> &'s Site<'a> {
    sites
        .iter()
        .min_by_key(|it| it.primary)
        .expect("a finding is about at least one endpoint")
}

fn fingerprint(meta: &LintMeta, site: &Site<'_>) -> String {
    let it = site.endpoint;
    format!("{} {} {} {}", meta.id, it.service, it.method, it.path)
}
