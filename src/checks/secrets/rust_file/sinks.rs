//! Library functions that want a secret, in one table.
//!
//! Functions are told by the end of their path as written. The table is the only place
//! that knows them, so that resolved paths can take its place.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::super::SecretKind;
use crate::facts::mentions::{hash, hashes};
use crate::facts::{Mention, Mentions};
use crate::source::Name;

/// A function and the argument that is a secret.
pub(super) struct Sink {
    /// The path's last segments; a `*` at the end of a segment stands for anything.
    path: &'static [&'static str],
    /// Which argument.
    pub(super) argument: usize,
    /// What it is.
    pub(super) kind: SecretKind,
}

/// The sink that a called path is.
pub(super) fn function(segments: &[crate::source::Name]) -> Option<&'static Sink> {
    FUNCTIONS.iter().find(|sink| ends_with(segments, sink.path))
}

/// What a body mentions that calls one of the sinks, and the type or module that the sink belongs
/// to (see [`Sink::path`]), unless it is told by its name alone.
static MENTIONED: LazyLock<FxHashMap<u16, Vec<Option<&str>>>> = LazyLock::new(|| {
    let mut all: FxHashMap<u16, Vec<Option<&str>>> = FxHashMap::default();
    for sink in FUNCTIONS {
        let mut path = sink.path.iter().rev();
        let function = path.next().copied().unwrap_or_default();
        let owner = path.next().copied();
        for hash in hashes(Mention::NAMED, function) {
            all.entry(hash).or_default().push(owner);
        }
    }
    for sink in METHODS {
        let hash = hash(Mention::Member, sink.name);
        all.entry(hash).or_default().push(None);
    }
    all
});

/// Whether a body of a file may call one of the sinks. `other_names` gives those under which the
/// file knows a type or module.
pub(super) fn may_be_called(
    mentions: &Mentions,
    speaks_of: impl Fn(&'static str) -> bool,
    other_names: impl Fn(&str) -> Vec<Name>,
) -> bool {
    let named = |name: &str| {
        let mut hashes = hashes(Mention::IN_PATH, name).into_iter();
        hashes.any(|it| mentions.has_hash(it))
    };
    let is_named = |owner: &'static str| match owner.strip_suffix('*') {
        // Which names there are is not known: the file has to speak of one.
        Some(start) => speaks_of(start),
        None => named(owner) || other_names(owner).iter().any(|it| named(it.as_str())),
    };
    let is_called = |owner: &Option<&'static str>| owner.is_none_or(is_named);
    mentions.is_any_of(|it| {
        MENTIONED
            .get(&it)
            .is_some_and(|all| all.iter().any(is_called))
    })
}

fn ends_with(segments: &[crate::source::Name], path: &[&str]) -> bool {
    segments.len() >= path.len()
        && segments
            .iter()
            .rev()
            .zip(path.iter().rev())
            .all(|(segment, wanted)| match wanted.strip_suffix('*') {
                Some(prefix) => segment.as_str().starts_with(prefix),
                None => *segment == **wanted,
            })
}

macro_rules! sinks {
    ($($($segment:literal)::+ ($argument:literal) => $kind:ident;)+) => {
        &[$(Sink { path: &[$($segment),+], argument: $argument, kind: SecretKind::$kind }),+]
    };
}

