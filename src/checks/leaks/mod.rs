//! The check `secret-output`: secrets that a program writes where others read them.
//!
//! Parameters: `into`, where: `log` or `url` (of a request); `remedy`. What is a secret, [`secret`] says; what
//! macros write and clients send, the models.

pub(super) mod answers;
pub(super) mod debugs;
mod failures;
mod secret;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use self::secret::{Found, Holders, Secrets};
use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::body::MacroCall;
use crate::facts::item::Param;
use crate::facts::{Expr, ExprId, Meta, MetaValue};
use crate::flow::secrets::{instrument, recorded as recorded_by_tracing};
use crate::flow::{Asked, Flow, SecretNames, flows};
use crate::lints::Lint;
use crate::models::{SinkKind, Sinks};
use crate::program::{BodyKey, BodyOwner, FnId, Program, Ty};
use crate::source::{Name, Span};
use crate::values::shown::{self, PRINTS, Shown, Written, mentions_of_logs};

/// Through how many calls secrets are followed.
const MAX_CALLS: usize = 2;

/// Finds secrets that are written into a log, or into the URL of a request.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let param = |name: &str| {
        let value = lint.check.params.get(name);
        value.and_then(toml::Value::as_str).unwrap_or_default()
    };
    let remedy = param("remedy");
    let mut leaks = match param("into") {
        "url" => travelled(cx, SinkKind::SecretUrl),
        _ => {
            let mut leaks = in_logs(cx);
            leaks.extend(travelled(cx, SinkKind::SecretLog));
            leaks
        }
    };
    leaks.sort_by_key(|it| it.span);
    leaks.dedup_by_key(|it| it.span);
    leaks
        .into_iter()
        .map(|it| it.diagnostic(cx, lint, remedy))
        .collect()
}

fn in_logs(cx: &Context<'_>) -> Vec<Leak> {
    let holders = secret::holders(cx.program);
    let mut bodies = logging(cx, &holders);
    bodies.retain(|it| cx.is_live(*it));
    let of_macros = { &bodies }
        .par_iter()
        .flat_map_iter(|key| written(cx, *key, &holders));
    let mut leaks: Vec<Leak> = of_macros.collect();
    leaks.extend(recorded(cx));
    leaks.extend(recorded_as_fields(cx));
    leaks
}

/// The secrets that come to a kind of sink, through whatever gives them on.
fn travelled(cx: &Context<'_>, kind: SinkKind) -> Vec<Leak> {
    if !cx.follows_data {
        return Vec::new();
    }
    let asked = Asked {
        sinks: Sinks::of(kind),
        sources: Vec::new(),
        calls: MAX_CALLS,
        secrets: Some(SecretNames {
            is_secret: secret::is_certain,
            is_header: secret::lets_in,
            may_name: secret::names_certain_one,
        }),
    };
    let found = flows(cx.values, cx.sources, cx.inventory, &asked, |it| {
        cx.is_live(it)
    });
    // One function that writes the same secret again and again is one mistake.
    let mut told = FxHashSet::default();
    let new = found
        .into_iter()
        .filter(|it| told.insert((it.sink.within, it.source.span)));
    let new: Vec<Flow> = new.collect();
    let leaks = new.into_iter().map(|it| Leak {
        span: it.sink.span,
        function: Some(it.sink.within),
        by: it.sink.call,
        is_for_auditors: PRINTS.contains(&it.sink.call.as_str()),
        what: Found::new(it.source.name, false),
        way: way_of(it),
    });
    leaks.collect()
}

/// Where a secret comes from, and the calls on its way.
fn way_of(flow: Flow) -> Vec<(Span, String)> {
    let Flow { source, steps, .. } = flow;
    let begin = (source.span, format!("`{}` comes from here", source.name));
    let calls = steps.into_iter().filter(|it| it.enters);
    let calls = calls.map(|it| (it.span, it.what));
    std::iter::once(begin).chain(calls).collect()
}

/// A secret that is written.
struct Leak {
    span: Span,
    function: Option<FnId>,
    by: Name,
    what: Found,
    is_for_auditors: bool,
    /// Where it comes from and by what calls, each with what happens there.
    way: Vec<(Span, String)>,
}

impl Leak {
    /// What `#[instrument]` of a function records.
    fn of_instrument(id: FnId, span: Span, what: Found) -> Leak {
        Leak {
            span,
            function: Some(id),
            by: Name::new("instrument"),
            is_for_auditors: what.is_weak,
            what,
            way: Vec::new(),
        }
    }

    fn diagnostic(self, cx: &Context<'_>, lint: &Lint, remedy: &str) -> Diagnostic {
        let function = self.function.map(|it| cx.program.fn_name(it));
        let function = function.unwrap_or_else(|| "a constant".into());
        let (name, by) = (&self.what.name, self.by);
        let title = match by.as_str() {
            "instrument" => format!("`#[instrument]` records `{name}` of `{function}`"),
            "tracing::Span::record" => format!("`{function}` writes `{name}` into a log"),
            by if by.contains("::") => format!("`{function}` puts `{name}` into a URL"),
            _ => format!("`{function}` writes `{name}` into a log"),
        };
        let label = match &self.what.within {
            Some(ty) => format!("the derived `Debug` of `{ty}` shows `{name}`"),
            None if by.as_str().contains("::") || !self.way.is_empty() => {
                format!("this holds `{name}`")
            }
            None => format!("this is `{name}`"),
        };
        let fingerprint = format!("{}|{function}|{by}|{name}", lint.id);
        let mut found = Diagnostic::new(
            &meta(lint),
            title,
            Label::new(self.span, label),
            fingerprint,
        );
        if let Some(at) = self.what.declared {
            found = found.with_label(at, "the field that is shown");
        }
        for (at, what) in self.way.into_iter().filter(|it| it.0 != self.span) {
            found = found.with_label(at, what);
        }
        if self.is_for_auditors {
            found = found.with_persona(Persona::Auditor);
        }
        found.with_help(remedy)
    }
}

