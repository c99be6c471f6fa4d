//! Addresses of other servers that are reached without TLS: what `plain-url` lints look for.
//!
//! Parameters: `protocols`, the protocols that a lint speaks of; `settings = true` adds what
//! switches TLS off by a setting of a library ([`settings`]). Starts at the calls that send or
//! connect, by their models, and asks where the address was written.

mod address;
mod host;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use self::address::Address;
use self::host::HostKind;
use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Fix, Label, Persona};
use crate::facts::body::Literal;
use crate::facts::{Expr, ExprId};
use crate::lints::Lint;
use crate::models::{Function, Role};
use crate::program::{BodyKey, BodyOwner, Program};
use crate::source::{SourceMap, Span};
use crate::values::strings::{Step, Strings, Traced};
use crate::values::{Callee, Values};

/// More places that send to one address than this are counted only.
const MAX_PLACES: usize = 3;

/// What a program sends to in plain text, by whatever protocol: found once for all lints.
#[derive(Default)]
pub struct Cleartext {
    /// The bodies that may send or connect.
    live: Vec<BodyKey>,
    sent: Vec<Sent>,
}

/// A call that sends to a plain-text address.
struct Sent {
    key: BodyKey,
    call: ExprId,
    /// Whether it opens a connection that is not a request.
    connects: bool,
    address: Address,
    traced: Traced,
}

impl Cleartext {
    /// Looks for it.
    pub fn new(cx: &Context<'_>) -> Cleartext {
        let is_live = |key| cx.is_live(key);
        let live = sending(cx.program).into_iter().filter(|it| is_live(*it));
        let live: Vec<BodyKey> = live.collect();
        // All threads: what follows asks for one after the other.
        live.par_iter().for_each(|key| {
            cx.values.typing(*key);
        });
        let search = Search::new(cx, &is_live);
        let sent = live.iter().flat_map(|key| search.sent_in(*key)).collect();
        Cleartext { live, sent }
    }
}

/// Finds clients that connect in plain text.
pub fn run(cx: &Context<'_>, cleartext: &Cleartext, lint: &Lint) -> Vec<Diagnostic> {
    let params = &lint.check.params;
    let protocols = params.get("protocols").and_then(toml::Value::as_array);
    let protocols = protocols.into_iter().flatten();
    let protocols: Vec<&str> = protocols.filter_map(toml::Value::as_str).collect();
    let settings = params.get("settings").and_then(toml::Value::as_bool);
    let is_live = |key| cx.is_live(key);
    let search = Search::new(cx, &is_live);
    let mut found = search.addresses(lint, &protocols, &cleartext.sent);
    if settings == Some(true) {
        let taken: FxHashSet<Span> = found.iter().map(|it| it.primary.span).collect();
        let more = settings::find(&search, lint, &cleartext.live);
        found.extend(
            more.into_iter()
                .filter(|it| !taken.contains(&it.primary.span)),
        );
    }
    found
}

/// The bodies that may use what the models know to send or connect, to an address that it is
/// given or in plain text.
fn sending(program: &Program) -> Vec<BodyKey> {
    let functions = program.models.functions_of(program.crates_used(), |it| {
        it.plaintext || it.url.is_some() && matches!(it.role, Role::HttpRequest | Role::Connects)
    });
    let paths = functions.iter().map(|it| it.as_str());
    program.using(paths, true, |path| functions.contains(&path))
}

/// What a search has at hand.
struct Search<'a> {
    program: &'a Program,
    values: &'a Values<'a>,
    sources: &'a SourceMap,
    strings: Strings<'a>,
}

/// A plain-text address and the places that it is sent to from.
struct Found<'s> {
    address: &'s Address,
    uses: Vec<Use<'s>>,
}

/// A call that sends to an address.
struct Use<'s> {
    /// The function around it.
    function: String,
    /// The name of the function called, or what it is called on.
    span: Span,
    /// Whether it opens a connection that is not a request.
    connects: bool,
    steps: &'s [Step],
}

