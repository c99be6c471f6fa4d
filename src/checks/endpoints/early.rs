//! The check `early-return`: middleware that refuses requests without credentials, and lets those pass before it looks that
//! say something about themselves which anybody can say.

use super::accepts::{Early, early};
use super::resting::{Resting, resting, with_layer};
use super::{Endpoints, Site, first_line, groups, list, unguarded};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::{LayerSeen, Status};

/// Finds middleware that some requests get past before they are checked.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let status = |site: &Site<'_>| site.endpoint.protections.authentication.status;
    let rests = |site: &Site<'_>| {
        let is_ordinary = site.purpose == Purpose::Ordinary && !site.is_fallback();
        is_ordinary && status(site) != Status::Required
    };
    // What fails open is for another lint.
    let is_open =
        |site: &Site<'_>, it: &LayerSeen| it.gap.is_some() && status(site) == Status::Optional;
    let refuses = |site: &Site<'_>, it: &LayerSeen, _| it.refuses && !is_open(site, it);
    let all = resting(cx, endpoints, rests, refuses, |code| early(cx, code));
    let findings = all.iter().flat_map(|resting| {
        let place = |_: &[&Site<'_>]| Some(resting.found.passes);
        let group = groups::group(cx, &meta, &resting.sites, |it| *it, place);
        let findings = group.findings();
        let findings = findings.map(|sites| finding(cx, &meta, resting, &sites));
        findings.collect::<Vec<_>>()
    });
    findings.collect()
}

fn finding(
    cx: &Context<'_>,
    meta: &LintMeta,
    resting: &Resting<'_, '_, Early>,
    sites: &[&Site<'_>],
) -> Diagnostic {
    let early = &resting.found;
    let name = resting.name(cx);
    let title = format!("`{name}` lets requests through for what anybody can write into them");
    let primary = Label::new(
        first_line(cx, early.passes),
        "goes on before anything was checked",
    );
    let first = sites[0];
    let key = format!("{} {name} {}", meta.id, first.endpoint.service);
    let finding = Diagnostic::new(meta, title, primary, key).with_label(
        first_line(cx, early.flag),
        "clients choose how this comes out",
    );
    let finding = with_layer(cx, finding, resting.layer, early.passes, sites);
    let persona = match sites.iter().any(|it| unguarded::matters(it)) {
        true => Persona::Regular,
        false => Persona::Auditor,
    };
    finding
        .with_persona(persona)
        .with_note(format!("nothing else asks who calls {}", list(sites)))
        .with_help("check first; what comes from inside shows that by a secret, a certificate or the address of the connection, not by a header or a query")
}
