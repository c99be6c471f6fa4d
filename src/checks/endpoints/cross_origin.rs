//! The check `cross-origin`: CORS layers that let any page read what a service answers.
//!
//! Parameter: `credentials`, whether the lint is about pages that read with their visitors'
//! credentials, or about those that read without.

use std::cell::OnceCell;

use super::{Endpoints, Site, count, first_line, list};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona, Severity};
use crate::lints::Lint;
use crate::routes::cors::{CorsPolicy, Origins};
use crate::routes::endpoint::{LayerSeen, Status};
use crate::source::Span;

/// Finds CORS layers for any origin.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let credentials = lint.check.params.get("credentials");
    let with_credentials = credentials.and_then(toml::Value::as_bool) == Some(true);
    // Looked for where it matters, and once.
    let cookies = OnceCell::new();
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.of(service);
        for (layer, policy) in layers(&sites) {
            let covered: Vec<&Site<'_>> = sites
                .iter()
                .filter(|it| it.endpoint.layers.iter().any(|it| it.span == layer.span))
                .copied()
                .collect();
            let asking: Vec<&Site<'_>> = covered.iter().filter(|it| asks(it)).copied().collect();
            let one = Found {
                layer,
                policy,
                covered,
                asking,
                cookies: &cookies,
            };
            found.extend(match with_credentials {
                true => one.with_credentials(cx, &meta, service),
                false => one.without_credentials(cx, &meta, service),
            });
        }
    }
    found
}

/// The CORS layers around endpoints, each once.
fn layers<'s>(sites: &[&Site<'s>]) -> Vec<(&'s LayerSeen, &'s CorsPolicy)> {
    let mut all: Vec<(&LayerSeen, &CorsPolicy)> = Vec::new();
    for layer in sites.iter().flat_map(|it| &it.endpoint.layers) {
        if let Some(policy) = layer.cors.as_deref()
            && policy.origins != Origins::Named
            && !all.iter().any(|(known, _)| known.span == layer.span)
        {
            all.push((layer, policy));
        }
    }
    all
}

/// Whether an endpoint looks at credentials.
fn asks(site: &Site<'_>) -> bool {
    site.endpoint.protections.authentication.status != Status::None
}

/// A layer that lets any origin in.
struct Found<'s, 'a> {
    layer: &'s LayerSeen,
    policy: &'s CorsPolicy,
    covered: Vec<&'s Site<'a>>,
    asking: Vec<&'s Site<'a>>,
    /// Where the program reads cookies, if it does.
    cookies: &'s OnceCell<Option<Span>>,
}

impl Found<'_, '_> {
    /// Any page reads, and acts, as whoever looks at it.
    fn with_credentials(
        &self,
        cx: &Context<'_>,
        meta: &LintMeta,
        service: &str,
    ) -> Option<Diagnostic> {
        let allowed = self.policy.credentials_at?;
        // `*` and credentials exclude one another: libraries refuse to start, browsers refuse.
        if self.policy.origins != Origins::Mirrored {
            return None;
        }
        let title = format!(
            "any website may call {} with its visitors' credentials and read the answers",
            self.what(service)
        );
        let primary = Label::new(
            first_line(cx, self.policy.origins_at),
            "answers every origin by its name",
        );
        let mut finding = Diagnostic::new(meta, title, primary, self.key(meta, service));
        if allowed != self.policy.origins_at {
            finding = finding.with_label(first_line(cx, allowed), "allows credentials");
        }
        finding = self.with_place(cx, finding);
        finding = match self.asking.is_empty() {
            false => {
                finding.with_note(format!("these look at credentials: {}", list(&self.asking)))
            }
            true => finding.with_note(format!(
                "none of its {} endpoints is seen to look at credentials",
                count(&self.covered)
            )),
        };
        // A preset for everything says nothing of what the service does with credentials.
        if !self.is_certain() || self.asking.is_empty() && !self.policy.asks_for_credentials {
            finding = finding.with_persona(Persona::Auditor);
        }
        if self.asking.is_empty() {
            finding = finding.with_severity(Severity::Medium);
        }
        Some(finding.with_help(
            "name the origins of your own pages; where really any page is to read, leave credentials out",
        ))
    }

    /// Any page reads what needs no credentials, or what it has credentials for itself.
    fn without_credentials(
        &self,
        cx: &Context<'_>,
        meta: &LintMeta,
        service: &str,
    ) -> Option<Diagnostic> {
        if self.policy.credentials_at.is_some() || self.asking.is_empty() {
            return None;
        }
        let title = format!(
            "any website may read the answers of {}, of which {} look at credentials",
            self.what(service),
            count(&self.asking)
        );
        let primary = Label::new(first_line(cx, self.policy.origins_at), "allows any origin");
        let mut finding = Diagnostic::new(meta, title, primary, self.key(meta, service));
        finding = self.with_place(cx, finding);
        finding = finding.with_note(format!("these look at credentials: {}", list(&self.asking)));
        let is_undecided =
            |it: &&Site<'_>| it.endpoint.protections.authentication.status == Status::Unknown;
        let is_undecided = self.asking.iter().all(is_undecided);
        // Where all credentials stand in headers that only the service's own pages can fill in, any
        // origin may well be meant: an API for everybody's programs.
        let cookies = match self.is_certain() && !is_undecided {
            true => *self.cookies.get_or_init(|| super::cookies::read(cx)),
            false => None,
        };
        finding = match cookies {
            Some(read) => finding.with_label(
                first_line(cx, read),
                "reads what browsers send by themselves",
            ),
            None => finding.with_persona(Persona::Auditor),
        };
        Some(finding.with_help(
            "name the origins of your own pages, or put the layer around the public endpoints only",
        ))
    }

    /// Whether it is so however the service is set up.
    fn is_certain(&self) -> bool {
        self.policy.is_certain && self.layer.condition.is_none()
    }

    /// `` `GET /me` `` or `` 12 endpoints of `shop` ``.
    fn what(&self, service: &str) -> String {
        match (count(&self.covered), self.covered.first()) {
            (1, Some(only)) => format!("`{}`", only.name()),
            (many, _) => format!("{many} endpoints of `{service}`"),
        }
    }

    /// Where the layer is added, if it is not made there.
    fn with_place(&self, cx: &Context<'_>, finding: Diagnostic) -> Diagnostic {
        let made = self.policy.origins_at;
        let is_there =
            self.layer.span.file == made.file && self.layer.span.range.contains(made.range);
        let finding = finding.with_anchor(self.layer.span);
        match is_there {
            true => finding,
            false => finding.with_label(first_line(cx, self.layer.span), "added here"),
        }
    }

    fn key(&self, meta: &LintMeta, service: &str) -> String {
        let first = self.covered.first().map(|it| it.name());
        format!("{} {service} {}", meta.id, first.unwrap_or_default())
    }
}
