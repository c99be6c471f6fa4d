//! The check `unset-headers`: a service that answers pages, and nowhere says how browsers are to treat them.
//!
//! Parameters: `headers`, one of which is enough; `unless`, crates that set them where a service is built on them; `set`, frameworks
//! that set some by themselves; `pages`, paths of a library's types and functions that make an answer a page; `derives`, paths of
//! traits that do; `remedy`.

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::{Endpoints, Site, outermost, types};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::Expr;
use crate::facts::body::Literal;
use crate::lints::Lint;
use crate::models::SinkKind;
use crate::program::{BodyKey, Def, FnId, Ty};
use crate::routes::purpose::words;
use crate::routes::{HandlerTarget, Purpose};
use crate::source::{Name, Span};
use crate::values::Callee;

/// How deep types are looked into.
const MAX_DEPTH: u32 = 4;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    headers: Vec<String>,
    unless: Vec<String>,
    set: Vec<String>,
    pages: Vec<String>,
    derives: Vec<String>,
    remedy: String,
}

/// Finds services that answer pages without any of the headers.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(params) = params::read_for_auditors::<Params>(cx, lint) else {
        return found;
    };
    if sets_some(cx, &params) {
        return found;
    }
    let meta = cx.meta(lint);
    let pages = Pages::new(cx, &params);
    for service in endpoints.services().iter().copied() {
        let sites = endpoints.within_reach(cx, service);
        let sets = |it: &&&Site<'_>| params.set.iter().any(|set| *set == it.endpoint.framework);
        if sites.iter().any(|it| it.endpoint.on_unix_socket) || sites.iter().any(|it| sets(&it)) {
            continue;
        }
        let with_pages = sites.iter().filter(|it| !is_documentation(it));
        let first = with_pages.clone().find_map(|it| Some((*it, pages.of(it)?)));
        let Some((site, page)) = first else { continue };
        // Not where another listener of the same program begins.
        let file = |it: &Site<'_>| it.endpoint.registered.file;
        let here: Vec<&Site<'_>> = sites
            .iter()
            .copied()
            .filter(|it| file(it) == file(site))
            .collect();
        let Some(place) = outermost(cx, &here) else {
            continue;
        };
        let title = format!("no page of `{service}` says how browsers are to treat it");
        let key = format!("{} {service}", meta.id);
        let primary = Label::new(place, "the service is put together here");
        let mut finding = Diagnostic::new(&meta, title, primary, key);
        if page != place {
            let label = format!("`{}` answers a page", site.name());
            finding = finding.with_label(page, label);
        }
        found.push(
            finding
                .with_note(format!(
                    "none of its sources names one of {}",
                    listed(&params.headers)
                ))
                .with_note("a proxy in front of it may set them, which is not seen here")
                .with_help(params.remedy.clone()),
        );
    }
    found
}

fn listed(headers: &[String]) -> String {
    let all: Vec<String> = headers.iter().map(|it| format!("`{it}`")).collect();
    all.join(", ")
}

/// Whether any source names one of the headers, as a text or as a constant, or a library is there that sets them.
fn sets_some(cx: &Context<'_>, params: &Params) -> bool {
    let crates = cx.program.crates.iter();
    let mut dependencies = crates.flat_map(|it| it.dependencies.values());
    if dependencies.any(|it| params.unless.iter().any(|name| *it == **name)) {
        return true;
    }
    let constants = params.headers.iter().map(|it| it.replace('-', "_"));
    let names: Vec<String> = params.headers.iter().cloned().chain(constants).collect();
    let names = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(names);
    let Ok(names) = names else { return true };
    let files = cx.program.modules.iter().map(|it| it.file);
    let mut files: Vec<_> = files.collect();
    files.sort_unstable();
    files.dedup();
    files
        .into_iter()
        .any(|file| names.is_match(&**cx.sources.file(file).text()))
}

/// Descriptions of an interface are looked at by its developers.
fn is_documentation(site: &Site<'_>) -> bool {
    const WORDS: [&str; 10] = [
        "swagger",
        "openapi",
        "redoc",
        "rapidoc",
        "scalar",
        "graphiql",
        "playground",
        "docs",
        "apidoc",
        "graphql",
    ];
    let of_path = words(&site.endpoint.path);
    let of_handler = words(&site.endpoint.handler.name);
    let mut all = of_path.iter().chain(&of_handler);
    all.any(|it| WORDS.contains(&it.as_str()))
}

/// What makes an answer a page.
struct Pages<'c, 'a> {
    cx: &'c Context<'a>,
    params: &'c Params,
    /// Types and functions of libraries.
    made_by: Vec<Name>,
}

impl<'c, 'a> Pages<'c, 'a> {
    fn new(cx: &'c Context<'a>, params: &'c Params) -> Self {
        let program = cx.program;
        let makes =
            |it: &crate::models::Function| it.all_sinks().any(|(kind, _)| kind == SinkKind::Html);
        let functions = program.models.functions_of(program.crates_used(), makes);
        let named = params.pages.iter().map(|it| Name::new(it));
        Pages {
            cx,
            params,
            made_by: functions.into_iter().chain(named).collect(),
        }
    }

    /// Where it is seen that an endpoint answers a page.
    fn of(&self, site: &Site<'_>) -> Option<Span> {
        match site.endpoint.handler.target {
            HandlerTarget::Fn(id) => {
                let def = &self.cx.program[id];
                let answers = self.returns(id) || def.body.is_some_and(|it| self.makes(it));
                answers.then(|| def.name_span())
            }
            HandlerTarget::Closure(key, _) => self.makes(key).then_some(site.primary),
            // A site of files at the root, with its `index.html`.
            HandlerTarget::External(_) => {
                let is_root = site.is_fallback() || site.endpoint.path.starts_with("/{*");
                (site.purpose == Purpose::Static && is_root).then_some(site.primary)
            }
            HandlerTarget::Unknown => None,
        }
    }

    fn returns(&self, id: FnId) -> bool {
        self.is_page(&self.cx.program.fn_return(id), 0)
    }

    fn is_page(&self, ty: &Ty, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        match ty {
            Ty::Ref(inner) | Ty::Future(inner) => self.is_page(inner, depth + 1),
            Ty::Tuple(all) => all.iter().any(|it| self.is_page(it, depth + 1)),
            Ty::External(path, args) => {
                self.made_by.contains(path) || args.iter().any(|it| self.is_page(it, depth + 1))
            }
            Ty::Adt(id, args) => {
                let derived = types::derives(self.cx.program, *id, &self.params.derives);
                derived.is_some() || args.iter().any(|it| self.is_page(it, depth + 1))
            }
            _ => false,
        }
    }

    /// Whether a body makes a page, or calls a function of the program that gives one.
    fn makes(&self, key: BodyKey) -> bool {
        let typing = self.cx.values.typing(key);
        let by_call = typing.all_callees().any(|callee| match callee {
            Callee::External(path) | Callee::Constructor(Def::External(path)) => {
                self.made_by.contains(path)
            }
            Callee::Fn(candidate) => self.returns(candidate.id),
            _ => false,
        });
        let body = &self.cx.program[key].body;
        let is_html = |expr: &Expr| match expr {
            Expr::Literal(Literal::Str(text)) => text.starts_with("text/html"),
            _ => false,
        };
        by_call || body.exprs().any(|(_, expr)| is_html(expr))
    }
}
