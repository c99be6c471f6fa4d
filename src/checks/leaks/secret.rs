//! What of an expression is a secret: by its name and type, by what it was taken out of, by what it
//! was made of.

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use super::super::Context;
use super::super::secrets::names::{self, NameVerdict, Strength};
use super::super::secrets::{SecretKind, may_be_secret, stems};
use crate::facts::body::MethodCall;
use crate::facts::item::Field;
use crate::facts::{Expr, ExprId, GenericArg, TypeRef};
use crate::flow::whole::{derives_debug, gives_itself, is_remade, is_text, is_written_text};
use crate::models::TypeRole;
use crate::program::{AdtDef, AdtId, BodyKey, BodyOwner, Program, Ty};
use crate::source::{Name, Span};
use crate::values::shown::Shown;
use crate::values::text::expr_name;

/// How far an expression is followed.
const MAX_DEPTH: u32 = 8;
/// How deep types are looked into: settings have parts, which have passwords.
const MAX_NESTED: u32 = 3;

/// Headers that let in whoever shows them.
const HEADERS: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
];

/// Whether a header of a name, in small letters, lets in whoever shows it.
pub(super) fn lets_in(header: &str) -> bool {
    HEADERS.contains(&header)
}

/// Whether a value of a name is a secret for certain, as far as a name can say that.
pub(super) fn is_certain(name: Name) -> bool {
    is_certain_text(name.as_str())
}

fn is_certain_text(name: &str) -> bool {
    judged(name).is_some_and(|it| it.strength == Strength::Strong)
}

/// Whether a text names something that is a secret for certain.
pub(super) fn names_certain_one(text: &str) -> bool {
    if text.contains("expose_secret") || text.contains("ookie") {
        return true;
    }
    let is_of_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
    let mut done = 0;
    stems(text).any(|at| {
        if at < done {
            return false;
        }
        let start = text[..at].trim_end_matches(is_of_name).len();
        let rest = &text[at..];
        done = at + (rest.len() - rest.trim_start_matches(is_of_name).len());
        let name = &text[start..done];
        // Headers and variables of the environment are named by texts and constants.
        let is_quoted = name.contains('-') || name.starts_with(|it: char| it.is_ascii_uppercase());
        let small = || name.to_ascii_lowercase();
        is_certain_text(name)
            || is_quoted && (is_certain_text(&small()) || lets_in(&small().replace('_', "-")))
            || lets_in(name)
    })
}

/// A secret that was found in an expression.
pub(super) struct Found {
    /// What it is called.
    pub(super) name: Name,
    /// The type whose field it is, where the whole is shown.
    pub(super) within: Option<Name>,
    /// Where that field is declared.
    pub(super) declared: Option<Span>,
    /// Whether its name says little.
    pub(super) is_weak: bool,
}

impl Found {
    pub(super) fn new(name: Name, is_weak: bool) -> Found {
        Found {
            name,
            within: None,
            declared: None,
            is_weak,
        }
    }
}

/// Whether a text may name a secret.
pub(super) fn may_name_one(text: &str) -> bool {
    may_be_secret(text) || text.contains("expose_secret") || text.contains("ookie")
}

/// The secrets of one body.
pub(super) struct Secrets<'c, 'a> {
    cx: &'c Context<'a>,
    key: BodyKey,
    /// Whether it names a type that shows a secret.
    is_near: bool,
}

impl<'c, 'a> Secrets<'c, 'a> {
    /// Those of a body, where these types show one.
    pub(super) fn new(cx: &'c Context<'a>, key: BodyKey, holders: &Holders) -> Secrets<'c, 'a> {
        Secrets {
            cx,
            key,
            is_near: names_holder(cx, holders, key),
        }
    }

    /// The secret that an expression is, or holds and shows.
    pub(super) fn in_expr(&self, id: ExprId, how: Shown) -> Option<Found> {
        self.find(id, how, 0)
    }

