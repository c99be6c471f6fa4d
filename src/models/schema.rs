//! What a model file can say. One struct per TOML table; unknown keys are errors.

use std::sync::OnceLock;

use semver::VersionReq;
use serde::{Deserialize, Deserializer};

use super::hazards::{Hazard, Setting};
use super::kinds::{SinkKind, SourceKind};
use super::roles::{Carries, CorsRule, Outcome, Protection, Proves, Role, TypeRole};
use crate::facts::TypeRef;
use crate::source::Name;

/// Who says it: us, or the user's own model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// A model that ships with the program.
    #[default]
    Builtin,
    /// A model of the scanned repository: evidence that rests on it is labelled *configuration*.
    Configuration,
}

/// The `[crate]` table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrateInfo {
    /// The crate's name as paths write it (underscores).
    pub name: Name,
    /// Other crates whose paths mean the same (`core` and `alloc` for `std`).
    #[serde(default)]
    pub aliases: Vec<Name>,
    /// The versions that the file speaks of.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// Where the facts were read.
    #[serde(default)]
    pub source: String,
}

/// What an endpoint keeps a connection open for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Messages both ways.
    Websocket,
    /// Events, as the service has them.
    EventStream,
}

impl Stream {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Stream::Websocket => "websocket",
            Stream::EventStream => "event-stream",
        }
    }
}

/// A type that a handler takes and that the framework fills from the request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extractor {
    /// Canonical path.
    pub path: Name,
    /// What it reads.
    pub carries: Carries,
    /// What its success proves.
    #[serde(default)]
    pub proves: Proves,
    /// Whether the type itself admits absence, so that its success proves nothing.
    #[serde(default)]
    pub optional: bool,
    /// The generic argument that is the payload.
    #[serde(default)]
    pub inner: Option<u32>,
    /// What it protects from besides (a guard that is a rate limiter).
    #[serde(default)]
    pub protects: Vec<Protection>,
    /// Whether the payload is itself an extractor, and this one proves what that proves.
    #[serde(default)]
    pub wraps: bool,
    /// Whether the handler's own name for it says which header or cookie it is.
    #[serde(default)]
    pub named: bool,
    /// Whether extracting can reject the request at all.
    #[serde(default = "yes")]
    pub rejects: bool,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

/// A layer, middleware, fairing or transform; or a function or macro that makes one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Canonical path: a type, a constructor (`Type::new`), a function or a macro.
    pub path: Name,
    /// What it protects from; empty for a layer that is known and protects from nothing.
    #[serde(default)]
    pub protects: Vec<Protection>,
    /// What it sets for the handler's extractors, which ask only what was set last: of several
    /// such layers the innermost counts, be it that it protects from nothing.
    #[serde(default)]
    pub sets: Option<Protection>,
    /// What passing it proves, where it authenticates.
    #[serde(default)]
    pub proves: Proves,
    /// The argument that decides, for [`Proves::Callback`].
    #[serde(default)]
    pub validator: Option<u32>,
    /// The generic argument that decides (an extractor), for [`Proves::Callback`].
    #[serde(default)]
    pub validator_type: Option<u32>,
    /// The argument that is another layer, which this one applies.
    #[serde(default)]
    pub wraps: Option<u32>,
    /// The argument that is a condition on which it works at all.
    #[serde(default)]
    pub conditional: Option<u32>,
    /// Methods on the layer or on its configuration that may switch it off, for some
    /// requests or for all: after one of them its verdict is no longer certain.
    #[serde(default)]
    pub weakened_by: Vec<Name>,
    /// Whether what it counts by or reads can be chosen by the client.
    #[serde(default)]
    pub client_chosen: bool,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

