//! The check `changing-read`: a `GET` whose name and code say that it changes something.
//!
//! Parameters: `verbs`, the words with which the last segment of such a path or the handler's name begins.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Endpoints, Site, with_evidence};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::lints::Lint;
use crate::routes::Purpose;
use crate::routes::purpose::{segments, words};
use crate::source::Span;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    verbs: Vec<String>,
}

/// Finds reads that change something.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    let mut done: FxHashSet<Span> = FxHashSet::default();
    for site in &endpoints.all {
        let is_meant = site.endpoint.method == "GET"
            && site.endpoint.acts_as() == "GET"
            && site.purpose == Purpose::Ordinary;
        let Some(verb) = is_meant.then(|| verb(&params, site)).flatten() else {
            continue;
        };
        // The name is looked at first: of few the code is.
        let Some(write) = site.seen.write.as_ref().filter(|_| site.seen.write_is_sure) else {
            continue;
        };
        if !done.insert(site.endpoint.handler.span) {
            continue;
        }
        let title = format!("`{}` changes something when it is only asked", site.name());
        let key = format!("{} {}", meta.id, site.name());
        let primary = Label::new(site.primary, "registered here");
        let mut finding = Diagnostic::new(&meta, title, primary, key)
            .with_endpoint(&site.endpoint.method, &site.endpoint.path);
        finding = with_evidence(cx, finding, site, |_| None);
        found.push(
            finding
                .with_note(format!("its name says `{verb}`, and its code {}", write.shown()))
                .with_note("browsers, crawlers and previews follow links, and other sites can show them as pictures: the cookie goes along")
                .with_help("answer `POST`, `PUT` or `DELETE` instead"),
        );
    }
    found
}

/// The word that says that something is changed.
fn verb(params: &Params, site: &Site<'_>) -> Option<String> {
    let path = segments(&site.endpoint.path);
    let of_path = path.last().and_then(|it| words(it).into_iter().next());
    let of_handler = words(site.handler()).into_iter().next();
    let mut all = of_path.into_iter().chain(of_handler);
    all.find(|it| params.verbs.contains(it))
}
