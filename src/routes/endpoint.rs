//! What an endpoint is, and what is known of its protections.

use std::sync::Arc;

use super::cors::CorsPolicy;
use super::limit_key::ClientKey;
use crate::facts::ExprId;
use crate::models::schema::Stream;
use crate::program::{BodyKey, FnId};
use crate::source::{Name, Span};
use crate::workspace::config::exception::Control;

/// One method on one path of one service.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The crate or binary that serves it.
    pub service: String,
    /// Which of the service's listeners, where it has several.
    pub listener: Option<String>,
    /// It listens at a Unix socket, and nowhere that another machine reaches: who may connect is for the
    /// permissions of a file to say.
    pub on_unix_socket: bool,
    /// `axum`, `actix-web`, `rocket`, ..
    pub framework: &'static str,
    /// The cfg or runtime condition under which it exists.
    pub cfg: Option<String>,
    /// `GET`, .., or `ANY`.
    pub method: String,
    /// Full path, parameters as `{name}`, catch-alls as `{*name}`.
    pub path: String,
    /// What answers.
    pub handler: Handler,
    /// Where it is registered.
    pub registered: Span,
    /// Where prefixes are added, outermost first.
    pub mounts: Vec<(Span, String)>,
    /// What the request passes before the handler, outermost first.
    pub layers: Vec<LayerSeen>,
    /// Layers that protect, and that it was added too late for.
    pub missed: Vec<MissedLayer>,
    /// The eight protections.
    pub protections: Protections,
    /// What the endpoint is for, as far as names and code tell.
    pub purpose: Purpose,
    /// What it keeps its connection open for, where somebody wants to know all of it.
    pub stream: Option<Stream>,
}

impl Endpoint {
    /// The method that says what it does: of gRPC all are called by `POST`.
    pub fn acts_as(&self) -> &str {
        super::frameworks::acts_as(self.framework, &self.method, &self.path)
    }

    /// Whether it is a field of a GraphQL schema, and not a route of its own.
    pub fn is_operation(&self) -> bool {
        super::frameworks::is_graphql(self.framework)
    }
}

/// A layer on the way to an endpoint, with what it was found to do.
#[derive(Debug, Clone)]
pub struct LayerSeen {
    /// Its name as written or resolved.
    pub name: String,
    /// Where it is applied.
    pub span: Span,
    /// What it does, in a few words.
    pub effect: String,
    /// The condition under which it is there.
    pub condition: Option<String>,
    /// Where it lets requests pass that it has not checked, although it refuses others.
    pub gap: Option<Gap>,
    /// What it lets other origins do, if that is what it is for, as far as it is known.
    pub cors: Option<Arc<CorsPolicy>>,
    /// By what it tells clients apart, if it limits them by something that they choose.
    pub limit_key: Option<Arc<ClientKey>>,
    /// The code of the program that decides whether a request gets through.
    pub decider: Option<Decider>,
    /// Whether it refuses some requests, and looks at the credentials of some.
    pub refuses: bool,
}

/// The code of the program by which a layer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decider {
    /// A function, a method or a closure.
    pub code: HandlerTarget,
    /// A library's layer asks it, which is there to find out who comes in.
    pub is_asked: bool,
}

/// Where middleware that refuses some requests for their credentials lets others pass without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The call of the rest of the chain.
    pub span: Span,
    /// It comes after a check of credentials that did not succeed.
    pub has_failed: bool,
    /// The middleware leaves something for handlers and extractors to decide by.
    pub inserts: bool,
}

/// A layer that covers what was added to its router before it, and so not this endpoint.
#[derive(Debug, Clone)]
pub struct MissedLayer {
    /// Its name as written or resolved.
    pub name: String,
    /// Where it is applied.
    pub span: Span,
    /// What adds the endpoint, by itself or with the router that it is in.
    pub added: Span,
    /// What it would have protected from.
    pub protects: Vec<Control>,
}

/// What answers an endpoint.
#[derive(Debug, Clone)]
pub struct Handler {
    /// Resolved path of the function, or `{closure}`.
    pub name: String,
    /// The `fn` keyword, or the closure.
    pub span: Span,
    /// The code.
    pub target: HandlerTarget,
}

