//! Handlers of axum whose check stands behind a condition.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    db: PgPool,
    is_open: bool,
}

#[derive(Deserialize)]
struct Options {
    skip_auth: Option<bool>,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Note {
    text: String,
    verified: bool,
}

async fn is_known(db: &PgPool, headers: &HeaderMap) -> bool {
    let token = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let query = sqlx::query_scalar::<_, i64>("SELECT account FROM session WHERE token = $1").bind(token);
    matches!(query.fetch_optional(db).await, Ok(Some(_)))
}

async fn write(db: &PgPool, text: String) -> StatusCode {
    match sqlx::query("INSERT INTO note (text) VALUES ($1)").bind(text).execute(db).await {
        Ok(_) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn by_query(State(app): State<App>, headers: HeaderMap, Query(options): Query<Options>, text: String) -> StatusCode {
    if options.skip_auth.is_none() { //~ check-behind-request-flag
        if !is_known(&app.db, &headers).await {
            return StatusCode::UNAUTHORIZED;
        }
    }
    write(&app.db, text).await
}

async fn by_body(State(app): State<App>, headers: HeaderMap, Json(note): Json<Note>) -> StatusCode {
    if !note.verified && !is_known(&app.db, &headers).await { //~ check-behind-request-flag
        return StatusCode::UNAUTHORIZED;
    }
    write(&app.db, note.text).await
}

async fn by_header(State(app): State<App>, headers: HeaderMap, text: String) -> StatusCode {
    let is_inside = headers.get("x-from-gateway").is_some_and(|it| it == "yes");
    if is_inside || is_known(&app.db, &headers).await { //~ check-behind-request-flag
        return write(&app.db, text).await;
    }
    StatusCode::UNAUTHORIZED
}

async fn by_setting(State(app): State<App>, headers: HeaderMap, text: String) -> StatusCode {
    if !app.is_open && !is_known(&app.db, &headers).await {
        return StatusCode::UNAUTHORIZED; // near miss: the service's settings decide
    }
    write(&app.db, text).await
}

async fn by_both(State(app): State<App>, headers: HeaderMap, Query(options): Query<Options>, text: String) -> StatusCode {
    let may_skip = app.is_open && options.skip_auth.is_some();
    if !may_skip && !is_known(&app.db, &headers).await {
        return StatusCode::UNAUTHORIZED; // near miss: the settings have to agree
    }
    write(&app.db, text).await
}

async fn only_noted(State(app): State<App>, headers: HeaderMap, Query(options): Query<Options>, text: String) -> StatusCode {
    if options.skip_auth.is_some() {
        tracing::warn!("no way"); // near miss: the flag changes nothing
    }
    if !is_known(&app.db, &headers).await {
        return StatusCode::UNAUTHORIZED;
    }
    write(&app.db, text).await
}

async fn twice(State(app): State<App>, headers: HeaderMap, Json(note): Json<Note>) -> StatusCode {
    if !is_known(&app.db, &headers).await {
        return StatusCode::UNAUTHORIZED;
    }
    if note.verified && !is_known(&app.db, &headers).await {
        return StatusCode::FORBIDDEN; // near miss: everybody was asked before
    }
    write(&app.db, note.text).await
}

async fn by_token(State(app): State<App>, headers: HeaderMap, Query(options): Query<Options>, text: String) -> StatusCode {
    if options.token.is_none() && !is_known(&app.db, &headers).await {
        return StatusCode::UNAUTHORIZED; // near miss: another credential, whatever becomes of it
    }
    write(&app.db, text).await
}

async fn refused(State(app): State<App>, headers: HeaderMap, Json(note): Json<Note>) -> StatusCode {
    if note.verified {
        if !is_known(&app.db, &headers).await {
            return StatusCode::UNAUTHORIZED; // near miss: who does not say so gets nothing
        }
        return write(&app.db, note.text).await;
    }
    StatusCode::BAD_REQUEST
}

async fn read(State(app): State<App>, headers: HeaderMap, Query(options): Query<Options>) -> String {
    if options.skip_auth.is_none() && !is_known(&app.db, &headers).await {
        return String::new(); // near miss: nothing is changed
    }
    "a note".to_owned()
}

async fn login(State(app): State<App>, headers: HeaderMap, Json(note): Json<Note>) -> StatusCode {
    if note.verified && is_known(&app.db, &headers).await {
        return StatusCode::OK; // near miss: a login
    }
    write(&app.db, note.text).await
}

async fn by_length(State(app): State<App>, headers: HeaderMap, text: String) -> StatusCode {
    let known = is_known(&app.db, &headers).await;
    if !known && text.len() > 100 {
        return StatusCode::UNAUTHORIZED; // near miss: everybody is asked, and strangers may write little
    }
    write(&app.db, text).await
}

async fn by_service(State(app): State<App>, headers: HeaderMap, text: String) -> StatusCode {
    let is_free = sqlx::query_scalar::<_, bool>("SELECT free FROM setting").fetch_one(&app.db).await.unwrap_or(false);
    if !is_free && !is_known(&app.db, &headers).await {
        return StatusCode::UNAUTHORIZED; // near miss: what the service has stored decides
    }
    write(&app.db, text).await
}

pub fn app(app: App) -> Router {
    Router::new()
        .route("/1", post(by_query))
        .route("/2", post(by_body))
        .route("/3", post(by_header))
        .route("/4", post(by_setting))
        .route("/5", post(by_both))
        .route("/6", post(only_noted))
        .route("/7", post(twice))
        .route("/8", post(by_token))
        .route("/9", post(refused))
        .route("/search", post(read))
        .route("/login", post(login))
        .route("/12", post(by_length))
        .route("/13", post(by_service))
        .with_state(app)
}

fn main() {}
