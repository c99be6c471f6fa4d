//! The check `secret-debug`: types whose `Debug` shows a secret, and where a panic or a log shows them.
//!
//! Parameter: `remedy`. A `Debug` that is written by hand is reported where it shows the secret; one that is derived
//! where a panic shows it, since [`in_logs`](super::in_logs) tells of logs. What is shown nowhere is for auditors, of derived ones in
//! one finding for each crate.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::secret::{self, Found, Holders, Secrets};
use super::{Context, Written, in_logs, instrumented, kind, meta, outputs};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::body::MacroCall;
use crate::facts::mentions::hash;
use crate::facts::{Expr, ExprId, Mention};
use crate::flow::whole::is_remade;
use crate::lints::Lint;
use crate::program::{AdtId, BodyKey, BodyOwner, CrateId, Def, Ty};
use crate::source::{Name, Span};
use crate::values::shown::{self, Shown, mentions_of_logs};

/// Macros whose text goes wherever panics are reported to.
const PANICS: [&str; 6] = [
    "panic",
    "unreachable",
    "todo",
    "unimplemented",
    "assert",
    "debug_assert",
];

/// The trait.
const DEBUG: &str = "std::fmt::Debug";

/// Of the types of a crate, so many are shown.
const MAX_SHOWN: usize = 8;

/// Finds what shows secrets by `Debug`.
pub(crate) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let remedy = lint.check.params.get("remedy");
    let remedy = remedy.and_then(toml::Value::as_str).unwrap_or_default();
    let own = by_hand(cx);
    let places = places_of(cx, &own);
    let mut found: Vec<Diagnostic> = own
        .iter()
        .map(|it| it.diagnostic(cx, lint, places.get(&it.adt).copied()))
        .collect();
    let panics = in_panics(cx);
    found.extend(panics.iter().map(|it| it.diagnostic(cx, lint)));
    if cx.persona == Persona::Auditor {
        found.extend(unshown(cx, lint, &panics));
    }
    // A file that two targets have is two modules, and one place.
    found.sort_by_key(|it| it.primary.span);
    found.dedup_by_key(|it| it.primary.span);
    found.into_iter().map(|it| it.with_help(remedy)).collect()
}

/// A secret that a `Debug` shows which is written by hand.
struct ByHand {
    adt: AdtId,
    /// Where it is shown.
    span: Span,
    what: Found,
    /// A secret field of the same type that it leaves out.
    hides: Option<Name>,
}

impl ByHand {
    fn diagnostic(&self, cx: &Context<'_>, lint: &Lint, place: Option<Span>) -> Diagnostic {
        let (name, ty) = (self.what.name, cx.program[self.adt].name);
        let title = format!("the `Debug` of `{ty}` shows `{name}`");
        let primary = Label::new(self.span, format!("this is `{name}`"));
        let key = format!("{}|{ty}|{name}", lint.id);
        let mut found = Diagnostic::new(&meta(lint), title, primary, key);
        if let Some(place) = place {
            found = found.with_label(place, "shown here");
        }
        if let Some(hides) = self.hides {
            found = found.with_note(format!("it leaves out `{hides}`"));
        }
        match place.is_none() || self.what.is_weak {
            true => found.with_persona(Persona::Auditor),
            false => found,
        }
    }
}

/// What the hand-written `Debug`s of a program show.
fn by_hand(cx: &Context<'_>) -> Vec<ByHand> {
    let program = cx.program;
    let mut all = Vec::new();
    for id in program.impls_of(Def::External(Name::new(DEBUG))) {
        let Ty::Adt(adt, _) = *program.impl_self_ty(*id) else {
            continue;
        };
        let bodies = program[*id].fns.iter().filter_map(|it| program[*it].body);
        for key in bodies.filter(|it| cx.is_live(*it)) {
            all.extend(of_body(cx, adt, key));
        }
    }
    all
}

