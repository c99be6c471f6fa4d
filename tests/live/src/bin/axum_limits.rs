//! axum: nesting, services, catch-alls, and limits on a part of the tree.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: large 1500000
//! live: slow slow_cut
//! live: slow slow_free
//! live: slow slow_late
//! live: body upload_small text/plain hello
//! live: body upload_any text/plain hello
//! live: body upload_layer text/plain hello
//! live: body upload_disabled text/plain hello
//! live: body upload_late text/plain hello
//! live: body upload_overridden text/plain hello
//! live: body upload_raised text/plain hello
//! live: body upload_within text/plain hello
//! live: body upload_raw text/plain hello
//! live: body login application/json {"name":"ann"}
//! live: body login_counted application/json {"name":"ann"}
//! live: body login_open application/json {"name":"ann"}
//! live: anonymous closure
//! live: known missing ANY /ping wrong_method: what only says that a method is wrong is not listed

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, any, get, on, post};
use axum::{Json, Router};
use moat_live::{RateLimiter, reached};
use tower::ServiceBuilder;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

#[derive(Clone)]
struct App {
    sessions: Arc<HashMap<String, String>>,
    limiter: Arc<RateLimiter>,
    tickets: Arc<Mutex<HashMap<String, u32>>>,
}

fn client(headers: &HeaderMap) -> &str {
    let client = headers.get("x-client").and_then(|it| it.to_str().ok());
    client.unwrap_or_default()
}

