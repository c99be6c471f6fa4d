//! The check `secret-output`: secrets that a program writes where others read them.
//!
//! Parameters: `into`, where: `log` or `url` (of a request); `remedy`. What is a secret, [`secret`] says; what
//! macros write and clients send, the models.

pub(super) mod answers;
pub(super) mod debugs;
mod failures;
mod secret;
mod urls;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use self::secret::{Found, Holders, Secrets};
use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::body::MacroCall;
use crate::facts::item::Param;
use crate::facts::mentions::hash;
use crate::facts::{Attr, Expr, ExprId, Mention, Meta};
use crate::lints::Lint;
use crate::models::exports::last_segment;
use crate::models::{Macro, Role};
use crate::program::{BodyKey, BodyOwner, Def, FnId, Program, Ty};
use crate::source::{Name, Span};
use crate::values::shown::{self, Shown};

/// Macros of the standard library that write for whoever runs the program.
const PRINTS: [&str; 4] = ["print", "println", "eprint", "eprintln"];

/// Finds secrets that are written into a log, or into the URL of a request.
pub(super) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let param = |name: &str| {
        let value = lint.check.params.get(name);
        value.and_then(toml::Value::as_str).unwrap_or_default()
    };
    let remedy = param("remedy");
    let mut leaks = match param("into") {
        "url" => urls::find(cx),
        _ => in_logs(cx),
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
    leaks
}

/// A secret that is written.
struct Leak {
    span: Span,
    function: Option<FnId>,
    by: Name,
    what: Found,
    is_for_auditors: bool,
}

impl Leak {
    fn diagnostic(self, cx: &Context<'_>, lint: &Lint, remedy: &str) -> Diagnostic {
        let function = self.function.map(|it| cx.program.fn_name(it));
        let function = function.unwrap_or_else(|| "a constant".into());
        let (name, by) = (&self.what.name, self.by);
        let title = match by.as_str() {
            "instrument" => format!("`#[instrument]` records `{name}` of `{function}`"),
            by if by.contains("::") => format!("`{function}` puts `{name}` into a URL"),
            _ => format!("`{function}` writes `{name}` into a log"),
        };
        let label = match &self.what.within {
            Some(ty) => format!("the derived `Debug` of `{ty}` shows `{name}`"),
            None if by.as_str().contains("::") => format!("this holds `{name}`"),
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

/// What a body mentions that writes a log.
fn mentions_of_logs(program: &Program) -> FxHashSet<u16> {
    let macros = program.models.macros_of(program.crates_used(), |it| {
        it.role == Role::Logs || is_span(it)
    });
    let names = macros.iter().map(|it| last_segment(it.as_str()));
    let hashes = names.flat_map(|it| program.hashes_of(Name::new(it), &[Mention::Macro]));
    hashes.chain([hash(Mention::Macro, "dbg")]).collect()
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
    let data = &cx.program[key];
    let body = &data.body;
    let mut all = Vec::new();
    for (_, expr) in body.exprs() {
        let Expr::Macro(call) = expr else { continue };
        let name = call.path.last().unwrap_or(Name::new(""));
        let Some(kind) = kind(call) else { continue };
        let text = cx.sources.slice(call.tokens.in_file(data.file));
        let sigil = |id: ExprId| {
            let start = body.expr_range(id).start.checked_sub(call.tokens.start)?;
            text.get(..start as usize)?.trim_end().chars().last()
        };
        let shown = match name == "dbg" {
            true => {
                let args = call.args.iter().flatten();
                args.map(|it| (it.value, Shown::Debugged)).collect()
            }
            false if kind == Written::Span => {
                let how = |id| match sigil(id) {
                    Some('?') => Shown::Debugged,
                    Some('%') => Shown::Plainly,
                    _ => Shown::Otherwise,
                };
                let args = call.args.iter().flatten().map(|it| it.value);
                let fields = args.filter(|it| !matches!(body.expr(*it), Expr::Literal(_)));
                fields.map(|it| (it, how(it))).collect()
            }
            false => shown::shown(body, call, sigil),
        };
        all.extend(shown.into_iter().map(|(arg, how)| (name, arg, how)));
    }
    all
}

/// What a macro writes into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// A line: fields, a text and what is formatted into it.
    Line,
    /// What stands before lines: a name that is fixed, and fields.
    Span,
}

/// Whether a macro makes a span of tracing.
fn is_span(it: &Macro) -> bool {
    let name = last_segment(it.path.as_str());
    it.role == Role::Builds && (name == "span" || name.ends_with("_span"))
}

/// What a macro writes into a log, if it does, by what it resolves to.
fn kind(cx: &Context<'_>, key: BodyKey, call: &MacroCall) -> Option<Written> {
    let program = cx.program;
    let names: Vec<Name> = call.path.segments.iter().map(|it| it.name).collect();
    if let [name] = &*names
        && PRINTS.contains(&name.as_str())
    {
        return Some(Written::Line);
    }
    let found = program.resolve_names(program[key].module, &names, call.path.global);
    found.iter().find_map(|it| match it.def {
        Def::External(path) => {
            let path = program.models.canonical(path.as_str());
            let model = program.models.macro_(path)?;
            match model.role == Role::Logs {
                true => Some(Written::Line),
                false => is_span(model).then_some(Written::Span),
            }
        }
        _ => None,
    })
}

/// The secrets among the parameters that `#[instrument]` records.
fn recorded(cx: &Context<'_>) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for (id, param, ty) in instrumented(cx) {
        let Some(name) = param.name else { continue };
        if let Some(what) = secret::by_type(cx, name, &ty, Shown::Debugged) {
            leaks.push(Leak {
                span: param.range.in_file(cx.program[id].file),
                function: Some(id),
                by: Name::new("instrument"),
                is_for_auditors: what.is_weak,
                what,
            });
        }
    }
    leaks
}

/// The parameters that `#[instrument]` records, each with its function and its type.
fn instrumented<'a>(cx: &Context<'a>) -> Vec<(FnId, &'a Param, Ty)> {
    let program = cx.program;
    let mut all = Vec::new();
    for (id, def) in program.fn_ids() {
        let instrument = |it: &&Attr| it.meta.last_segment().is_some_and(|it| it == "instrument");
        let Some(attr) = def.attrs.iter().find(instrument) else {
            continue;
        };
        let is_live = def.body.is_some_and(|it| cx.is_live(it));
        if !is_live || attr.meta.entry("skip_all").is_some() || !is_tracing(cx, id, attr) {
            continue;
        }
        let skipped = attr.meta.entry("skip").map_or(&[][..], Meta::list);
        for param in &def.sig.params {
            let Some(name) = param.name else { continue };
            if !skipped.iter().any(|it| it.is(name.as_str())) {
                let ty = program.lower_ty(&program.fn_scope(id), &param.ty);
                all.push((id, param, ty));
            }
        }
    }
    all
}

/// Whether an attribute is that of tracing.
fn is_tracing(cx: &Context<'_>, id: FnId, attr: &Attr) -> bool {
    let program = cx.program;
    let found = program.resolve_names(program[id].module, &attr.meta.path, false);
    found.iter().any(|it| match it.def {
        Def::External(path) => program.models.canonical(path.as_str()) == "tracing::instrument",
        _ => false,
    })
}
