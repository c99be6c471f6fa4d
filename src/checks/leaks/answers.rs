//! The check `error-response`: what responses that say that something failed give away.
//!
//! Parameters: `shows`: `secret`, or `cause` for errors of libraries as they are; `remedy`. Which responses are
//! meant, [`failures`](super::failures) says.

use rayon::prelude::*;

use super::failures::{self, Failure};
use super::secret::{self, Found, Holders, Secrets};
use super::{Context, meta};
use crate::diagnostics::{Diagnostic, Label, Persona};
use crate::facts::item::Field;
use crate::facts::{Attr, Body, Expr, ExprId, Pat, PatId};
use crate::flow::whole::{gives_itself, is_text};
use crate::lints::Lint;
use crate::models::HazardKind;
use crate::models::exports::{crate_of, last_segment};
use crate::models::roles::Carries;
use crate::program::{AdtDef, BodyKey, BodyOwner, Def, Program, Ty};
use crate::source::{Name, Span};
use crate::values::Callee;
use crate::values::shown::{Shown, shown};

/// How far what is sent is taken apart.
const MAX_DEPTH: u32 = 10;

/// Errors that speak of no more than the text that somebody sent.
const HARMLESS: [&str; 6] = [
    "std::num::",
    "std::str::",
    "std::string::",
    "std::char::",
    "std::net::AddrParseError",
    "uuid::",
];

/// Finds responses of failures that show too much.
pub(crate) fn run(cx: &Context<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let param = |name: &str| {
        let value = lint.check.params.get(name);
        value.and_then(toml::Value::as_str).unwrap_or_default()
    };
    let is_about_secrets = param("shows") == "secret";
    let holders = match is_about_secrets {
        true => secret::holders(cx.program),
        false => Holders::none(),
    };
    let bodies = failing(cx, is_about_secrets, &holders);
    let found = { &bodies }.par_iter().flat_map_iter(|key| {
        let look = Look::new(cx, *key, &holders);
        match is_about_secrets {
            true => look.secrets(),
            false => look.causes(),
        }
    });
    let mut found: Vec<Shows> = found.collect();
    found.sort_by_key(|it| it.span);
    found.dedup_by_key(|it| it.span);
    let remedy = param("remedy");
    found
        .into_iter()
        .map(|it| it.diagnostic(cx, lint, remedy))
        .collect()
}

/// The bodies that may make a response of a failure; of secrets, those that may name one.
fn failing(cx: &Context<'_>, is_about_secrets: bool, holders: &Holders) -> Vec<BodyKey> {
    let program = cx.program;
    let meant = program.models.hazards_of(program.crates_used(), |it| {
        it.kind == HazardKind::Failure || is_about_secrets && it.kind == HazardKind::Refusal
    });
    let paths = meant.iter().map(|it| it.as_str());
    let mut bodies = program.using(paths, true, |it| meant.contains(&it));
    bodies.retain(|it| {
        let may_name = || {
            let text = program[*it].body.text();
            text.is_none_or(|it| secret::may_name_one(it) || names_address(it))
                || secret::names_holder(cx, holders, *it)
        };
        cx.is_live(*it) && (!is_about_secrets || may_name())
    });
    bodies
}

/// Something that a response shows.
struct Shows {
    span: Span,
    key: BodyKey,
    by: Name,
    what: What,
    /// Where it was put into what is sent, if that stands elsewhere.
    put_in: Option<Span>,
    is_for_auditors: bool,
}

/// Something of a response that is written as text.
#[derive(Debug, Clone, Copy)]
struct Part {
    id: ExprId,
    how: Shown,
    /// What of the response it is, or is in.
    sent: ExprId,
}

enum What {
    Secret(Found),
    /// An error, by its type where that is known.
    Cause(Option<Name>),
}

