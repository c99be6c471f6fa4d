//! The check `misplaced-endpoint`: endpoints that were added to their router after a layer that would
//! have protected them.

use super::{Endpoints, Site, groups, list, unguarded, with_endpoints};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::{MissedLayer, Status};
use crate::routes::purpose::words;
use crate::source::Span;
use crate::workspace::config::exception::Control;

/// An endpoint without a protection that one layer of its router has for others.
struct Missing<'s, 'a> {
    site: &'s Site<'a>,
    layer: &'s MissedLayer,
    control: Control,
    persona: Persona,
}

impl Missing<'_, '_> {
    /// What is one mistake: a layer that stands too early.
    fn cause(&self) -> (Span, usize, bool) {
        let regular = self.persona == Persona::Regular;
        (self.layer.span, self.control as usize, regular)
    }
}

/// Finds what was added too late.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let mut missing: Vec<Missing<'_, '_>> = Vec::new();
        for site in sites.iter().copied() {
            missing.extend(missing_of(cx, site, &sites));
        }
        let mut causes: Vec<_> = missing.iter().map(Missing::cause).collect();
        causes.sort();
        causes.dedup();
        for cause in causes {
            let all = missing.iter().filter(|it| it.cause() == cause);
            let all: Vec<&Missing<'_, '_>> = all.collect();
            let place = |of: &[&Missing<'_, '_>]| of.iter().map(|it| it.layer.added).min();
            let group = groups::group(cx, &meta, &all, |it| it.site, place);
            for one in &group.excused {
                found.push(finding(cx, &meta, &sites, &[one]));
            }
            if !group.rest.is_empty() {
                let mut finding = finding(cx, &meta, &sites, &group.rest);
                finding.notes.extend(groups::note(group.excused.len()));
                found.push(finding);
            }
        }
    }
    found
}

/// Whether an endpoint asks for no authentication because it was added after the layer that does: then
/// the place of that layer is the mistake.
pub(super) fn lacks_authentication(cx: &Context<'_>, site: &Site<'_>, all: &[&Site<'_>]) -> bool {
    let mut missing = missing_of(cx, site, all).into_iter();
    missing.any(|it| {
        it.control == Control::Authentication
            && (it.persona == Persona::Regular || cx.persona == Persona::Auditor)
    })
}

/// The protections that an endpoint lacks for the order in which its router was put together.
fn missing_of<'s, 'a>(
    cx: &Context<'_>,
    site: &'s Site<'a>,
    all: &[&Site<'_>],
) -> Vec<Missing<'s, 'a>> {
    let mut found: Vec<Missing<'s, 'a>> = Vec::new();
    for layer in &site.endpoint.missed {
        for control in layer.protects.iter().copied() {
            // Of several layers that would have done, one is enough to say so.
            if found.iter().any(|it| it.control == control)
                || !lacks(site, control)
                || is_meant(cx, layer.added)
            {
                continue;
            }
            let is_urgent = control == Control::Authentication
                && (unguarded::matters(site) || covered(layer, all) == 0);
            found.push(Missing {
                site,
                layer,
                control,
                persona: match is_urgent {
                    true => Persona::Regular,
                    false => Persona::Auditor,
                },
            });
        }
    }
    // Who is not known has no rights.
    if found.iter().any(|it| it.control == Control::Authentication) {
        found.retain(|it| it.control != Control::Authorization);
    }
    found
}

/// Whether an endpoint is without a protection that it could use.
fn lacks(site: &Site<'_>, control: Control) -> bool {
    let protection = site.endpoint.protections.of(control);
    if protection.status != Status::None || site.is_fallback() {
        return false;
    }
    let is_ordinary = site.purpose == Purpose::Ordinary;
    match control {
        Control::Authentication => is_ordinary && !unguarded::is_for_another_lint(site),
        Control::Authorization => {
            let who = site.endpoint.protections.authentication.status;
            is_ordinary && who == Status::Required
        }
        Control::RateLimit => {
            matches!(site.purpose, Purpose::Credential | Purpose::Account)
                || is_ordinary && site.writes_by_method()
        }
        // There is evidence of what is not there where the framework's own limit was taken away.
        Control::BodyLimit => site.writes_by_method() && !protection.evidence.is_empty(),
        _ => false,
    }
}

/// Whether what is added says that it is for everybody: `.merge(public_routes())`.
fn is_meant(cx: &Context<'_>, added: Span) -> bool {
    const WORDS: [&str; 9] = [
        "public",
        "open",
        "anonymous",
        "anon",
        "guest",
        "unauthenticated",
        "unprotected",
        "unauthed",
        "unsecured",
    ];
    let mut named = words(cx.sources.slice(added)).into_iter();
    named.any(|it| WORDS.contains(&it.as_str()))
}

/// How many endpoints a layer covers.
fn covered(layer: &MissedLayer, all: &[&Site<'_>]) -> usize {
    let is_covered = |it: &&&Site<'_>| {
        let mut layers = it.endpoint.layers.iter();
        layers.any(|it| it.span == layer.span)
    };
    all.iter().filter(is_covered).count()
}

/// One finding about endpoints that miss the same layer.
fn finding(
    cx: &Context<'_>,
    meta: &LintMeta,
    all: &[&Site<'_>],
    missing: &[&Missing<'_, '_>],
) -> Diagnostic {
    let sites: Vec<&Site<'_>> = missing.iter().map(|it| it.site).collect();
    let first = missing
        .iter()
        .min_by_key(|it| (it.layer.added, it.site.primary))
        .expect("a finding is about at least one endpoint");
    let name = first.layer.name.as_str();
    let (lacks, does) = words_of(first.control);
    let (what, number) = match super::count(&sites) {
        1 => (format!("`{}` is", first.site.name()), "it"),
        many => (format!("{many} endpoints are"), "them"),
    };
    let title = format!("{what} added after `{name}`, which does not cover {number}: {lacks}");
    let added = super::first_line(cx, first.layer.added);
    let primary = Label::new(added, "added too late for the layer");
    let key = format!("{} {} {name}", meta.id, first.site.name());
    let mut finding = Diagnostic::new(meta, title, primary, key).with_label(
        super::first_line(cx, first.layer.span),
        format!("`{name}` {does}, and covers what was added before it"),
    );
    if let [only] = sites.as_slice() {
        finding = finding.with_endpoint(&only.endpoint.method, &only.endpoint.path);
    }
    for site in &sites {
        finding = finding.with_anchor(site.endpoint.registered);
    }
    finding = with_endpoints(finding, &sites).with_persona(first.persona);
    if sites.len() > 1 {
        finding = finding.with_note(format!("not covered: {}", list(&sites)));
    }
    let covers = match covered(first.layer, all) {
        0 => format!("`{name}` covers no endpoint at all here"),
        1 => format!("`{name}` covers 1 endpoint, which was added before it"),
        many => format!("`{name}` covers {many} endpoints, which were added before it"),
    };
    let help = "move the layer behind what it is to cover; what is meant to be without it can be listed under `[[public-routes]]`, or be put into a router of its own whose name says so";
    finding.with_note(covers).with_help(help)
}

/// What is missing, and what the layer does.
fn words_of(control: Control) -> (&'static str, &'static str) {
    match control {
        Control::Authorization => (
            "nobody asks whether the caller may",
            "asks whether the caller may",
        ),
        Control::RateLimit => (
            "any number of requests is taken",
            "limits requests per time",
        ),
        Control::BodyLimit => ("bodies of any size are taken", "limits the size of bodies"),
        _ => (
            "nobody asks who calls",
            "rejects requests without genuine credentials",
        ),
    }
}
