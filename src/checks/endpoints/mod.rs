//! Endpoints that miss a protection: what the checks about them share.

mod accepts;
mod acts;
mod asked;
pub(super) mod assigned;
mod body;
pub(super) mod bypass;
pub(super) mod changing_reads;
mod chosen;
mod cookies;
pub(super) mod cross_origin;
pub(super) mod debugging;
pub(super) mod deviants;
pub(super) mod disclosed;
pub(super) mod dropped;
pub(super) mod early;
pub(super) mod fail_open;
pub(super) mod flagged;
pub(super) mod forgeable;
mod given;
mod groups;
pub(super) mod headers;
pub(super) mod ignored;
pub(super) mod mismatched;
pub(super) mod misplaced;
pub(super) mod noop;
pub(super) mod owners;
pub(super) mod panicking;
pub(super) mod plain_server;
mod resting;
mod router;
pub(super) mod shadowed;
pub(super) mod spoofable;
#[cfg(test)]
mod tests;
mod toothless;
pub(super) mod types;
pub(super) mod unauthorized;
pub(super) mod unbounded;
pub(super) mod undocumented;
pub(super) mod unguarded;
pub(super) mod unlimited;
pub(super) mod unlogged;
pub(super) mod unprotected;
pub(super) mod verbs;

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::routes::endpoint::{ASSUMED, Endpoint, EvidenceKind, LayerSeen, Protection, Status};
use crate::routes::{HandlerTarget, Purpose};
use crate::source::Span;
use acts::Known;
use body::Seen;
use router::RouterKey;

/// How many endpoints a finding about several lists by name.
const LISTED: usize = 5;
/// How many endpoints a finding about several points at.
const LABELLED: usize = 8;
/// How many layers a finding points at.
const LAYERS: usize = 3;

/// The endpoints of a run as the checks see them.
#[derive(Default)]
pub(crate) struct Endpoints<'a> {
    /// Those to report on, each handler of a service once per method and path.
    pub all: Vec<Site<'a>>,
    /// The names of the services that have endpoints of their own.
    services: Vec<&'a str>,
}

/// An endpoint with what the checks derive of it.
pub(crate) struct Site<'a> {
    pub endpoint: &'a Endpoint,
    /// Which routers it was added to: those of one function.
    pub router: RouterKey,
    /// Which of them.
    pub variable: RouterKey,
    /// The smallest text that registers it.
    pub primary: Span,
    /// What its code does.
    pub seen: Code<'a>,
    /// What it is for, its code included.
    pub purpose: Purpose,
}

/// What a handler's code does, looked at when it is first asked for.
#[derive(Clone)]
pub(crate) struct Code<'a> {
    cx: &'a Context<'a>,
    endpoint: &'a Endpoint,
    /// What is known of the code of all handlers.
    known: Arc<Known>,
    seen: Arc<OnceLock<Seen>>,
}

impl<'a> Code<'a> {
    fn of(cx: &'a Context<'a>, endpoint: &'a Endpoint, known: &Arc<Known>) -> Code<'a> {
        Code {
            cx,
            endpoint,
            known: Arc::clone(known),
            seen: Arc::default(),
        }
    }
}

impl Deref for Code<'_> {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        self.seen
            .get_or_init(|| Seen::of(self.cx, self.endpoint, &self.known))
    }
}

