//! The words of model files: what an item carries, proves, protects from and does.

use serde::Deserialize;

/// What a success proves about the sender of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proves {
    /// Nothing.
    #[default]
    Nothing,
    /// A credential is there and parses; an invented one passes.
    Presence,
    /// A session exists; anonymous visitors have one too.
    Session,
    /// Absent and invented credentials are both rejected.
    Identity,
    /// What the user-supplied validator proves ([`Layer::validator`]).
    Callback,
}

/// Which part of a request an extractor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carries {
    /// The body as JSON, bytes, text or a stream.
    Body,
    /// A URL-encoded form.
    Form,
    /// A multipart form: uploads.
    Multipart,
    /// The query string.
    Query,
    /// Path parameters.
    Path,
    /// All headers.
    Headers,
    /// One header, typed.
    Header,
    /// Cookies.
    Cookies,
    /// Application state.
    State,
    /// A request extension, put there by a middleware.
    Extension,
    /// Session data.
    Session,
    /// Who sends the request.
    Identity,
    /// The peer's address.
    Connection,
    /// The whole request.
    Request,
    /// The `Host` header or its forwarded forms.
    Host,
    /// The method.
    Method,
    /// The URI, without the prefixes of routers around.
    Uri,
    /// The URI as the client has sent it, where routers take prefixes away.
    WholeUri,
    /// The pattern of the matched route.
    MatchedPath,
    /// A WebSocket upgrade.
    Websocket,
    /// Anything else that says nothing of authentication.
    Other,
}

/// A protection that a layer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Who you are.
    Authentication,
    /// What you may do.
    Authorization,
    /// How often.
    RateLimit,
    /// How much.
    BodyLimit,
    /// How long.
    Timeout,
    /// From which origins.
    Cors,
    /// Not from foreign pages.
    Csrf,
    /// Seen in logs or traces.
    Tracing,
}

impl Protection {
    /// What a layer that gives it does, in words.
    pub fn effect(self) -> &'static str {
        match self {
            Protection::Authentication => "checks who asks",
            Protection::Authorization => "checks what the caller may do",
            Protection::RateLimit => "limits requests per time",
            Protection::BodyLimit => "limits the size of bodies",
            Protection::Timeout => "ends slow requests",
            Protection::Cors => "says which origins may read answers",
            Protection::Csrf => "refuses forged requests",
            Protection::Tracing => "traces or logs requests",
        }
    }
}

/// What a function or macro does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Its success proves the credential argument.
    Verifies,
    /// Compares two values; its success proves the one that the client sent, if the other is secret.
    ComparesSecret,
    /// Returns what the client sent as a credential: header, cookie, token.
    CredentialSource,
    /// Returns what the client claims: who it is, which key it means, what its token says before
    /// anybody has verified it. Whoever knows a name can send it.
    ClaimSource,
    /// Returns server-side or signed session data: present only after the server stored it.
    SessionSource,
    /// Returns who the client is, verified by a middleware.
    IdentitySource,
    /// Returns other client-controlled data.
    RequestSource,
    /// Runs the extractor that its type argument names.
    RunsExtractor,
    /// Runs a closure, its first argument; what that gives is its own value, or what success holds.
    RunsClosure,
    /// Waits for a future, its last argument; what that gives is what success holds.
    RunsFuture,
    /// Parses or converts; proves nothing.
    Syntactic,
    /// Hashes a password or message.
    Hashes,
    /// Creates a token or session: what a login does.
    Issues,
    /// Ends a session.
    Revokes,
    /// Switches a verification off.
    DisablesVerification,
    /// Reads stored data (database, file, cache).
    EffectRead,
    /// Changes stored data or the outside world.
    EffectWrite,
    /// Either, depending on an argument: a statement that is run.
    Effect,
    /// Changes a value in place, or wakes who waits for it: an effect where others share it. Of
    /// functions without a receiver, an effect where what they set is not the service's own.
    ChangesShared,
    /// Puts an argument, the `credential` or else the first, where the resolvers of one request find it,
    /// by its type.
    HandsOn,
    /// The same for the resolvers of all requests.
    SharesOut,
    /// Sends mail or messages to people.
    SendsMail,
    /// Checks a rate limit.
    Limits,
    /// Reads configuration or the environment.
    ReadsConfig,
    /// Prepares a request to the URL argument, or sends it.
    HttpRequest,
    /// Sends a request that was prepared before.
    SendsRequest,
    /// Refuses plain-text connections.
    ForcesTls,
    /// Opens a connection to the URL argument.
    Connects,
    /// Runs a server.
    Serves,
    /// Makes a value out of its arguments: constructors and builder steps.
    Builds,
    /// Writes a log or trace event.
    Logs,
    /// A macro that returns an error from the function it stands in.
    Bails,
    /// A macro that returns an error unless its first argument is true.
    Ensures,
    /// Never returns.
    Diverges,
    /// Tells the time, which everybody knows.
    Clock,
    /// Nothing that matters to security.
    Noop,
}

/// What a step that builds a CORS policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorsRule {
    /// `*`: any page may read the answers, without the visitor's credentials.
    AnyOrigin,
    /// Whatever origin asks is named in the answer, which works with credentials too.
    MirrorsOrigin,
    /// Named origins only, in the place of what was said before.
    NamedOrigins,
    /// The first argument says which origins.
    Origins,
    /// The first argument is code that decides about an origin.
    Predicate,
    /// The first argument is a pattern with `*` for anything.
    Pattern,
    /// With credentials, unless the argument says otherwise.
    Credentials,
    /// Any origin is answered by `*`, not by its name.
    SendsWildcard,
}

/// Which outcome of a call counts as its success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// `Ok(_)`.
    Ok,
    /// `Some(_)`.
    Some,
    /// `true`.
    True,
    /// `false`.
    False,
    /// `Ok(true)`.
    OkTrue,
    /// `Ok(Some(_))`.
    OkSome,
    /// That it returns at all.
    Success,
}

/// What a type is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TypeRole {
    /// Dereferences to its payload.
    SmartPointer,
    /// The end of a channel that things are put into.
    Sender,
    /// Sends HTTP requests.
    HttpClient,
    /// A database connection or pool.
    DbPool,
    /// Settings.
    Config,
    /// Hides a secret.
    SecretWrapper,
    /// Composes routes.
    Router,
    /// A request or its head.
    Request,
    /// A response.
    Response,
    /// The response that a handler is handed to write into.
    Answer,
    /// What stops a chain of handlers, or runs the rest of it.
    Flow,
    /// What handlers hand on to those after them.
    Depot,
    /// What the resolvers of a GraphQL request are handed: they find there by type what was put there.
    ResolverContext,
    /// A header map.
    Headers,
    /// Cookies of a request.
    Cookies,
    /// Session data.
    Session,
    /// An identity.
    Identity,
    /// A rate limiter.
    Limiter,
    /// Chooses the key under which a rate limiter counts.
    RateKey,
    /// Key material.
    Key,
    /// Authenticates what it is given under a key: nobody without the key knows the result.
    Mac,
    /// Sends mail.
    Mailer,
    /// What is written into it leaves the process: a file, a connection.
    Sink,
    /// Unpacks compressed data as it is read, without a bound of its own.
    Decoder,
    /// Decides whether a route matches.
    Guard,
    /// A service that gives out files of a folder.
    StaticFiles,
    /// A service that redirects.
    Redirect,
    /// An error: building one rejects.
    Error,
    /// Anything else worth knowing.
    Other,
}