/// A free function, an associated function or a method (`Type::method`, `Trait::method`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Canonical path.
    pub path: Name,
    /// What it does.
    pub role: Role,
    /// The argument that is the credential; `-1` is the receiver. The receiver is not counted.
    #[serde(default)]
    pub credential: Option<i32>,
    /// The argument that the credential is verified against: a stored hash. One that the client
    /// sends along proves nothing.
    #[serde(default)]
    pub against: Option<u32>,
    /// The argument that is a URL or address.
    #[serde(default)]
    pub url: Option<u32>,
    /// The argument that is key material or a password.
    #[serde(default)]
    pub secret: Option<u32>,
    /// The argument that is a nonce or an initialisation vector: another one for each message.
    #[serde(default)]
    pub nonce: Option<u32>,
    /// The argument that is the length of what it gives, in bytes.
    #[serde(default)]
    pub length: Option<u32>,
    /// Methods, or functions of libraries by their canonical paths, of which the program calls none where
    /// its sinks do harm.
    #[serde(default)]
    pub unless_called: Vec<Name>,
    /// The argument that is a salt.
    #[serde(default)]
    pub salt: Option<u32>,
    /// The argument that its result is written into: a buffer.
    #[serde(default)]
    pub into: Option<u32>,
    /// The argument that is a statement of a query language.
    #[serde(default)]
    pub sql: Option<u32>,
    /// The argument that is a path in the file system.
    #[serde(default)]
    pub file: Option<u32>,
    /// The arguments that must not be chosen by anybody, by what harm that would do. Those that
    /// `sql`, `file` and `url` name count by themselves.
    #[serde(default)]
    pub sinks: std::collections::BTreeMap<SinkKind, u32>,
    /// What harm it would do if its receiver were chosen by anybody.
    #[serde(default)]
    pub sink_of_self: Option<SinkKind>,
    /// Whether it gives a pair of which the second gives what is put into the first: a channel.
    #[serde(default)]
    pub ends: bool,
    /// What sends the data that it gives.
    #[serde(default)]
    pub source: Option<SourceKind>,
    /// What that which it gives can do no harm at any more.
    #[serde(default)]
    pub clears: Vec<SinkKind>,
    /// Whether what it opens is not encrypted.
    #[serde(default)]
    pub plaintext: bool,
    /// What it says of other origins, as a step that builds a CORS policy.
    #[serde(default)]
    pub cors: Vec<CorsRule>,
    /// The argument that is the greatest size of a body in bytes.
    #[serde(default)]
    pub body_limit: Option<u32>,
    /// What an endpoint keeps its connection open for that calls it.
    #[serde(default)]
    pub stream: Option<Stream>,
    /// Which outcome counts.
    #[serde(default)]
    pub on: Option<Outcome>,
    /// The return type in Rust's syntax, with full paths.
    #[serde(default)]
    pub returns: Option<TypeText>,
    /// What makes it weaker than it looks.
    #[serde(default)]
    pub weak_if: Option<String>,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

impl Function {
    /// The arguments that must not be chosen by anybody.
    pub fn all_sinks(&self) -> impl Iterator<Item = (SinkKind, u32)> {
        let request = self.url.filter(|_| self.role == Role::HttpRequest);
        let own = self.sinks.iter().map(|(kind, at)| (*kind, *at));
        own.chain(self.sql.map(|at| (SinkKind::Sql, at)))
            .chain(self.file.map(|at| (SinkKind::File, at)))
            .chain(request.map(|at| (SinkKind::Request, at)))
            .chain(request.map(|at| (SinkKind::SecretUrl, at)))
    }
}

/// Plain knowledge of a type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Type {
    /// Canonical path.
    pub path: Name,
    /// What it is good for.
    #[serde(default)]
    pub role: Option<TypeRole>,
    /// What an endpoint keeps its connection open for that takes or gives one.
    #[serde(default)]
    pub stream: Option<Stream>,
    /// The generic argument that it dereferences to.
    #[serde(default)]
    pub deref: Option<u32>,
    /// The type that it dereferences to, where that is not an argument.
    #[serde(default)]
    pub deref_to: Option<TypeText>,
    /// Public fields that matter, with their types.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, TypeText>,
    /// The field that is `Some` only for an authenticated client.
    #[serde(default)]
    pub identity_field: Option<Name>,
    /// Whether the client can choose what it yields (a rate-limit key from a header).
    #[serde(default)]
    pub client_chosen: bool,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

/// A macro, called or as an attribute.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Macro {
    /// Canonical path.
    pub path: Name,
    /// What it does.
    pub role: Role,
    /// The type of the value that it makes.
    #[serde(default)]
    pub returns: Option<TypeText>,
    /// What an endpoint keeps its connection open for that calls it.
    #[serde(default)]
    pub stream: Option<Stream>,
    /// The argument that is a URL or address.
    #[serde(default)]
    pub url: Option<u32>,
    /// What an attribute macro adds to the function that it stands on.
    #[serde(default)]
    pub protects: Vec<Protection>,
    /// What passing it proves.
    #[serde(default)]
    pub proves: Proves,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