impl<'a> Endpoints<'a> {
    /// The endpoints that are reported on.
    pub(crate) fn new(cx: &'a Context<'a>) -> Endpoints<'a> {
        let mut routers = router::Routers::new(cx);
        let mut endpoints: Vec<&'a Endpoint> = cx.inventory.endpoints.iter().collect();
        endpoints.retain(|it| !is_left_out(cx, it));
        // The same handler on the same path in several set-ups of the service: the weakest counts, of
        // those that somebody else can reach at all.
        let weak = |it: &Endpoint| (it.on_unix_socket, strength(it));
        let key = |it: &'a Endpoint| (&it.service, &it.method, &it.path, it.handler.span);
        let mut weakest: FxHashMap<_, &'a Endpoint> = FxHashMap::default();
        for endpoint in &endpoints {
            let known = weakest.entry(key(endpoint)).or_insert(endpoint);
            if weak(endpoint) < weak(known) {
                *known = endpoint;
            }
        }
        endpoints.retain(|it| std::ptr::eq(weakest[&key(it)], *it));
        let known = Arc::new(Known::new(cx.program));
        let mut handlers: FxHashMap<Span, Code<'a>> = FxHashMap::default();
        for endpoint in &endpoints {
            let code = handlers.entry(endpoint.handler.span);
            code.or_insert_with(|| Code::of(cx, endpoint, &known));
        }
        let mut first: Vec<&&'a Endpoint> = endpoints.iter().collect();
        first.retain(|it| !is_settled(it));
        first.into_par_iter().with_max_len(1).for_each(|it| {
            let _: &Seen = &handlers[&it.handler.span];
        });
        let site = |endpoint: &'a Endpoint| {
            let seen = handlers[&endpoint.handler.span].clone();
            let variable = routers.key(endpoint);
            Site {
                endpoint,
                router: variable.builder(),
                variable,
                primary: primary(cx, endpoint),
                purpose: match is_settled(endpoint) {
                    true => endpoint.purpose,
                    false => purpose(endpoint, &seen),
                },
                seen,
            }
        };
        let mut found = Endpoints {
            all: endpoints.into_iter().map(site).collect(),
            services: Vec::new(),
        };
        found.services = found.own_services();
        found
    }

    /// The names of the services, in order; without those whose endpoints are all another's
    /// too: two programs that share their modules have one set of mistakes.
    pub(crate) fn services(&self) -> &[&'a str] {
        &self.services
    }

    fn own_services(&self) -> Vec<&'a str> {
        let names = self.all_services();
        let places: Vec<FxHashSet<(Span, Span)>> = names
            .iter()
            .map(|name| {
                let own = self.of(name);
                let places = own.iter().map(|it| &it.endpoint);
                places.map(|it| (it.registered, it.handler.span)).collect()
            })
            .collect();
        let is_part = |at: usize| {
            (0..names.len()).any(|other| {
                other != at
                    && places[at].is_subset(&places[other])
                    && (places[at].len() < places[other].len() || other < at)
            })
        };
        let kept = names.iter().enumerate().filter(|(at, _)| !is_part(*at));
        kept.map(|(_, name)| *name).collect()
    }

    fn all_services(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for site in &self.all {
            if names.last() != Some(&site.endpoint.service.as_str()) {
                names.push(&site.endpoint.service);
            }
        }
        names.dedup();
        names
    }

    /// The endpoints of a service.
    pub(crate) fn of(&self, service: &str) -> Vec<&Site<'a>> {
        self.all
            .iter()
            .filter(|it| it.endpoint.service == service)
            .collect()
    }

    /// The endpoints of a service that anybody may reach; for auditors, all.
    pub(crate) fn within_reach(&self, cx: &Context<'_>, service: &str) -> Vec<&Site<'a>> {
        let mut sites = self.of(service);
        sites.retain(|it| !it.endpoint.on_unix_socket || cx.persona == Persona::Auditor);
        sites
    }
}

impl Site<'_> {
    /// `POST /users`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.endpoint.method, self.endpoint.path)
    }

    /// The handler's own name.
    pub(crate) fn handler(&self) -> &str {
        let name = self.endpoint.handler.name.as_str();
        name.rsplit("::").next().unwrap_or(name)
    }

    /// Whether it may change something, as far as its method tells.
    pub(crate) fn writes_by_method(&self) -> bool {
        matches!(self.endpoint.acts_as(), "POST" | "PUT" | "PATCH" | "DELETE")
    }

    /// Whether it answers what no route does.
    pub(crate) fn is_fallback(&self) -> bool {
        self.endpoint.path.ends_with("{*fallback}")
    }
}

