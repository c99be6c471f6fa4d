//! The check `fail-open`: middleware that refuses some requests for their credentials, and lets others
//! pass without.

use super::resting::with_layer;
use super::{Endpoints, Site, first_line, groups, list, unguarded, with_endpoints};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta, Persona};
use crate::facts::{Body, Expr, Pat, PatId, Stmt};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::endpoint::{Gap, LayerSeen, Status};
use crate::source::Span;

/// What kind of request gets through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Through {
    /// One for which the check ended in an error.
    Failed,
    /// One without credentials.
    Absent,
    /// One that the code does not tell apart from others.
    Some,
}

/// Endpoints that rest on middleware with a gap.
struct Resting<'s, 'a> {
    layer: &'s LayerSeen,
    gap: Gap,
    sites: Vec<&'s Site<'a>>,
}

/// Finds middleware that fails open.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut all: Vec<Resting<'_, '_>> = Vec::new();
    for service in endpoints.services().iter().copied() {
        for site in endpoints.within_reach(cx, service) {
            for (layer, gap) in gaps(site) {
                match all.iter_mut().find(|it| it.gap.span == gap.span) {
                    Some(known) => known.sites.push(site),
                    None => all.push(Resting {
                        layer,
                        gap,
                        sites: vec![site],
                    }),
                }
            }
        }
    }
    let findings = all.iter().flat_map(|resting| {
        let place = |_: &[&Site<'_>]| Some(resting.gap.span);
        let group = groups::group(cx, &meta, &resting.sites, |it| *it, place);
        let findings = group.findings();
        let findings = findings.map(|sites| finding(cx, &meta, resting, &sites));
        findings.collect::<Vec<_>>()
    });
    findings.collect()
}

/// The gaps of the middleware that an endpoint rests on: nothing else keeps strangers out.
fn gaps<'s>(site: &'s Site<'_>) -> impl Iterator<Item = (&'s LayerSeen, Gap)> {
    let rests = site.purpose == Purpose::Ordinary
        && !site.is_fallback()
        && site.endpoint.protections.authentication.status == Status::Optional;
    let layers = site.endpoint.layers.iter().filter(move |_| rests);
    layers.filter_map(|it| Some((it, it.gap?)))
}

/// Whether an endpoint rests on middleware with a gap, which then is the mistake.
pub(super) fn rests_on_gap(site: &Site<'_>) -> bool {
    gaps(site).next().is_some()
}

fn finding(
    cx: &Context<'_>,
    meta: &LintMeta,
    resting: &Resting<'_, '_>,
    sites: &[&Site<'_>],
) -> Diagnostic {
    let Resting { layer, gap, .. } = resting;
    let through = through(cx, *gap);
    let name = layer.name.as_str();
    let which = match through {
        Through::Failed => "whose credentials it failed to check",
        Through::Absent => "that bring no credentials",
        Through::Some => "whose credentials it has not checked",
    };
    let title = format!("`{name}` lets requests through {which}");
    let label = match through {
        Through::Failed => "goes on after the check has failed",
        Through::Absent => "goes on without any credentials",
        Through::Some => "goes on, whatever was checked before",
    };
    let primary = Label::new(first_line(cx, gap.span), label);
    let first = sites[0];
    let key = format!("{} {name} {}", meta.id, first.endpoint.service);
    let finding = Diagnostic::new(meta, title, primary, key);
    let finding = with_endpoints(with_layer(cx, finding, layer, gap.span, sites), sites);
    let matters = sites.iter().any(|it| unguarded::matters(it));
    // What it leaves in the request may be what handlers are meant to decide by.
    let is_clear = !gap.inserts && (matters || gap.has_failed && through == Through::Failed);
    let persona = match is_clear {
        true => Persona::Regular,
        false => Persona::Auditor,
    };
    finding
        .with_persona(persona)
        .with_note(format!("nothing else asks who calls {}", list(sites)))
        .with_note("it refuses other requests for their credentials, so it looks as if it refused all without genuine ones")
        .with_help("answer with a refusal here; if handlers are to decide, leave the identity in the extensions of the request and have each handler that needs it take it")
}

/// Which requests reach a call, by the branch that it stands in.
fn through(cx: &Context<'_>, gap: Gap) -> Through {
    let functions = cx.program.fn_ids();
    let within = functions.filter(|(_, def)| {
        def.file == gap.span.file && def.range.contains(gap.span.range) && def.body.is_some()
    });
    let innermost = within.min_by_key(|(_, def)| def.range.len());
    let Some(key) = innermost.and_then(|(_, def)| def.body) else {
        return Through::Some;
    };
    let body = &cx.program[key].body;
    let mut found: Option<(u32, Through)> = None;
    for (id, expr) in body.exprs() {
        let Some(through) = branch(body, expr, gap.span) else {
            continue;
        };
        let len = body.expr_range(id).len();
        if found.is_none_or(|(known, _)| len < known) {
            found = Some((len, through));
        }
    }
    found.map_or(Through::Some, |(_, it)| it)
}

/// Which requests take the branch of an expression in which a place is; `None` if it is in no branch of it
/// that says so.
fn branch(body: &Body, expr: &Expr, place: Span) -> Option<Through> {
    match expr {
        Expr::Match { arms, .. } => {
            let arm = arms
                .iter()
                .find(|it| body.expr_range(it.body).contains(place.range))?;
            of_pattern(body, arm.pat)
        }
        Expr::If {
            cond,
            then,
            otherwise,
        } => {
            let Expr::Let { pat, .. } = body.expr(*cond) else {
                return None;
            };
            let is_in = |id| body.expr_range(id).contains(place.range);
            match otherwise {
                _ if is_in(*then) => of_pattern(body, *pat),
                // What is left where something was there, or went well.
                Some(otherwise) if is_in(*otherwise) => without(body, *pat),
                _ => None,
            }
        }
        Expr::Block(block) => block.stmts.iter().find_map(|stmt| match stmt {
            Stmt::Let(stmt) => {
                let diverge = stmt.diverge?;
                let is_in = body.expr_range(diverge).contains(place.range);
                is_in.then(|| without(body, stmt.pat))?
            }
            Stmt::Expr(_) => None,
        }),
        _ => None,
    }
}

/// Which requests do not match a pattern.
fn without(body: &Body, pat: PatId) -> Option<Through> {
    match of_name(body, pat)? {
        "Some" => Some(Through::Absent),
        "Ok" => Some(Through::Failed),
        _ => None,
    }
}

fn of_pattern(body: &Body, pat: PatId) -> Option<Through> {
    match of_name(body, pat)? {
        "Err" => Some(Through::Failed),
        "None" => Some(Through::Absent),
        _ => None,
    }
}

/// The variant that a pattern is about.
fn of_name(body: &Body, pat: PatId) -> Option<&str> {
    match body.pat(pat) {
        Pat::TupleStruct(path, _) | Pat::Path(path) => path.last().map(|it| it.as_str()),
        Pat::Bind { name, .. } if *name == *"None" => Some("None"),
        _ => None,
    }
}