/// The bodies that mention a macro which writes a log, and may name a secret.
fn logging(cx: &Context<'_>, holders: &Holders) -> Vec<BodyKey> {
    let program = cx.program;
    let mut bodies = program.mentioning(&mentions_of_logs(program));
    // Most lines of a log name nothing of that kind.
    bodies.retain(|it| {
        let text = program[*it].body.text();
        text.is_none_or(secret::may_name_one) || secret::names_holder(cx, holders, *it)
    });
    bodies
}

/// The secrets that the macros of a body write.
fn written(cx: &Context<'_>, key: BodyKey, holders: &Holders) -> Vec<Leak> {
    let program = cx.program;
    let data = &program[key];
    let body = &data.body;
    let secrets = Secrets::new(cx, key, holders);
    let function = match data.owner {
        BodyOwner::Fn(id) => Some(id),
        BodyOwner::Const(_) => None,
    };
    let mut leaks = Vec::new();
    for (by, arg, how) in outputs(cx, key, |call| {
        let is_dbg = call.path.last().is_some_and(|it| it == "dbg");
        kind(cx, key, call).or(is_dbg.then_some(Written::Line))
    }) {
        if let Some(what) = secrets.in_expr(arg, how) {
            leaks.push(Leak {
                span: body.expr_range(arg).in_file(data.file),
                function,
                by,
                is_for_auditors: what.is_weak || PRINTS.contains(&by.as_str()),
                what,
                way: Vec::new(),
            });
        }
    }
    leaks
}

/// What those macros of a body write that are meant: the macro's name, the value, and how it is shown.
fn outputs(
    cx: &Context<'_>,
    key: BodyKey,
    kind: impl Fn(&MacroCall) -> Option<Written>,
) -> Vec<(Name, ExprId, Shown)> {
    let mut all = Vec::new();
    for (_, expr) in cx.program[key].body.exprs() {
        let Expr::Macro(call) = expr else { continue };
        let Some(kind) = kind(call) else { continue };
        let name = call.path.last().unwrap_or(Name::new(""));
        let shown = shown::outputs(cx.program, cx.sources, key, (call, kind)).into_iter();
        all.extend(shown.map(|(arg, how)| (name, arg, how)));
    }
    all
}

/// What a macro writes into a log, if it does.
fn kind(cx: &Context<'_>, key: BodyKey, call: &MacroCall) -> Option<Written> {
    shown::written(cx.program, key, call)
}

/// The secrets among the parameters that `#[instrument]` records.
fn recorded(cx: &Context<'_>) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for (id, param, ty) in instrumented(cx) {
        let Some(name) = param.name else { continue };
        if let Some(what) = secret::by_type(cx, name, &ty) {
            let span = param.range.in_file(cx.program[id].file);
            leaks.push(Leak::of_instrument(id, span, what));
        }
    }
    leaks
}

/// The secrets in `fields(..)` of `#[instrument]`: parameters and fields of those, as they are.
fn recorded_as_fields(cx: &Context<'_>) -> Vec<Leak> {
    let program = cx.program;
    let mut leaks = Vec::new();
    for (id, def) in program.fn_ids() {
        if def.attrs.is_empty() || !def.body.is_some_and(|it| cx.is_live(it)) {
            continue;
        }
        let Some(attr) = instrument(program, id) else {
            continue;
        };
        for entry in attr.meta.entry("fields").map_or(&[][..], Meta::list) {
            let MetaValue::Expr(written) = &entry.value else {
                continue;
            };
            if let Some((name, ty)) = named_by(program, id, written)
                && let Some(what) = secret::by_name_and_type(program, name, &ty)
            {
                let span = entry.range.in_file(def.file);
                leaks.push(Leak::of_instrument(id, span, what));
            }
        }
    }
    leaks
}

/// The name and type of the parameter, or of the field of one, that an expression is: `%settings.api_key`.
fn named_by(program: &Program, id: FnId, written: &str) -> Option<(Name, Ty)> {
    let path = written.trim_start_matches(['%', '?', '&', ' ']);
    let mut names = path.split('.').map(str::trim);
    let first = names.next()?;
    let mut params = program[id].sig.params.iter();
    let param = params.find(|it| it.name.is_some_and(|it| it == first))?;
    let mut found = (
        Name::new(first),
        program.lower_ty(&program.fn_scope(id), &param.ty),
    );
    for name in names {
        let Ty::Adt(adt, _) = *found.1.peel_refs() else {
            return None;
        };
        let field = program[adt].fields().iter().find(|it| it.name == name)?;
        found = (field.name, program.field_ty(adt, field));
    }
    Some(found)
}

/// The parameters that `#[instrument]` records, each with its function and its type.
fn instrumented<'a>(cx: &Context<'a>) -> Vec<(FnId, &'a Param, Ty)> {
    let program = cx.program;
    let mut all = Vec::new();
    for (id, def) in program.fn_ids() {
        if def.attrs.is_empty() || !def.body.is_some_and(|it| cx.is_live(it)) {
            continue;
        }
        for param in recorded_by_tracing(program, id) {
            let ty = program.lower_ty(&program.fn_scope(id), &param.ty);
            all.push((id, param, ty));
        }
    }
    all
}