/// How much an endpoint asks for before it answers, and how it is limited.
fn strength(endpoint: &Endpoint) -> [u8; 3] {
    let protections = &endpoint.protections;
    let asked = |it: &Protection| match it.status {
        Status::None => 0,
        Status::Optional => 1,
        Status::Unknown => 2,
        Status::Conditional => 3,
        Status::Required => 4,
    };
    // There is evidence of what is not there where somebody took it away.
    let body = &protections.body_limit;
    let is_lifted = body.status == Status::None && !body.evidence.is_empty();
    [
        asked(&protections.authentication),
        asked(&protections.rate_limit),
        u8::from(!is_lifted),
    ]
}

/// Whether it is guarded and limited, or only guarded and reads: then nobody asks what its code
/// does.
fn is_settled(endpoint: &Endpoint) -> bool {
    let guarded = endpoint.protections.authentication.status == Status::Required;
    let limited = endpoint.protections.rate_limit.status != Status::None;
    guarded && (limited || endpoint.acts_as() == "GET")
}

/// Code that is not reported on: other packages, tests, examples.
pub(crate) fn is_left_out(cx: &Context<'_>, endpoint: &Endpoint) -> bool {
    let module = match endpoint.handler.target {
        HandlerTarget::Fn(id) => cx.program[id].module,
        HandlerTarget::Closure(body, _) => cx.program[body].module,
        HandlerTarget::External(_) | HandlerTarget::Unknown => return false,
    };
    cx.is_left_out(module)
}

/// What an endpoint is for; a webhook only if its code checks a signature, or hands the headers
/// to code that may.
fn purpose(endpoint: &Endpoint, seen: &Seen) -> Purpose {
    match endpoint.purpose {
        Purpose::Webhook
            if seen.found
                && seen.signature.is_none()
                && !(seen.headers && (seen.unresolved || seen.checks.is_some())) =>
        {
            Purpose::Ordinary
        }
        Purpose::Ordinary if matches!(endpoint.handler.target, HandlerTarget::External(_)) => {
            let name = endpoint.handler.name.as_str();
            let serves_files = [
                "Serve",
                "Files",
                "FileServer",
                "fs::dir",
                "fs::file",
                "Swagger",
                "Redoc",
                "Scalar",
            ];
            if serves_files.iter().any(|it| name.contains(it)) {
                Purpose::Static
            } else {
                Purpose::Ordinary
            }
        }
        // `POST /users` that hashes a password makes an account.
        Purpose::Ordinary
            if endpoint.method == "POST"
                && !endpoint.path.contains('{')
                && seen.hashes_password.is_some()
                && crate::routes::purpose::privileged_word(&endpoint.path).is_none() =>
        {
            Purpose::Account
        }
        other => other,
    }
}

/// Where a finding about an endpoint stands: its registration, or the handler's name where an
/// attribute on the handler is the registration.
pub(crate) fn primary(cx: &Context<'_>, endpoint: &Endpoint) -> Span {
    if let HandlerTarget::Fn(id) = endpoint.handler.target {
        let def = &cx.program[id];
        let registers = def.attrs.iter().any(|attr| {
            let last = attr.meta.path.last().map_or("", |it| it.as_str());
            METHOD_ATTRIBUTES.contains(&last)
        });
        if registers {
            return def.name_span();
        }
    }
    first_line(cx, endpoint.registered)
}

const METHOD_ATTRIBUTES: [&str; 11] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace", "connect", "route", "oai",
];

/// A span cut at the end of its first line.
fn first_line(cx: &Context<'_>, span: Span) -> Span {
    let text = cx.sources.slice(span);
    match text.find('\n') {
        Some(end) => Span::new(
            span.file,
            span.range.start,
            span.range.start + text[..end].trim_end().len() as u32,
        ),
        None => span,
    }
}

