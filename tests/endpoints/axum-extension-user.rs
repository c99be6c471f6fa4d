//! A user that a middleware puts into the extensions, and who takes it out again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::{StatusCode, request::Parts};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use moka::future::Cache;
use tower_cookies::{CookieManagerLayer, Cookies};

#[derive(Clone)]
struct AppState {
    sessions: Cache<String, Arc<User>>,
    pool: sqlx::PgPool,
}

#[derive(Debug)]
struct User {
    id: i64,
    name: String,
}

#[derive(Clone)]
struct CurrentUser(Arc<User>);

/// Who has a session is remembered; who has none goes on.
async fn resolve(
    State(state): State<AppState>,
    cookies: Cookies,
    mut req: Request,
    next: Next,
) -> Response {
    if let Some(cookie) = cookies.get("session") {
        if let Some(user) = state.sessions.get(cookie.value()).await {
            req.extensions_mut().insert(CurrentUser(user));
        }
    }
    next.run(req).await
}

async fn must_be_someone(req: Request, next: Next) -> Result<Response, StatusCode> {
    req.extensions()
        .get::<CurrentUser>()
        .ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(next.run(req).await)
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<CurrentUser>()
            .cloned()
            .ok_or_else(|| (StatusCode::UNAUTHORIZED, "log in first").into_response())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _state: &S,
    ) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<CurrentUser>().cloned())
    }
}

async fn profile(CurrentUser(user): CurrentUser) -> String {
    user.name.clone()
}

async fn rename(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    body: String,
) -> StatusCode {
    let id = user.map(|u| u.0.id).unwrap_or_default();
    sqlx::query("update users set name = $1 where id = $2")
        .bind(body)
        .bind(id)
        .execute(&state.pool)
        .await
        .unwrap();
    StatusCode::OK
}

async fn close(
    State(state): State<AppState>,
    Extension(user): Extension<CurrentUser>,
) -> StatusCode {
    sqlx::query("delete from users where id = $1")
        .bind(user.0.id)
        .execute(&state.pool)
        .await
        .unwrap();
    StatusCode::OK
}

async fn export(State(state): State<AppState>) -> String {
    let names: Vec<String> = sqlx::query_scalar("select name from users")
        .fetch_all(&state.pool)
        .await
        .unwrap();
    names.join("\n")
}

async fn landing(user: Option<Extension<CurrentUser>>) -> String {
    match user {
        Some(Extension(CurrentUser(user))) => format!("hi {}", user.name),
        None => "hi".into(),
    }
}

#[tokio::main]
async fn main() {
    let state = AppState {
        sessions: Cache::builder()
            .time_to_live(Duration::from_secs(3600))
            .build(),
        pool: sqlx::PgPool::connect("postgres://").await.unwrap(),
    };
    let private = Router::new()
        .route("/export", get(export))
        .route_layer(from_fn(must_be_someone));
    let app = Router::new()
        .route("/profile", get(profile))
        .route("/rename", post(rename))
        .route("/close", post(close))
        .route("/", get(landing))
        .merge(private)
        .layer(from_fn_with_state(state.clone(), resolve))
        .layer(CookieManagerLayer::new())
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET / optional
//@ GET /export required
//@ GET /profile required
//@ POST /close required
//@ POST /rename optional
