//! The check `debugging-endpoint`: whoever asks reads what is there for those who run or write the service.
//!
//! Parameters: `dumps`, words of paths and handlers that give out the inside of the process; `describes`, words of
//! those that describe the service, which only auditors are told of.

use serde::Deserialize;

use super::router::RouterKey;
use super::{Endpoints, Site, count, list, with_endpoints, with_evidence};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::lints::Lint;
use crate::routes::endpoint::Status;
use crate::routes::purpose::{segments, words};

/// Words that only the inside of a process has.
pub(super) const DUMPS: [&str; 12] = [
    "pprof",
    "heapdump",
    "threaddump",
    "flamegraph",
    "flame",
    "actuator",
    "jemalloc",
    "jeprof",
    "coredump",
    "memprof",
    "cpuprofile",
    "heapprofile",
];

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    describes: Vec<String>,
}

/// Finds endpoints for debugging that are open.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    for service in endpoints.services().iter().copied() {
        let mut groups: Vec<((RouterKey, bool), Vec<&Site<'_>>)> = Vec::new();
        for site in endpoints.within_reach(cx, service) {
            let dumps = dump(site).is_some();
            if !is_open(site) || !(dumps || describes(&params, site)) {
                continue;
            }
            let key = (site.router.clone(), dumps);
            match groups.iter_mut().find(|(it, _)| *it == key) {
                Some((_, members)) => members.push(site),
                None => groups.push((key, vec![site])),
            }
        }
        for ((_, dumps), members) in groups {
            let first = members[0];
            let (what, why, persona) = match dumps {
                true => (
                    "shows the inside of the process to",
                    "memory and profiles hold what requests brought: passwords, tokens, other people's data",
                    lint.persona,
                ),
                false => (
                    "describes the service to",
                    "it tells which endpoints there are and how they are used",
                    Persona::Auditor,
                ),
            };
            let title = match count(&members) {
                1 => format!("`{}` {what} whoever asks", first.name()),
                many => format!(
                    "{many} endpoints, `{}` among them, {} whoever asks",
                    first.name(),
                    what.replacen("shows", "show", 1)
                        .replacen("describes", "describe", 1)
                ),
            };
            let key = format!("{} {}", meta.id, first.name());
            let primary = Label::new(first.primary, "registered here");
            let mut finding = Diagnostic::new(&meta, title, primary, key).with_persona(persona);
            finding = with_evidence(cx, finding, first, |_| None);
            finding = with_endpoints(finding, &members);
            if members.len() == 1 {
                finding = finding.with_endpoint(&first.endpoint.method, &first.endpoint.path);
            }
            found.push(
                finding
                    .with_note(format!("no authentication is asked for by {}", list(&members)))
                    .with_note(why)
                    .with_help("serve it on a port that only operators reach, put it behind authentication, or leave it out of releases"),
            );
        }
    }
    found
}

/// Whether nobody is asked who he is.
fn is_open(site: &Site<'_>) -> bool {
    site.endpoint.protections.authentication.status == Status::None
        && matches!(site.endpoint.method.as_str(), "GET" | "ANY")
}

/// The word that says that the inside of the process is given out.
pub(super) fn dump(site: &Site<'_>) -> Option<&'static str> {
    let path = segments(&site.endpoint.path);
    let all: Vec<String> = path.iter().flat_map(|it| words(it)).collect();
    let handler = words(site.handler());
    let is = |it: &&str| all.iter().chain(&handler).any(|word| word == it);
    // `/debug/heap`, `/heap/dump`.
    let pair = |first: &str, second: &[&str]| {
        let has = |all: &[String]| {
            all.iter().any(|it| it == first) && all.iter().any(|it| second.contains(&it.as_str()))
        };
        has(&all) || has(&handler)
    };
    let found = DUMPS.iter().find(|it| is(it)).copied();
    found
        .or_else(|| {
            pair(
                "debug",
                &[
                    "heap",
                    "vars",
                    "profile",
                    "allocs",
                    "memory",
                    "stack",
                    "threads",
                    "goroutine",
                ],
            )
            .then_some("debug")
        })
        .or_else(|| pair("heap", &["dump", "profile"]).then_some("heap"))
}

fn describes(params: &Params, site: &Site<'_>) -> bool {
    let path = segments(&site.endpoint.path);
    path.iter()
        .flat_map(|it| words(it))
        .any(|it| params.describes.contains(&it))
}
