//! The check `unlogged-refusal`: what asks who somebody is, and leaves no trace of those whom it refuses.
//!
//! Parameters: `traces`, words of names of functions and layers that note something; `macros`, names of macros that do; `answers`, names of
//! traits by which errors become answers; `bare`, the frameworks that do not note requests by themselves; `unless`, crates that add it
//! where a service is built on them; `remedy`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Endpoints, Site, count, list};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::facts::mentions::hash;
use crate::facts::{Expr, Mention};
use crate::lints::Lint;
use crate::program::{BodyKey, BodyOwner, Container, FnId, Ty};
use crate::routes::HandlerTarget;
use crate::routes::endpoint::{EvidenceKind, Status};
use crate::routes::purpose::words;
use crate::source::Name;
use crate::values::Callee;

/// How far calls are followed.
const MAX_DEPTH: u32 = 8;
/// How many functions are looked at for one check; of more, nobody knows what they leave.
const MAX_FUNCTIONS: usize = 300;

/// Traits by which a type is taken out of a request.
const EXTRACTS: [&str; 2] = ["FromRequestParts", "FromRequest"];

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    traces: Vec<String>,
    macros: Vec<String>,
    answers: Vec<String>,
    bare: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    remedy: String,
}

/// Finds checks of credentials of whose refusals nothing tells.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(params) = params::read_for_auditors::<Params>(cx, lint) else {
        return found;
    };
    let crates = cx.program.crates.iter();
    let mut dependencies = crates.flat_map(|it| it.dependencies.values());
    if dependencies.any(|it| params.unless.iter().any(|name| *it == **name))
        || answers_are_noted(cx, &params)
    {
        return found;
    }
    let meta = cx.meta(lint);
    let mut checks: Vec<Check<'_, '_>> = Vec::new();
    for service in endpoints.services().iter().copied() {
        for site in endpoints.within_reach(cx, service) {
            if is_noted(&params, site) {
                // One endpoint whose requests are noted: whatever asks for it has a trace of all others, too.
                for check in of_site(cx, site) {
                    join(&mut checks, check, site).is_noted = true;
                }
                continue;
            }
            for check in of_site(cx, site) {
                join(&mut checks, check, site);
            }
        }
    }
    for check in checks.iter().filter(|it| !it.is_noted) {
        if leaves_nothing(cx, &params, check.id) {
            found.push(check.diagnostic(cx, &meta, &params));
        }
    }
    found
}

/// A function that decides who comes in, and the endpoints that rest on it.
struct Check<'s, 'a> {
    id: FnId,
    kind: Kind,
    sites: Vec<&'s Site<'a>>,
    is_noted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Login,
    Middleware,
    Extractor,
}

fn join<'c, 's, 'a>(
    checks: &'c mut Vec<Check<'s, 'a>>,
    (id, kind): (FnId, Kind),
    site: &'s Site<'a>,
) -> &'c mut Check<'s, 'a> {
    let at = checks.iter().position(|it| it.id == id);
    let at = at.unwrap_or_else(|| {
        checks.push(Check {
            id,
            kind,
            sites: Vec::new(),
            is_noted: false,
        });
        checks.len() - 1
    });
    checks[at].sites.push(site);
    &mut checks[at]
}

impl Check<'_, '_> {
    fn diagnostic(&self, cx: &Context<'_>, meta: &LintMeta, params: &Params) -> Diagnostic {
        let name = cx.program.fn_name(self.id);
        let title = match self.kind {
            Kind::Login => format!("`{name}` leaves no trace of passwords that are wrong"),
            _ => format!("`{name}` leaves no trace of whom it refuses"),
        };
        let label = match self.kind {
            Kind::Login => "compares a password",
            Kind::Middleware => "refuses requests",
            Kind::Extractor => "refuses requests that do not show who sends them",
        };
        let primary = Label::new(cx.program[self.id].name_span(), label);
        let key = format!("{} {name}", meta.id);
        let found = Diagnostic::new(meta, title, primary, key);
        let rest = match count(&self.sites) {
            1 => format!("{} rests on it", list(&self.sites)),
            many => format!("{many} endpoints rest on it"),
        };
        found
            .with_note(rest)
            .with_note("neither it nor what it calls writes a log, and no layer around it does")
            .with_help(params.remedy.clone())
    }
}

/// Whether something notes the requests of an endpoint, or may.
fn is_noted(params: &Params, site: &Site<'_>) -> bool {
    let endpoint = site.endpoint;
    let is_bare = params.bare.iter().any(|it| it == endpoint.framework);
    let is_named = |name: &str| is_trace(params, name);
    !is_bare
        || endpoint.protections.tracing.status != Status::None
        || endpoint.layers.iter().any(|it| is_named(&it.name))
}

/// Whether a name says that something is noted: `log_failure`, but not `log_in`.
fn is_trace(params: &Params, name: &str) -> bool {
    let words = words(name);
    let is_session = |it: &String| matches!(it.as_str(), "in" | "out" | "on" | "off");
    let logs = words.first().is_some_and(|it| it == "log") && !words.get(1).is_some_and(is_session);
    logs || words.iter().any(|it| params.traces.contains(it))
}

