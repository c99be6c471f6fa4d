//! Keys and secrets by which nothing is proven: sent along, empty, or not set.

use super::Judge;
use super::interpret::Run;
use super::proof::{Abs, From};
use super::words;
use crate::facts::body::Literal;
use crate::facts::{Attr, Expr, ExprId, Meta, MetaValue, TypeRef};
use crate::models::TypeRole;
use crate::program::{AdtId, BodyKey, Def, ModuleId, Program, Ty};
use crate::source::Name;

impl Run<'_, '_> {
    /// Whether a call makes a key of what a client has sent, or of nothing.
    pub(super) fn makes_a_key_that_anybody_has(
        &self,
        path: &str,
        name: &str,
        args: &[Abs],
        exprs: &[ExprId],
    ) -> bool {
        // The name of a key is no key; what was found by it may be one.
        let found = From::FETCHED.with(From::KEYED);
        let takes_bytes = matches!(name, "from_secret" | "new_from_slice" | "new_varkey");
        let is_sent = |it: &Abs| {
            it.from.is_said()
                || takes_bytes
                    && (it.from.has(From::PUBLIC) && !it.from.has(found) || it.from.is_missing())
        };
        // The half of a key that is given to everybody.
        let is_public = |it: &ExprId| {
            let code = self.judge.sources.slice(self.span(*it));
            takes_bytes && names_a_public_key(code)
        };
        let body = &self.judge.program[self.key].body;
        let is_empty = |it: &ExprId| match body.expr(*it) {
            Expr::Literal(Literal::Str(text)) => text.is_empty(),
            Expr::Literal(Literal::Bytes(bytes)) => bytes.is_empty(),
            _ => false,
        };
        (args.iter().any(is_sent) || exprs.iter().any(|it| is_empty(it) || is_public(it)))
            && makes_key(self.judge.program, path, name)
    }

    /// Whether a method is called on a text.
    pub(super) fn is_of_text(&self, id: ExprId) -> bool {
        let program = self.judge.program;
        let Expr::MethodCall(call) = program[self.key].body.expr(id) else {
            return false;
        };
        match program.pointed_to(&self.ty(call.receiver)) {
            Ty::Primitive(name) => name == "str",
            ty => ty.is_external("std::string::String"),
        }
    }

    /// A field of a value of this type, with what is known of all values of the type.
    pub(super) fn perhaps_unset(&self, base: ExprId, id: ExprId, field: Name, value: Abs) -> Abs {
        let may_be_secret = value.variants.is_none() && !value.from.has(From::SENT);
        if !may_be_secret || value.setting.is_none() && !words::credential_word(field.as_str()) {
            return value;
        }
        let Ty::Adt(adt, _) = self.judge.program.pointed_to(&self.ty(base)) else {
            return value;
        };
        let mut from = value.from;
        // `#[serde(default)] auth: AuthConfig` is empty, and so are the lists in it.
        let fields = self.judge.program[adt].fields().iter();
        let mut own = fields.filter(|it| it.name == field);
        if from.has(From::UNSET) && own.any(|it| holds_none_or_several(&it.ty)) {
            from = from.without(From::UNSET);
        }
        if from.has(From::OWN) && self.judge.is_filled_with_a_secret(adt, field) {
            from = from.with(From::SECRET);
        }
        if self.judge.may_be_unset(adt, field) {
            from = from.with(From::UNSET);
        }
        let setting = match from.has(From::UNSET) {
            true => value.setting.or_else(|| Some(self.text(id).into())),
            false => value.setting,
        };
        self.unless_known_set(Abs {
            from,
            setting,
            ..value
        })
    }

    /// Whether a method puts a text in the place of a missing one that stands in the code.
    pub(super) fn stands_for_what_all_know(&self, name: &str, args: &[ExprId]) -> bool {
        self.judge.has_a_known_default(self.key, name, args)
    }

    /// Whether a method puts no text in the place of a missing one.
    pub(super) fn stands_for_nothing(&self, name: &str, args: &[ExprId]) -> bool {
        self.judge.stands_for_nothing(self.key, name, args)
    }
}