const FUNCTIONS: &[Sink] = sinks! {
    // jsonwebtoken, jwt-simple, jwt, josekit
    "EncodingKey"::"from_secret"(0) => SigningKey;
    "EncodingKey"::"from_base64_secret"(0) => SigningKey;
    "DecodingKey"::"from_secret"(0) => SigningKey;
    "DecodingKey"::"from_base64_secret"(0) => SigningKey;
    "HS256Key"::"from_bytes"(0) => SigningKey;
    "HS384Key"::"from_bytes"(0) => SigningKey;
    "HS512Key"::"from_bytes"(0) => SigningKey;
    // hmac, ring, aws-lc-rs
    "Hmac*"::"new_from_slice"(0) => SigningKey;
    "Hmac*"::"new_varkey"(0) => SigningKey;
    "HmacSha*"::"new_from_slice"(0) => SigningKey;
    "hmac"::"Key"::"new"(1) => SigningKey;
    // cookie, actix-web, rocket, axum-extra, tower-sessions
    "cookie"::"Key"::"from"(0) => CookieKey;
    "tower_cookies"::"Key"::"from"(0) => CookieKey;
    "Key"::"derive_from"(0) => CookieKey;
    "cookie"::"Key"::"try_from"(0) => CookieKey;
    "CookieSession"::"signed"(0) => CookieKey;
    "CookieSession"::"private"(0) => CookieKey;
    "CookieIdentityPolicy"::"new"(0) => CookieKey;
    "RedisSession"::"new"(1) => CookieKey;
    "CookieStore"::"new"(0) => CookieKey;
    // aes-gcm, chacha20poly1305, ring
    "Aes*"::"new_from_slice"(0) => EncryptionKey;
    "Aes*"::"new"(0) => EncryptionKey;
    "ChaCha*"::"new_from_slice"(0) => EncryptionKey;
    "XChaCha*"::"new_from_slice"(0) => EncryptionKey;
    "UnboundKey"::"new"(1) => EncryptionKey;
    "LessSafeKey"::"new"(0) => EncryptionKey;
    "Fernet"::"new"(0) => EncryptionKey;
    // lettre, aws-credential-types, rust-s3
    "Credentials"::"new"(1) => Password;
    "Credentials"::"from_keys"(1) => ApiKey;
    "StaticProvider"::"new"(1) => ApiKey;
    // password-hash (argon2, scrypt, pbkdf2), ring
    "SaltString"::"from_b64"(0) => Salt;
    "SaltString"::"encode_b64"(0) => Salt;
    "Salt"::"from_b64"(0) => Salt;
    "pbkdf2_hmac"(1) => Salt;
    "pbkdf2_hmac_array"(1) => Salt;
    "pbkdf2"::"derive"(2) => Salt;
    // oauth2, openidconnect
    "ClientSecret"::"new"(0) => Secret;
};

/// A method that wants a secret whatever the type is that has it.
pub(super) struct MethodSink {
    name: &'static str,
    arguments: usize,
    /// Which argument.
    pub(super) argument: usize,
    /// What it is.
    pub(super) kind: SecretKind,
}

/// The sink that a method of this name and number of arguments is.
pub(super) fn method(name: &str, arguments: usize) -> Option<&'static MethodSink> {
    METHODS
        .iter()
        .find(|sink| sink.name == name && sink.arguments == arguments)
}

const METHODS: &[MethodSink] = &[
    // reqwest, ureq, actix-web's awc, attohttpc
    MethodSink {
        name: "basic_auth",
        arguments: 2,
        argument: 1,
        kind: SecretKind::Password,
    },
    MethodSink {
        name: "bearer_auth",
        arguments: 1,
        argument: 0,
        kind: SecretKind::Token,
    },
    MethodSink {
        name: "bearer_token",
        arguments: 1,
        argument: 0,
        kind: SecretKind::Token,
    },
    // argon2
    MethodSink {
        name: "hash_password_into",
        arguments: 3,
        argument: 1,
        kind: SecretKind::Salt,
    },
];

/// Functions and methods that pair a name with a value: the name is the first argument.
pub(super) const PAIRING: &[&str] = &[
    "insert",
    "set",
    "set_var",
    "header",
    "append",
    "env",
    "with_header",
    "add_header",
    "insert_header",
    "append_header",
    "with_env",
    "push",
    "set_override",
    "put",
    "query_param",
    "append_pair",
];

/// The same, where the value is used if nothing else is configured.
pub(super) const DEFAULTING: &[&str] = &[
    "set_default",
    "env_or",
    "var_or",
    "get_or",
    "env_or_default",
    "get_env_or",
    "get_env",
    "env_default",
    "get_or_default",
    "var_or_default",
    "string_or",
    "get_env_or_default",
    "parse_env_or",
    "env_var_or",
    "env_var_or_default",
    "read_env",
    "get_var_or",
    "or_default",
];

/// Methods whose first argument takes the place of what is missing.
pub(super) const FALLBACKS: &[&str] = &[
    "unwrap_or",
    "unwrap_or_else",
    "or",
    "or_else",
    "or_insert",
    "or_insert_with",
    "get_or_insert",
    "get_or_insert_with",
];
