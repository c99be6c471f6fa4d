//! The check `mismatched-verb`: a handler that does one thing and asks for the right to do another.
//!
//! Parameters: `verbs`, words that mean the same in one list; `rights`, words of types whose variants are rights; `stronger`, verbs whose
//! right is as good as that to do parts of what they name; `checks`, words of functions that are handed the text of a right.

use serde::Deserialize;

use super::{Endpoints, Site, with_evidence};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::body::Literal;
use crate::facts::{Expr, ExprId};
use crate::lints::Lint;
use crate::program::{AdtId, BodyKey, Def};
use crate::routes::HandlerTarget;
use crate::routes::purpose::words;
use crate::source::Span;
use crate::values::Callee;

/// So many handlers that ask for the right they are named for make a habit.
const SIBLINGS: usize = 2;
/// For each that does not, there have to be so many that do.
const MANY: usize = 2;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    verbs: Vec<Vec<String>>,
    rights: Vec<String>,
    stronger: Vec<String>,
    checks: Vec<String>,
}

impl Params {
    /// Which list a word is in.
    fn verb(&self, word: &str) -> Option<usize> {
        self.verbs
            .iter()
            .position(|all| all.iter().any(|it| it == word))
    }
}

/// A right that a handler asks for.
#[derive(Clone, PartialEq, Eq)]
struct Right {
    /// Rights of one kind: variants of a type, or texts.
    kind: Kind,
    /// As it is written.
    name: String,
    /// What it lets do.
    verb: usize,
    /// What with, in words.
    rest: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Variants(AdtId),
    Texts,
}

/// A handler and the only right that it asks for.
struct Asking<'s, 'a> {
    site: &'s Site<'a>,
    verb: usize,
    word: String,
    right: Right,
    place: Span,
}

/// Finds handlers that ask for the right to do something else.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let meta = cx.meta(lint);
    let mut found = Vec::new();
    let mut all: Vec<Asking<'_, '_>> = Vec::new();
    let mut known: Vec<Span> = Vec::new();
    for site in &endpoints.all {
        let handler = site.endpoint.handler.span;
        if !known.contains(&handler) {
            known.push(handler);
            all.extend(asking(cx, &params, site));
        }
    }
    let (same, others): (Vec<_>, Vec<_>) = all.iter().partition(|it| it.verb == it.right.verb);
    let others = others.into_iter();
    let others = others.filter_map(|it| Some((it, meant(cx, &params, it, &all)?)));
    let others: Vec<(&Asking<'_, '_>, String)> = others.collect();
    for (asking, right) in &others {
        let kind = asking.right.kind;
        let same = same.iter().filter(|it| it.right.kind == kind).count();
        let others = others.iter().filter(|it| it.0.right.kind == kind).count();
        if same < SIBLINGS || same < MANY * others {
            continue;
        }
        let site = asking.site;
        let title = format!(
            "`{}` asks for the right to `{}` and is there to `{}`",
            site.name(),
            asking.right.name,
            asking.word
        );
        let key = format!("{} {}", meta.id, site.name());
        let primary = Label::new(asking.place, "another right than its name says");
        let finding = Diagnostic::new(&meta, title, primary, key)
            .with_endpoint(&site.endpoint.method, &site.endpoint.path);
        found.push(
            with_evidence(cx, finding, site, |_| None)
                .with_note(format!("there is `{right}`, which it does not ask for"))
                .with_note(format!(
                    "{same} other handlers ask for the right that they are named for"
                ))
                .with_help(format!(
                    "ask for `{right}`, or say in a comment why the other one is meant"
                )),
        );
    }
    found
}

/// The right that a handler would be expected to ask for, if there is one: the same with the handler's verb.
fn meant(
    cx: &Context<'_>,
    params: &Params,
    asking: &Asking<'_, '_>,
    all: &[Asking<'_, '_>],
) -> Option<String> {
    let is_meant = |name: &str| {
        let parts = parts(params, name)?;
        (parts.0 == asking.verb && parts.1 == asking.right.rest).then(|| name.to_owned())
    };
    match asking.right.kind {
        Kind::Variants(id) => {
            let variants = cx.program[id].variants().iter();
            variants.map(|it| it.name.as_str()).find_map(is_meant)
        }
        Kind::Texts => all
            .iter()
            .filter(|it| it.right.kind == Kind::Texts)
            .find_map(|it| is_meant(&it.right.name)),
    }
}

/// The verb of a name, and its other words. None, if it has several verbs.
fn parts(params: &Params, name: &str) -> Option<(usize, Vec<String>)> {
    let (verbs, rest): (Vec<String>, Vec<String>) = spelled(name)
        .into_iter()
        .partition(|it| params.verb(it).is_some());
    match verbs.as_slice() {
        [verb] => Some((params.verb(verb)?, rest)),
        _ => None,
    }
}

