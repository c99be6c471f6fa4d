//! The check `noop-validator`: what middleware asks whether a request may pass says yes to all.
//!
//! Parameters: `subjects`, words of names that say that access is meant; `others`, words that say that it is something else, or
//! meant to be open.

use serde::Deserialize;

use super::accepts::{Accepting, accepting};
use super::resting::{Resting, resting, with_layer};
use super::{Endpoints, Site, first_line, groups, list};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::lints::Lint;
use crate::program::{BodyOwner, Container};
use crate::routes::endpoint::{Decider, LayerSeen, Status};
use crate::routes::purpose::words;
use crate::routes::{HandlerTarget, Purpose};

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    subjects: Vec<String>,
    others: Vec<String>,
}

/// Finds validators that accept whatever comes.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let is_asked = |_: &Site<'_>, layer: &LayerSeen, decider: Decider| {
        decider.is_asked || is_about_access(&params, &layer.name)
    };
    let all = resting(cx, endpoints, rests_on_layers, is_asked, |code| {
        accepting(cx, code).filter(|it| is_meant(cx, &params, code, it))
    });
    let findings = all.iter().flat_map(|resting| {
        let place = |_: &[&Site<'_>]| Some(resting.found.place);
        let group = groups::group(cx, &meta, &resting.sites, |it| *it, place);
        let findings = group.findings();
        let findings = findings.map(|sites| finding(cx, &meta, resting, &sites));
        findings.collect::<Vec<_>>()
    });
    findings.collect()
}

/// Whether nothing else is known to keep strangers from an endpoint that wants somebody to.
fn rests_on_layers(site: &Site<'_>) -> bool {
    let status = site.endpoint.protections.authentication.status;
    site.purpose == Purpose::Ordinary
        && !site.is_fallback()
        && matches!(status, Status::None | Status::Optional)
}

/// Whether a name says that access is decided.
fn is_about_access(params: &Params, name: &str) -> bool {
    let words = words(name);
    words.iter().any(|it| params.subjects.contains(it)) && is_serious(params, name)
}

/// Whether no word of a name says that it is something else.
fn is_serious(params: &Params, name: &str) -> bool {
    !words(name).iter().any(|it| params.others.contains(it))
}

/// Whether a yes to everybody is a mistake here.
fn is_meant(cx: &Context<'_>, params: &Params, code: HandlerTarget, found: &Accepting) -> bool {
    if !cx.is_live(found.key) {
        return false;
    }
    let HandlerTarget::Fn(id) = code else {
        let owner = match cx.program[found.key].owner {
            BodyOwner::Fn(id) => id,
            BodyOwner::Const(_) => return true,
        };
        return cx.program[owner].cfg.is_none();
    };
    let def = &cx.program[id];
    if def.cfg.is_some() || !cx.program.alternatives(id).is_empty() {
        return false;
    }
    if !is_serious(params, def.name.as_str()) {
        return false;
    }
    match def.container {
        Container::Impl(of) => {
            let owner = cx.program.self_type_name(of);
            owner.is_none_or(|it| is_serious(params, it.as_str()))
        }
        Container::Trait(_) => false,
        // That is for the lint about functions that are called for an answer.
        Container::Module => !found.is_bare,
    }
}

fn finding(
    cx: &Context<'_>,
    meta: &LintMeta,
    resting: &Resting<'_, '_, Accepting>,
    sites: &[&Site<'_>],
) -> Diagnostic {
    let accepting = &resting.found;
    let name = resting.name(cx);
    let title = format!("`{name}` lets every request through");
    let primary = Label::new(first_line(cx, accepting.place), "refuses nobody");
    let first = sites[0];
    let key = format!("{} {name} {}", meta.id, first.endpoint.service);
    let mut finding = Diagnostic::new(meta, title, primary, key);
    if accepting.answer != accepting.place {
        finding = finding.with_label(first_line(cx, accepting.answer), "the only answer");
    }
    with_layer(cx, finding, resting.layer, accepting.place, sites)
        .with_note(format!("nothing else asks who calls {}", list(sites)))
        .with_help("verify what the request shows, and refuse what is missing or not genuine; until that is written, refuse all")
}
