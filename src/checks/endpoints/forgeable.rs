//! The check `forgeable-endpoint`: endpoints that go by a cookie which browsers send along with forms of
//! other sites' pages, and that take such forms.
//!
//! Parameters: those of `hazardous-call`, for what sends cookies along; `cookies`, words by which code
//! says that a cookie is that of a session; `guards`, texts by which code that tells forged requests apart
//! is known.

use serde::Deserialize;

use super::{Endpoints, Site, cookies, count, first_line, given, groups, list, with_endpoints};
use crate::checks::hazards::{self, Hazards};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::lints::Lint;
use crate::models::roles::Carries;
use crate::program::{BodyKey, BodyOwner, FnId, Ty};
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::routes::guard::EXTRACTOR_TRAITS;
use crate::routes::purpose::words;
use crate::source::Span;
use crate::values::Callee;

/// How far calls are followed to where a cookie is read.
const MAX_DEPTH: u32 = 2;

/// Types that are given the whole body.
const WHOLE: [&str; 2] = ["std::string::String", "bytes::Bytes"];

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    cookies: Vec<String>,
    guards: Vec<String>,
    sent: Sent,
}

/// What `hazardous-call` is told.
#[derive(Deserialize)]
#[serde(try_from = "toml::Table")]
struct Sent(toml::Table);

impl TryFrom<toml::Table> for Sent {
    type Error = String;

    fn try_from(table: toml::Table) -> Result<Sent, String> {
        params::validate::<hazards::Params>(&table)?;
        Ok(Sent(table))
    }
}

/// Finds endpoints that other sites' pages can call as their visitors.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    // Most services have no endpoint, or no cookie, of which the rest has to be asked.
    if !endpoints.all.iter().any(is_unprotected) {
        return Vec::new();
    }
    let mut sending = lint.clone();
    sending.check.params.clone_from(&params.sent.0);
    let found = Hazards::new(cx, std::iter::once(&sending));
    let mut sent = hazards::run(cx, &found, &sending);
    sent.retain(|it| it.persona == Persona::Regular && is_of_session(cx, &params, it.primary.span));
    let Some(sent) = sent.first().map(|it| it.primary.span) else {
        return Vec::new();
    };
    let taking: Vec<&Site<'_>> = endpoints
        .all
        .iter()
        .filter(|it| takes_forms(cx, it))
        .collect();
    if taking.is_empty() {
        return Vec::new();
    }
    let meta = cx.meta(lint);
    let is_guarded = cx
        .sources
        .iter()
        .any(|(_, file)| says_guard(&params, meta.id.as_str(), file.text()));
    let mut all = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let is_taking = |it: &&Site<'_>| taking.iter().any(|one| std::ptr::eq(*one, *it));
        let exposed = sites.into_iter().filter(is_taking);
        let exposed: Vec<&Site<'_>> = exposed.filter(|it| goes_by_cookie(cx, it)).collect();
        let place = |of: &[&Site<'_>]| of.iter().map(|it| it.primary).min();
        let group = groups::group(cx, &meta, &exposed, |it| *it, place);
        for sites in group.findings() {
            let first = sites.iter().min_by_key(|it| it.primary);
            let Some(first) = first else { continue };
            let (what, takes) = match count(&sites) {
                1 => (format!("`{}`", first.name()), "takes"),
                many => (format!("{many} endpoints of `{service}`"), "take"),
            };
            let title = format!("{what} {takes} forms of any website as sent by its visitor");
            let key = format!("{} {service} {}", meta.id, first.name());
            let primary = Label::new(first.primary, "goes by a cookie, and takes forms");
            let mut finding = Diagnostic::new(&meta, title, primary, key)
                .with_label(first_line(cx, sent), "the cookie goes along with them");
            if let [only] = sites.as_slice() {
                finding = finding.with_endpoint(&only.endpoint.method, &only.endpoint.path);
            } else {
                finding = finding.with_note(format!("these do: {}", list(&sites)));
            }
            finding = with_endpoints(finding, &sites);
            if is_guarded {
                finding = finding
                    .with_persona(Persona::Auditor)
                    .with_note("the code speaks of protection from forged requests, and these endpoints are not seen to have it");
            }
            all.push(finding.with_help(
                "set the cookie with `SameSite=Lax` or `Strict`; where pages of other sites have to use the session, ask for a token in the form, or compare the header `Origin`",
            ));
        }
    }
    all
}

/// Whether an endpoint is a `POST` that asks who calls, and that nothing protects from forged ones.
fn is_unprotected(site: &Site<'_>) -> bool {
    let protections = &site.endpoint.protections;
    let is_asked = matches!(
        protections.authentication.status,
        Status::Required | Status::Conditional
    );
    site.endpoint.method == "POST"
        && site.endpoint.acts_as() == "POST"
        && site.purpose == Purpose::Ordinary
        && is_asked
        && protections.csrf.status == Status::None
}

/// Whether such an endpoint changes something by a request that a form can be: one with no body of another type.
fn takes_forms(cx: &Context<'_>, site: &Site<'_>) -> bool {
    is_unprotected(site)
        && given::function(site).is_some_and(|id| takes_no_other_body(cx, id))
        && super::unguarded::matters(site)
}

