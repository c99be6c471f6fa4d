//! Endpoints that rest on a layer: nothing else asks who calls them.

use super::{Endpoints, Site, count, first_line};
use crate::checks::Context;
use crate::diagnostics::Diagnostic;
use crate::routes::HandlerTarget;
use crate::routes::endpoint::{Decider, LayerSeen};
use crate::source::Span;

/// Endpoints behind code of the program that decides whether requests get through, and what was found
/// out of that.
pub(super) struct Resting<'s, 'a, T> {
    pub(super) layer: &'s LayerSeen,
    pub(super) code: HandlerTarget,
    pub(super) found: T,
    pub(super) sites: Vec<&'s Site<'a>>,
}

/// The endpoints that rest on their layers, by the code that decides there; each is looked at once.
pub(super) fn resting<'s, 'a, T>(
    cx: &Context<'_>,
    endpoints: &'s Endpoints<'a>,
    rests: impl Fn(&Site<'_>) -> bool,
    is_meant: impl Fn(&Site<'_>, &LayerSeen, Decider) -> bool,
    look: impl Fn(HandlerTarget) -> Option<T>,
) -> Vec<Resting<'s, 'a, T>> {
    let mut all: Vec<Resting<'_, '_, Option<T>>> = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service).into_iter();
        for site in sites.filter(|it| rests(it)) {
            for layer in &site.endpoint.layers {
                let decider = layer.decider.filter(|it| is_meant(site, layer, *it));
                let Some(Decider { code, .. }) = decider else {
                    continue;
                };
                match all.iter_mut().find(|it| it.code == code) {
                    Some(known) => known.sites.push(site),
                    None => all.push(Resting {
                        layer,
                        code,
                        found: look(code),
                        sites: vec![site],
                    }),
                }
            }
        }
    }
    let found = all.into_iter().filter_map(|it| {
        Some(Resting {
            layer: it.layer,
            code: it.code,
            found: it.found?,
            sites: it.sites,
        })
    });
    found.collect()
}

impl<T> Resting<'_, '_, T> {
    /// What the code is called; a closure like its layer.
    pub(super) fn name(&self, cx: &Context<'_>) -> String {
        match self.code {
            HandlerTarget::Fn(id) => cx.program.fn_name(id),
            _ => self.layer.name.clone(),
        }
    }
}

/// Points at a layer with how many endpoints rest on it, unless it stands where the finding does.
pub(super) fn with_layer(
    cx: &Context<'_>,
    finding: Diagnostic,
    layer: &LayerSeen,
    place: Span,
    sites: &[&Site<'_>],
) -> Diagnostic {
    if layer.span == place {
        return finding;
    }
    let rest = match count(sites) {
        1 => "1 endpoint rests on it".to_owned(),
        many => format!("{many} endpoints rest on it"),
    };
    finding.with_label(first_line(cx, layer.span), rest)
}
