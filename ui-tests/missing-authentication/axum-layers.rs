//! Layers: what they cover, in which order, and whether they reject at all.

use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use futures_util::future::BoxFuture;
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;
use tower::{Layer, Service, ServiceBuilder};
use tower_http::auth::{AsyncAuthorizeRequest, AsyncRequireAuthorizationLayer};
use tower_http::cors::CorsLayer;
use tower_http::trace::TraceLayer;
use tower_http::validate_request::ValidateRequestHeaderLayer;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn user_of(request: &Request, key: &DecodingKey) -> Option<i64> {
    let token = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok()?;
    Some(data.claims.sub)
}

async fn require_user(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match user_of(&request, &state.key) {
        Some(_) => next.run(request).await,
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Notes who is calling, and lets everybody pass.
async fn note_user(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(user) = user_of(&request, &state.key) {
        tracing::info!(user, "request");
    }
    next.run(request).await
}

/// Rejects, but only after the handler has run.
async fn reject_late(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let known = user_of(&request, &state.key).is_some();
    let response = next.run(request).await;
    if known { response } else { StatusCode::UNAUTHORIZED.into_response() }
}

/// Asks for a header of any content.
async fn require_header(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.headers().get("x-requested-with").is_none() {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(next.run(request).await)
}

/// A layer and a service of our own.
#[derive(Clone)]
struct AuthLayer {
    key: DecodingKey,
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { inner, key: self.key.clone() }
    }
}

#[derive(Clone)]
struct AuthService<S> {
    inner: S,
    key: DecodingKey,
}

impl<S> Service<Request> for AuthService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let user = user_of(&request, &self.key);
        let mut inner = self.inner.clone();
        Box::pin(async move {
            if user.is_none() {
                return Ok(StatusCode::UNAUTHORIZED.into_response());
            }
            inner.call(request).await
        })
    }
}

#[derive(Clone)]
struct CheckToken {
    key: DecodingKey,
}

impl AsyncAuthorizeRequest<Body> for CheckToken {
    type RequestBody = Body;
    type ResponseBody = Body;
    type Future = BoxFuture<'static, Result<Request, Response>>;

    fn authorize(&mut self, request: Request) -> Self::Future {
        let user = user_of(&request, &self.key);
        Box::pin(async move {
            match user {
                Some(_) => Ok(request),
                None => Err(StatusCode::UNAUTHORIZED.into_response()),
            }
        })
    }
}

async fn touch(db: &PgPool, what: &'static str, id: i64) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what, id) VALUES ($1, $2)").bind(what).bind(id);
    if query.execute(db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn create(State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "create", 0).await
}

async fn update(State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, "update", id).await
}

async fn remove(State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    touch(&state.db, "remove", id).await
}

async fn catch_all(State(state): State<AppState>) -> StatusCode {
    touch(&state.db, "legacy", 0).await
}

/// Everything that is added before the layer is covered.
fn covered(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create)) // near miss: the layer comes below, and covers what stands above
        .route("/{id}", put(update).delete(remove)) // near miss: two methods in one registration
        .layer(middleware::from_fn_with_state(state.clone(), require_user))
}

/// The layer of the parent covers what is nested before it.
fn nested(state: &AppState) -> Router<AppState> {
    let inner = Router::new().route("/{id}", delete(remove)); // near miss: the router that it is nested in has the layer
    Router::new().nest("/inner", inner).layer(middleware::from_fn_with_state(state.clone(), require_user))
}

/// The layer of a single method router.
fn single(state: &AppState) -> Router<AppState> {
    let auth = middleware::from_fn_with_state(state.clone(), require_user);
    Router::new()
        .route("/{id}", delete(remove).layer(auth.clone())) // near miss: the layer is on the method router
        .route("/{id}/copy", post(update).route_layer(auth)) // near miss: `route_layer` on the method router
}

/// A stack in which one layer of several authenticates.
fn stacked(state: &AppState) -> Router<AppState> {
    let stack = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(AuthLayer { key: state.key.clone() })
        .layer(CorsLayer::new());
    Router::new().route("/", post(create)).layer(stack) // near miss: a `ServiceBuilder` with a service of our own
}