/// The functions of the program that decide who comes in to an endpoint.
fn of_site(cx: &Context<'_>, site: &Site<'_>) -> Vec<(FnId, Kind)> {
    let endpoint = site.endpoint;
    let mut all = Vec::new();
    let handler = match endpoint.handler.target {
        HandlerTarget::Fn(id) => Some(id),
        _ => None,
    };
    let asks = matches!(endpoint.acts_as(), "POST" | "ANY");
    if let Some(id) = handler.filter(|_| asks && site.seen.checks_password.is_some()) {
        all.push((id, Kind::Login));
    }
    let authentication = &endpoint.protections.authentication;
    if authentication.status != Status::Required {
        return all;
    }
    let of_layers = endpoint.layers.iter().filter(|it| it.refuses);
    let deciders = of_layers.filter_map(|it| it.decider);
    all.extend(deciders.filter_map(|it| match it.code {
        HandlerTarget::Fn(id) => Some((id, Kind::Middleware)),
        _ => None,
    }));
    let Some(handler) = handler else { return all };
    let extractors = authentication.evidence.iter();
    let extractors = extractors.filter(|it| it.kind == EvidenceKind::Extractor);
    let scope = cx.program.fn_scope(handler);
    for evidence in extractors {
        for param in &cx.program[handler].sig.params {
            let ty = cx.program.lower_ty(&scope, &param.ty);
            let Ty::Adt(adt, _) = &ty else { continue };
            if !evidence.name.contains(cx.program[*adt].name.as_str()) {
                continue;
            }
            let impls = cx.program.impls_named(&EXTRACTS, &ty);
            let fns = impls.iter().flat_map(|(id, _)| &cx.program[*id].fns);
            let fns = fns.filter(|it| cx.program[**it].body.is_some());
            all.extend(fns.map(|it| (*it, Kind::Extractor)));
        }
    }
    all
}

/// Whether a function and all that it calls note nothing, as far as names tell.
fn leaves_nothing(cx: &Context<'_>, params: &Params, id: FnId) -> bool {
    let mut seen: FxHashSet<FnId> = FxHashSet::from_iter([id]);
    let mut next = vec![id];
    for _ in 0..MAX_DEPTH {
        let mut called = Vec::new();
        for id in next {
            let def = &cx.program[id];
            let records = |it: &str| params.macros.iter().any(|name| name == it);
            let mut attrs = def.attrs.iter().filter_map(|it| it.meta.last_segment());
            if attrs.any(|it| records(it.as_str())) {
                return false;
            }
            let Some(key) = def.body else { continue };
            if notes(cx, params, key) {
                return false;
            }
            for callee in cx.values.typing(key).all_callees() {
                if let Callee::Fn(candidate) = callee
                    && seen.insert(candidate.id)
                {
                    called.push(candidate.id);
                }
            }
        }
        if seen.len() > MAX_FUNCTIONS {
            return false;
        }
        next = called;
    }
    true
}

/// Whether a body writes a log, or calls something that does by its name.
fn notes(cx: &Context<'_>, params: &Params, key: BodyKey) -> bool {
    let body = &cx.program[key].body;
    body.exprs().any(|(_, expr)| match expr {
        Expr::Macro(call) => call.path.last().is_some_and(|it| is_macro(params, it)),
        Expr::MethodCall(call) => is_trace(params, call.name.as_str()),
        Expr::Path(path) => path
            .segments
            .iter()
            .any(|it| is_trace(params, it.name.as_str())),
        Expr::Field { name, .. } => is_trace(params, name.as_str()),
        _ => false,
    })
}

fn is_macro(params: &Params, name: Name) -> bool {
    let name = name.as_str();
    params.macros.iter().any(|it| it == name) || is_trace(params, name)
}

/// Whether code writes a log that makes answers of errors, or catches them: nothing that is refused goes past it.
fn answers_are_noted(cx: &Context<'_>, params: &Params) -> bool {
    let hashes = params.macros.iter().map(|it| hash(Mention::Macro, it));
    let bodies = cx.program.mentioning(&hashes.collect());
    bodies.into_iter().any(|key| {
        let BodyOwner::Fn(id) = cx.program[key].owner else {
            return false;
        };
        let def = &cx.program[id];
        let is_answer = match def.container {
            Container::Impl(of) => {
                let of_trait = cx.program[of].of_trait.as_ref();
                let name = of_trait.and_then(|it| it.last());
                name.is_some_and(|it| params.answers.iter().any(|answer| it == **answer))
            }
            _ => {
                let types = def.sig.params.iter();
                let mut types = types.filter_map(|it| it.ty.peel_refs().as_path()?.last());
                types.any(|it| it == "Rejection")
            }
        };
        is_answer && cx.is_live(key) && notes(cx, params, key)
    })
}