/// Whether no parameter of a handler insists on a body that forms do not send; of types that nobody knows, who can tell.
fn takes_no_other_body(cx: &Context<'_>, id: FnId) -> bool {
    let program = cx.program;
    let scope = program.fn_scope(id);
    program[id].sig.params.iter().all(|param| {
        let ty = program.lower_ty(&scope, &param.ty);
        let ty = match ty.peel_refs() {
            Ty::External(path, args) if path.as_str() == "std::option::Option" => {
                args.first().cloned().unwrap_or(Ty::Unknown)
            }
            other => other.clone(),
        };
        match ty.peel_refs() {
            Ty::External(path, _) => match program.models.extractor(*path) {
                Some(model) => !matches!(
                    model.carries,
                    Carries::Body
                        | Carries::Request
                        | Carries::Websocket
                        | Carries::Headers
                        | Carries::Header
                ),
                // The body as it comes.
                None if WHOLE.contains(&path.as_str()) => false,
                None => program.models.type_(*path).is_some(),
            },
            // An extractor of the program that may read the body, too, unless it is there for a cookie.
            Ty::Adt(..) => {
                let bodies = extracting(cx, &ty, &EXTRACTOR_TRAITS);
                extracting(cx, &ty, &["FromRequestParts"]).len() == bodies.len()
                    || bodies.iter().any(|it| reads_cookie(cx, *it, MAX_DEPTH))
            }
            _ => false,
        }
    })
}

/// The bodies by which a type of the program is taken out of a request.
fn extracting(cx: &Context<'_>, ty: &Ty, traits: &[&str]) -> Vec<BodyKey> {
    let impls = cx.program.impls_named(traits, ty);
    let functions = impls.iter().flat_map(|(it, _)| &cx.program[*it].fns);
    functions.filter_map(|it| cx.program[*it].body).collect()
}

/// Whether what tells who asks is read out of a cookie, or a session behind one, and out of no header that only the
/// service's own pages can send.
fn goes_by_cookie(cx: &Context<'_>, site: &Site<'_>) -> bool {
    let program = cx.program;
    let Some(id) = given::function(site) else {
        return false;
    };
    let scope = program.fn_scope(id);
    let params = program[id].sig.params.iter();
    let types: Vec<Ty> = params.map(|it| program.lower_ty(&scope, &it.ty)).collect();
    let mut bodies: Vec<BodyKey> = types
        .iter()
        .flat_map(|it| extracting(cx, it, &EXTRACTOR_TRAITS))
        .collect();
    bodies.extend(program[id].body);
    for layer in &site.endpoint.layers {
        let name = layer.name.rsplit("::").next().unwrap_or(&layer.name);
        let functions = program.fn_ids().filter(|(_, def)| def.name == *name);
        bodies.extend(functions.filter_map(|(_, def)| def.body));
    }
    let by_header = bodies.iter().any(|it| mentions_header(cx, *it, MAX_DEPTH));
    let by_type = || types.iter().any(|it| cookies::holds(cx, it));
    !by_header && (by_type() || bodies.iter().any(|it| reads_cookie(cx, *it, MAX_DEPTH)))
}

/// Whether a body, or a function that it calls, reads a cookie or a session.
fn reads_cookie(cx: &Context<'_>, key: BodyKey, depth: u32) -> bool {
    any_below(cx, key, depth, &|key| {
        let of_function = match cx.program[key].owner {
            BodyOwner::Fn(id) => takes_cookies(cx, id),
            BodyOwner::Const(_) => false,
        };
        of_function || cookies::read_in(cx, key)
    })
}

fn takes_cookies(cx: &Context<'_>, id: FnId) -> bool {
    let scope = cx.program.fn_scope(id);
    let mut params = cx.program[id].sig.params.iter();
    params.any(|it| cookies::holds(cx, &cx.program.lower_ty(&scope, &it.ty)))
}

/// Whether a body, or a function that it calls, names the header in which tokens stand.
fn mentions_header(cx: &Context<'_>, key: BodyKey, depth: u32) -> bool {
    any_below(cx, key, depth, &|key| {
        let data = &cx.program[key];
        let text = cx.sources.slice(data.body.range.in_file(data.file));
        let lower = text.to_ascii_lowercase();
        lower.contains("authorization") || lower.contains("bearer") || lower.contains("x-")
    })
}

/// Whether something holds of a body, or of that of a function that it calls.
fn any_below(cx: &Context<'_>, key: BodyKey, depth: u32, holds: &dyn Fn(BodyKey) -> bool) -> bool {
    if holds(key) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let typing = cx.values.typing(key);
    typing.all_callees().any(|it| match it {
        Callee::Fn(it) => cx.program[it.id]
            .body
            .is_some_and(|it| any_below(cx, it, depth, holds)),
        _ => false,
    })
}

/// What a cookie that is made here is for, by the words of the function that makes it.
fn is_of_session(cx: &Context<'_>, params: &Params, place: Span) -> bool {
    let functions = cx.program.fn_ids();
    let within =
        functions.filter(|(_, def)| def.file == place.file && def.range.contains(place.range));
    let Some((_, def)) = within.min_by_key(|(_, def)| def.range.len()) else {
        return false;
    };
    let named = words(cx.sources.slice(def.range.in_file(def.file)));
    named.iter().any(|it| params.cookies.contains(it))
}

/// Whether a file speaks of forged requests, comments about this lint left out.
fn says_guard(params: &Params, own: &str, text: &str) -> bool {
    let lower = text.to_ascii_lowercase().replace(own, "");
    params.guards.iter().any(|it| lower.contains(it.as_str()))
}