/// The words of a name, of several in the plural each in the singular.
fn spelled(name: &str) -> Vec<String> {
    let singular = |it: String| match it.strip_suffix('s') {
        Some(one) if it.len() > 3 && !one.ends_with('s') => one.to_owned(),
        _ => it,
    };
    words(name).into_iter().map(singular).collect()
}

/// What a handler is there to do, and the right that it asks for, if it asks for one only.
fn asking<'s, 'a>(cx: &Context<'_>, params: &Params, site: &'s Site<'a>) -> Option<Asking<'s, 'a>> {
    let HandlerTarget::Fn(id) = site.endpoint.handler.target else {
        return None;
    };
    let def = &cx.program[id];
    let name = spelled(def.name.as_str());
    let word = name.first().filter(|it| params.verb(it).is_some())?.clone();
    let verb = params.verb(&word)?;
    // `create_or_update`, `export_and_delete`.
    if name.iter().filter(|it| params.verb(it).is_some()).count() > 1 {
        return None;
    }
    let key = def.body?;
    let mut rights = rights(cx, params, key);
    rights.dedup_by(|a, b| a.0 == b.0);
    let [(right, place)] = rights.as_slice() else {
        return None;
    };
    let is_stronger = params
        .stronger
        .iter()
        .any(|it| params.verb(it) == Some(right.verb));
    // Of what the right is for, the handler's name or path has to say that it is about that.
    let path = spelled(&site.endpoint.path);
    let is_about = right
        .rest
        .iter()
        .all(|it| name.contains(it) || path.contains(it));
    (is_about && !(is_stronger && right.verb != verb)).then(|| Asking {
        site,
        verb,
        word,
        right: right.clone(),
        place: *place,
    })
}

/// The rights that a body names, in order.
fn rights(cx: &Context<'_>, params: &Params, key: BodyKey) -> Vec<(Right, Span)> {
    let data = &cx.program[key];
    let typing = cx.values.typing(key);
    let mut found = Vec::new();
    for (id, expr) in data.body.exprs() {
        let right = match expr {
            Expr::Path(_) => variant(cx, params, typing.defs(id)),
            Expr::Call { args, .. } => called(cx, params, key, id, args),
            Expr::MethodCall(call) => called(cx, params, key, id, &call.args),
            _ => None,
        };
        if let Some((right, at)) = right.map(|(right, at)| (right, at.unwrap_or(id))) {
            found.push((right, data.body.expr_range(at).in_file(data.file)));
        }
    }
    found
}

/// A variant of a type whose name says that it lists rights.
fn variant(cx: &Context<'_>, params: &Params, defs: &[Callee]) -> Option<(Right, Option<ExprId>)> {
    let (adt, at) = defs.iter().find_map(|it| match it {
        Callee::Constructor(Def::Variant(adt, at)) => Some((*adt, *at)),
        _ => None,
    })?;
    let def = &cx.program[adt];
    let of = words(def.name.as_str());
    if !of.iter().any(|it| params.rights.contains(it)) {
        return None;
    }
    let name = def.variants().get(at as usize)?.name;
    let (verb, rest) = parts(params, name.as_str())?;
    let right = Right {
        kind: Kind::Variants(adt),
        name: name.to_string(),
        verb,
        rest,
    };
    Some((right, None))
}

/// A text that is handed to a function whose name says that it decides about rights: `require("notes:export")`.
fn called(
    cx: &Context<'_>,
    params: &Params,
    key: BodyKey,
    id: ExprId,
    args: &[ExprId],
) -> Option<(Right, Option<ExprId>)> {
    let body = &cx.program[key].body;
    let name = match body.expr(id) {
        Expr::MethodCall(call) => call.name,
        Expr::Call { callee, .. } => match body.expr(*callee) {
            Expr::Path(path) => path.last()?,
            _ => return None,
        },
        _ => return None,
    };
    if !words(name.as_str())
        .iter()
        .any(|it| params.checks.contains(it))
    {
        return None;
    }
    args.iter().find_map(|arg| {
        let Expr::Literal(Literal::Str(text)) = body.expr(*arg) else {
            return None;
        };
        // `notes:export`, and no sentence.
        if text.contains(char::is_whitespace) {
            return None;
        }
        let (verb, rest) = parts(params, text)?;
        let right = Right {
            kind: Kind::Texts,
            name: text.to_string(),
            verb,
            rest,
        };
        Some((right, Some(*arg)))
    })
}