impl Judge<'_> {
    /// Whether a method of a body puts no text in the place of a missing one: `unwrap_or_default()`,
    /// `unwrap_or("")`, `unwrap_or_else(|_| String::new())`.
    fn stands_for_nothing(&self, key: BodyKey, name: &str, args: &[ExprId]) -> bool {
        match (name, args) {
            ("unwrap_or_default", []) => true,
            ("unwrap_or" | "unwrap_or_else", [other]) => {
                let data = &self.program[key];
                let span = data.body.expr_range(*other).in_file(data.file);
                is_no_text(self.sources.slice(span), data.body.expr(*other))
            }
            _ => false,
        }
    }

    /// Whether a field is empty where nobody has set it: by its attributes, or where the code
    /// puts such a struct together.
    fn may_be_unset(&self, adt: AdtId, field: Name) -> bool {
        self.known.unset.of((adt, field), || {
            self.defaults_to_nothing(adt, field) || self.is_built_without(adt, field)
        })
    }

    /// Whether attributes make a text of the field that is empty: serde's `default`, of the field or
    /// of all, and clap's `default_value = ""`.
    fn defaults_to_nothing(&self, adt: AdtId, field: Name) -> bool {
        let def = &self.program[adt];
        let Some(field) = def.fields().iter().find(|it| it.name == field) else {
            return false;
        };
        if holds_none_or_several(&field.ty) {
            return false;
        }
        let by_function = |it: &Attr| self.is_made_by_a_known_default(def.module, it);
        field.attrs.iter().any(is_known_by_default)
            || field.attrs.iter().any(by_function)
            || def.attrs.iter().any(serde_default) && derives_default(&def.attrs)
    }

    /// `#[serde(default = "known")]`, of a function that gives a text which stands in the code.
    fn is_made_by_a_known_default(&self, module: ModuleId, attr: &Attr) -> bool {
        let mut entries = attr.meta.list().iter().filter(|it| it.is("default"));
        let path = entries
            .find_map(Meta::string)
            .filter(|_| attr.meta.is("serde"));
        let Some(path) = path else {
            return false;
        };
        let names: Vec<Name> = path.split("::").map(|it| Name::new(it.trim())).collect();
        let found = self.program.resolve_names(module, &names, false);
        found.iter().any(|it| match it.def {
            Def::Fn(id) => self.program[id].body.is_some_and(|key| {
                let data = &self.program[key];
                let tail = match data.body.expr(data.body.root) {
                    Expr::Block(block) => block.tail.unwrap_or(data.body.root),
                    _ => data.body.root,
                };
                let span = data.body.expr_range(tail).in_file(data.file);
                let code = self.sources.slice(span);
                code.starts_with('"')
                    || code.starts_with("String::from(\"")
                    || EMPTY.iter().any(|it| code.starts_with(it))
            }),
            _ => false,
        })
    }

    /// `Config { token: env::var("TOKEN").unwrap_or_default() }`, `Config::default()`.
    fn is_built_without(&self, adt: AdtId, field: Name) -> bool {
        let def = &self.program[adt];
        let Some(declared) = def.fields().iter().find(|it| it.name == field) else {
            return false;
        };
        let origins = self.origins(adt);
        let mut own = origins.fields.iter().filter(|it| it.0 == field);
        if !is_text(&declared.ty) {
            return own.any(|(_, key, value)| self.is_split_out_of_nothing(*key, *value));
        }
        origins.by_default && derives_default(&def.attrs)
            || own.any(|(_, key, value)| self.may_stand_for_nothing(*key, *value, 0))
    }

    /// Whether an expression, or the variable that it names, is no text, or one that stands in the
    /// code, where there is none.
    pub(super) fn may_stand_for_nothing(&self, key: BodyKey, id: ExprId, depth: u32) -> bool {
        let body = &self.program[key].body;
        match body.expr(id) {
            Expr::MethodCall(call) => {
                self.stands_for_nothing(key, call.name.as_str(), &call.args)
                    || self.has_a_known_default(key, call.name.as_str(), &call.args)
                    || depth < 4
                        && call.args.is_empty()
                        && self.may_stand_for_nothing(key, call.receiver, depth + 1)
            }
            Expr::Path(_) if depth < 4 => {
                let local = self.values.typing(key).local(id);
                let init = local.and_then(|it| self.values.local_init(body, it));
                init.is_some_and(|it| self.may_stand_for_nothing(key, it, depth + 1))
            }
            _ => false,
        }
    }
}

impl Judge<'_> {
    /// `env::var("TOKEN").unwrap_or_else(|_| "changeme".into())`.
    fn has_a_known_default(&self, key: BodyKey, name: &str, args: &[ExprId]) -> bool {
        let ([other], "unwrap_or" | "unwrap_or_else") = (args, name) else {
            return false;
        };
        let data = &self.program[key];
        let span = data.body.expr_range(*other).in_file(data.file);
        let code = self.sources.slice(span);
        let code = match data.body.expr(*other) {
            Expr::Closure(_) => code.rsplit('|').next().unwrap_or(code).trim_start(),
            _ => code,
        };
        code.starts_with('"')
    }
}

