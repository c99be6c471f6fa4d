//! The check `unprotected-service`: no endpoint of a service has a protection that is set for all of them at once.
//!
//! Parameters: `protection`, which (`timeout`, `tracing`); `bare`, the frameworks that do not have it by themselves;
//! `named`, parts of names of layers that have it although no model says so; `unless-called`, methods of servers that set it;
//! `unless`, crates that add it where a service is built on them; `lacks`, what nobody does, for the title; `remedy`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Endpoints, Site, outermost};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::mentions::hash;
use crate::facts::{Expr, Mention};
use crate::lints::Lint;
use crate::routes::endpoint::{Protections, Status};

/// Fewer endpoints are no service.
const ENDPOINTS: usize = 3;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    protection: String,
    bare: Vec<String>,
    named: Vec<String>,
    #[serde(default)]
    unless_called: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    lacks: String,
    remedy: String,
}

/// Finds services without a protection.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    let mut dependencies = cx
        .program
        .crates
        .iter()
        .flat_map(|it| it.dependencies.values());
    if dependencies.any(|it| params.unless.iter().any(|name| *it == **name)) {
        return found;
    }
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let lacks = |it: &Protections| {
            let mut all = it.named().into_iter();
            all.find(|(name, _)| *name == params.protection)
                .is_some_and(|(_, it)| it.status == Status::None)
        };
        let is_bare = |it: &str| params.bare.iter().any(|bare| bare == it);
        let is_near = sites.iter().any(|it| it.endpoint.on_unix_socket);
        if is_near || sites.iter().any(|it| !is_bare(it.endpoint.framework)) {
            continue;
        }
        if sites.len() < ENDPOINTS || !sites.iter().all(|it| lacks(&it.endpoint.protections)) {
            continue;
        }
        // Not where a library adds a route of its own or a schema has its fields, but where most are added.
        let routes = sites.iter().filter(|it| !it.endpoint.is_operation());
        let file = |it: &Site<'_>| it.endpoint.registered.file;
        let with = |one: &Site<'_>| routes.clone().filter(|it| file(it) == file(one)).count();
        let most = routes.clone().max_by_key(|it| with(it)).map(|it| file(it));
        let here: Vec<&Site<'_>> = routes
            .copied()
            .filter(|it| Some(file(it)) == most)
            .collect();
        let Some(place) = outermost(cx, &here) else {
            continue;
        };
        // A library without a model is believed by its name.
        let is_named = |name: &str| {
            let name = name.to_ascii_lowercase();
            params.named.iter().any(|it| name.contains(it.as_str()))
        };
        let mut layers = sites.iter().flat_map(|it| &it.endpoint.layers);
        if layers.any(|it| is_named(&it.name)) || is_set(cx, &params) {
            continue;
        }
        let title = format!(
            "{} of the {} endpoints of `{service}`",
            params.lacks,
            sites.len()
        );
        let key = format!("{} {service}", meta.id);
        let primary = Label::new(place, "the service is put together here");
        found.push(
            Diagnostic::new(&meta, title, primary, key)
                .with_note("looked at all layers, settings and handlers that lead to them")
                .with_help(params.remedy.clone()),
        );
    }
    found
}

/// Whether a server is set so: one of the methods is called that do it.
fn is_set(cx: &Context<'_>, params: &Params) -> bool {
    let methods = params.unless_called.iter();
    let hashes: FxHashSet<u16> = methods.map(|it| hash(Mention::Member, it)).collect();
    let mut bodies = cx.program.mentioning(&hashes).into_iter();
    bodies.any(|key| {
        cx.is_live(key)
            && cx.program[key].body.exprs().any(|(_, expr)| match expr {
                Expr::MethodCall(call) => params.unless_called.iter().any(|it| call.name == **it),
                _ => false,
            })
    })
}