/// The code of a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerTarget {
    /// A function of the program.
    Fn(FnId),
    /// A closure in a body.
    Closure(BodyKey, ExprId),
    /// A library's handler or service (static files, metrics, ..).
    External(Name),
    /// Not found.
    Unknown,
}

/// How far a protection applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// A request without it is rejected.
    Required,
    /// So only when a setting is on.
    Conditional,
    /// Looked at, but let through.
    Optional,
    /// Proven absent.
    None,
    /// Could not be decided.
    Unknown,
}

impl Status {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Required => "required",
            Status::Conditional => "conditional",
            Status::Optional => "optional",
            Status::None => "none",
            Status::Unknown => "unknown",
        }
    }
}

/// One protection of an endpoint.
#[derive(Debug, Clone)]
pub struct Protection {
    /// How far it applies.
    pub status: Status,
    /// For [`Status::Conditional`]: the setting, and its default where known.
    pub condition: Option<String>,
    /// The limit, the origins, the role, as far as known.
    pub value: Option<String>,
    /// Why.
    pub evidence: Vec<Evidence>,
    /// Of authorization: the evidence of what is demanded on every path by itself, and not in the
    /// place of something else.
    pub demanded: Vec<Evidence>,
    /// For [`Status::Unknown`]: what could not be decided.
    pub unresolved: Option<String>,
}

impl Protection {
    /// A protection of this status, without evidence.
    pub fn new(status: Status) -> Protection {
        Protection {
            status,
            condition: None,
            value: None,
            evidence: Vec::new(),
            demanded: Vec::new(),
            unresolved: None,
        }
    }
}

/// The eight protections.
#[derive(Debug, Clone)]
pub struct Protections {
    /// Who is it?
    pub authentication: Protection,
    /// May they?
    pub authorization: Protection,
    /// Requests per time.
    pub rate_limit: Protection,
    /// Bytes per request.
    pub body_limit: Protection,
    /// Time per request.
    pub timeout: Protection,
    /// Cross-origin reads.
    pub cors: Protection,
    /// Forged cross-site writes.
    pub csrf: Protection,
    /// Spans, access logs.
    pub tracing: Protection,
}

impl Protections {
    /// One of them.
    pub fn of(&self, control: Control) -> &Protection {
        match control {
            Control::Authentication => &self.authentication,
            Control::Authorization => &self.authorization,
            Control::RateLimit => &self.rate_limit,
            Control::BodyLimit => &self.body_limit,
            Control::Timeout => &self.timeout,
            Control::Cors => &self.cors,
            Control::Csrf => &self.csrf,
            Control::Tracing => &self.tracing,
        }
    }

    /// The protections with the names that reports give them.
    pub fn named(&self) -> [(&'static str, &Protection); 8] {
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

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// The user's name for it.
    pub name: String,
    /// Where.
    pub span: Span,
}

/// How the name of evidence begins that a fixed setting is.
pub const ASSUMED: &str = "assumed: ";

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvidenceKind {
    /// A type in the handler's signature.
    Extractor,
    /// Middleware.
    Layer,
    /// A route or request guard.
    Guard,
    /// A call in a body.
    BodyCheck,
    /// An attribute.
    Attribute,
    /// A warp filter.
    Filter,
    /// A tonic interceptor.
    Interceptor,
    /// The configuration says so.
    Configuration,
}

impl EvidenceKind {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Extractor => "extractor",
            EvidenceKind::Layer => "layer",
            EvidenceKind::Guard => "guard",
            EvidenceKind::BodyCheck => "body-check",
            EvidenceKind::Attribute => "attribute",
            EvidenceKind::Filter => "filter",
            EvidenceKind::Interceptor => "interceptor",
            EvidenceKind::Configuration => "configuration",
        }
    }
}

/// What an endpoint is for: open by nature, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Login, token exchange, OAuth callback: hands out credentials.
    Credential,
    /// Registration, password reset, e-mail confirmation, invitation.
    Account,
    /// Health, readiness, version, metrics.
    Health,
    /// Static files, documentation, robots.txt.
    Static,
    /// A webhook that verifies a signature.
    Webhook,
    /// The path itself carries the credential: `/hooks/{id}/{token}`.
    Capability,
    /// Anything else.
    Ordinary,
}