impl Shows {
    fn diagnostic(self, cx: &Context<'_>, lint: &Lint, remedy: &str) -> Diagnostic {
        let program = cx.program;
        let function = match program[self.key].owner {
            BodyOwner::Fn(id) => program.fn_name(id),
            BodyOwner::Const(_) => "a constant".into(),
        };
        let by = last_segment(self.by.as_str());
        let (title, label, key) = match &self.what {
            What::Secret(found) => (
                format!("`{function}` answers a failure with `{}`", found.name),
                match &found.within {
                    Some(ty) => format!("the derived `Debug` of `{ty}` shows `{}`", found.name),
                    None if self.put_in.is_some() => format!("this holds `{}`", found.name),
                    None => format!("this is `{}`", found.name),
                },
                found.name.to_string(),
            ),
            What::Cause(ty) => (
                match ty {
                    Some(ty) => format!("`{function}` answers `{by}` with the text of `{ty}`"),
                    None => format!("`{function}` answers `{by}` with the text of the error"),
                },
                "whoever asks reads this".to_owned(),
                ty.map_or_else(String::new, |it| it.to_string()),
            ),
        };
        let fingerprint = format!("{}|{function}|{by}|{key}", lint.id);
        let mut found = Diagnostic::new(
            &meta(lint),
            title,
            Label::new(self.span, label),
            fingerprint,
        );
        if let What::Secret(Found {
            declared: Some(at), ..
        }) = self.what
        {
            found = found.with_label(at, "the field that is shown");
        }
        if let Some(at) = self.put_in {
            found = found.with_label(at, "put in here");
        }
        if self.is_for_auditors {
            found = found.with_persona(Persona::Auditor);
        }
        found.with_help(remedy)
    }
}

/// One body.
struct Look<'c, 'a> {
    cx: &'c Context<'a>,
    key: BodyKey,
    body: &'c Body,
    secrets: Secrets<'c, 'a>,
    failures: Vec<Failure>,
}

impl<'c, 'a> Look<'c, 'a> {
    fn new(cx: &'c Context<'a>, key: BodyKey, holders: &Holders) -> Look<'c, 'a> {
        Look {
            cx,
            key,
            body: &cx.program[key].body,
            secrets: Secrets::new(cx, key, holders),
            failures: failures::in_body(cx.program, key, cx.values.typing(key)),
        }
    }

    /// The secrets that are shown.
    fn secrets(&self) -> Vec<Shows> {
        let mut all = Vec::new();
        for failure in &self.failures {
            // A variable and what it was made of are one.
            let mut told = Vec::new();
            let mut parts = self.parts(failure);
            parts.sort_by_key(|it| self.body.expr_range(it.id).start);
            for Part { id, how, sent } in parts {
                let found = self.secrets.in_expr(id, how).or_else(|| self.address(id));
                let is_new = |it: &Found| !told.contains(&it.name);
                if let Some(what) = found.filter(|it| is_new(it) && !self.is_sent(id)) {
                    told.push(what.name);
                    let shown = self.at(id, failure).span;
                    all.push(Shows {
                        is_for_auditors: what.is_weak,
                        what: What::Secret(what),
                        put_in: (sent != id).then_some(shown),
                        ..self.at(sent, failure)
                    });
                }
            }
        }
        all
    }

    /// The errors that are shown of which the service is to blame.
    fn causes(&self) -> Vec<Shows> {
        let mut all = Vec::new();
        for failure in self.failures.iter().filter(|it| it.is_internal) {
            let mut parts = self.parts(failure);
            parts.sort_by_key(|it| self.body.expr_range(it.id).start);
            // One response is one finding, however often it says it.
            let cause = |it: &Part| Some((it.id, self.cause(it.id)?));
            if let Some((id, ty)) = parts.iter().find_map(cause) {
                all.push(Shows {
                    what: What::Cause(ty),
                    ..self.at(id, failure)
                });
            }
        }
        all
    }

    fn at(&self, id: ExprId, failure: &Failure) -> Shows {
        let data = &self.cx.program[self.key];
        Shows {
            span: self.body.expr_range(id).in_file(data.file),
            key: self.key,
            by: failure.by,
            what: What::Cause(None),
            put_in: None,
            is_for_auditors: false,
        }
    }