/// Where the service is put together, which is where authentication would be added: the
/// outermost mount that all endpoints share, or the first registration.
fn outermost(cx: &Context<'_>, sites: &[&Site<'_>]) -> Option<Span> {
    // What a schema's field answers is declared anywhere, and mounted where the service is made.
    let key = |it: &&&Site<'_>| (it.endpoint.is_operation(), it.endpoint.registered);
    let first = sites.iter().min_by_key(key)?;
    let mount = first.endpoint.mounts.first().filter(|mount| {
        let shares = |it: &&Site<'_>| it.endpoint.mounts.first() == Some(mount);
        sites.iter().all(shares)
    });
    let span = mount.map_or(first.endpoint.registered, |(span, _)| *span);
    Some(first_line(cx, span))
}

/// Points at the handler, the mounts and the layers that do not help.
fn with_evidence(
    cx: &Context<'_>,
    mut finding: Diagnostic,
    site: &Site<'_>,
    layer: impl Fn(&LayerSeen) -> Option<String>,
) -> Diagnostic {
    let endpoint = site.endpoint;
    if let HandlerTarget::Fn(id) = endpoint.handler.target {
        let name = cx.program[id].name_span();
        if name != finding.primary.span {
            finding = finding.with_label(name, "the handler");
        }
    }
    for (span, prefix) in endpoint.mounts.iter().rev().take(2) {
        if *span != finding.primary.span {
            finding = finding.with_label(first_line(cx, *span), format!("mounted at `{prefix}`"));
        }
    }
    let mut shown = 0;
    for seen in &endpoint.layers {
        if shown == LAYERS {
            break;
        }
        if let Some(text) = layer(seen) {
            finding = finding.with_label(first_line(cx, seen.span), text);
            shown += 1;
        }
    }
    finding
        .with_anchor(endpoint.registered)
        .with_anchor(endpoint.handler.span)
}

/// Points at endpoints of a finding about several.
fn with_endpoints(mut finding: Diagnostic, sites: &[&Site<'_>]) -> Diagnostic {
    let primary = finding.primary.span;
    let others = sites.iter().filter(|it| it.primary != primary);
    for site in others.take(LABELLED) {
        finding
            .secondary
            .push(Label::new(site.primary, format!("`{}`", site.name())));
    }
    finding
}

/// ``​`POST /a`, `PUT /b` and 3 more``.
fn list(sites: &[&Site<'_>]) -> String {
    let mut names: Vec<String> = Vec::new();
    for site in sites {
        let name = format!("`{}`", site.name());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    match (names.len(), more) {
        (_, 1..) => format!("{} and {more} more", names.join(", ")),
        (2.., 0) => {
            let last = names.pop().unwrap_or_default();
            format!("{} and {last}", names.join(", "))
        }
        _ => names.join(""),
    }
}

/// How many distinct methods and paths there are.
fn count(sites: &[&Site<'_>]) -> usize {
    let mut names: Vec<String> = sites.iter().map(|it| it.name()).collect();
    names.sort();
    names.dedup();
    names.len()
}

/// Whether its code asks somebody for credentials, in whatever way.
fn asks(cx: &Context<'_>, site: &Site<'_>) -> bool {
    insists(cx, site)
        || site.endpoint.protections.authentication.status == Status::Optional
            && !is_asked_outside(cx, site)
}

/// Whether its code needs credentials, if only under a condition.
fn insists(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let status = site.endpoint.protections.authentication.status;
    matches!(status, Status::Required | Status::Conditional) && !is_asked_outside(cx, site)
}

/// What something outside of the code asks for (`[[external]]`) is no habit of the code.
fn is_asked_outside(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let evidence = &site.endpoint.protections.authentication.evidence;
    evidence.iter().any(|it| {
        let is_assumed = it.name.starts_with(ASSUMED);
        let is_in_code = cx.sources.path(it.span.file).ends_with(".rs");
        it.kind == EvidenceKind::Configuration && !is_assumed && !is_in_code
    })
}