fn of_body(cx: &Context<'_>, adt: AdtId, key: BodyKey) -> Vec<ByHand> {
    let data = &cx.program[key];
    let text = data.body.text();
    // Whoever asks for `{:#?}` or builds for debugging is to see it.
    let is_asked_for = |it: &str| it.contains("alternate()") || it.contains("debug_assertions");
    if !text.is_none_or(secret::may_name_one) || text.is_some_and(is_asked_for) {
        return Vec::new();
    }
    let secrets = Secrets::new(cx, key, &Holders::none());
    let shown = written_by(cx, key).into_iter().filter_map(|(id, how)| {
        let what = secrets.in_expr(id, how);
        Some((id, what.filter(|_| !is_remade(&data.body, id))?))
    });
    let shown: Vec<(ExprId, Found)> = shown.collect();
    let names: FxHashSet<Name> = shown.iter().map(|it| it.1.name).collect();
    let mut left_out =
        secret::secret_texts(&cx.program[adt]).filter(|it| !names.contains(&it.name));
    let hides = left_out.next().map(|it| it.name);
    let found = shown.into_iter().map(|(id, what)| ByHand {
        adt,
        span: data.body.expr_range(id).in_file(data.file),
        what,
        hides,
    });
    found.collect()
}

/// What a body writes with the builders of `std::fmt` and with macros.
fn written_by(cx: &Context<'_>, key: BodyKey) -> Vec<(ExprId, Shown)> {
    let body = &cx.program[key].body;
    let mut all = Vec::new();
    for (_, expr) in body.exprs() {
        match expr {
            Expr::MethodCall(call) if matches!(call.name.as_str(), "field" | "entry" | "value") => {
                all.extend(call.args.last().map(|it| (*it, Shown::Debugged)));
            }
            Expr::Macro(call) if call.path.last().is_some_and(formats) => {
                all.extend(shown::shown(body, call, |_| None));
            }
            _ => {}
        }
    }
    all
}

fn formats(name: Name) -> bool {
    matches!(
        name.as_str(),
        "write" | "writeln" | "format" | "format_args"
    )
}

/// Where values of these types are shown by `Debug`: in a log, a panic or a span. One place for each type.
fn places_of(cx: &Context<'_>, own: &[ByHand]) -> BTreeMap<AdtId, Span> {
    let program = cx.program;
    let mut places = BTreeMap::new();
    if own.is_empty() {
        return places;
    }
    let mut hashes = mentions_of_logs(program);
    hashes.extend(PANICS.map(|it| hash(Mention::Macro, it)));
    let live = program.mentioning(&hashes).into_iter();
    let live: Vec<BodyKey> = live.filter(|it| cx.is_live(*it)).collect();
    let debugged = live.par_iter().flat_map_iter(|key| {
        let meant = |call: &MacroCall| kind(cx, *key, call).or_else(|| panics(call));
        debugged(cx, *key, meant)
    });
    let mut debugged: Vec<(Span, Ty)> = debugged.collect();
    let recorded = instrumented(cx).into_iter();
    debugged.extend(recorded.map(|(id, param, ty)| (param.range.in_file(program[id].file), ty)));
    for (span, ty) in debugged {
        for it in own {
            let meant = FxHashSet::from_iter([it.adt]);
            if secret::shows_one(program, &ty, &meant, 0) {
                places.entry(it.adt).or_insert(span);
            }
        }
    }
    places
}

/// What those macros of a body that are meant show by `Debug`, each with its type.
fn debugged(
    cx: &Context<'_>,
    key: BodyKey,
    meant: impl Fn(&MacroCall) -> Option<Written>,
) -> Vec<(Span, Ty)> {
    let data = &cx.program[key];
    let shown = outputs(cx, key, meant).into_iter();
    let debugged = shown.filter(|(_, _, how)| *how == Shown::Debugged);
    let typing = || cx.values.typing(key);
    let typed = debugged.map(|(_, id, _)| {
        let span = data.body.expr_range(id).in_file(data.file);
        (span, typing().ty(id).clone())
    });
    typed.collect()
}

fn panics(call: &MacroCall) -> Option<Written> {
    let name = call.path.last()?;
    PANICS.contains(&name.as_str()).then_some(Written::Line)
}

/// A value that a panic shows, whose derived `Debug` shows a secret.
struct InPanic {
    span: Span,
    key: BodyKey,
    what: Found,
}

