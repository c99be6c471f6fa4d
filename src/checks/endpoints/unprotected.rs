//! The check `unprotected-service`: no endpoint of a service has a protection that is set for all of them at once.
//!
//! Parameters: `protection`, which (`timeout`, `tracing`); `bare`, the frameworks that do not have it by themselves;
//! `unless`, crates that add it where a service is built on them; `lacks`, what nobody does, for the title; `remedy`.

use serde::Deserialize;

use super::{Endpoints, outermost};
use crate::checks::Context;
use crate::diagnostics::{Diagnostic, Label};
use crate::lints::Lint;
use crate::routes::endpoint::{Protections, Status};

/// Fewer endpoints are no service.
const ENDPOINTS: usize = 3;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Params {
    protection: String,
    bare: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    lacks: String,
    remedy: String,
}

/// Whether what a lint's file says can be read.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn validate(table: &toml::Table) -> Result<(), String> {
    let read: Result<Params, _> = table.clone().try_into();
    read.map(drop).map_err(|error| error.to_string())
}

/// Finds services without a protection.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Ok(params) = lint.check.params.clone().try_into::<Params>() else {
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
        if sites.iter().any(|it| !is_bare(it.endpoint.framework)) {
            continue;
        }
        if sites.len() < ENDPOINTS || !sites.iter().all(|it| lacks(&it.endpoint.protections)) {
            continue;
        }
        let Some(place) = outermost(cx, &sites) else {
            continue;
        };
        // What stands around the service and is not understood may be it.
        let is_opaque = sites.iter().any(|it| {
            it.endpoint
                .layers
                .iter()
                .any(|layer| layer.effect.is_empty() || layer.effect.contains("unknown"))
        });
        if is_opaque {
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