impl<'a> Search<'a> {
    fn new(cx: &'a Context<'a>, is_live: &'a dyn Fn(BodyKey) -> bool) -> Search<'a> {
        Search {
            program: cx.program,
            values: cx.values,
            sources: cx.sources,
            strings: Strings::new(cx.values, is_live),
        }
    }

    /// The calls of a body that send to a plain-text address of another machine.
    fn sent_in(&self, key: BodyKey) -> Vec<Sent> {
        let calls = self.modelled_calls(key);
        if calls.is_empty() || self.talks_to_a_socket_file(key) {
            return Vec::new();
        }
        let mut sent = Vec::new();
        for (call, model) in calls {
            let Some(arg) = self.destination(key, call, model) else {
                continue;
            };
            for traced in self.strings.texts(key, arg) {
                let Some(address) = Address::parse(&traced.text) else {
                    continue;
                };
                let is_here = matches!(address.kind, HostKind::Local | HostKind::Reserved);
                if address.plain_protocol().is_some() && !is_here {
                    sent.push(Sent {
                        key,
                        call,
                        connects: model.role == Role::Connects,
                        address,
                        traced,
                    });
                }
            }
        }
        sent
    }

    fn addresses(&self, lint: &Lint, protocols: &[&str], sent: &[Sent]) -> Vec<Diagnostic> {
        let mut all: BTreeMap<Span, Found<'_>> = BTreeMap::new();
        for it in sent {
            let protocol = it.address.plain_protocol();
            let is_meant = protocol.is_some_and(|it| protocols.contains(&it));
            let Some(origin) = it.traced.text.origin.filter(|_| is_meant) else {
                continue;
            };
            let found = all.entry(origin).or_insert_with(|| Found {
                address: &it.address,
                uses: Vec::new(),
            });
            let span = self.call_span(it.key, it.call);
            if found.uses.iter().all(|it| it.span != span) {
                found.uses.push(Use {
                    function: self.owner(it.key),
                    span,
                    connects: it.connects,
                    steps: &it.traced.steps,
                });
            }
        }
        let found = all.into_iter();
        found
            .map(|(origin, it)| self.diagnostic(lint, origin, it))
            .collect()
    }

    /// The calls of a body that reach a library function that the models know.
    fn modelled_calls(&self, key: BodyKey) -> Vec<(ExprId, &Function)> {
        let body = &self.program[key].body;
        let typing = self.values.typing(key);
        let calls = body.exprs().filter_map(|(id, expr)| match expr {
            Expr::Call { .. } | Expr::MethodCall(_) => {
                Some((id, self.program.models.function(typing.external(id)?)?))
            }
            _ => None,
        });
        calls.collect()
    }

    /// Whether a body opens a Unix socket: then the host of its requests goes nowhere.
    fn talks_to_a_socket_file(&self, key: BodyKey) -> bool {
        let typing = self.values.typing(key);
        let calls = self.program[key].body.exprs();
        let mut reached = calls.filter_map(|(id, _)| typing.external(id));
        reached.any(|path| {
            let mut parts = path.as_str().rsplit("::");
            parts.next() == Some("connect") && parts.next() == Some("UnixStream")
        })
    }

    /// The argument of a call that says where it sends to.
    fn destination(&self, key: BodyKey, call: ExprId, model: &Function) -> Option<ExprId> {
        if model.plaintext || !matches!(model.role, Role::HttpRequest | Role::Connects) {
            return None;
        }
        let expr = self.program[key].body.expr(call);
        let args = expr.args();
        let arg = args.get(model.url? as usize)?;
        // What is told nothing but an address is told of TLS by nobody else.
        let is_alone = args.len() == 1 && matches!(expr, Expr::Call { .. });
        let is_forced = match is_alone {
            true => settings::forces_tls_of(self, key, model.path, call),
            false => settings::forces_tls(self, key, model.path),
        };
        (!is_forced).then_some(*arg)
    }

    fn diagnostic(&self, lint: &Lint, origin: Span, found: Found<'_>) -> Diagnostic {
        let Found { address, uses } = found;
        let shown = address.display();
        let first = &uses[0];
        let verb = if first.connects {
            "connects"
        } else {
            "sends a request"
        };
        let mut diagnostic = Diagnostic::new(
            &meta(lint),
            format!("`{}` {verb} to `{shown}` in the clear", first.function),
            Label::new(origin, "written here"),
            format!("{}|{}|{}", lint.id, address.host, first.function),
        );
        for used in uses.iter().take(MAX_PLACES) {
            let what = if used.connects {
                "connects here"
            } else {
                "sent here"
            };
            if used.span.file != origin.file || !origin.range.contains(used.span.range) {
                diagnostic = diagnostic.with_label(used.span, what);
            }
        }
        let mut seen = vec![origin];
        for step in first.steps {
            if !seen.contains(&step.span) && !step.span.range.contains(origin.range) {
                seen.push(step.span);
                diagnostic = diagnostic.with_label(step.span, format!("by {}", step.what));
            }
        }
        if !first.steps.is_empty() {
            let steps: Vec<&str> = first
                .steps
                .iter()
                .rev()
                .map(|it| it.what.as_str())
                .collect();
            diagnostic =
                diagnostic.with_note(format!("the address gets there by {}", steps.join(", ")));
        }
        if uses.len() > MAX_PLACES {
            diagnostic = diagnostic.with_note(format!("{} places send to it", uses.len()));
        }
        diagnostic = match address.kind {
            HostKind::Public => diagnostic,
            HostKind::Private => diagnostic.with_persona(Persona::Auditor).with_note(
                "the host belongs to a private network: what lies on the way is not in the code",
            ),
            _ => diagnostic
                .with_persona(Persona::Auditor)
                .with_note("the host is chosen at run time; the missing encryption is not"),
        };
        let help = match address.secure_scheme() {
            Some(secure) => format!("use `{secure}://`"),
            None => "take out the option that switches TLS off".into(),
        };
        diagnostic = diagnostic.with_help(help);
        match self.fix(origin, address) {
            Some(fix) if address.kind == HostKind::Public => diagnostic.with_fix(fix),
            _ => diagnostic,
        }
    }

    /// Another scheme in the literal; not where a port is written, which would be the wrong one.
    fn fix(&self, origin: Span, address: &Address) -> Option<Fix> {
        if !matches!(address.scheme.as_str(), "http" | "ws") || address.port.is_some() {
            return None;
        }
        let secure = address.secure_scheme()?;
        let written = self.sources.slice(origin);
        let quote = written.find('"')?;
        let scheme = written.get(quote + 1..quote + 1 + address.scheme.len())?;
        if !scheme.eq_ignore_ascii_case(&address.scheme)
            || !written[quote + 1 + scheme.len()..].starts_with("://")
        {
            return None;
        }
        let start = origin.range.start + quote as u32 + 1;
        let span = Span::new(origin.file, start, start + scheme.len() as u32);
        Some(Fix {
            message: format!("use `{secure}`"),
            edits: vec![(span, secure.into())],
        })
    }

    /// The name of the function or constant that a body belongs to, with its type.
    fn owner(&self, key: BodyKey) -> String {
        match self.program[key].owner {
            BodyOwner::Fn(id) => self.program.fn_name(id),
            BodyOwner::Const(id) => self.program[id].name.to_string(),
        }
    }

    /// The smallest text that shows a call: a method's name, or the path that is called.
    fn call_span(&self, key: BodyKey, call: ExprId) -> Span {
        let data = &self.program[key];
        let range = match data.body.expr(call) {
            Expr::MethodCall(call) => call.name_range,
            Expr::Call { callee, .. } => data.body.expr_range(*callee),
            _ => data.body.expr_range(call),
        };
        range.in_file(data.file)
    }

    /// The library items that a body's calls and paths name, with their models.
    fn modelled_values(&self, key: BodyKey) -> Vec<(ExprId, &Function)> {
        let body = &self.program[key].body;
        let typing = self.values.typing(key);
        let mut all = Vec::new();
        for (id, expr) in body.exprs() {
            if !matches!(expr, Expr::Path(_)) {
                continue;
            }
            for callee in typing.defs(id) {
                if let Callee::External(path) = callee
                    && let Some(model) = self.program.models.function(*path)
                {
                    all.push((id, model));
                }
            }
        }
        all
    }
}

/// Whether an argument is `true`, or not a literal at all.
fn may_be_true(expr: &Expr) -> bool {
    !matches!(expr, Expr::Literal(Literal::Bool(false)))
}