    fn find(&self, id: ExprId, how: Shown, depth: u32) -> Option<Found> {
        if depth > MAX_DEPTH {
            return None;
        }
        let body = &self.cx.program[self.key].body;
        let next = |id: ExprId| self.find(id, how, depth + 1);
        match body.expr(id) {
            Expr::Path(path) => {
                let name = path.as_ident()?;
                let init = || {
                    let local = self.cx.values.typing(self.key).local(id);
                    local.and_then(|it| self.cx.values.local_init(body, it))
                };
                if let Some(found) = self.by_name(id, name, how) {
                    let is_remade = init().is_some_and(|it| is_remade(body, it));
                    return (!is_remade).then_some(found);
                }
                init().and_then(next).or_else(|| self.whole(id, how))
            }
            Expr::Field { name, .. } => {
                self.by_name(id, *name, how).or_else(|| self.whole(id, how))
            }
            Expr::MethodCall(call) => self.method(id, call, how, depth),
            Expr::Call { callee, args } => {
                let Expr::Path(path) = body.expr(*callee) else {
                    return None;
                };
                let name = path.last()?;
                let gives_it = matches!(
                    name.as_str(),
                    "Some" | "Ok" | "from" | "from_utf8_lossy" | "from_utf8" | "new"
                );
                match &**args {
                    [arg] if gives_it => next(*arg),
                    _ => None,
                }
            }
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner) => next(*inner),
            Expr::Macro(call) if call.path.last().is_some_and(|it| it == "format") => {
                let args = call.args.as_deref().unwrap_or(&[]);
                args.iter().find_map(|it| next(it.value))
            }
            _ => None,
        }
    }

    fn method(&self, id: ExprId, call: &MethodCall, how: Shown, depth: u32) -> Option<Found> {
        let body = &self.cx.program[self.key].body;
        let name = call.name.as_str();
        match name {
            "expose_secret" | "expose_secret_mut" => {
                let name = expr_name(body, call.receiver);
                return Some(Found::new(Name::new(&name), false));
            }
            "get" | "header" | "get_one" if call.args.len() == 1 => {
                let header = self.header(call.args[0])?;
                let is_of_headers = self.is_headers(call.receiver) || name != "get";
                return is_of_headers.then(|| Found::new(header, false));
            }
            _ => {}
        }
        if gives_itself(name) {
            return self.find(call.receiver, how, depth + 1);
        }
        match call.args.is_empty() {
            true => self.by_name(id, call.name, how),
            false => None,
        }
    }

    /// The name of a header that lets somebody in.
    fn header(&self, id: ExprId) -> Option<Name> {
        let body = &self.cx.program[self.key].body;
        let name = match body.expr(id) {
            Expr::Path(path) => path.last()?.to_string().replace('_', "-"),
            _ => self.cx.values.text(self.key, id)?.as_known()?,
        };
        let name = name.to_ascii_lowercase();
        lets_in(&name).then(|| Name::new(&name))
    }

    fn is_headers(&self, id: ExprId) -> bool {
        let ty = self.cx.values.typing(self.key).ty(id);
        self.cx.program.has_role(ty, TypeRole::Headers)
    }

    /// What a variable, field or getter of a name is.
    fn by_name(&self, id: ExprId, name: Name, how: Shown) -> Option<Found> {
        let verdict = judged(name.as_str())?;
        let ty = self.cx.values.typing(self.key).ty(id);
        let is_weak = verdict.strength == Strength::Weak;
        let is_shown = match ty.is_unknown() {
            true => !is_weak,
            false => is_text(self.cx.program, ty, how),
        };
        is_shown.then(|| Found::new(name, is_weak))
    }

    /// A value that is debugged as a whole.
    fn whole(&self, id: ExprId, how: Shown) -> Option<Found> {
        match self.is_near && how == Shown::Debugged {
            true => field_of(self.cx, self.cx.values.typing(self.key).ty(id)),
            false => None,
        }
    }
}

/// What a parameter of a name and type shows.
pub(super) fn by_type(cx: &Context<'_>, name: Name, ty: &Ty) -> Option<Found> {
    by_name_and_type(cx.program, name, ty).or_else(|| field_of(cx, ty))
}

/// What a value of a name and type is by itself, whatever is in it.
pub(super) fn by_name_and_type(program: &Program, name: Name, ty: &Ty) -> Option<Found> {
    let verdict = judged(name.as_str()).filter(|_| is_text(program, ty, Shown::Debugged))?;
    Some(Found::new(name, verdict.strength == Strength::Weak))
}

/// The secret field that the derived `Debug` of a type shows.
pub(super) fn field_of(cx: &Context<'_>, ty: &Ty) -> Option<Found> {
    nested_field(cx.program, ty, MAX_NESTED)
}

/// The same, of a type or of those that its fields are of, so deep.
fn nested_field(program: &Program, ty: &Ty, depth: u32) -> Option<Found> {
    let depth = depth.checked_sub(1)?;
    let Ty::Adt(id, _) = inner(ty) else {
        return None;
    };
    let def = &program[*id];
    if let Some((name, range)) = secret_field(def) {
        return Some(Found {
            name,
            within: Some(def.name),
            declared: Some(range.in_file(def.file)),
            is_weak: false,
        });
    }
    let mut fields = def.fields().iter().filter(|_| derives_debug(def));
    fields.find_map(|it| nested_field(program, &program.field_ty(*id, it), depth))
}

