//! The check `disclosed-fields`: answers hold fields that are nobody's to read, such as the hash of a password.
//!
//! Parameters: `stored`, the traits that types of stored rows derive; `secrets`, words that belong together in the
//! names of fields that never leave the service (`password_hash`); `of-rows`, those that do not leave it in a stored row.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::types::{derives, held, is_text, serde_says};
use super::{Endpoints, Site, count, given, list};
use crate::checks::{Context, params};
use crate::diagnostics::{Diagnostic, Label};
use crate::facts::item::Field;
use crate::facts::{Body, Expr, ExprId, Mention};
use crate::lints::Lint;
use crate::program::{AdtId, BodyKey, FnId, Ty};
use crate::source::Span;
use crate::values::Callee;

/// How many types deep a secret is looked for in what is sent.
const MAX_DEPTH: u32 = 4;

/// What a lint's file says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Params {
    stored: Vec<String>,
    secrets: Vec<String>,
    of_rows: Vec<String>,
}

/// Finds answers that hold what nobody should read.
pub(crate) fn run(cx: &Context<'_>, endpoints: &Endpoints<'_>, lint: &Lint) -> Vec<Diagnostic> {
    let Some(params) = params::read::<Params>(lint) else {
        return Vec::new();
    };
    let mut secrets = Secrets::new(cx, &params);
    if secrets.own.is_empty() {
        return Vec::new();
    }
    let meta = cx.meta(lint);
    // By the type and field: where it is answered, and by which endpoints.
    let mut found: Vec<(AdtId, usize, Span, Vec<&Site<'_>>)> = Vec::new();
    for site in &endpoints.all {
        let Some(id) = given::function(site) else {
            continue;
        };
        let Some((ty, field, at)) = secrets.answered(id) else {
            continue;
        };
        match found.iter_mut().find(|it| it.0 == ty && it.1 == field) {
            Some(known) => known.3.push(site),
            None => found.push((ty, field, at, vec![site])),
        }
    }
    let finding = |(ty, field, at, sites): (AdtId, usize, Span, Vec<&Site<'_>>)| {
        let def = &cx.program[ty];
        let field = &def.fields()[field];
        let what = match count(&sites) {
            1 => format!("`{}` answers", sites[0].name()),
            many => format!("{many} endpoints answer"),
        };
        let title = format!("{what} with `{}` of `{}`", field.name, def.name);
        let place = field.range.in_file(def.file);
        let primary = Label::new(place, "is part of what is sent");
        let key = format!("{} {} {}", meta.id, def.name, field.name);
        let mut finding = Diagnostic::new(&meta, title, primary, key)
            .with_label(at, "sent here")
            .with_anchor(def.name_range.in_file(def.file))
            .with_note(format!("answered by {}", list(&sites)))
            .with_note(format!(
                "`{}` derives `Serialize`, and nothing keeps the field back",
                def.name
            ))
            .with_help("put `#[serde(skip_serializing)]` on the field, or answer with a type that has only what the client needs");
        for site in &sites {
            finding = finding
                .with_anchor(site.endpoint.registered)
                .with_anchor(site.endpoint.handler.span);
        }
        finding
    };
    found.into_iter().map(finding).collect()
}

/// The types that hold secrets, and those that hold such types.
struct Secrets<'c, 'a> {
    cx: &'c Context<'a>,
    /// Types with a field that nobody should read: which.
    own: FxHashMap<AdtId, usize>,
    known: FxHashMap<AdtId, Option<AdtId>>,
    answers: FxHashMap<FnId, Option<(AdtId, Span)>>,
}

impl<'c, 'a> Secrets<'c, 'a> {
    fn new(cx: &'c Context<'a>, params: &Params) -> Self {
        let mut own = FxHashMap::default();
        let adts = cx.program.adts.iter().enumerate();
        for (at, def) in adts.filter(|(_, it)| !it.is_test) {
            let id = AdtId(at as u32);
            let is_named = |field: &Field, all: &[String]| all.iter().any(|it| field.name == **it);
            let is_either =
                |it: &Field| is_named(it, &params.secrets) || is_named(it, &params.of_rows);
            if !def.fields().iter().any(is_either) || !is_sent(cx, id) {
                continue;
            }
            let is_row = derives(cx.program, id, &params.stored).is_some();
            let is_secret = |field: &Field| {
                (is_named(field, &params.secrets) || is_row && is_named(field, &params.of_rows))
                    && !is_kept_back(field)
                    && is_text(&cx.program.field_ty(id, field))
            };
            if let Some(field) = def.fields().iter().position(is_secret) {
                own.insert(id, field);
            }
        }
        Secrets {
            cx,
            own,
            known: FxHashMap::default(),
            answers: FxHashMap::default(),
        }
    }

    /// The secret with which a handler answers, and where.
    fn answered(&mut self, id: FnId) -> Option<(AdtId, usize, Span)> {
        let known = match self.answers.get(&id) {
            Some(known) => *known,
            None => {
                let found = self.in_signature(id).or_else(|| self.in_body(id));
                self.answers.insert(id, found);
                found
            }
        };
        let (ty, at) = known?;
        Some((ty, *self.own.get(&ty)?, at))
    }

    fn in_signature(&mut self, id: FnId) -> Option<(AdtId, Span)> {
        let ret = self.cx.program.fn_return(id);
        let secret = self.within(&ret, 0)?;
        Some((secret, self.cx.program[id].name_span()))
    }

    /// `Json(users)` and `HttpResponse::Ok().json(&users)` where the signature does not say what is sent.
    fn in_body(&mut self, id: FnId) -> Option<(AdtId, Span)> {
        let cx = self.cx;
        let key: BodyKey = cx.program[id].body?;
        let data = &cx.program[key];
        let mentions = data.body.mentions();
        let sends = [
            (Mention::Bare, "Json"),
            (Mention::InModule, "Json"),
            (Mention::Member, "json"),
        ];
        if !sends.iter().any(|(how, it)| mentions.has(*how, it)) {
            return None;
        }
        let typing = cx.values.typing(key);
        let sent = |id: ExprId, expr: &Expr| -> Option<ExprId> {
            let is_of = |path: &str| {
                let krate = path.split("::").next().unwrap_or_default();
                FRAMEWORKS.contains(&krate)
            };
            let is_library = typing.callees(id).iter().any(|it| match it {
                Callee::External(path) => is_of(path.as_str()),
                _ => false,
            });
            match expr {
                Expr::Call { callee, args } => {
                    let is_json = matches!(data.body.expr(*callee), Expr::Path(path) if path.last().is_some_and(|it| it == *"Json"));
                    (is_json && is_library).then(|| args.first().copied())?
                }
                // Of `HttpResponse::Ok().json(user)`, what begins the chain says whose it is.
                Expr::MethodCall(call) if call.name == *"json" => {
                    let begins = root(&data.body, call.receiver);
                    let is_answer = typing.callees(begins).iter().any(|it| match it {
                        Callee::External(path) => is_of(path.as_str()),
                        _ => false,
                    });
                    (is_library || is_answer).then(|| call.args.first().copied())?
                }
                _ => None,
            }
        };
        data.body.exprs().find_map(|(id, expr)| {
            let value = sent(id, expr)?;
            let secret = self.within(typing.ty(value), 0)?;
            Some((secret, data.body.expr_range(value).in_file(data.file)))
        })
    }

    /// The type with a secret that is sent when a value of a type is.
    fn within(&mut self, ty: &Ty, depth: u32) -> Option<AdtId> {
        let mut all = Vec::new();
        held(ty, &mut all);
        all.into_iter().find_map(|it| self.of(it, depth))
    }

    fn of(&mut self, id: AdtId, depth: u32) -> Option<AdtId> {
        if self.own.contains_key(&id) {
            return Some(id);
        }
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        self.known.insert(id, None);
        if depth >= MAX_DEPTH || !is_sent(self.cx, id) {
            return None;
        }
        let def = &self.cx.program[id];
        let of_variants = def.variants().iter().flat_map(|it| it.fields.list());
        let fields: Vec<Ty> = def
            .fields()
            .iter()
            .chain(of_variants)
            .filter(|it| !is_kept_back(it))
            .map(|it| self.cx.program.field_ty(id, it))
            .collect();
        let found = fields.iter().find_map(|it| self.within(it, depth + 1));
        self.known.insert(id, found);
        found
    }
}

/// What a chain of method calls begins with.
fn root(body: &Body, id: ExprId) -> ExprId {
    match body.expr(id) {
        Expr::MethodCall(call) => root(body, call.receiver),
        _ => id,
    }
}

/// Crates whose `Json` and `json` answer.
const FRAMEWORKS: [&str; 9] = [
    "axum",
    "axum_extra",
    "actix_web",
    "ntex",
    "poem",
    "poem_openapi",
    "rocket",
    "salvo",
    "warp",
];

/// Whether values of a type are sent with all their fields: it derives how.
fn is_sent(cx: &Context<'_>, id: AdtId) -> bool {
    let def = &cx.program[id];
    let writes = ["serde::Serialize".to_owned()];
    !serde_says(&def.attrs, &["into", "remote"]) && derives(cx.program, id, &writes).is_some()
}

/// Whether a field is not sent, or not as it is.
fn is_kept_back(field: &Field) -> bool {
    const KEPT: [&str; 5] = [
        "skip",
        "skip_serializing",
        "serialize_with",
        "with",
        "getter",
    ];
    serde_says(&field.attrs, &KEPT)
}
