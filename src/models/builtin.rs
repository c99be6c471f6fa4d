//! The model files and export tables that are compiled in.

use std::path::Path;
use std::sync::{OnceLock, RwLock};

use rustc_hash::FxHashMap;

use super::exports::ExportTable;
use super::load::CrateModel;
use super::schema::Origin;
use super::signature::{Signature, TypeAlias};
use crate::source::Name;

/// A crate of which something is known.
pub(crate) struct BuiltinCrate {
    /// Its name in paths.
    pub(crate) name: &'static str,
    /// Other names that mean the same.
    aliases: &'static [&'static str],
    text: &'static str,
    exports: &'static str,
    model: OnceLock<CrateModel>,
    signatures: OnceLock<RwLock<FxHashMap<Name, Option<&'static Signature>>>>,
    type_aliases: OnceLock<RwLock<FxHashMap<Name, Option<&'static TypeAlias>>>>,
}

impl BuiltinCrate {
    const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        text: &'static str,
        exports: &'static str,
    ) -> BuiltinCrate {
        BuiltinCrate {
            name,
            aliases,
            text,
            exports,
            model: OnceLock::new(),
            signatures: OnceLock::new(),
            type_aliases: OnceLock::new(),
        }
    }

    pub(crate) fn model(&self) -> &CrateModel {
        self.model.get_or_init(|| {
            let text = if self.text.is_empty() {
                format!("[crate]\nname = \"{}\"\n", self.name)
            } else {
                self.text.into()
            };
            CrateModel::parse(Path::new(self.name), &text, Origin::Builtin)
                .expect("a test parses every model file that is compiled in")
        })
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &'static str {
        self.text
    }

    pub(crate) fn exports(&self) -> ExportTable<'static> {
        ExportTable::new(self.exports)
    }

    pub(crate) fn signature(&'static self, path: Name) -> Option<&'static Signature> {
        memo(&self.signatures, path, || {
            Signature::parse(self.exports().function(path.as_str())?)
        })
    }

    pub(crate) fn type_alias(&'static self, path: Name) -> Option<&'static TypeAlias> {
        memo(&self.type_aliases, path, || {
            let (params, target) = self.exports().alias(path.as_str())?;
            TypeAlias::parse(params, target)
        })
    }
}

/// Looks up, or makes and keeps for the rest of the run: tables are finite, so the leak is bounded.
fn memo<T>(
    cell: &'static OnceLock<RwLock<FxHashMap<Name, Option<&'static T>>>>,
    key: Name,
    make: impl FnOnce() -> Option<T>,
) -> Option<&'static T> {
    let map = cell.get_or_init(RwLock::default);
    if let Some(found) = map
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .get(&key)
    {
        return *found;
    }
    let made = make().map(|value| &*Box::leak(Box::new(value)));
    *map.write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .entry(key)
        .or_insert(made)
}

/// The crate that `name` or one of its aliases names.
pub(crate) fn find(name: &str) -> Option<&'static BuiltinCrate> {
    let by_name = CRATES.binary_search_by(|krate| krate.name.cmp(name)).ok();
    let index = by_name.or_else(|| {
        CRATES
            .iter()
            .position(|krate| krate.aliases.contains(&name))
    });
    index.map(|index| &CRATES[index])
}

/// All of them, sorted by name.
pub(crate) fn all() -> &'static [BuiltinCrate] {
    &CRATES
}

macro_rules! text {
    (model, $name:ident) => {
        include_str!(concat!("../../lints/models/", stringify!($name), ".toml"))
    };
    (exports, $name:ident) => {
        include_str!(concat!(
            "../../lints/models/exports/",
            stringify!($name),
            ".txt"
        ))
    };
    (none, $name:ident) => {
        ""
    };
}

macro_rules! crates {
    ($($name:ident $(as $alias:ident)*: $model:ident, $exports:ident;)*) => {
        static CRATES: [BuiltinCrate; [$(stringify!($name)),*].len()] = [$(BuiltinCrate::new(
            stringify!($name),
            &[$(stringify!($alias)),*],
            text!($model, $name),
            text!($exports, $name),
        )),*];
    };
}

// Sorted by name. A test holds this list to the files of `lints/models/`.
crates! {
    actix_cors: model, none;
    actix_files: model, none;
    actix_governor: model, none;
    actix_identity: model, none;
    actix_limitation: model, none;
    actix_multipart: model, none;
    actix_session: model, none;
    actix_web: model, none;
    actix_web_grants: model, none;
    actix_web_httpauth: model, none;
    argon2: model, none;
    attohttpc: model, none;
    awc: model, none;
    axum: model, none;
    axum_auth: model, none;
    axum_extra: model, none;
    axum_gcra: model, none;
    axum_governor: model, none;
    axum_jwt_auth: model, none;
    axum_keycloak_auth: model, none;
    axum_login: model, none;
    base64: model, none;
    bcrypt: model, none;
    cookie: model, none;
    diesel: model, none;
    diesel_async: model, none;
    governor: model, none;
    headers: model, none;
    hex: model, none;
    hmac: model, none;
    http: model, none;
    isahc: model, none;
    jsonwebtoken: model, none;
    jwt_authorizer: model, none;
    lettre: model, none;
    mongodb: model, none;
    oauth2: model, none;
    openidconnect: model, none;
    password_hash: model, none;
    pbkdf2: model, none;
    percent_encoding: model, none;
    redis: model, none;
    reqwest: model, none;
    ring: model, none;
    rocket: model, none;
    rocket_contrib: model, none;
    rocket_cors: model, none;
    rocket_governor: model, none;
    scrypt: model, none;
    sea_orm: model, none;
    secrecy: model, none;
    serde_json: model, none;
    serde_urlencoded: model, none;
    sqlx: model, none;
    std as core as alloc: model, none;
    subtle: model, none;
    surf: model, none;
    tokio_postgres: model, none;
    tokio_tungstenite: model, none;
    tower: model, none;
    tower_cookies: model, none;
    tower_governor: model, none;
    tower_http: model, none;
    tower_sessions: model, none;
    tungstenite: model, none;
    ureq: model, none;
    url: model, none;
    uuid: model, none;
}
