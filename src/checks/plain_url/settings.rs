//! Settings that switch TLS off: constructors of plain-text clients, and values like
//! `SslMode::Disable`, as the models of the libraries know them (`plaintext = true`).

use std::collections::BTreeMap;

use super::address::Address;
use super::host::HostKind;
use super::{Search, may_be_true, meta};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::{Expr, ExprId};
use crate::lints::Lint;
use crate::models::Role;
use crate::program::BodyKey;
use crate::source::{Name, Span};

/// What is known of the server that a setting speaks of.
#[derive(Default)]
struct Server {
    /// Hosts that are not this machine: what to show, what they are, where they were written.
    remote: Vec<(Address, Span)>,
    /// Whether any host was found.
    known: bool,
}

pub(super) fn find(search: &Search<'_>, lint: &Lint, live: &[BodyKey]) -> Vec<Diagnostic> {
    let mut all = BTreeMap::new();
    for key in live {
        for (span, diagnostic) in in_body(search, lint, *key) {
            all.entry(span).or_insert(diagnostic);
        }
    }
    all.into_values().collect()
}

fn in_body(search: &Search<'_>, lint: &Lint, key: BodyKey) -> Vec<(Span, Diagnostic)> {
    let data = &search.program[key];
    let body = &data.body;
    let values = search.modelled_values(key);
    let calls = search.modelled_calls(key);
    let mut found = Vec::new();
    for (call, model) in &calls {
        if !model.plaintext || forces_tls(search, key, model.path) {
            continue;
        }
        let mut server = Server::default();
        if let Some(url) = model.url
            && let Some(arg) = body.expr(*call).args().get(url as usize)
        {
            read_hosts(search, key, *arg, &mut server);
        }
        let span = search.call_span(key, *call);
        found.extend(report(search, lint, key, span, model.path, &server, false));
    }
    for (value, model) in values {
        if !model.plaintext || model.role != Role::Builds {
            continue;
        }
        let span = body.expr_range(value).in_file(data.file);
        for (_, expr) in body.exprs() {
            let root = |arg: &ExprId| search.strings.root(key, *arg) == value;
            if !matches!(expr, Expr::Call { .. } | Expr::MethodCall(_))
                || !expr.args().iter().any(root)
            {
                continue;
            }
            let mut server = Server::default();
            for arg in expr.args() {
                if *arg != value {
                    read_hosts(search, key, *arg, &mut server);
                }
            }
            if let Expr::MethodCall(method) = expr {
                let start = search.strings.root(key, method.receiver);
                for (other, model) in &calls {
                    if let Some(url) = model.url
                        && let Some(arg) = body.expr(*other).args().get(url as usize)
                        && (*other == start || search.strings.root(key, *other) == start)
                    {
                        read_hosts(search, key, *arg, &mut server);
                    }
                }
            }
            let chosen = forces_tls(search, key, model.path);
            found.extend(report(search, lint, key, span, model.path, &server, chosen));
        }
    }
    found
}

/// Whether the same body demands TLS of the same library.
pub(super) fn forces_tls(search: &Search<'_>, key: BodyKey, of: Name) -> bool {
    let krate = |path: Name| path.as_str().split("::").next();
    let body = &search.program[key].body;
    let forcing = |model: &crate::models::Function| {
        model.role == Role::ForcesTls && krate(model.path) == krate(of)
    };
    let by_call = search.modelled_calls(key).into_iter().any(|(call, model)| {
        let arg = body.expr(call).args().first();
        forcing(model) && arg.is_none_or(|arg| may_be_true(body.expr(*arg)))
    });
    by_call
        || search
            .modelled_values(key)
            .into_iter()
            .any(|(_, model)| forcing(model) && model.path.as_str().contains("Tls::"))
}

/// Whether something demands TLS of what a call of the same body gives.
pub(super) fn forces_tls_of(search: &Search<'_>, key: BodyKey, of: Name, made: ExprId) -> bool {
    let krate = |path: Name| path.as_str().split("::").next();
    search.modelled_calls(key).into_iter().any(|(call, model)| {
        model.role == Role::ForcesTls
            && krate(model.path) == krate(of)
            && search.strings.root(key, call) == made
    })
}

fn read_hosts(search: &Search<'_>, key: BodyKey, arg: ExprId, server: &mut Server) {
    for traced in search.strings.texts(key, arg) {
        let whole = traced.text.display();
        let address = if whole.contains('=') || whole.contains(' ') {
            Address::parse_connection_string(&traced.text)
        } else {
            Address::parse_host(&traced.text)
        };
        let (Some(address), Some(origin)) = (address, traced.text.origin) else {
            continue;
        };
        server.known = true;
        if !matches!(address.kind, HostKind::Local | HostKind::Reserved) {
            server.remote.push((address, origin));
        }
    }
}

/// A finding, unless all hosts are known and none of them is remote. `chosen`: the same code
/// can use TLS, and something else decides.
fn report(
    search: &Search<'_>,
    lint: &Lint,
    key: BodyKey,
    span: Span,
    setting: Name,
    server: &Server,
    chosen: bool,
) -> Option<(Span, Diagnostic)> {
    if server.known && server.remote.is_empty() {
        return None;
    }
    let function = search.owner(key);
    let setting = short(setting);
    // A public host says most.
    let host = server
        .remote
        .iter()
        .min_by_key(|(address, _)| match address.kind {
            HostKind::Public => 0,
            HostKind::Private => 1,
            _ => 2,
        });
    let title = match host {
        Some((address, _)) => {
            format!(
                "`{function}` connects to `{}` without TLS",
                address.display()
            )
        }
        None => format!("`{function}` connects without TLS"),
    };
    let name = host.map_or("", |(address, _)| address.host.as_str());
    let mut diagnostic = Diagnostic::new(
        &meta(lint),
        title,
        Label::new(span, "no TLS from here on"),
        format!("{}|{name}|{function}|{setting}", lint.id),
    )
    .with_note(format!("`{setting}` leaves the connection unencrypted"));
    if let Some((_, origin)) = host {
        diagnostic = diagnostic.with_label(*origin, "the server");
    }
    let public = host.is_some_and(|(address, _)| address.kind == HostKind::Public);
    if !public {
        diagnostic = diagnostic.with_persona(Persona::Auditor);
        diagnostic = diagnostic.with_note(if host.is_some() {
            "the host belongs to a private network: what lies on the way is not in the code"
        } else {
            "the host is not in the code"
        });
    } else if chosen {
        diagnostic = diagnostic
            .with_persona(Persona::Auditor)
            .with_note("another branch uses TLS: a setting decides");
    }
    Some((
        span,
        diagnostic.with_help("demand TLS, and verify the server's certificate"),
    ))
}

/// The last two names of a path.
fn short(path: Name) -> String {
    let mut names: Vec<&str> = path.as_str().rsplit("::").take(2).collect();
    names.reverse();
    match names.as_slice() {
        [krate, name] if krate.starts_with(|c: char| c.is_lowercase()) => (*name).to_owned(),
        _ => names.join("::"),
    }
}
