//! Checks that run, and whose answer nobody takes to heart.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use jsonwebtoken::{DecodingKey, Validation, decode};
use sqlx::PgPool;
use subtle::ConstantTimeEq;

struct Config {
    secret: String,
    hash: String,
    keys: Vec<String>,
    key: DecodingKey,
}
#[derive(Clone)]
struct App {
    config: Arc<Config>,
    pool: PgPool,
}
#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
}
type Outcome = Result<StatusCode, StatusCode>;

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let value = headers
        .get("authorization")
        .ok_or(StatusCode::UNAUTHORIZED)?;
    value.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}
fn verify(app: &App, token: &str) -> Result<Claims, jsonwebtoken::errors::Error> {
    Ok(decode::<Claims>(token, &app.config.key, &Validation::default())?.claims)
}
async fn verify_slowly(app: &App, token: &str) -> Result<Claims, StatusCode> {
    verify(app, token).map_err(|_| StatusCode::UNAUTHORIZED)
}

/// An error is written down, and forgotten.
async fn logged(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if let Err(error) = verify(&app, token(&headers)?) {
        tracing::warn!(%error, "wrong token");
    }
    clear(&app).await
}
async fn logged_and_refused(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if let Err(error) = verify(&app, token(&headers)?) {
        tracing::warn!(%error, "wrong token");
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn not_read(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let _valid = verify(&app, token(&headers)?).is_ok();
    clear(&app).await
}
async fn read(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let valid = verify(&app, token(&headers)?).is_ok();
    if !valid {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// The future is made, and never waited for.
async fn not_awaited(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let _claims = verify_slowly(&app, token);
    clear(&app).await
}
async fn awaited(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let _claims = verify_slowly(&app, token).await?;
    clear(&app).await
}
/// In time it was; what it said, nobody asks.
async fn in_time(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let _claims = tokio::time::timeout(Duration::from_secs(1), verify_slowly(&app, token))
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn in_time_and_right(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let _claims = tokio::time::timeout(Duration::from_secs(1), verify_slowly(&app, token))
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)??;
    clear(&app).await
}
/// `Ok(false)` is no error.
async fn no_error(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if bcrypt::verify(token(&headers)?, &app.config.hash).is_err() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn question_mark(State(app): State<App>, headers: HeaderMap) -> Outcome {
    bcrypt::verify(token(&headers)?, &app.config.hash).map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn truth(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !bcrypt::verify(token(&headers)?, &app.config.hash).is_ok_and(|it| it) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// The task did not panic.
async fn task_ended(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (token, hash) = (token(&headers)?.to_owned(), app.config.hash.clone());
    let checked = tokio::task::spawn_blocking(move || bcrypt::verify(token, &hash)).await;
    if checked.is_err() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn task_said_so(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (token, hash) = (token(&headers)?.to_owned(), app.config.hash.clone());
    let checked = tokio::task::spawn_blocking(move || bcrypt::verify(token, &hash)).await;
    if !matches!(checked, Ok(Ok(true))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn argon_forgotten(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let hash =
        PasswordHash::new(&app.config.hash).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Argon2::default()
        .verify_password(token(&headers)?.as_bytes(), &hash)
        .ok();
    clear(&app).await
}
async fn argon(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let hash =
        PasswordHash::new(&app.config.hash).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Argon2::default()
        .verify_password(token(&headers)?.as_bytes(), &hash)
        .ok()
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// All arms but one let through.
async fn wildcard(State(app): State<App>, headers: HeaderMap) -> Outcome {
    use jsonwebtoken::errors::ErrorKind;
    match verify(&app, token(&headers)?) {
        Ok(claims) => tracing::info!(claims.sub),
        Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => {
            return Err(StatusCode::UNAUTHORIZED);
        }
        _ => {}
    }
    clear(&app).await
}
async fn no_wildcard(State(app): State<App>, headers: HeaderMap) -> Outcome {
    use jsonwebtoken::errors::ErrorKind;
    match verify(&app, token(&headers)?) {
        Ok(claims) => tracing::info!(claims.sub),
        Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => {
            return Err(StatusCode::FORBIDDEN);
        }
        _ => return Err(StatusCode::UNAUTHORIZED),
    }
    clear(&app).await
}
/// One of both is enough, and a long token is easily made.
async fn either(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if verify(&app, token).is_ok() || token.len() > 100 {
        return clear(&app).await;
    }
    Err(StatusCode::UNAUTHORIZED)
}
async fn both(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if verify(&app, token).is_ok() && token.len() > 100 {
        return clear(&app).await;
    }
    Err(StatusCode::UNAUTHORIZED)
}
/// Refuses only those that are wrong in two ways.
async fn twice_wrong(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if verify(&app, token).is_err() && token.len() < 100 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn once_wrong(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if verify(&app, token).is_err() || token.len() < 100 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// Only in builds for debugging.
async fn debug_only(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    debug_assert!(verify(&app, token).is_ok());
    clear(&app).await
}
async fn asserted(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    assert!(verify(&app, token).is_ok());
    clear(&app).await
}
/// Time is what the token says itself.
async fn not_expired(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let part = token(&headers)?
        .split('.')
        .nth(1)
        .ok_or(StatusCode::BAD_REQUEST)?;
    let bytes = hex::decode(part).map_err(|_| StatusCode::BAD_REQUEST)?;
    let claims: Claims = serde_json::from_slice(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
    if claims.exp < chrono::Utc::now().timestamp() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// A choice that is not asked.
async fn choice_unread(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let choice = token(&headers)?
        .as_bytes()
        .ct_eq(app.config.secret.as_bytes());
    let _same: bool = choice.into();
    clear(&app).await
}
async fn choice(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let choice = token(&headers)?
        .as_bytes()
        .ct_eq(app.config.secret.as_bytes());
    if choice.unwrap_u8() != 1 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// Every key that differs lets through.
async fn some_other(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    for key in &app.config.keys {
        if key != token {
            return clear(&app).await;
        }
    }
    Err(StatusCode::UNAUTHORIZED)
}
async fn some(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    for key in &app.config.keys {
        if key == token {
            return clear(&app).await;
        }
    }
    Err(StatusCode::UNAUTHORIZED)
}
/// The loop says nothing of those that it did not find.
async fn searched(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    for key in &app.config.keys {
        if key == token {
            tracing::debug!("found");
            break;
        }
    }
    clear(&app).await
}
async fn searched_and_found(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    if !app.config.keys.iter().any(|key| key == token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let config = Config {
        secret: std::env::var("SECRET").unwrap(),
        hash: std::env::var("HASH").unwrap(),
        keys: std::env::var("KEYS")
            .unwrap()
            .split(',')
            .map(str::to_owned)
            .collect(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
    };
    let app = Router::new()
        .route("/logged", post(logged))
        .route("/logged-and-refused", post(logged_and_refused))
        .route("/not-read", post(not_read))
        .route("/read", post(read))
        .route("/not-awaited", post(not_awaited))
        .route("/awaited", post(awaited))
        .route("/in-time", post(in_time))
        .route("/in-time-and-right", post(in_time_and_right))
        .route("/no-error", post(no_error))
        .route("/question-mark", post(question_mark))
        .route("/truth", post(truth))
        .route("/task-ended", post(task_ended))
        .route("/task-said-so", post(task_said_so))
        .route("/argon-forgotten", post(argon_forgotten))
        .route("/argon", post(argon))
        .route("/wildcard", post(wildcard))
        .route("/no-wildcard", post(no_wildcard))
        .route("/either", post(either))
        .route("/both", post(both))
        .route("/twice-wrong", post(twice_wrong))
        .route("/once-wrong", post(once_wrong))
        .route("/debug-only", post(debug_only))
        .route("/asserted", post(asserted))
        .route("/not-expired", post(not_expired))
        .route("/choice-unread", post(choice_unread))
        .route("/choice", post(choice))
        .route("/some-other", post(some_other))
        .route("/some", post(some))
        .route("/searched", post(searched))
        .route("/searched-and-found", post(searched_and_found))
        .with_state(App {
            config: Arc::new(config),
            pool: PgPool::connect_lazy("postgres://").unwrap(),
        });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /logged optional
//@ POST /logged-and-refused required
//@ POST /not-read optional
//@ POST /read required
//@ POST /not-awaited optional
//@ POST /awaited required
//@ POST /in-time optional
//@ POST /in-time-and-right required
//@ POST /no-error optional
//@ POST /question-mark optional
//@ POST /truth required
//@ POST /task-ended optional
//@ POST /task-said-so required
//@ POST /argon-forgotten optional
//@ POST /argon required
//@ POST /wildcard optional
//@ POST /no-wildcard required
//@ POST /either optional
//@ POST /both required
//@ POST /twice-wrong optional
//@ POST /once-wrong required
//@ POST /debug-only optional
//@ POST /asserted required
//@ POST /not-expired optional
//@ POST /choice-unread optional
//@ POST /choice required
//@ POST /some-other optional
//@ POST /some required
//@ POST /searched optional
//@ POST /searched-and-found required
