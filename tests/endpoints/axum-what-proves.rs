//! Checks that look alike, and what each of them proves.

use std::sync::Arc;

use axum::{
    Form, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tower_sessions::Session;

struct Claims {
    sub: String,
}
struct Config {
    token: Option<String>,
    secret: String,
    hash: String,
    key: DecodingKey,
}
#[derive(Clone)]
struct App {
    config: Arc<Config>,
    pool: sqlx::PgPool,
}
type Outcome = Result<StatusCode, StatusCode>;

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let value = headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
    value.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}
fn optional<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
async fn write(app: &App) -> Outcome {
    sqlx::query("DELETE FROM a").execute(&app.pool).await.unwrap();
    Ok(StatusCode::OK)
}

/// Neither may be there.
async fn both_missing(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if optional(&headers, "x-api-key") != app.config.token.as_deref() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
async fn one_missing(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if optional(&headers, "x-api-key") != Some(app.config.secret.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
/// The empty text is in every text.
async fn contained(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !app.config.secret.contains(token(&headers)?) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
async fn audience(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["api"]);
    decode::<Claims>(token(&headers)?, &app.config.key, &validation)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    write(&app).await
}
async fn unsigned(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.insecure_disable_signature_validation();
    decode::<Claims>(token(&headers)?, &app.config.key, &validation)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    write(&app).await
}
async fn exists(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let known: bool = sqlx::query_scalar("SELECT EXISTS(SELECT 1 FROM keys WHERE key = $1)")
        .bind(token(&headers)?)
        .fetch_one(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    if !known {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
/// Nobody reads the answer.
async fn exists_unread(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let row = sqlx::query("SELECT EXISTS(SELECT 1 FROM keys WHERE key = $1)")
        .bind(token(&headers)?)
        .fetch_one(&app.pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    tracing::debug!(?row);
    write(&app).await
}
/// A row is added for whoever comes.
async fn inserted(State(app): State<App>, headers: HeaderMap) -> Outcome {
    sqlx::query("INSERT INTO keys (key) VALUES ($1) RETURNING id")
        .bind(token(&headers)?)
        .fetch_one(&app.pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    write(&app).await
}
async fn elsewhere(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (given, hash) = (token(&headers)?.to_owned(), app.config.hash.clone());
    let valid = tokio::task::spawn_blocking(move || bcrypt::verify(given, &hash).unwrap_or(false))
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    if !valid {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
/// A tag over what was sent, under our key; the time is part of it.
async fn tagged(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let (time, tag) = token(&headers)?.split_once(':').ok_or(StatusCode::BAD_REQUEST)?;
    let mut mac: Hmac<Sha256> = Mac::new_from_slice(app.config.secret.as_bytes()).unwrap();
    mac.update(time.as_bytes());
    mac.update(&body);
    let expected = hex::encode(mac.finalize().into_bytes());
    if !bool::from(expected.as_bytes().ct_eq(tag.as_bytes())) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
/// Without a key anybody can make it.
async fn digested(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let mut hasher = Sha256::new();
    hasher.update(&body);
    if hex::encode(hasher.finalize()) != token(&headers)? {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
async fn sent_away(State(app): State<App>, session: Session, Form(_): Form<String>) -> Response {
    let Ok(Some(_)) = session.get::<i64>("user_id").await else {
        return Redirect::to("/login").into_response();
    };
    write(&app).await.into_response()
}
async fn is_none_or(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if optional(&headers, "x-api-key").is_none_or(|it| it != app.config.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}
/// A switch with a default.
async fn unless_told(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let open = std::env::var("OPEN").map(|it| it == "1").unwrap_or(false);
    if !open && optional(&headers, "x-api-key") != Some(app.config.secret.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    write(&app).await
}

async fn main() {
    let app = Router::new()
        .route("/both-missing", post(both_missing))
        .route("/one-missing", post(one_missing))
        .route("/contained", post(contained))
        .route("/audience", post(audience))
        .route("/unsigned", post(unsigned))
        .route("/exists", post(exists))
        .route("/exists-unread", post(exists_unread))
        .route("/inserted", post(inserted))
        .route("/elsewhere", post(elsewhere))
        .route("/tagged", post(tagged))
        .route("/digested", post(digested))
        .route("/sent-away", post(sent_away))
        .route("/is-none-or", post(is_none_or))
        .route("/unless-told", post(unless_told))
        .with_state(app());
    axum::serve(listener(), app).await;
}

//@ POST /both-missing conditional if app.config.token is set
//@ POST /one-missing required
//@ POST /contained optional
//@ POST /audience required
//@ POST /unsigned optional
//@ POST /exists required
//@ POST /exists-unread optional
//@ POST /inserted optional
//@ POST /elsewhere required
//@ POST /tagged required
//@ POST /digested optional
//@ POST /sent-away required
//@ POST /is-none-or required
//@ POST /unless-told conditional if !OPEN is 1
