//! Checks that give a finished answer, helpers around `Next`, closures in structs.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use either::Either;

#[derive(Clone)]
struct App {
    key: String,
    check: Arc<dyn Fn(&HeaderMap) -> bool + Send + Sync>,
    pool: sqlx::PgPool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Level {
    Nobody,
    Reader,
    Writer,
}

fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key")?.to_str().ok()
}

fn demand(headers: &HeaderMap, app: &App) -> Result<(), Response> {
    if key(headers) == Some(app.key.as_str()) {
        return Ok(());
    }
    Err((StatusCode::UNAUTHORIZED, "a key is missing").into_response())
}

fn refusal(headers: &HeaderMap, app: &App) -> Option<Response> {
    match key(headers) {
        Some(sent) if sent == app.key => None,
        Some(_) => Some(StatusCode::FORBIDDEN.into_response()),
        None => Some(StatusCode::UNAUTHORIZED.into_response()),
    }
}

fn level(headers: &HeaderMap, app: &App) -> Level {
    match key(headers) {
        Some(sent) if sent == app.key => Level::Writer,
        Some(_) => Level::Reader,
        None => Level::Nobody,
    }
}

fn either(headers: &HeaderMap, app: &App) -> Either<(), StatusCode> {
    if key(headers) == Some(app.key.as_str()) { Either::Left(()) } else { Either::Right(StatusCode::UNAUTHORIZED) }
}

async fn wipe(app: &App) -> Response {
    match sqlx::query("DELETE FROM notes").execute(&app.pool).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn question(headers: HeaderMap, State(app): State<App>) -> Result<Response, Response> {
    demand(&headers, &app)?;
    Ok(wipe(&app).await)
}

async fn early(headers: HeaderMap, State(app): State<App>) -> Response {
    if let Err(response) = demand(&headers, &app) {
        return response;
    }
    wipe(&app).await
}

async fn logged_only(headers: HeaderMap, State(app): State<App>) -> Response {
    if let Err(response) = demand(&headers, &app) {
        println!("{}", response.status());
    }
    wipe(&app).await
}

async fn refused(headers: HeaderMap, State(app): State<App>) -> Response {
    if let Some(response) = refusal(&headers, &app) {
        return response;
    }
    wipe(&app).await
}

async fn refused_in_vain(headers: HeaderMap, State(app): State<App>) -> Response {
    let _ = refusal(&headers, &app);
    wipe(&app).await
}

async fn by_level(headers: HeaderMap, State(app): State<App>) -> Response {
    match level(&headers, &app) {
        Level::Writer => wipe(&app).await,
        Level::Reader => StatusCode::FORBIDDEN.into_response(),
        Level::Nobody => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// A key of any kind makes a reader.
async fn by_level_of_reader(headers: HeaderMap, State(app): State<App>) -> Response {
    match level(&headers, &app) {
        Level::Writer | Level::Reader => wipe(&app).await,
        Level::Nobody => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn by_equal_level(headers: HeaderMap, State(app): State<App>) -> Response {
    if level(&headers, &app) != Level::Writer {
        return StatusCode::FORBIDDEN.into_response();
    }
    wipe(&app).await
}

async fn by_either(headers: HeaderMap, State(app): State<App>) -> Response {
    match either(&headers, &app) {
        Either::Left(()) => wipe(&app).await,
        Either::Right(status) => status.into_response(),
    }
}

async fn by_either_of_both(headers: HeaderMap, State(app): State<App>) -> Response {
    match either(&headers, &app) {
        Either::Left(()) => wipe(&app).await,
        Either::Right(_) => wipe(&app).await,
    }
}

/// The closure is in the state, and `main` put it there.
async fn stored(headers: HeaderMap, State(app): State<App>) -> Response {
    if !(app.check)(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    wipe(&app).await
}

async fn forward(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-checked", "yes".parse().expect("ascii"));
    response
}

async fn helper(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(response) = refusal(request.headers(), &app) {
        return response;
    }
    forward(request, next).await
}

async fn show() -> &'static str {
    "shown"
}

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://localhost/x").await.unwrap();
    let expected = std::env::var("KEY").unwrap();
    let key_again = expected.clone();
    let check = Arc::new(move |headers: &HeaderMap| key(headers) == Some(key_again.as_str()));
    let app = App { key: expected, check, pool };
    let app = Router::new()
        .route("/question", post(question))
        .route("/early", post(early))
        .route("/logged-only", post(logged_only))
        .route("/refused", post(refused))
        .route("/refused-in-vain", post(refused_in_vain))
        .route("/by-level", post(by_level))
        .route("/by-level-of-reader", post(by_level_of_reader))
        .route("/by-equal-level", post(by_equal_level))
        .route("/by-either", post(by_either))
        .route("/by-either-of-both", post(by_either_of_both))
        .route("/stored", post(stored))
        .route("/helper", get(show).layer(from_fn_with_state(app.clone(), helper)))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /question required
//@ POST /early required
//@ POST /logged-only optional
//@ POST /refused required
//@ POST /refused-in-vain optional
//@ POST /by-level required
//@ POST /by-level-of-reader optional
//@ POST /by-equal-level required
//@ POST /by-either required
//@ POST /by-either-of-both optional
//@ POST /stored unknown
//@ GET /helper required
