//! The model files and export tables that are compiled in.

use std::path::Path;
use std::sync::{LazyLock, OnceLock, RwLock};

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
    table: OnceLock<ExportTable<'static>>,
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
            table: OnceLock::new(),
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
        *self.table.get_or_init(|| ExportTable::new(self.exports))
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

/// The names of all crates, aliases included.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CRATES
        .iter()
        .flat_map(|krate| krate.aliases.iter().copied().chain([krate.name]))
}

/// The crate that `name` or one of its aliases names.
pub(crate) fn find(name: &str) -> Option<&'static BuiltinCrate> {
    static BY_NAME: LazyLock<FxHashMap<&'static str, usize>> = LazyLock::new(|| {
        let mut by_name = FxHashMap::default();
        for (index, krate) in CRATES.iter().enumerate() {
            for name in krate.aliases.iter().chain([&krate.name]) {
                by_name.insert(*name, index);
            }
        }
        by_name
    });
    BY_NAME.get(name).map(|index| &CRATES[*index])
}

/// All of them, sorted by name.
#[cfg(test)]
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
    abomonation: model, none;
    actix_cors: model, exports;
    actix_files: model, exports;
    actix_governor: model, exports;
    actix_http: none, exports;
    actix_identity: model, exports;
    actix_limitation: model, exports;
    actix_multipart: model, exports;
    actix_service: none, exports;
    actix_session: model, exports;
    actix_web: model, exports;
    actix_web_actors: model, none;
    actix_web_grants: model, exports;
    actix_web_httpauth: model, exports;
    actix_web_lab: model, none;
    actix_ws: model, none;
    aes_gcm: model, none;
    aide: model, exports;
    anyhow: model, exports;
    argon2: model, exports;
    arrow_flight: model, none;
    async_channel: model, none;
    async_graphql: model, exports;
    async_graphql_actix_web: model, exports;
    async_graphql_axum: model, exports;
    async_graphql_poem: model, exports;
    async_graphql_rocket: model, exports;
    async_graphql_warp: none, exports;
    async_nats: model, none;
    async_session: model, exports;
    async_ssh2_tokio: model, none;
    async_std: model, none;
    async_trait: model, exports;
    attohttpc: model, exports;
    awc: model, exports;
    aws_lc_rs: model, none;
    axum: model, exports;
    axum_auth: model, exports;
    axum_core: none, exports;
    axum_extra: model, exports;
    axum_gcra: model, exports;
    axum_governor: model, exports;
    axum_jwt_auth: model, exports;
    axum_keycloak_auth: model, exports;
    axum_login: model, exports;
    axum_session: model, exports;
    axum_session_auth: model, exports;
    base64: model, exports;
    bb8: model, exports;
    bcrypt: model, exports;
    bincode: model, none;
    blake2: model, none;
    blake3: model, none;
    blowfish: model, none;
    brotli: model, none;
    bson: model, exports;
    bytes: model, exports;
    cassandra_cpp: model, exports;
    cbc: model, none;
    cfb_mode: model, none;
    chacha20poly1305: model, none;
    chrono: model, exports;
    clickhouse: model, exports;
    color_eyre: none, exports;
    compact_jwt: model, none;
    config: model, exports;
    constant_time_eq: model, exports;
    consulrs: model, none;
    cookie: model, exports;
    crossbeam_channel: model, none;
    crypto_common: model, exports;
    ctr: model, none;
    dashmap: none, exports;
    deadpool: model, exports;
    deadpool_redis: model, none;
    des: model, none;
    diesel: model, exports;
    diesel_async: model, exports;
    digest: model, exports;
    dotenvy: model, exports;
    dropshot: model, exports;
    duckdb: model, exports;
    ecb: model, none;
    ed25519_dalek: model, exports;
    elasticsearch: model, none;
    eyre: model, exports;
    fancy_regex: model, exports;
    fastrand: model, none;
    figment: model, exports;
    flatbuffers: model, none;
    flate2: model, exports;
    flume: model, none;
    fs_err: model, exports;
    futures: none, exports;
    futures_channel: model, none;
    futures_core: none, exports;
    futures_util: none, exports;
    garde: model, exports;
    gotham: model, exports;
    governor: model, exports;
    handlebars: model, exports;
    headers: model, exports;
    hex: model, exports;
    hmac: model, exports;
    http: model, exports;
    http_body_util: none, exports;
    http_types: model, exports;
    hyper: model, exports;
    hyper_tungstenite: model, none;
    hyper_util: model, exports;
    isahc: model, exports;
    jiff: model, exports;
    jsonwebtoken: model, exports;
    juniper: model, exports;
    juniper_actix: model, exports;
    juniper_axum: model, exports;
    juniper_rocket: model, exports;
    juniper_warp: none, exports;
    jwt: model, exports;
    jwt_authorizer: model, exports;
    jwt_simple: model, none;
    lapin: model, none;
    lazy_static: model, exports;
    ldap3: model, exports;
    lettre: model, exports;
    libsql: model, exports;
    libxml: model, exports;
    liquid: model, exports;
    lock_api: none, exports;
    loco_rs: model, exports;
    log: model, exports;
    lz4_flex: model, exports;
    maud: model, none;
    md5 as md_5: model, none;
    memcache: model, none;
    minijinja: model, exports;
    moka: none, exports;
    mongodb: model, exports;
    mysql: model, exports;
    mysql_async: model, exports;
    mysql_common: model, exports;
    native_tls: model, none;
    ntex: model, exports;
    ntex_cors: model, exports;
    ntex_files: model, exports;
    ntex_identity: model, exports;
    ntex_session: model, exports;
    oauth2: model, exports;
    object_store: model, none;
    ofb: model, none;
    once_cell: model, exports;
    oorandom: model, none;
    openidconnect: model, exports;
    opensearch: model, none;
    openssh: model, none;
    openssl: model, exports;
    opentelemetry_proto: model, none;
    parking_lot: none, exports;
    password_hash: model, exports;
    pbkdf2: model, exports;
    pcre2: model, exports;
    percent_encoding: model, exports;
    phc: model, exports;
    poem: model, exports;
    poem_openapi: model, exports;
    postgres: model, none;
    r2d2: model, exports;
    rand: model, none;
    rc2: model, none;
    rc4: model, none;
    rdkafka: model, none;
    redis: model, exports;
    regex: model, exports;
    regex_lite: model, exports;
    reqwest: model, exports;
    reqwest_middleware: model, none;
    ring: model, exports;
    rkyv: model, none;
    rocket: model, exports;
    rocket_contrib: model, exports;
    rocket_cors: model, exports;
    rocket_db_pools: model, exports;
    rocket_dyn_templates: model, exports;
    rocket_governor: model, exports;
    rocket_http: none, exports;
    rocket_okapi: model, exports;
    rocket_ws: model, exports;
    rsa: model, none;
    rumqttc: model, none;
    rusqlite: model, exports;
    russh: model, none;
    rustls: model, none;
    salvo: model, exports;
    salvo_core: none, exports;
    salvo_extra: none, exports;
    salvo_jwt_auth: none, exports;
    salvo_oapi: none, exports;
    sanitize_filename: model, none;
    scrypt: model, exports;
    scylla: model, exports;
    sea_orm: model, exports;
    secrecy: model, exports;
    serde: model, exports;
    serde_json: model, exports;
    serde_urlencoded: model, exports;
    sha1 as sha_1: model, none;
    sha1_smol: model, none;
    sha2: model, none;
    sha3: model, none;
    signature: none, exports;
    slog: model, none;
    sqlx: model, exports;
    sqlx_core: none, exports;
    ssh2: model, none;
    std as core as alloc: model, exports;
    subtle: model, exports;
    suppaftp: model, none;
    surf: model, exports;
    surrealdb: model, exports;
    sxd_xpath: model, exports;
    tar: model, exports;
    tempfile: model, none;
    tera: model, exports;
    tiberius: model, exports;
    tide: model, exports;
    tide_websockets: model, none;
    time: model, exports;
    tokio: model, exports;
    tokio_postgres: model, exports;
    tokio_rustls: model, none;
    tokio_tungstenite: model, exports;
    tokio_util: none, exports;
    tonic: model, exports;
    tonic_async_interceptor: model, none;
    tonic_health: model, none;
    tonic_middleware: model, none;
    tonic_reflection: model, none;
    tonic_web: model, none;
    tower: model, exports;
    tower_cookies: model, exports;
    tower_governor: model, exports;
    tower_http: model, exports;
    tower_layer: none, exports;
    tower_service: none, exports;
    tower_sessions: model, exports;
    tower_sessions_core: none, exports;
    tracing: model, exports;
    tungstenite: model, exports;
    ureq: model, exports;
    url: model, exports;
    urlencoding: model, exports;
    utoipa: model, exports;
    utoipa_axum: model, exports;
    uuid: model, exports;
    validator: model, exports;
    vaultrs: model, none;
    viz: none, exports;
    viz_core: model, exports;
    viz_router: model, exports;
    warp: model, exports;
    zip: model, exports;
    zstd: model, exports;
}