/// Whether the `Debug` of a type is that of one of these types, or is derived and shows it.
pub(super) fn shows_one(program: &Program, ty: &Ty, meant: &FxHashSet<AdtId>, depth: u32) -> bool {
    let Ty::Adt(id, _) = inner(ty) else {
        return false;
    };
    let def = &program[*id];
    let mut fields = def.fields().iter().filter(|_| derives_debug(def));
    meant.contains(id)
        || depth < MAX_NESTED
            && fields.any(|it| shows_one(program, &program.field_ty(*id, it), meant, depth + 1))
}

/// A type without references and what may hold one of it.
fn inner(ty: &Ty) -> &Ty {
    let ty = ty.peel_refs();
    match ty {
        Ty::External(path, args)
            if matches!(
                path.as_str(),
                "std::option::Option"
                    | "std::boxed::Box"
                    | "std::sync::Arc"
                    | "std::vec::Vec"
                    | "axum::Json"
                    | "axum::Form"
                    | "axum::extract::Query"
                    | "actix_web::web::Json"
                    | "actix_web::web::Form"
                    | "actix_web::web::Query"
            ) && !args.is_empty() =>
        {
            inner(&args[0])
        }
        _ => ty,
    }
}

/// A field that is a secret's text, of a struct whose `Debug` is derived.
pub(super) fn secret_field(def: &AdtDef) -> Option<(Name, crate::source::TextRange)> {
    if !derives_debug(def) {
        return None;
    }
    secret_texts(def).next().map(|it| (it.name, it.range))
}

/// The fields of a struct that are texts, and secrets by their names.
pub(super) fn secret_texts(def: &AdtDef) -> impl Iterator<Item = &Field> {
    def.fields().iter().filter(|it| {
        let verdict = judged(it.name.as_str());
        let is_meant =
            |it: NameVerdict| it.strength == Strength::Strong || it.kind == SecretKind::Password;
        verdict.is_some_and(is_meant) && is_written_text(&it.ty)
    })
}

/// The names of types whose derived `Debug` shows a secret.
pub(super) struct Holders(Option<AhoCorasick>);

impl Holders {
    /// None.
    pub(super) fn none() -> Holders {
        Holders(None)
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|it| it.is_match(text))
    }
}

/// Those of a program.
pub(super) fn holders(program: &Program) -> Holders {
    let secret = program.adts.iter().filter(|it| secret_field(it).is_some());
    let mut names: Vec<Name> = secret.map(|it| it.name).collect();
    // Types that have fields of these, and so on.
    let mut from = 0;
    for _ in 1..MAX_NESTED {
        let inner: FxHashSet<Name> = names[from..].iter().copied().collect();
        from = names.len();
        let outer = program.adts.iter().filter(|it| {
            let mut fields = it.fields().iter();
            fields.any(|it| mentions(&it.ty, &inner)) && derives_debug(it)
        });
        names.extend(outer.map(|it| it.name));
    }
    names.sort_unstable_by_key(|it| it.as_str());
    names.dedup();
    let names = names.iter().map(|it| it.as_str());
    Holders(AhoCorasick::new(names).ok())
}

/// Whether a type is written with one of these names.
fn mentions(ty: &TypeRef, names: &FxHashSet<Name>) -> bool {
    let Some(path) = ty.peel_refs().as_path() else {
        return false;
    };
    path.segments.iter().any(|segment| {
        let mut args = segment.args.iter().flatten();
        names.contains(&segment.name)
            || args.any(|it| matches!(it, GenericArg::Type(ty) if mentions(ty, names)))
    })
}

/// Whether a function names such a type in its signature or its body.
pub(super) fn names_holder(cx: &Context<'_>, holders: &Holders, key: BodyKey) -> bool {
    let data = &cx.program[key];
    let BodyOwner::Fn(id) = data.owner else {
        return false;
    };
    let has = |text: &str| holders.is_in(text);
    let def = &cx.program[id];
    let mut params = def.sig.params.iter();
    params.any(|it| has(cx.sources.slice(it.ty_range.in_file(def.file))))
        || data.body.text().is_none_or(has)
}

/// What a name says, but for salts, which are no secrets.
fn judged(text: &str) -> Option<NameVerdict> {
    // A constant names a header, a cookie or a key under which something is kept.
    if text.starts_with(|it: char| it.is_ascii_uppercase()) {
        return None;
    }
    let mut verdict = names::judge(text).filter(|it| it.kind != SecretKind::Salt)?;
    let mut words = text.split('_');
    // Whose token it is, tells that it lets somebody in.
    if words.any(|it| matches!(it, "refresh" | "session" | "login")) && text.ends_with("token") {
        verdict.strength = Strength::Strong;
    }
    Some(verdict)
}