/// Whether a field of this type lets nobody in where it is not set: there is none, or none of several.
fn holds_none_or_several(ty: &TypeRef) -> bool {
    const OTHERS: [&str; 7] = [
        "Option", "Vec", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "bool",
    ];
    let last = ty.as_path().and_then(|path| path.last());
    last.is_some_and(|it| OTHERS.contains(&it.as_str()))
}

/// `#[serde(default)]`.
fn serde_default(attr: &Attr) -> bool {
    let mut entries = attr.meta.list().iter();
    attr.meta.is("serde")
        && entries.any(|it| it.is("default") && matches!(it.value, MetaValue::None))
}

/// Whether the attributes of a struct derive `Default`.
pub(super) fn derives_default(attrs: &[Attr]) -> bool {
    let mut derives = attrs.iter().filter(|it| it.meta.is("derive"));
    derives.any(|it| it.meta.list().iter().any(|it| it.is("Default")))
}

/// Whether a type is that of a text, which may be empty.
fn is_text(ty: &TypeRef) -> bool {
    let mut ty = ty.peel_refs();
    while let Some(path) = ty.as_path()
        && path
            .last()
            .is_some_and(|it| matches!(it.as_str(), "Arc" | "Box" | "Rc" | "Cow"))
        && let Some(inner) = path.type_args().next()
    {
        ty = inner.peel_refs();
    }
    let last = ty.as_path().and_then(|path| path.last());
    last.is_some_and(|it| matches!(it.as_str(), "String" | "str" | "SecretString"))
}

/// The same, or `#[arg(default_value = "..")]`: whoever reads the code knows what it is.
fn is_known_by_default(attr: &Attr) -> bool {
    let is_clap = ["arg", "clap", "structopt"]
        .iter()
        .any(|it| attr.meta.is(it));
    let is_known = |it: &Meta| match &it.value {
        MetaValue::None => it.is("default_value_t"),
        MetaValue::Expr(code) => {
            let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
            it.is("default_value_t")
                && (code.starts_with('"') || EMPTY.iter().any(|it| code.starts_with(it)))
        }
        _ => it.is("default_value") && it.string().is_some(),
    };
    serde_default(attr) || is_clap && attr.meta.list().iter().any(is_known)
}

/// Code that gives the empty text.
const EMPTY: [&str; 4] = ["\"\"", "String::new", "String::default", "Default::default"];

/// Whether an expression is the empty text, or a function that gives it.
fn is_no_text(text: &str, expr: &Expr) -> bool {
    let value = match expr {
        Expr::Closure(_) => text.rsplit('|').next().unwrap_or(text).trim_start(),
        _ => text,
    };
    EMPTY.iter().any(|it| value.starts_with(it))
}

/// Whether code, or a path, is called after the public half of a key.
pub(super) fn names_a_public_key(code: &str) -> bool {
    let code = code.to_ascii_lowercase();
    ["public", "pubkey", "pub_key", "pub.pem", "certificate"]
        .iter()
        .any(|it| code.contains(it))
}

/// Whether a library function makes a MAC of a key: hmac 0.8 to 0.13. In digest 0.10 that is an
/// alias of `CoreWrapper`, whose hashes take no key.
pub(super) fn makes_mac(program: &Program, path: &str, name: &str) -> bool {
    let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
    let ty = program.models.type_(Name::new(owner));
    let is_mac = ty.is_some_and(|it| it.role == Some(TypeRole::Mac));
    matches!(name, "new_from_slice" | "new_varkey")
        && (is_mac || matches!(owner, "digest::core_api::CoreWrapper" | "digest::Mac"))
}

/// Whether a library function makes a key out of what it is given.
pub(super) fn makes_key(program: &Program, path: &str, name: &str) -> bool {
    let Some((owner, _)) = path.rsplit_once("::") else {
        return false;
    };
    let makes = name == "new" || name.starts_with("from_") || name.starts_with("new_");
    let is_mac = || {
        let ty = program.models.type_(Name::new(owner));
        ty.is_some_and(|it| matches!(it.role, Some(TypeRole::Mac | TypeRole::Key)))
    };
    // Of digest 0.10 and crypto-common 0.1, whatever the type that implements it.
    matches!(name, "new_from_slice" | "new_varkey")
        || makes
            && (owner.ends_with("Key")
                || matches!(owner, "digest::Mac" | "crypto_common::KeyInit")
                || is_mac())
}
