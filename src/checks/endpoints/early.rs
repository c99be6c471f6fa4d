//! The check `early-return`: middleware that refuses requests without credentials, and lets those pass before it looks that
//! say something about themselves which anybody can say.

use super::accepts::Early;
use super::{Endpoints, Site, count, first_line, groups, list, unguarded};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona};
use crate::lints::Lint;
use crate::routes::endpoint::{LayerSeen, Status};
use crate::routes::{HandlerTarget, Purpose};

/// Endpoints behind middleware that can be passed by.
struct Resting<'s, 'a> {
    layer: &'s LayerSeen,
    code: HandlerTarget,
    early: Option<Early>,
    sites: Vec<&'s Site<'a>>,
}

/// Finds middleware that some requests get past before they are checked.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut all: Vec<Resting<'_, '_>> = Vec::new();
    for service in endpoints.services().iter().copied() {
        for site in endpoints.within_reach(cx, service) {
            let status = site.endpoint.protections.authentication.status;
            if status == Status::Required || site.purpose != Purpose::Ordinary || site.is_fallback()
            {
                continue;
            }
            // What fails open is for another lint.
            let layers = site.endpoint.layers.iter();
            let is_open = |it: &&LayerSeen| it.gap.is_some() && status == Status::Optional;
            for layer in layers.filter(|it| it.refuses && !is_open(it)) {
                let Some(decider) = layer.decider else {
                    continue;
                };
                match all.iter_mut().find(|it| it.code == decider.code) {
                    Some(known) => known.sites.push(site),
                    None => all.push(Resting {
                        layer,
                        code: decider.code,
                        early: super::accepts::early(cx, decider.code),
                        sites: vec![site],
                    }),
                }
            }
        }
    }
    let findings = all.iter().filter_map(|resting| {
        let early = resting.early.as_ref()?;
        let place = |_: &[&Site<'_>]| Some(early.passes);
        let group = groups::group(cx, &meta, &resting.sites, |it| *it, place);
        let alone = group.excused.iter().map(|it| vec![*it]);
        let together = (!group.rest.is_empty()).then(|| group.rest.clone());
        let of: Vec<Vec<&Site<'_>>> = alone.chain(together).collect();
        let findings = of.into_iter();
        Some(
            findings
                .map(|sites| finding(cx, &meta, resting, early, &sites))
                .collect::<Vec<_>>(),
        )
    });
    findings.flatten().collect()
}

fn finding(
    cx: &Context<'_>,
    meta: &LintMeta,
    resting: &Resting<'_, '_>,
    early: &Early,
    sites: &[&Site<'_>],
) -> Diagnostic {
    let layer = resting.layer;
    let name = match resting.code {
        HandlerTarget::Fn(id) => cx.program.fn_name(id),
        _ => layer.name.clone(),
    };
    let title = format!("`{name}` lets requests through for what anybody can write into them");
    let primary = Label::new(
        first_line(cx, early.passes),
        "goes on before anything was checked",
    );
    let first = sites[0];
    let key = format!("{} {name} {}", meta.id, first.endpoint.service);
    let mut finding = Diagnostic::new(meta, title, primary, key).with_label(
        first_line(cx, early.flag),
        "clients choose how this comes out",
    );
    if layer.span != early.passes {
        let rest = match count(sites) {
            1 => "1 endpoint rests on it".to_owned(),
            many => format!("{many} endpoints rest on it"),
        };
        finding = finding.with_label(first_line(cx, layer.span), rest);
    }
    let persona = match sites.iter().any(|it| unguarded::matters(it)) {
        true => Persona::Regular,
        false => Persona::Auditor,
    };
    finding
        .with_persona(persona)
        .with_note(format!("nothing else asks who calls {}", list(sites)))
        .with_help("check first; what comes from inside shows that by a secret, a certificate or the address of the connection, not by a header or a query")
}
