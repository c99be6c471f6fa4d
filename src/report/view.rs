//! The endpoint inventory as reports take it: plain, owned, and free of engine types.
//!
//! These are the terms of `docs/schema/routes.schema.json`, version 1.

use serde::Serialize;

/// Every endpoint of a run, in the order to be shown.
#[derive(Debug, Clone, Default)]
pub struct RoutesView {
    /// The endpoints.
    pub endpoints: Vec<EndpointView>,
    /// Registrations that could not be followed.
    pub unresolved: Vec<UnresolvedView>,
}

/// One method and path of one listener.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointView {
    /// Stable across runs and line shifts.
    pub id: String,
    /// The crate or binary that serves it.
    pub service: String,
    /// Which of the service's listeners, where it has several.
    pub listener: Option<String>,
    /// `axum`, ..
    pub framework: String,
    /// The cfg or runtime condition under which it exists.
    pub cfg: Option<String>,
    /// `GET`, .. or `ANY`.
    pub method: String,
    /// Full path; parameters as `{name}`, catch-alls as `{*name}`.
    pub path: String,
    /// What answers.
    pub handler: HandlerView,
    /// Where it is registered.
    pub registered: LocationView,
    /// What it keeps its connection open for: `websocket` or `event-stream`.
    pub stream: Option<&'static str>,
    /// What guards it.
    pub protections: ProtectionsView,
}

/// What answers a request.
#[derive(Debug, Clone, Serialize)]
pub struct HandlerView {
    /// Resolved path of the function, or `{closure}`.
    pub name: String,
    /// The `fn` line, or the closure.
    pub location: LocationView,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocationView {
    /// Relative to the scanned root, with forward slashes.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
}

/// The eight protections of an endpoint.
#[derive(Debug, Clone, Serialize)]
pub struct ProtectionsView {
    /// Who calls.
    pub authentication: ProtectionView,
    /// Whether they may.
    pub authorization: ProtectionView,
    /// How often.
    pub rate_limit: ProtectionView,
    /// How much they may send.
    pub body_limit: ProtectionView,
    /// How long it may take.
    pub timeout: ProtectionView,
    /// Which web origins may read the answer.
    pub cors: ProtectionView,
    /// Whether other sites can make a browser call it.
    pub csrf: ProtectionView,
    /// Whether calls leave a trace.
    pub tracing: ProtectionView,
}

/// One protection of one endpoint.
#[derive(Debug, Clone, Serialize)]
pub struct ProtectionView {
    /// The verdict.
    pub status: Status,
    /// For conditional ones: the setting, and its default where known.
    pub condition: Option<String>,
    /// The limit, the origins, the role or scope, as far as known.
    pub value: Option<String>,
    /// What the verdict rests on.
    pub evidence: Vec<EvidenceView>,
}

/// How far a protection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Proven that a request without it is rejected; for a limit: that it applies.
    Required,
    /// So only when a setting is on.
    Conditional,
    /// Looked at but let through.
    Optional,
    /// Proven absent.
    None,
    /// Could not be decided.
    Unknown,
}

/// One thing that a verdict rests on.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceView {
    /// What kind of thing.
    pub kind: EvidenceKind,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub location: LocationView,
}

/// The kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A parameter that is taken from the request.
    Extractor,
    /// A layer or middleware around the handler.
    Layer,
    /// A request guard.
    Guard,
    /// A check in the handler's body or below it.
    BodyCheck,
    /// An attribute on the handler.
    Attribute,
    /// A filter.
    Filter,
    /// An interceptor.
    Interceptor,
    /// The user's configuration says so.
    Configuration,
}

/// A registration that could not be followed.
#[derive(Debug, Clone, Serialize)]
pub struct UnresolvedView {
    /// Why.
    pub reason: String,
    /// Where.
    pub location: LocationView,
}

impl ProtectionView {
    /// A verdict with nothing to add.
    pub fn new(status: Status) -> ProtectionView {
        ProtectionView {
            status,
            condition: None,
            value: None,
            evidence: Vec::new(),
        }
    }
}

impl ProtectionsView {
    /// All eight with their names in settings and JSON, in the order of the schema.
    pub fn named(&self) -> [(&'static str, &ProtectionView); 8] {
        [
            ("authentication", &self.authentication),
            ("authorization", &self.authorization),
            ("rate_limit", &self.rate_limit),
            ("body_limit", &self.body_limit),
            ("timeout", &self.timeout),
            ("cors", &self.cors),
            ("csrf", &self.csrf),
            ("tracing", &self.tracing),
        ]
    }
}
