//! Layers of axum and tower-http that look like checks.

use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::future::BoxFuture;
use sqlx::PgPool;
use tower::{Layer, Service};
use tower_http::auth::{AsyncAuthorizeRequest, AsyncRequireAuthorizationLayer};
use tower_http::validate_request::{ValidateRequest, ValidateRequestHeaderLayer};

async fn require_auth(request: Request, next: Next) -> Response { //~ noop-validator
    // Whoever writes this wants to come back.
    let response = next.run(request).await;
    response
}

async fn auth_middleware(request: Request, next: Next) -> Result<Response, StatusCode> { //~ noop-validator
    let token = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    if let Some(token) = token {
        tracing::debug!(length = token.len(), "token");
    } else {
        tracing::debug!("no token");
    }
    Ok(next.run(request).await)
}

#[derive(Clone)]
struct Checks;

impl AsyncAuthorizeRequest<Body> for Checks {
    type RequestBody = Body;
    type ResponseBody = Body;
    type Future = BoxFuture<'static, Result<Request, Response>>;

    fn authorize(&mut self, request: Request) -> Self::Future { //~ noop-validator
        Box::pin(async move { Ok(request) })
    }
}

#[derive(Clone)]
struct Validates;

impl<B> ValidateRequest<B> for Validates {
    type ResponseBody = Body;

    fn validate(&mut self, _request: &mut axum::http::Request<B>) -> Result<(), Response> { //~ noop-validator
        Ok(())
    }
}

#[derive(Clone)]
struct AuthLayer;

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { inner }
    }
}

#[derive(Clone)]
struct AuthService<S> {
    inner: S,
}

impl<S> Service<Request> for AuthService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future { //~ noop-validator
        self.inner.call(request)
    }
}

#[derive(Clone)]
struct Sessions(PgPool);

async fn is_known(sessions: &Sessions, headers: &HeaderMap) -> bool {
    let token = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let query = sqlx::query_scalar::<_, i64>("SELECT account FROM session WHERE token = $1").bind(token.to_owned());
    matches!(query.fetch_optional(&sessions.0).await, Ok(Some(_)))
}

async fn authenticate(State(sessions): State<Sessions>, request: Request, next: Next) -> Response {
    if is_known(&sessions, request.headers()).await {
        return next.run(request).await;
    }
    StatusCode::UNAUTHORIZED.into_response() // near miss: one way ends in a refusal
}

async fn authorize(State(sessions): State<Sessions>, request: Request, next: Next) -> Response {
    let response = match is_known(&sessions, request.headers()).await {
        true => next.run(request).await,
        false => StatusCode::FORBIDDEN.into_response(), // near miss: a branch of a variable refuses
    };
    response
}

async fn jwt_auth(mut request: Request, next: Next) -> Response {
    identify(&mut request);
    next.run(request).await // near miss: what it calls may leave an identity in the request
}

fn identify(request: &mut Request) {
    let user = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).map(str::to_owned);
    request.extensions_mut().insert(user);
}

async fn optional_auth(request: Request, next: Next) -> Response {
    next.run(request).await // near miss: its name says that it does not insist
}

#[derive(Clone)]
struct AllowAll;

impl<B> ValidateRequest<B> for AllowAll {
    type ResponseBody = Body;

    fn validate(&mut self, _request: &mut axum::http::Request<B>) -> Result<(), Response> {
        Ok(()) // near miss: its type says that it is meant so
    }
}

async fn must_auth(request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION);
    let token = header.expect("somebody asks without credentials"); // near miss: a panic keeps the request out
    tracing::debug!(length = token.len(), "token");
    next.run(request).await
}

async fn unused_auth(request: Request, next: Next) -> Response {
    next.run(request).await // near miss: no layer of any router
}

async fn create(State(sessions): State<Sessions>) -> StatusCode {
    match sqlx::query("INSERT INTO event (what) VALUES ('create')").execute(&sessions.0).await {
        Ok(_) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub fn app(sessions: Sessions) -> Router {
    Router::new()
        .merge(Router::new().route("/1", post(create)).layer(from_fn(require_auth)))
        .merge(Router::new().route("/2", post(create)).layer(from_fn(auth_middleware)))
        .merge(Router::new().route("/3", post(create)).layer(AsyncRequireAuthorizationLayer::new(Checks)))
        .merge(Router::new().route("/4", post(create)).layer(ValidateRequestHeaderLayer::custom(Validates)))
        .merge(Router::new().route("/5", post(create)).layer(AuthLayer))
        .merge(Router::new().route("/6", post(create)).layer(from_fn_with_state(sessions.clone(), authenticate)))
        .merge(Router::new().route("/7", post(create)).layer(from_fn_with_state(sessions.clone(), authorize)))
        .merge(Router::new().route("/8", post(create)).layer(from_fn(jwt_auth)))
        .merge(Router::new().route("/9", post(create)).layer(from_fn(optional_auth)))
        .merge(Router::new().route("/10", post(create)).layer(ValidateRequestHeaderLayer::custom(AllowAll)))
        .merge(Router::new().route("/11", post(create)).layer(from_fn(must_auth)))
        .with_state(sessions)
}

pub fn unused() -> impl Sized {
    unused_auth
}

fn main() {}
