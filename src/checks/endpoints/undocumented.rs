//! The check `undocumented-endpoint`: what a service serves beside what its own description of the interface lists.
//!
//! Parameters: `derives`, paths of traits that make a description of a type; `attribute`, in which it lists the handlers, under `paths`;
//! `registers`, macros that describe what they register; `share`, of how many endpoints in a hundred the description has to know
//! before those that it does not know are told.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Endpoints, Site, list, types, with_endpoints};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::facts::Meta;
use crate::lints::Lint;
use crate::program::{AdtId, Def, FnId};
use crate::routes::{HandlerTarget, Purpose};
use crate::source::Span;

/// Fewer described endpoints are no habit.
const DESCRIBED: usize = 3;
/// More endpoints of one router share a cause.
const FORGOTTEN: usize = 3;
/// So many endpoints of which none is described are a part of the service that is not meant to be: its pages.
const AREA: usize = 4;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    derives: Vec<String>,
    attribute: String,
    registers: Vec<String>,
    share: usize,
}

/// Finds endpoints that the description of their service leaves out.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(params) = params::read_for_auditors::<Params>(cx, lint) else {
        return found;
    };
    let Some(description) = Description::of(cx, &params) else {
        return found;
    };
    let meta = cx.meta(lint);
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let mut ordinary: Vec<&Site<'_>> = Vec::new();
        for site in sites.iter().copied().filter(|it| is_described(it)) {
            let handler = site.endpoint.handler.span;
            if !ordinary
                .iter()
                .any(|it| it.endpoint.handler.span == handler)
            {
                ordinary.push(site);
            }
        }
        let (known, unknown): (Vec<&Site<'_>>, Vec<&Site<'_>>) = ordinary
            .into_iter()
            .partition(|it| description.has(cx, &params, it));
        let in_area = |all: &[&Site<'_>], of: &Site<'_>| {
            let same = all.iter().filter(|it| area(it) == area(of));
            same.count()
        };
        let is_left_out = |it: &&Site<'_>| {
            in_area(&known, it) == 0 && in_area(&unknown, it) >= AREA || it.endpoint.path == "/"
        };
        let unknown: Vec<&Site<'_>> = unknown
            .iter()
            .copied()
            .filter(|it| !is_left_out(it))
            .collect();
        let all = known.len() + unknown.len();
        if known.len() < DESCRIBED || known.len() * 100 < all * params.share {
            continue;
        }
        let mut routers: Vec<_> = unknown.iter().map(|it| &it.router).collect();
        routers.sort();
        routers.dedup();
        for router in routers {
            let here: Vec<&Site<'_>> = unknown
                .iter()
                .copied()
                .filter(|it| it.router == *router)
                .collect();
            let groups: Vec<Vec<&Site<'_>>> = match here.len() > FORGOTTEN {
                true => vec![here],
                false => here.into_iter().map(|it| vec![it]).collect(),
            };
            for sites in groups {
                found.push(finding(&meta, &description, (known.len(), all), &sites));
            }
        }
    }
    found
}

/// The part of a service that an endpoint belongs to, by the first name in its path.
fn area<'s>(site: &'s Site<'_>) -> &'s str {
    let mut names = site.endpoint.path.split('/').filter(|it| !it.is_empty());
    names.next().unwrap_or_default()
}

/// Whether an endpoint is one that a description would list.
fn is_described(site: &Site<'_>) -> bool {
    let is_function = matches!(site.endpoint.handler.target, HandlerTarget::Fn(_));
    is_function
        && site.purpose == Purpose::Ordinary
        && !site.is_fallback()
        && !site.endpoint.is_operation()
}

/// The description of an interface.
struct Description {
    handlers: FxHashSet<FnId>,
    /// Where the first list of handlers stands.
    place: Span,
}

impl Description {
    /// All lists of a program together; `None` if there is none.
    fn of(cx: &Context<'_>, params: &Params) -> Option<Description> {
        let program = cx.program;
        let mut handlers = FxHashSet::default();
        let mut place = None;
        for (at, def) in program.adts.iter().enumerate() {
            let mut attrs = def.attrs.iter();
            let Some(attr) = attrs.find(|it| it.meta.is(&params.attribute)) else {
                continue;
            };
            let id = AdtId(at as u32);
            if cx.is_left_out(def.module) || types::derives(program, id, &params.derives).is_none()
            {
                continue;
            }
            place.get_or_insert(attr.range.in_file(program[def.module].file));
            let lists = def.attrs.iter().filter(|it| it.meta.is(&params.attribute));
            let listed = lists
                .filter_map(|it| it.meta.entry("paths"))
                .flat_map(Meta::list);
            for written in listed {
                let found = program.resolve_names(def.module, &written.path, false);
                handlers.extend(found.into_iter().filter_map(|it| match it.def {
                    Def::Fn(id) => Some(id),
                    _ => None,
                }));
            }
        }
        Some(Description {
            handlers,
            place: place?,
        })
    }

    fn has(&self, cx: &Context<'_>, params: &Params, site: &Site<'_>) -> bool {
        let HandlerTarget::Fn(id) = site.endpoint.handler.target else {
            return false;
        };
        let registered = cx.sources.slice(site.endpoint.registered);
        let by_macro = params
            .registers
            .iter()
            .any(|it| registered.contains(it.as_str()));
        by_macro || self.handlers.contains(&id)
    }
}

fn finding(
    meta: &LintMeta,
    description: &Description,
    (known, all): (usize, usize),
    sites: &[&Site<'_>],
) -> Diagnostic {
    let first = sites[0];
    let title = match sites {
        [only] => format!(
            "`{}` is not in the description of the interface",
            only.name()
        ),
        many => format!(
            "{} endpoints are not in the description of the interface",
            many.len()
        ),
    };
    let key = format!("{} {} {}", meta.id, first.name(), sites.len());
    let primary = Label::new(first.primary, "registered here");
    let mut finding = Diagnostic::new(meta, title, primary, key)
        .with_endpoint(&first.endpoint.method, &first.endpoint.path);
    finding = with_endpoints(finding, sites);
    if sites.len() > 1 {
        finding = finding.with_note(format!("left out: {}", list(sites)));
    }
    finding
        .with_label(description.place, "what is described is listed here")
        .with_note(format!(
            "{known} of the service's {all} endpoints are described"
        ))
        .with_help("describe it, or take it out if nobody is to use it any more")
}