async fn require_session(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let header = request.headers().get(header::AUTHORIZATION);
    let token = header
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    if !app.sessions.contains_key(token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn throttle(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if !app.limiter.check_key(client(request.headers())) {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    Ok(next.run(request).await)
}

/// A limiter that is not called one.
async fn take_ticket(State(app): State<App>, request: Request, next: Next) -> Response {
    let client = client(request.headers()).to_owned();
    let taken = {
        let mut tickets = app.tickets.lock().expect("nobody panics");
        let taken = tickets.entry(client).or_insert(0_u32);
        *taken += 1;
        *taken
    };
    if taken > 5 {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    next.run(request).await
}

/// Counts, writes it down, and lets everybody pass.
async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.limiter.check_key(client(request.headers())) {
        eprintln!("would answer {}", StatusCode::TOO_MANY_REQUESTS);
    }
    next.run(request).await
}

#[derive(serde::Deserialize)]
struct Login {
    name: String,
}

async fn login(Json(form): Json<Login>) -> String {
    reached("login");
    form.name
}
async fn login_counted(Json(form): Json<Login>) -> String {
    reached("login_counted");
    form.name
}
async fn login_open(Json(form): Json<Login>) -> String {
    reached("login_open");
    form.name
}
async fn asked_in_body(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !app.limiter.check_key(client(&headers)) {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    reached("asked_in_body");
    Ok(())
}
async fn ping() {
    reached("ping");
}
async fn upload_small(body: Bytes) -> String {
    reached("upload_small");
    body.len().to_string()
}
async fn upload_any(body: Bytes) -> String {
    reached("upload_any");
    body.len().to_string()
}
async fn upload_layer(body: String) -> String {
    reached("upload_layer");
    body
}
async fn upload_disabled(body: String) -> String {
    reached("upload_disabled");
    body
}
async fn upload_late(body: String) -> String {
    reached("upload_late");
    body
}
async fn upload_overridden(body: Bytes) -> String {
    reached("upload_overridden");
    body.len().to_string()
}
async fn upload_raised(body: Bytes) -> String {
    reached("upload_raised");
    body.len().to_string()
}
async fn upload_within(body: Bytes) -> String {
    reached("upload_within");
    body.len().to_string()
}
async fn upload_raw(request: Request) -> Result<String, StatusCode> {
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    reached("upload_raw");
    Ok(body.len().to_string())
}
async fn by_tickets() {
    reached("by_tickets");
}
async fn slow_cut() {
    reached("slow_cut");
    tokio::time::sleep(Duration::from_millis(500)).await;
}
async fn slow_free() {
    reached("slow_free");
    tokio::time::sleep(Duration::from_millis(500)).await;
}
async fn slow_late() {
    reached("slow_late");
    tokio::time::sleep(Duration::from_millis(500)).await;
}
async fn users(Path(id): Path<u32>) -> String {
    reached("users");
    id.to_string()
}
async fn user_named_me() {
    reached("user_named_me");
}
async fn api_fallback() {
    reached("api_fallback");
}
async fn inner_open() {
    reached("inner_open");
}
async fn files(Path(path): Path<String>) -> String {
    reached("files");
    path
}
async fn pages() {
    reached("pages");
}
async fn either() {
    reached("either");
}
async fn not_this_method() -> StatusCode {
    reached("not_this_method");
    StatusCode::IM_A_TEAPOT
}
async fn only_get() {
    reached("only_get");
}
async fn covered_route() {
    reached("covered_route");
}
async fn covered_fallback() {
    reached("covered_fallback");
}
async fn below() {
    reached("below");
}
async fn below_late() {
    reached("below_late");
}
async fn by_service(_: Request) -> Result<Response, Infallible> {
    reached("by_service");
    Ok(Response::new(Body::empty()))
}
async fn guarded_service(_: Request) -> Result<Response, Infallible> {
    reached("guarded_service");
    Ok(Response::new(Body::empty()))
}
async fn wrong_method() -> StatusCode {
    reached("wrong_method");
    StatusCode::METHOD_NOT_ALLOWED
}
async fn nowhere() -> Response {
    reached("nowhere");
    (StatusCode::IM_A_TEAPOT, "nothing here").into_response()
}

fn limits(app: &App) -> Router<App> {
    let limited = Router::new()
        .route("/login", post(login))
        .layer(middleware::from_fn_with_state(app.clone(), throttle));
    let counted = Router::new()
        .route("/login/counted", post(login_counted))
        .route_layer(middleware::from_fn_with_state(app.clone(), count));
    let cut =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_millis(100));
    // Of several default limits the innermost counts, and only for extractors.
    let default_limits = Router::new()
        .route(
            "/upload/overridden",
            post(upload_overridden).layer(DefaultBodyLimit::disable()),
        )
        .route(
            "/upload/raised",
            post(upload_raised).layer(DefaultBodyLimit::max(1024 * 1024)),
        )
        .route("/upload/within", post(upload_within))
        .route("/upload/raw", post(upload_raw))
        .layer(DefaultBodyLimit::max(1024));
    let tickets = middleware::from_fn_with_state(app.clone(), take_ticket);
    Router::new()
        .merge(default_limits)
        .route("/tickets", post(by_tickets).layer(tickets))
        .route("/slow/cut", get(slow_cut).layer(cut))
        .layer(cut)
        .route("/slow/free", get(slow_free))
        .merge(Router::new().layer(cut).route("/slow/late", get(slow_late)))
        .merge(limited)
        .merge(counted)
        .route("/login/open", post(login_open))
        .route("/login/body", post(asked_in_body))
        .route(
            "/upload/small",
            post(upload_small).layer(DefaultBodyLimit::max(1024)),
        )
        .route("/upload/any", post(upload_any))
        .route(
            "/upload/layer",
            post(upload_layer).layer(RequestBodyLimitLayer::new(1024)),
        )
        .route(
            "/upload/disabled",
            post(upload_disabled).layer(DefaultBodyLimit::disable()),
        )
        .route(
            "/upload/late",
            post(upload_small_twin())
                .layer(DefaultBodyLimit::max(1024))
                .put(upload_late),
        )
}

/// A closure is a handler, too.
fn upload_small_twin()
-> impl Fn(Bytes) -> std::future::Ready<String> + Clone + Send + Sync + 'static {
    |body: Bytes| {
        reached("closure");
        std::future::ready(body.len().to_string())
    }
}

fn nested(app: &App) -> Router<App> {
    let auth = middleware::from_fn_with_state(app.clone(), require_session);
    let version = Router::new()
        .route("/users/{id}", get(users))
        .route("/users/me", get(user_named_me))
        .route_layer(auth.clone())
        .route("/open", get(inner_open));
    let api = Router::new().nest("/v1", version).fallback(api_fallback);
    let under = Router::new()
        .route("/in", get(below))
        .layer(auth.clone())
        .route("/late", get(below_late));
    // The fallback of what is nested is not one of the routes that `route_layer` covers.
    let covered = Router::new().nest(
        "/covered",
        Router::new()
            .route("/in", get(covered_route))
            .fallback(covered_fallback),
    );
    let services = Router::new()
        .nest_service("/service", tower::service_fn(by_service))
        .route_service(
            "/guarded",
            ServiceBuilder::new()
                .layer(auth.clone())
                .service(tower::service_fn(guarded_service)),
        );
    Router::new()
        .nest("/api", api)
        .nest("/under", under)
        .merge(covered.route_layer(auth))
        .merge(services)
}

#[tokio::main]
async fn main() {
    let app = App {
        sessions: Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())])),
        limiter: Arc::new(RateLimiter::new(5)),
        tickets: Arc::default(),
    };
    let router = Router::new()
        .merge(
            Router::new()
                .route("/ping", get(ping))
                .method_not_allowed_fallback(wrong_method),
        )
        .route("/files/{*path}", get(files))
        .route("/pages", any(pages))
        .route(
            "/either",
            on(MethodFilter::GET.or(MethodFilter::PUT), either),
        )
        .route("/only", get(only_get).fallback(not_this_method))
        .merge(limits(&app))
        .merge(nested(&app))
        .fallback(nowhere)
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(moat_live::address())
        .await
        .expect("the port is free");
    axum::serve(listener, router).await.expect("it serves");
}
