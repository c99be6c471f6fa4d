//! The check `spoofable-limit`: endpoints whose only limiter tells clients apart by what they send.

use super::{Endpoints, Site, count, first_line, list};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label};
use crate::lints::Lint;
use crate::routes::endpoint::{EvidenceKind, LayerSeen};
use crate::routes::limit_key::ClientKey;

/// Finds limiters that whoever they limit can evade.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.of(service);
        let open = sites.iter().filter_map(|it| Some((*it, key(it)?)));
        let open: Vec<(&Site<'_>, (&LayerSeen, &ClientKey))> = open.collect();
        let mut done: Vec<&ClientKey> = Vec::new();
        for (first, (layer, key)) in &open {
            if done.contains(key) {
                continue;
            }
            done.push(key);
            let same = open.iter().filter(|(_, (_, other))| other == key);
            let here: Vec<&Site<'_>> = same.map(|(it, _)| *it).collect();
            let what = match here.as_slice() {
                [only] => format!("`{}`", only.name()),
                _ => format!("{} endpoints of `{service}`", count(&here)),
            };
            let title = format!(
                "the rate limit of {what} counts by what the client sends: `{}`",
                key.name
            );
            let primary = Label::new(first_line(cx, key.at), "clients choose this");
            let id = format!("{} {service} {} {}", meta.id, key.name, first.name());
            let mut finding = Diagnostic::new(&meta, title, primary, id)
                .with_anchor(layer.span)
                .with_note(format!("nothing else limits {}", list(&here)))
                .with_note("a new value with each request, and the limit is never reached")
                .with_help(
                    "count by the peer's address or by who has signed in; behind a proxy, read the header only if the peer is that proxy, and take the address that it appended",
                );
            let is_there =
                layer.span.file == key.at.file && layer.span.range.contains(key.at.range);
            if !is_there {
                finding = finding.with_label(
                    first_line(cx, layer.span),
                    format!("`{}` limits by it", layer.name),
                );
            }
            found.push(finding);
        }
    }
    found
}

/// The key by which an endpoint is limited, if clients choose it and there is no other limit.
fn key<'a>(site: &Site<'a>) -> Option<(&'a LayerSeen, &'a ClientKey)> {
    let evidence = &site.endpoint.protections.rate_limit.evidence;
    let mut chosen = None;
    for it in evidence {
        if !matches!(it.kind, EvidenceKind::Layer) {
            return None;
        }
        let mut layers = site.endpoint.layers.iter();
        let layer = layers.find(|layer| layer.span == it.span && layer.name == it.name)?;
        chosen = Some((layer, layer.limit_key.as_deref()?));
    }
    chosen
}
