//! The check `ignored-principal`: a handler changes something by an id, is told who asks, and does not care.

use super::deviants;
use super::given::{Given, function, is_privileged_name, parameters, principal_at};
use super::{Endpoints, Site, with_evidence};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label, LintMeta};
use crate::facts::Mention;
use crate::lints::Lint;
use crate::program::{FnId, Ty};
use crate::routes::Purpose;
use crate::routes::endpoint::Status;
use crate::routes::guard::EXTRACTOR_TRAITS;
use crate::routes::purpose::privileged_word;

/// From so many handlers on that look at who asks, that is a convention.
const LOOKING: usize = 3;

/// A handler that is told who asks.
struct Told<'s, 'a> {
    site: &'s Site<'a>,
    id: FnId,
    /// What tells it, if it does not care.
    who: Option<Given>,
    /// The type, as it is written.
    ty: String,
    /// The type, whatever alias stands for it.
    of: Ty,
}

/// Finds handlers that ignore who asks.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let meta = cx.meta(lint);
    let mut found = find(cx, endpoints, &meta);
    if !found.is_empty() {
        // Who misses what all its siblings ask for is found to do so.
        let deviant = deviants::find(cx, endpoints, &meta);
        found.retain(|(id, _)| !deviant.iter().any(|(it, _)| it == id));
    }
    found.into_iter().map(|(_, it)| it).collect()
}

/// The same with the handlers, those that other lints know more of among them.
pub(super) fn find(
    cx: &Context<'_>,
    endpoints: &Endpoints<'_>,
    meta: &LintMeta,
) -> Vec<(FnId, Diagnostic)> {
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let mut told: Vec<Told<'_, '_>> = Vec::new();
        for site in sites.iter().copied() {
            let is_known =
                |it: &Told<'_, '_>| it.site.endpoint.handler.span == site.endpoint.handler.span;
            if !told.iter().any(is_known) {
                told.extend(self::told(cx, site));
            }
        }
        for one in &told {
            let Some(who) = &one.who else { continue };
            let same = || {
                told.iter()
                    .filter(|it| it.ty == one.ty || !it.of.is_unknown() && it.of == one.of)
            };
            let (all, looking) = (same().count(), same().filter(|it| it.who.is_none()).count());
            // Where most do not care, an identity is only asked for to keep strangers out.
            if looking < LOOKING || looking * 3 < all * 2 {
                continue;
            }
            let site = one.site;
            let title = format!("`{}` does not care who asks", site.name());
            let primary = Label::new(who.whole, "never read");
            let key = format!("{} {}", meta.id, site.name());
            let mut finding = Diagnostic::new(meta, title, primary, key)
                .with_endpoint(&site.endpoint.method, &site.endpoint.path);
            finding = with_evidence(cx, finding, site, |_| None);
            let finding = finding
                    .with_note(format!(
                        "{looking} of the {all} handlers of `{service}` that change something by an id and are told who asks by `{}` look at it",
                        one.ty
                    ))
                    .with_note("whoever has an account changes this for everybody whose id he knows")
                    .with_help("hand the identity to the query or to a check, so that only what is the caller's is changed");
            found.push((one.id, finding));
        }
    }
    found
}

fn told<'s, 'a>(cx: &Context<'_>, site: &'s Site<'a>) -> Option<Told<'s, 'a>> {
    let endpoint = site.endpoint;
    let id = function(site)?;
    let def = &cx.program[id];
    let is_meant = site.purpose == Purpose::Ordinary
        && endpoint.protections.authentication.status == Status::Required
        && endpoint.protections.authorization.status != Status::Required
        && site.writes_by_method()
        && endpoint.path.contains('{')
        && privileged_word(&endpoint.path).is_none();
    let at = is_meant.then(|| principal_at(cx, site))??;
    let ty = def.sig.params.get(at)?;
    let of = cx.program.lower_ty(&cx.program.fn_scope(id), &ty.ty);
    let ty = cx.sources.slice(ty.ty_range.in_file(def.file)).to_owned();
    let evidence = &endpoint.protections.authentication.evidence;
    let by_layer = endpoint
        .layers
        .iter()
        .any(|it| is_privileged_name(&it.name));
    if is_privileged_name(&ty) || by_layer || evidence.iter().any(|it| is_privileged_name(&it.name))
    {
        return None;
    }
    // Another extractor of the program may have asked whose it is.
    let scope = cx.program.fn_scope(id);
    let mut others = def
        .sig
        .params
        .iter()
        .enumerate()
        .filter(|(it, _)| *it != at);
    if others.any(|(_, it)| decides(cx, &cx.program.lower_ty(&scope, &it.ty))) {
        return None;
    }
    // Most look at it, and of those nothing needs to be read.
    let body = &cx.program[def.body?].body;
    let name = def.sig.params[at].binds;
    let looks = name
        .is_some_and(|it| !body.is_expanded() && body.mentions().has(Mention::Bare, it.as_str()));
    let who = match looks {
        true => None,
        false => {
            let mut all = parameters(cx, id);
            let who = (at < all.len()).then(|| all.swap_remove(at));
            who.filter(|it| it.is_never_read(cx))
        }
    };
    // What keeps nothing needs no owner.
    if who.is_some() && site.seen.write.is_none() {
        return None;
    }
    Some(Told {
        site,
        id,
        who,
        ty,
        of,
    })
}

/// Whether a parameter's own code may refuse the request: an extractor of the program.
fn decides(cx: &Context<'_>, ty: &Ty) -> bool {
    matches!(ty.peel_refs(), Ty::Adt(..))
        && !cx.program.impls_named(&EXTRACTOR_TRAITS, ty).is_empty()
}
