//! Where the service's own settings and state come from: what the fields of its structs are filled
//! with, by the code that puts them together.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::keys::names_a_public_key;
use super::public::is_public_setting;
use super::{Judge, words};
use crate::facts::body::Literal;
use crate::facts::{Attr, Expr, ExprId, Mention, MetaValue, TypeRef};
use crate::program::{AdtId, BodyKey, BodyOwner, Container, Ty};
use crate::source::Name;

/// All code that makes values of a struct, but for tests.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// What fields are filled with.
    pub(super) fields: Vec<(Name, BodyKey, ExprId)>,
    /// Whether one is made by `Default`, or filled up by it.
    pub(super) by_default: bool,
}

/// Bound on steps from a field to where its value comes from.
const MAX_STEPS: u32 = 12;

impl Judge<'_> {
    /// How values of a struct are made.
    pub(super) fn origins(&self, adt: AdtId) -> Arc<Origins> {
        self.known
            .origins
            .of(adt, || Arc::new(self.find_origins(adt)))
    }

    fn find_origins(&self, adt: AdtId) -> Origins {
        let name = self.program[adt].name;
        let named = self.program.hashes_of(name, &Mention::IN_PATH);
        let named: FxHashSet<u16> = named.into_iter().collect();
        let mut hashes = named.clone();
        hashes.extend(self.program.hashes_of(Name::new("Self"), &Mention::IN_PATH));
        let mut found = Origins::default();
        for key in self.program.mentioning(&hashes) {
            let data = &self.program[key];
            if let BodyOwner::Fn(id) = data.owner {
                // Whose `Self` it is, the impl tells.
                let is_own = || match self.program[id].container {
                    Container::Impl(id) => {
                        let of = self.program[id].self_ty.as_path();
                        of.and_then(|it| it.last()).is_some_and(|it| it == name)
                    }
                    _ => false,
                };
                let is_named = data.body.mentions().has_any(&named);
                if self.program[id].is_test || !is_named && !is_own() {
                    continue;
                }
            }
            let typing = self.values.typing(key);
            let is_meant = |id| matches!(typing.ty(id), Ty::Adt(it, _) if *it == adt);
            for (id, expr) in data.body.exprs() {
                match expr {
                    Expr::Struct(built) if is_meant(id) => {
                        let fields = built.fields.iter();
                        let fields = fields.map(|(name, value)| (*name, key, *value));
                        found.fields.extend(fields);
                        found.by_default |= built.rest.is_some();
                    }
                    Expr::Call { callee, args } if args.is_empty() && is_meant(id) => {
                        let name = match data.body.expr(*callee) {
                            Expr::Path(path) => path.last(),
                            _ => None,
                        };
                        found.by_default |= name.is_some_and(|it| it == "default");
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Whether all code that fills a field fills it with a secret: an environment variable, a file
    /// or a variable that is called so. Settings may say by an attribute which variable it is.
    pub(super) fn is_filled_with_a_secret(&self, adt: AdtId, field: Name) -> bool {
        self.known
            .secret
            .of((adt, field), || self.gets_secrets(adt, field))
    }

    fn gets_secrets(&self, adt: AdtId, field: Name) -> bool {
        let def = &self.program[adt];
        let mut declared = def.fields().iter().filter(|it| it.name == field);
        declared.next().is_some_and(|it| {
            let by_name = || it.attrs.iter().any(names_a_secret_variable);
            let by_origin = || {
                let origins = self.origins(adt);
                let mut own = origins.fields.iter().filter(|it| it.0 == field).peekable();
                own.peek().is_some() && own.all(|(_, key, value)| self.is_secret(*key, *value, 0))
            };
            let is_public = is_public_setting(field.as_str()) || names_a_public_key(field.as_str());
            holds_texts(&it.ty) && !is_public && (by_name() || by_origin())
        })
    }

    /// Whether an expression reads a secret, by what it is called where it is kept.
    fn is_secret(&self, key: BodyKey, id: ExprId, depth: u32) -> bool {
        if depth > MAX_STEPS {
            return false;
        }
        let body = &self.program[key].body;
        let of = |id: ExprId| self.is_secret(key, id, depth + 1);
        match body.expr(id) {
            Expr::Path(path) => {
                let local = self.values.typing(key).local(id);
                let init = local.and_then(|it| self.values.local_init(body, it));
                path.last().is_some_and(|it| words::own_secret(it.as_str())) || init.is_some_and(of)
            }
            Expr::Field { name, .. } => words::own_secret(name.as_str()),
            Expr::Literal(Literal::Str(text)) => text
                .split(|it: char| !it.is_ascii_alphanumeric() && it != '_')
                .any(words::own_secret),
            Expr::MethodCall(call) => !names_a_public_key(call.name.as_str()) && of(call.receiver),
            // `env::var("TOKEN")`, `HashSet::from([secret])`.
            Expr::Call { callee, args } => {
                let is_public = match body.expr(*callee) {
                    Expr::Path(path) => path
                        .last()
                        .is_some_and(|it| names_a_public_key(it.as_str())),
                    _ => false,
                };
                !is_public && matches!(&**args, [first, ..] if of(*first))
            }
            Expr::Array(all) => !all.is_empty() && all.iter().all(|it| of(*it)),
            Expr::Ref { inner, .. }
            | Expr::Unary { inner, .. }
            | Expr::Try(inner)
            | Expr::Await(inner) => of(*inner),
            _ => false,
        }
    }
}

/// Whether a type is one of texts or bytes: secrets are no connections, and no numbers.
fn holds_texts(ty: &TypeRef) -> bool {
    const TYPES: [&str; 14] = [
        "String",
        "str",
        "SecretString",
        "SecretBox",
        "Option",
        "Arc",
        "Box",
        "Rc",
        "Cow",
        "Vec",
        "HashSet",
        "BTreeSet",
        "HashMap",
        "BTreeMap",
    ];
    let last = ty.peel_refs().as_path().and_then(|path| path.last());
    last.is_some_and(|it| TYPES.contains(&it.as_str()))
}

/// `#[arg(env = "ADMIN_TOKEN")]`.
fn names_a_secret_variable(attr: &Attr) -> bool {
    let is_clap = ["arg", "clap", "structopt"]
        .iter()
        .any(|it| attr.meta.is(it));
    let mut entries = attr.meta.list().iter();
    is_clap
        && entries.any(|it| {
            it.is("env")
                && !matches!(it.value, MetaValue::None)
                && it.string().is_some_and(words::own_secret)
        })
}