/// A layer of tower-http with a check of ours.
fn asynchronous(state: &AppState) -> Router<AppState> {
    let check = AsyncRequireAuthorizationLayer::new(CheckToken { key: state.key.clone() });
    Router::new().route("/", post(create)).layer(check) // near miss: `AsyncRequireAuthorizationLayer` with a real check
}

/// A layer of tower-http that compares with one token.
#[allow(deprecated)]
fn bearer() -> Router<AppState> {
    let token = std::env::var("OPERATOR_TOKEN").expect("OPERATOR_TOKEN is set");
    Router::new()
        .route("/", post(create)) // near miss: `ValidateRequestHeaderLayer::bearer`
        .route_layer(ValidateRequestHeaderLayer::bearer(&token))
}

/// The registration is spread over statements, and the layer is added in the end.
fn in_steps(state: &AppState) -> Router<AppState> {
    let mut router = Router::new();
    router = router.route("/", post(create)); // near miss: reassigned, and the layer comes two statements later
    if cfg!(debug_assertions) {
        router = router.route("/{id}", delete(remove)); // near miss: added in a branch before the layer
    }
    router = router.layer(middleware::from_fn_with_state(state.clone(), require_user));
    router
}

/// Routes after the layer.
fn too_late(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .layer(middleware::from_fn_with_state(state.clone(), require_user))
        .route("/{id}", delete(remove)) // near miss: that the layer stands too early is for `unprotected-by-layer-order` to say
}

/// A router merged after the layer.
fn merged_too_late(state: &AppState) -> Router<AppState> {
    let more = Router::new().route("/{id}", delete(remove)).route("/{id}/copy", post(update)); // near miss: the same of a merge
    Router::new()
        .route("/", post(create))
        .layer(middleware::from_fn_with_state(state.clone(), require_user))
        .merge(more)
}

/// `route_layer` does not cover the fallback.
fn with_fallback(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .fallback(catch_all) //~ missing-authentication
        .route_layer(middleware::from_fn_with_state(state.clone(), require_user))
}

/// `layer` covers the fallback.
fn with_covered_fallback(state: &AppState) -> Router {
    Router::new()
        .route("/", post(create))
        .fallback(catch_all) // near miss: `layer` covers the fallback, unlike `route_layer`
        .layer(middleware::from_fn_with_state(state.clone(), require_user))
        .with_state(state.clone())
}

fn only_reads(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create)) //~ missing-authentication
        .layer(middleware::from_fn_with_state(state.clone(), note_user))
}

fn rejects_late(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create)) //~ missing-authentication
        .layer(middleware::from_fn_with_state(state.clone(), reject_late))
}

fn wants_a_header() -> Router<AppState> {
    Router::new()
        .route("/", post(create)) //~ missing-authentication
        .layer(middleware::from_fn(require_header))
}

fn accepts_json() -> Router<AppState> {
    Router::new()
        .route("/", post(create)) //~ missing-authentication
        .layer(ValidateRequestHeaderLayer::accept("application/json"))
}

fn cors_only() -> Router<AppState> {
    let origin = HeaderValue::from_static("https://example-shop.com");
    Router::new()
        .route("/", post(create)) //~ missing-authentication
        .layer(CorsLayer::new().allow_origin(origin).allow_credentials(true))
}

async fn health() -> &'static str {
    "ok"
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/health", get(health)) // near miss: health checks are open by nature
        .nest("/covered", covered(&state))
        .nest("/nested", nested(&state))
        .nest("/single", single(&state))
        .nest("/stacked", stacked(&state))
        .nest("/asynchronous", asynchronous(&state))
        .nest("/bearer", bearer())
        .nest("/steps", in_steps(&state))
        .nest("/late", too_late(&state))
        .nest("/merged", merged_too_late(&state))
        .nest("/fallback", with_fallback(&state))
        .nest_service("/covered-fallback", with_covered_fallback(&state))
        .nest("/reads", only_reads(&state))
        .nest("/rejects-late", rejects_late(&state))
        .nest("/header", wants_a_header())
        .nest("/accept", accepts_json())
        .nest("/cors", cors_only())
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
