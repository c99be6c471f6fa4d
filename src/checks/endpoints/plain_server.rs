//! The check `plain-server`: a program that is sent passwords listens on all addresses, and nothing in it speaks TLS.
//!
//! Parameters: `binds`, functions that listen at the address which is their first argument; `unless`, crates that bring TLS to a server, or
//! may; `remedy`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Endpoints, Site};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::Literal;
use crate::facts::{Expr, ExprId};
use crate::lints::Lint;
use crate::program::BodyKey;
use crate::source::Name;

/// How far an address is followed.
const MAX_DEPTH: u32 = 8;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    binds: Vec<String>,
    unless: Vec<String>,
    remedy: String,
}

/// Finds listeners on all addresses.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(params) = params::read_for_auditors::<Params>(cx, lint) else {
        return found;
    };
    let crates = cx.program.crates.iter();
    let mut dependencies = crates.flat_map(|it| it.dependencies.values());
    if dependencies.any(|it| params.unless.iter().any(|name| *it == **name)) {
        return found;
    }
    let services = endpoints.services().iter();
    let sites = services.flat_map(|it| endpoints.within_reach(cx, it));
    let mut sites: Vec<&Site<'_>> = sites.collect();
    sites.retain(|it| takes_password(it));
    if sites.is_empty() {
        return found;
    }
    let meta = cx.meta(lint);
    let wanted: FxHashSet<Name> = params.binds.iter().map(|it| Name::new(it)).collect();
    let paths = params.binds.iter().map(String::as_str);
    let bodies = cx.program.using(paths, true, |it| wanted.contains(&it));
    for key in bodies.into_iter().filter(|it| cx.is_live(*it)) {
        let data = &cx.program[key];
        // Other services of the same workspace are sent no passwords.
        let Some(site) = sites.iter().find(|it| serves(cx, key, it)) else {
            continue;
        };
        let typing = cx.values.typing(key);
        for (id, expr) in data.body.exprs() {
            let is_meant = typing.external(id).is_some_and(|it| wanted.contains(&it));
            let address = expr.args().first().copied();
            let Some(address) = address.filter(|it| is_meant && is_everywhere(cx, key, *it, 0))
            else {
                continue;
            };
            let title = "passwords come in here without TLS, from whatever network";
            let span = data.body.expr_range(address).in_file(data.file);
            let primary = Label::new(span, "all addresses of the machine");
            let place = format!("{} {}", meta.id, cx.sources.path(data.file));
            found.push(
                Diagnostic::new(&meta, title, primary, place)
                    .with_label(site.primary, "this compares a password")
                    .with_note("no crate that it depends on brings TLS to a server")
                    .with_note("a proxy in front of it may, which is not seen here")
                    .with_help(params.remedy.clone()),
            );
        }
    }
    found.sort_by_key(|it| it.primary.span);
    found.dedup_by_key(|it| it.primary.span);
    found
}

/// Whether a body may be where an endpoint is served: in a crate of the service's name, or of the same package.
fn serves(cx: &Context<'_>, key: BodyKey, site: &Site<'_>) -> bool {
    let program = cx.program;
    let krate = &program[program[program[key].module].krate];
    let of_service = program.crates.iter();
    let mut of_service = of_service.filter(|it| it.name == *site.endpoint.service);
    let is_same_package =
        |package| krate.package == package && krate.package.is_some() || krate.package.is_none();
    krate.name == *site.endpoint.service || of_service.any(|it| is_same_package(it.package))
}

/// Whether an endpoint is sent passwords.
fn takes_password(site: &Site<'_>) -> bool {
    let asks = matches!(site.endpoint.acts_as(), "POST" | "PUT" | "PATCH" | "ANY");
    let seen = &site.seen;
    asks && !site.endpoint.on_unix_socket
        && (seen.checks_password.is_some() || seen.hashes_password.is_some())
}

/// Whether an expression is an address that stands for all of the machine.
fn is_everywhere(cx: &Context<'_>, key: BodyKey, id: ExprId, depth: u32) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let body = &cx.program[key].body;
    let next = |id: ExprId| is_everywhere(cx, key, id, depth + 1);
    match body.expr(id) {
        Expr::Literal(Literal::Str(text)) => is_all(text),
        Expr::Ref { inner, .. } | Expr::Try(inner) | Expr::Await(inner) => next(*inner),
        Expr::Tuple(parts) => parts.first().is_some_and(|it| next(*it)),
        Expr::Array(parts) => {
            let is_zero =
                |it: &ExprId| matches!(body.expr(*it), Expr::Literal(Literal::Int(Some(0))));
            matches!(parts.len(), 4 | 8 | 16) && parts.iter().all(is_zero)
        }
        // What is read instead of it where a setting says so, is for the setting to say.
        Expr::MethodCall(call) => {
            let gives_it = matches!(
                call.name.as_str(),
                "parse"
                    | "unwrap"
                    | "expect"
                    | "to_string"
                    | "to_owned"
                    | "as_str"
                    | "into"
                    | "clone"
            );
            gives_it && next(call.receiver)
        }
        Expr::Call { args, .. } => {
            let made_of = args.first().is_some_and(|it| next(*it));
            made_of && args.len() <= 2
        }
        Expr::Path(path) => {
            let init = || {
                let local = cx.values.typing(key).local(id)?;
                cx.values.local_init(body, local)
            };
            path.last().is_some_and(|it| it == "UNSPECIFIED") && path.segments.len() > 1
                || init().is_some_and(next)
                || is_text(cx, key, id)
        }
        Expr::Macro(_) => is_text(cx, key, id),
        _ => false,
    }
}

/// Whether the text of an expression begins with all addresses.
fn is_text(cx: &Context<'_>, key: BodyKey, id: ExprId) -> bool {
    let text = cx.values.text(key, id);
    text.is_some_and(|it| is_all(&it.display()))
}

fn is_all(text: &str) -> bool {
    let is_host = |host: &str| {
        let rest = text.strip_prefix(host);
        rest.is_some_and(|it| it.is_empty() || it.starts_with(':'))
    };
    is_host("0.0.0.0") || is_host("[::]") || text == "::"
}