impl InPanic {
    fn diagnostic(&self, cx: &Context<'_>, lint: &Lint) -> Diagnostic {
        let function = match cx.program[self.key].owner {
            BodyOwner::Fn(id) => cx.program.fn_name(id),
            BodyOwner::Const(_) => "a constant".into(),
        };
        let name = self.what.name;
        let title = format!("a panic in `{function}` shows `{name}`");
        let label = match self.what.within {
            Some(ty) => format!("the derived `Debug` of `{ty}` shows `{name}`"),
            None => format!("this is `{name}`"),
        };
        let primary = Label::new(self.span, label);
        let key = format!("{}|{function}|{name}", lint.id);
        let found = Diagnostic::new(&meta(lint), title, primary, key);
        match self.what.declared {
            Some(at) => found.with_label(at, "the field that is shown"),
            None => found,
        }
    }
}

/// What panics show, and texts that are made for `expect`.
fn in_panics(cx: &Context<'_>) -> Vec<InPanic> {
    let program = cx.program;
    let mut hashes: FxHashSet<u16> = PANICS
        .map(|it| hash(Mention::Macro, it))
        .into_iter()
        .collect();
    hashes.insert(hash(Mention::Member, "expect"));
    let mut bodies = program.mentioning(&hashes);
    bodies.retain(|it| {
        let text = program[*it].body.text();
        text.is_none_or(|it| it.contains("?}")) && cx.is_live(*it)
    });
    let found = bodies.par_iter().flat_map_iter(|key| {
        let of_expect = texts_of_expect(cx, *key);
        let meant = |call: &MacroCall| {
            let is_of_expect = of_expect.contains(&call.tokens.start);
            panics(call).or(is_of_expect.then_some(Written::Line))
        };
        let shown = debugged(cx, *key, meant).into_iter();
        shown.filter_map(|(span, ty)| {
            let what = secret::field_of(cx, &ty)?;
            Some(InPanic {
                span,
                key: *key,
                what,
            })
        })
    });
    found.collect()
}

/// Where the macros begin that make what `expect` is given.
fn texts_of_expect(cx: &Context<'_>, key: BodyKey) -> Vec<u32> {
    let body = &cx.program[key].body;
    let of_expect = body.exprs().filter_map(|(_, expr)| match expr {
        Expr::MethodCall(call) if call.name == "expect" => call.args.first(),
        _ => None,
    });
    let macros = of_expect.filter_map(|it| {
        let made = match body.expr(*it) {
            Expr::Ref { inner, .. } => *inner,
            _ => *it,
        };
        match body.expr(made) {
            Expr::Macro(call) if call.path.last().is_some_and(formats) => Some(call.tokens.start),
            _ => None,
        }
    });
    macros.collect()
}

/// Types whose derived `Debug` shows a secret and is used neither in a log nor in a panic: one finding for each crate.
fn unshown(cx: &Context<'_>, lint: &Lint, panics: &[InPanic]) -> Vec<Diagnostic> {
    let program = cx.program;
    let logged = in_logs(cx);
    let told = logged.iter().map(|it| &it.what);
    let told: FxHashSet<Span> = { told.chain(panics.iter().map(|it| &it.what)) }
        .filter_map(|it| it.declared)
        .collect();
    let mut of_crates: BTreeMap<CrateId, Vec<(Name, Name, Span)>> = BTreeMap::new();
    for def in &program.adts {
        if def.is_test || cx.is_left_out(def.module) {
            continue;
        }
        let Some((name, range)) = secret::secret_field(def) else {
            continue;
        };
        let span = range.in_file(def.file);
        if !told.contains(&span) {
            let krate = program[def.module].krate;
            of_crates
                .entry(krate)
                .or_default()
                .push((def.name, name, span));
        }
    }
    let found = of_crates.into_iter().filter_map(|(krate, mut all)| {
        all.sort_by_key(|it| it.2);
        let (ty, name, span) = *all.first()?;
        let title = match all.len() {
            1 => format!("the derived `Debug` of `{ty}` shows `{name}`"),
            many => format!("the derived `Debug` of {many} types shows passwords, keys or tokens"),
        };
        let key = format!("{}|{}", lint.id, program[krate].name);
        let primary = Label::new(span, format!("`{name}` of `{ty}`"));
        let mut found = Diagnostic::new(&meta(lint), title, primary, key);
        for (ty, name, span) in all.iter().skip(1).take(MAX_SHOWN) {
            found = found.with_label(*span, format!("`{name}` of `{ty}`"));
        }
        Some(
            found
                .with_note("no log and no panic was found that shows one")
                .with_persona(Persona::Auditor),
        )
    });
    found.collect()
}