    /// What of a response is written as text, each with how.
    fn parts(&self, failure: &Failure) -> Vec<Part> {
        let mut parts = Vec::new();
        for id in &failure.says {
            self.part((*id, None), Shown::Plainly, MAX_DEPTH, &mut parts);
        }
        parts
    }

    /// Takes apart what is sent; `sent` is the variable of the response that it has been put into.
    fn part(
        &self,
        (id, sent): (ExprId, Option<ExprId>),
        how: Shown,
        depth: u32,
        parts: &mut Vec<Part>,
    ) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let whole = Part {
            id,
            how,
            sent: sent.unwrap_or(id),
        };
        let mut all = |ids: &[ExprId]| {
            for id in ids {
                self.part((*id, sent), how, depth, parts);
            }
        };
        match self.body.expr(id) {
            Expr::Path(_) => {
                let typing = self.cx.values.typing(self.key);
                let local = typing.local(id);
                let init = local.and_then(|it| self.cx.values.local_init(self.body, it));
                parts.push(whole);
                if let Some(init) = init.filter(|_| self.cause(id).is_none()) {
                    self.part((init, sent.or(Some(id))), how, depth, parts);
                }
            }
            Expr::Field { .. } => parts.push(whole),
            Expr::MethodCall(call) => match call.name.as_str() {
                "expose_secret" => parts.push(whole),
                _ if gives_itself(call.name.as_str()) => all(&[call.receiver]),
                "into_response" | "boxed" | "to_owned" | "into_bytes" => all(&[call.receiver]),
                // `result.map_err(ErrorInternalServerError)`.
                _ if self.cause_of_result(id).is_some() => parts.push(whole),
                _ => {}
            },
            Expr::Call { args, .. } if self.keeps(id) => all(args),
            Expr::Struct(literal) => {
                let fields: Vec<ExprId> = literal.fields.iter().map(|it| it.1).collect();
                all(&fields);
            }
            Expr::Tuple(ids) | Expr::Array(ids) => all(ids),
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } | Expr::Try(inner) => {
                all(&[*inner])
            }
            Expr::Block(block) => all(block.tail.as_slice()),
            Expr::If {
                then, otherwise, ..
            } => {
                all(&[*then]);
                all(otherwise.as_slice());
            }
            Expr::Macro(call) => match call.path.last().map_or("", |it| it.as_str()) {
                "format" | "concat" => {
                    for (id, how) in shown(self.body, call, |_| None) {
                        if how != Shown::Otherwise {
                            self.part((id, sent), how, depth, parts);
                        }
                    }
                }
                "json" => {
                    let values = call.args.iter().flatten().map(|it| it.value);
                    all(&values.collect::<Vec<_>>());
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// Whether what is called holds what it is handed: a constructor, or a function of a framework or of
    /// what bodies are made with.
    fn keeps(&self, id: ExprId) -> bool {
        match self.cx.values.typing(self.key).callees(id).first() {
            Some(Callee::Constructor(_)) => true,
            Some(Callee::External(path)) => {
                let name = last_segment(path.as_str());
                let krate = crate_of(path.as_str());
                name.starts_with(char::is_uppercase)
                    || matches!(name, "new" | "from" | "full" | "json" | "html" | "some")
                        && (crate::flow::is_framework(krate)
                            || matches!(krate, "std" | "http_body_util" | "bytes" | "serde_json"))
            }
            Some(_) => false,
            // `Json(x)` of nobody knows what.
            None => match self.body.expr(id) {
                Expr::Call { callee, .. } => matches!(self.body.expr(*callee), Expr::Path(path)
                    if path.last().is_some_and(|it| it.as_str().starts_with(char::is_uppercase))),
                _ => false,
            },
        }
    }

    /// An address that holds a password: `database_url`.
    fn address(&self, id: ExprId) -> Option<Found> {
        let name = match self.body.expr(id) {
            Expr::Path(path) => path.as_ident()?,
            Expr::Field { name, .. } => *name,
            _ => return None,
        };
        let ty = self.cx.values.typing(self.key).ty(id);
        let is_text = is_text(self.cx.program, ty, Shown::Plainly);
        let is_named = name
            .as_str()
            .starts_with(|it: char| it.is_ascii_lowercase());
        (is_text && is_named && is_address(name.as_str())).then(|| Found::new(name, false))
    }

    /// Whether what is shown goes back to whoever has sent it.
    fn is_sent(&self, id: ExprId) -> bool {
        let BodyOwner::Fn(function) = self.cx.program[self.key].owner else {
            return false;
        };
        let program = self.cx.program;
        let Some(pat) = self.root(id) else {
            return false;
        };
        let at = self.body.params.iter().position(|it| {
            let range = self.body.pat_range(*it);
            range.contains(self.body.pat_range(pat))
        });
        let param = at.and_then(|it| program[function].sig.params.get(it));
        param.is_some_and(|it| {
            let ty = program.lower_ty(&program.fn_scope(function), &it.ty);
            let path = ty.peel_refs().external_path();
            let extractor = path.and_then(|it| program.models.extractor(it));
            extractor.is_some_and(|it| !matches!(it.carries, Carries::State))
        })
    }

    /// The variable that an expression is, or is a part of.
    fn root(&self, id: ExprId) -> Option<PatId> {
        match self.body.expr(id) {
            Expr::Path(_) => self.cx.values.typing(self.key).local(id),
            Expr::Field { base, .. } => self.root(*base),
            Expr::MethodCall(call) => self.root(call.receiver),
            Expr::Ref { inner, .. } | Expr::Unary { inner, .. } => self.root(*inner),
            _ => None,
        }
    }

    /// The type of an error whose text an expression gives, if it is one: of a library, one of the
    /// program that shows such, or nobody knows which.
    fn cause(&self, id: ExprId) -> Option<Option<Name>> {
        let typing = self.cx.values.typing(self.key);
        let ty = typing.ty(id);
        match self.body.expr(id) {
            Expr::MethodCall(_) => return self.cause_of_result(id),
            Expr::Path(_) | Expr::Field { .. } => {}
            _ => return None,
        }
        if let Some(cause) = self.cause_of_result(id) {
            return Some(cause);
        }
        if ty.is_unknown() {
            let is_bound = typing
                .local(id)
                .is_some_and(|it| self.is_bound_to_error(it));
            return is_bound.then_some(None);
        }
        shown_error(self.cx.program, ty).map(Some)
    }

    /// That of a result: `query(..).await.map_err(ErrorInternalServerError)`.
    fn cause_of_result(&self, id: ExprId) -> Option<Option<Name>> {
        let ty = self.cx.values.typing(self.key).ty(id).peel_refs();
        match ty.is_external("std::result::Result") {
            true => shown_error(self.cx.program, &ty.arg(1)).map(Some),
            false => None,
        }
    }

    /// Whether a pattern binds what is wrong: in `Err(_)`, or as the parameter of `map_err`'s closure.
    fn is_bound_to_error(&self, pat: PatId) -> bool {
        let body = self.body;
        let holds = |it: PatId| body.pat_range(it).contains(body.pat_range(pat));
        let closures = body.exprs().filter_map(|(_, expr)| match expr {
            Expr::MethodCall(call) if takes_error(call.name) => call.args.first(),
            _ => None,
        });
        let mut closures = closures.filter_map(|it| match body.expr(*it) {
            Expr::Closure(closure) => closure.params.first(),
            _ => None,
        });
        closures.any(|it| holds(it.0))
            || body.pats().any(|it| match it {
                Pat::TupleStruct(path, all) => {
                    path.last().is_some_and(|it| it == "Err") && all.contains(&pat)
                }
                _ => false,
            })
    }
}

fn takes_error(method: Name) -> bool {
    matches!(method.as_str(), "map_err" | "unwrap_or_else" | "or_else")
}

/// The name of an error whose text says what went wrong inside: of a library, of any kind, or of one of the
/// program that shows such.
fn shown_error(program: &Program, ty: &Ty) -> Option<Name> {
    match ty.peel_refs() {
        Ty::External(path, args) => {
            let text = path.as_str();
            if matches!(text, "std::boxed::Box" | "std::sync::Arc") {
                return shown_error(program, args.first()?);
            }
            let last = last_segment(text);
            let is_error = last.ends_with("Error") || last == "Report";
            let is_harmless = HARMLESS.iter().any(|it| text.starts_with(it))
                || crate::flow::is_framework(crate_of(text));
            (is_error && !is_harmless).then(|| Name::new(&format!("{}::{last}", crate_of(text))))
        }
        Ty::Dyn(bounds) | Ty::Opaque(bounds) | Ty::Param(_, bounds) => {
            let is_error =
                |of: Def| matches!(of, Def::External(path) if path == "std::error::Error");
            let is_error = bounds.iter().any(|it| is_error(it.of));
            is_error.then(|| Name::new("std::error::Error"))
        }
        Ty::Adt(id, _) => {
            let def = &program[*id];
            shows_foreign(program, def).then_some(def.name)
        }
        _ => None,
    }
}

/// Whether the text of an error of the program has that of a library's error in it, by what `thiserror` reads.
fn shows_foreign(program: &Program, def: &AdtDef) -> bool {
    let is_shown = |attrs: &[Attr], fields: &[Field]| {
        let mut errors = attrs.iter().filter(|it| it.meta.is("error"));
        let Some(error) = errors.next() else {
            return false;
        };
        let list = error.meta.list();
        let text = list.iter().find_map(|it| it.string());
        let is_transparent = list.iter().any(|it| it.is("transparent"));
        fields.iter().any(|it| {
            let name = it.name.as_str();
            let is_named = |text: &str| {
                text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:"))
            };
            (is_transparent || text.is_some_and(is_named)) && is_foreign(program, def, it)
        })
    };
    let mut variants = def.variants().iter();
    is_shown(&def.attrs, def.fields()) || variants.any(|it| is_shown(&it.attrs, it.fields.list()))
}

/// Whether a field holds an error of a library.
fn is_foreign(program: &Program, def: &AdtDef, field: &Field) -> bool {
    let Some(path) = field.ty.peel_refs().as_path() else {
        return false;
    };
    let found = program.resolve_whole(def.module, path);
    found.iter().any(|it| match it {
        Def::External(path) => {
            let path = program.models.canonical(path.as_str());
            shown_error(program, &Ty::External(path, [].into())).is_some()
        }
        _ => false,
    })
}

/// Whether a name is that of an address with a user and a password in it.
fn is_address(name: &str) -> bool {
    const STORES: [&str; 9] = [
        "database", "db", "postgres", "pg", "mysql", "mongo", "mongodb", "redis", "amqp",
    ];
    let Some((before, last)) = name.rsplit_once('_') else {
        return name == "dsn";
    };
    let owner = before.rsplit('_').next().unwrap_or(before);
    match last {
        "url" | "uri" => STORES.contains(&owner),
        "dsn" => true,
        "string" => matches!(owner, "connection" | "conn"),
        _ => false,
    }
}

/// Whether a text may have such a name in it.
fn names_address(text: &str) -> bool {
    ["_url", "_uri", "dsn", "_string"]
        .iter()
        .any(|it| text.contains(it))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_are_told_from_other_names() {
        for name in [
            "database_url",
            "db_uri",
            "app_database_url",
            "sentry_dsn",
            "connection_string",
        ] {
            assert!(is_address(name), "{name}");
        }
        for name in [
            "base_url",
            "callback_url",
            "database",
            "query_string",
            "database_name",
        ] {
            assert!(!is_address(name), "{name}");
        }
    }
}
