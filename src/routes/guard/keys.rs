//! Keys and secrets by which nothing is proven: sent along, empty, or not set.

use super::Judge;
use super::interpret::Run;
use super::proof::{Abs, From};
use super::words;
use crate::facts::body::Literal;
use crate::facts::{Attr, Expr, ExprId, Mention, Meta, MetaValue};
use crate::models::TypeRole;
use crate::program::{AdtId, BodyKey, Program, Ty};
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
    pub(super) fn perhaps_unset(&self, id: ExprId, base: ExprId, field: Name, value: Abs) -> Abs {
        let may_be_secret = value.variants.is_none() && !value.from.has(From::SENT);
        if !may_be_secret || value.setting.is_none() && !words::credential_word(field.as_str()) {
            return value;
        }
        match self.judge.program.pointed_to(&self.ty(base)) {
            Ty::Adt(adt, _) if self.judge.may_be_unset(adt, field) => Abs {
                from: value.from.with(From::UNSET),
                setting: value.setting.clone().or_else(|| Some(self.text(id).into())),
                ..value
            },
            _ => value,
        }
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
        if let Some(known) = self.unset.borrow().get(&(adt, field)) {
            return *known;
        }
        // Whoever puts such structs together is only looked for where a name speaks of a secret.
        let is_secret = words::credential_word(field.as_str());
        let found =
            self.defaults_to_nothing(adt, field) || is_secret && self.is_built_without(adt, field);
        self.unset.borrow_mut().insert((adt, field), found);
        found
    }

    /// Whether attributes make a text of the field that is empty: serde's `default`, of the field or
    /// of all, and clap's `default_value = ""`.
    fn defaults_to_nothing(&self, adt: AdtId, field: Name) -> bool {
        let def = &self.program[adt];
        let Some(field) = def.fields().iter().find(|it| it.name == field) else {
            return false;
        };
        // Where there is none, or none of several, nobody gets in.
        const OTHERS: [&str; 7] = [
            "Option", "Vec", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "bool",
        ];
        let ty = field.ty.as_path().and_then(|path| path.last());
        if ty.is_some_and(|it| OTHERS.contains(&it.as_str())) {
            return false;
        }
        let is_derived = || {
            let mut derives = def.attrs.iter().filter(|it| it.meta.is("derive"));
            derives.any(|it| it.meta.list().iter().any(|it| it.is("Default")))
        };
        field.attrs.iter().any(is_empty_by_default)
            || def.attrs.iter().any(serde_default) && is_derived()
    }

    /// `Config { token: env::var("TOKEN").unwrap_or_default() }`.
    fn is_built_without(&self, adt: AdtId, field: Name) -> bool {
        let own = Name::new("Self");
        let names = [self.program[adt].name, own].into_iter();
        let hashes = names.flat_map(|it| self.program.hashes_of(it, &Mention::IN_PATH));
        let mut bodies = self.program.mentioning(&hashes.collect()).into_iter();
        bodies.any(|key| self.builds_without(key, adt, field))
    }

    fn builds_without(&self, key: BodyKey, adt: AdtId, field: Name) -> bool {
        let data = &self.program[key];
        let mentions = data.body.mentions();
        let ways = ["unwrap_or_default", "unwrap_or_else", "unwrap_or"];
        if !ways.iter().any(|it| mentions.has(Mention::Member, it)) {
            return false;
        }
        let typing = self.values.typing(key);
        data.body.exprs().any(|(id, expr)| {
            let Expr::Struct(built) = expr else {
                return false;
            };
            if !matches!(typing.ty(id), Ty::Adt(built, _) if *built == adt) {
                return false;
            }
            let mut values = built.fields.iter().filter(|(name, _)| *name == field);
            values.any(|(_, value)| match data.body.expr(*value) {
                Expr::MethodCall(call) => {
                    self.stands_for_nothing(key, call.name.as_str(), &call.args)
                }
                _ => false,
            })
        })
    }
}

/// `#[serde(default)]`.
fn serde_default(attr: &Attr) -> bool {
    let mut entries = attr.meta.list().iter();
    attr.meta.is("serde")
        && entries.any(|it| it.is("default") && matches!(it.value, MetaValue::None))
}

/// The same, or `#[arg(default_value = "")]`, `#[arg(default_value_t)]`.
fn is_empty_by_default(attr: &Attr) -> bool {
    let is_clap = ["arg", "clap", "structopt"]
        .iter()
        .any(|it| attr.meta.is(it));
    let is_empty = |it: &Meta| match &it.value {
        MetaValue::None => it.is("default_value_t"),
        MetaValue::Expr(code) => {
            let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
            it.is("default_value_t") && EMPTY.iter().any(|it| code.starts_with(it))
        }
        _ => it.is("default_value") && it.string() == Some(""),
    };
    serde_default(attr) || is_clap && attr.meta.list().iter().any(is_empty)
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
