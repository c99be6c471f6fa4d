//! axum: hand-written layers, middleware that looks at path or method, one path in several routers, routers by traits.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: fill slug some-words
//! live: query by_preview preview=1
//! live: anonymous by_get_service
//! live: undecided by_preview authentication unknown, is open: a part of the query decides
//! live: undecided by_setting authentication conditional, is required: the environment decides
//! live: undecided /only/service authentication unknown, is open: the handler is a router that a function makes
//! live: absent GET /shared/other
//! live: absent GET /listed/nothing
//! live: absent GET /by-trait
//! live: absent POST /

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{Extension, OriginalUri, Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, delete, get, get_service, head, options, post, put};
use moat_live::reached;
use tower::{Layer, Service, ServiceBuilder};

type Sessions = Arc<HashMap<String, String>>;

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

fn is_known(sessions: &Sessions, headers: &HeaderMap) -> bool {
    bearer(headers).is_some_and(|token| sessions.contains_key(token))
}

/// Refuses everybody without a session.
async fn require_session(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Response {
    if is_known(&sessions, request.headers()) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// The sessions come out of the extensions.
async fn require_by_extension(
    Extension(sessions): Extension<Sessions>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let token = bearer(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let _name = sessions.get(token).ok_or(StatusCode::FORBIDDEN)?;
    Ok(next.run(request).await)
}

/// Whoever only reads is let in.
async fn require_for_writes(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// Some paths are open.
async fn require_but_for_some(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    match request.uri().path() {
        "/listed/open" | "/listed/health" => {}
        path if path.starts_with("/listed/public/") => {}
        _ => {
            if !is_known(&sessions, request.headers()) {
                return Err(StatusCode::UNAUTHORIZED);
            }
        }
    }
    Ok(next.run(request).await)
}

/// Sees the path without the prefix: the list never matches what is nested.
async fn require_but_for_full_path(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let is_open = request.uri().path() == "/inside/open";
    if !is_open && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// Sees the whole path.
async fn require_but_for_original(
    State(sessions): State<Sessions>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let is_open = uri.path() == "/original/open";
    if !is_open && !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// Sends whoever is not known to the login.
async fn redirect_to_login(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Response {
    if !is_known(&sessions, request.headers()) {
        return Redirect::to("/login").into_response();
    }
    next.run(request).await
}

/// Checks a request and hands it on.
async fn checked_request(
    State(sessions): State<Sessions>,
    request: Request,
) -> Result<Request, StatusCode> {
    if !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(request)
}

/// Can be switched off by whoever asks.
async fn require_unless_asked(
    State(sessions): State<Sessions>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if query.contains_key("preview") {
        return Ok(next.run(request).await);
    }
    if !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// Can be switched off by whoever runs the service.
async fn require_if_set(
    State(sessions): State<Sessions>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if std::env::var("DISABLE_SESSIONS").is_ok() {
        return Ok(next.run(request).await);
    }
    if !is_known(&sessions, request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// A layer of our own.
#[derive(Clone)]
struct RequireSession {
    sessions: Sessions,
}

#[derive(Clone)]
struct RequireSessionService<S> {
    inner: S,
    sessions: Sessions,
}

impl<S> Layer<S> for RequireSession {
    type Service = RequireSessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireSessionService {
            inner,
            sessions: self.sessions.clone(),
        }
    }
}

impl<S> Service<Request> for RequireSessionService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if !is_known(&self.sessions, request.headers()) {
            return Box::pin(async { Ok(StatusCode::UNAUTHORIZED.into_response()) });
        }
        Box::pin(self.inner.call(request))
    }
}

/// The same, which forgets to return.
#[derive(Clone)]
struct PretendSession {
    sessions: Sessions,
}

#[derive(Clone)]
struct PretendSessionService<S> {
    inner: S,
    sessions: Sessions,
}

impl<S> Layer<S> for PretendSession {
    type Service = PretendSessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        PretendSessionService {
            inner,
            sessions: self.sessions.clone(),
        }
    }
}

impl<S> Service<Request> for PretendSessionService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let known = is_known(&self.sessions, request.headers());
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            if !known {
                *response.status_mut() = StatusCode::UNAUTHORIZED;
            }
            Ok(response)
        })
    }
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(async fn $name() {
            reached(stringify!($name));
        })*
    };
}

handlers! {
    shared_read shared_write shared_remove twice_read twice_write
    reads writes
    listed_open listed_health listed_closed listed_secret
    inside_open original_open original_closed
    by_own_layer by_pretended_layer
    by_request by_redirect by_extension by_preview by_setting
    by_trait_read by_trait_write
    in_stack in_stack_too
    only_head only_options by_get_service
    in_closure_router
    in_list_a in_list_b
    slug_page org_members org_late
}

async fn listed_public(Path(slug): Path<String>) -> String {
    reached("listed_public");
    slug
}

/// One path in two routers, of which one is covered; and one path twice in one router.
fn shared(sessions: &Sessions) -> Router {
    let auth = middleware::from_fn_with_state(sessions.clone(), require_session);
    let reading = Router::new().route("/shared", get(shared_read));
    let writing = Router::new()
        .route("/shared", post(shared_write))
        .route("/shared", delete(shared_remove))
        .layer(auth.clone());
    let twice = Router::new()
        .route("/twice", put(twice_write))
        .route_layer(auth)
        .route("/twice", get(twice_read));
    reading.merge(writing).merge(twice)
}

fn looks_at_requests(sessions: &Sessions) -> Router {
    let writes_only = middleware::from_fn_with_state(sessions.clone(), require_for_writes);
    let but_for_some = middleware::from_fn_with_state(sessions.clone(), require_but_for_some);
    let but_for_full = middleware::from_fn_with_state(sessions.clone(), require_but_for_full_path);
    let but_for_original =
        middleware::from_fn_with_state(sessions.clone(), require_but_for_original);
    let inside = Router::new()
        .route("/open", get(inside_open))
        .layer(but_for_full);
    let original = Router::new()
        .route("/open", get(original_open))
        .route("/closed", get(original_closed))
        .layer(but_for_original);
    Router::new()
        .route("/methods", get(reads).post(writes).layer(writes_only))
        .merge(
            Router::new()
                .route("/listed/open", get(listed_open))
                .route("/listed/health", get(listed_health))
                .route("/listed/public/{slug}", get(listed_public))
                .route("/listed/publicity", get(listed_closed))
                .route("/listed/secret", get(listed_secret))
                .layer(but_for_some),
        )
        .nest("/inside", inside)
        .nest("/original", original)
}

fn own_layers(sessions: &Sessions) -> Router {
    let require = RequireSession {
        sessions: sessions.clone(),
    };
    let pretend = PretendSession {
        sessions: sessions.clone(),
    };
    let checked = middleware::map_request_with_state(sessions.clone(), checked_request);
    let redirect = middleware::from_fn_with_state(sessions.clone(), redirect_to_login);
    let setting = middleware::from_fn_with_state(sessions.clone(), require_if_set);
    let preview = middleware::from_fn_with_state(sessions.clone(), require_unless_asked);
    Router::new()
        .route("/layers/own", post(by_own_layer).layer(require.clone()))
        .route("/layers/pretended", post(by_pretended_layer).layer(pretend))
        .route("/layers/request", post(by_request).layer(checked))
        .route("/layers/redirect", post(by_redirect).layer(redirect))
        .route(
            "/layers/extension",
            post(by_extension).layer(
                ServiceBuilder::new()
                    .layer(Extension(sessions.clone()))
                    .layer(middleware::from_fn(require_by_extension)),
            ),
        )
        .route("/layers/preview", post(by_preview).layer(preview))
        .route("/layers/setting", post(by_setting).layer(setting))
        .merge(
            Router::new()
                .route("/layers/stack", post(in_stack).put(in_stack_too))
                .layer(ServiceBuilder::new().layer(Extension(1_u8)).layer(require)),
        )
}

/// Routers that come out of a trait, a closure, a list.
trait Part {
    const PREFIX: &'static str;

    fn routes() -> Router;

    fn mounted(sessions: &Sessions) -> Router {
        let auth = middleware::from_fn_with_state(sessions.clone(), require_session);
        Router::new().nest(Self::PREFIX, Self::routes().layer(auth))
    }
}

struct ByTrait;

impl Part for ByTrait {
    const PREFIX: &'static str = "/by-trait";

    fn routes() -> Router {
        Router::new().route("/parts", get(by_trait_read).post(by_trait_write))
    }
}

fn put_together(sessions: &Sessions) -> Router {
    let in_closure =
        |prefix: &str| Router::new().route(&format!("{prefix}/made"), get(in_closure_router));
    let listed: Vec<(&str, MethodRouter)> =
        vec![("/list/a", get(in_list_a)), ("/list/b", get(in_list_b))];
    let list = listed
        .into_iter()
        .fold(Router::new(), |router, (path, method)| {
            router.route(path, method)
        });
    let auth = middleware::from_fn_with_state(sessions.clone(), require_session);
    let org = Router::new()
        .route("/members", get(org_members))
        .route_layer(auth)
        .route("/late", get(org_late));
    Router::new()
        .merge(in_closure("/closure"))
        .merge(list)
        .nest("/orgs/{org}", org)
        .route("/pages/{slug}", get(slug_page))
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let router = Router::new()
        .route("/only/head", head(only_head))
        .route("/only/options", options(only_options))
        .route("/only/service", get_service(by_get_service_service()))
        .merge(shared(&sessions))
        .merge(looks_at_requests(&sessions))
        .merge(own_layers(&sessions))
        .merge(ByTrait::mounted(&sessions))
        .merge(put_together(&sessions));
    let listener = tokio::net::TcpListener::bind(moat_live::address())
        .await
        .expect("the port is free");
    axum::serve(listener, router).await.expect("it serves");
}

/// A handler as a service.
fn by_get_service_service() -> Router {
    Router::new().fallback(by_get_service)
}