/// A gRPC service of a library: a server that is made of an implementation of its trait, as
/// tonic-build writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The server's canonical path: `tonic_health::pb::health_server::HealthServer`.
    pub path: Name,
    /// Its name on the wire, with its package.
    pub name: String,
    /// The names of its methods on the wire.
    pub methods: Vec<String>,
    /// What of the library gives the server with the library's own implementation.
    #[serde(default)]
    pub given_by: Option<Name>,
    /// Narrower than the file's.
    #[serde(default, deserialize_with = "version_req")]
    pub versions: Option<VersionReq>,
    /// Who says it.
    #[serde(skip)]
    pub origin: Origin,
}

/// A second public path of an item or module, where the export table does not know it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reexport {
    /// The other path.
    pub path: Name,
    /// The canonical path.
    pub is: Name,
}

/// A whole model file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelFile {
    #[serde(rename = "crate")]
    pub(crate) info: CrateInfo,
    #[serde(default)]
    pub(crate) reexport: Vec<Reexport>,
    /// Rows of the export table that the crate's source hides in macros: read when the
    /// table is made.
    #[serde(default)]
    pub(crate) export: Vec<String>,
    #[serde(default)]
    pub(crate) extractor: Vec<Extractor>,
    #[serde(default)]
    pub(crate) layer: Vec<Layer>,
    #[serde(default)]
    pub(crate) function: Vec<Function>,
    #[serde(default, rename = "type")]
    pub(crate) types: Vec<Type>,
    #[serde(default, rename = "macro")]
    pub(crate) macros: Vec<Macro>,
    #[serde(default)]
    pub(crate) service: Vec<Service>,
    #[serde(default)]
    pub(crate) hazard: Vec<Hazard>,
    #[serde(default)]
    pub(crate) setting: Vec<Setting>,
}

/// A type as text, parsed when it is first asked for.
#[derive(Debug, Clone)]
pub struct TypeText {
    text: Box<str>,
    parsed: OnceLock<TypeRef>,
}

impl TypeText {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As a type; [`TypeRef::Unknown`] if it is none (loading refuses that).
    pub fn get(&self) -> &TypeRef {
        self.parsed
            .get_or_init(|| super::type_text::parse(&self.text).unwrap_or(TypeRef::Unknown))
    }
}

impl<'de> Deserialize<'de> for TypeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<str>::deserialize(deserializer)?;
        Ok(TypeText {
            text,
            parsed: OnceLock::new(),
        })
    }
}

pub(super) fn version_req<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<VersionReq>, D::Error> {
    let text = String::deserialize(deserializer)?;
    VersionReq::parse(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

fn yes() -> bool {
    true
}

/// What all entries of a model file have.
pub(crate) trait Entry {
    fn path(&self) -> Name;
    fn versions(&self) -> Option<&VersionReq>;
    fn set_origin(&mut self, origin: Origin);
    fn type_texts(&self) -> Vec<&TypeText>;
}

macro_rules! entries {
    ($($name:ident: $($text:ident)?;)*) => {$(
        impl Entry for $name {
            fn path(&self) -> Name {
                self.path
            }
            fn versions(&self) -> Option<&VersionReq> {
                self.versions.as_ref()
            }
            fn set_origin(&mut self, origin: Origin) {
                self.origin = origin;
            }
            fn type_texts(&self) -> Vec<&TypeText> {
                let texts: Vec<Option<&TypeText>> = vec![$(self.$text.as_ref())?];
                texts.into_iter().flatten().collect()
            }
        }
    )*};
}

entries! {
    Extractor: ;
    Layer: ;
    Function: returns;
    Macro: returns;
    Service: ;
    Hazard: ;
    Setting: ;
}

impl Entry for Type {
    fn path(&self) -> Name {
        self.path
    }
    fn versions(&self) -> Option<&VersionReq> {
        self.versions.as_ref()
    }
    fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }
    fn type_texts(&self) -> Vec<&TypeText> {
        self.deref_to.iter().chain(self.fields.values()).collect()
    }
}
