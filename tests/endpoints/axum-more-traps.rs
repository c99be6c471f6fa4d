//! Further checks that look right: each beside the one that is.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::{Json, Router, routing::post};
use axum_extra::extract::cookie::{CookieJar, Key, PrivateCookieJar, SignedCookieJar};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

#[derive(Clone, axum::extract::FromRef)]
struct App {
    pool: PgPool,
    key: Key,
    config: Arc<Config>,
}
struct Config {
    secret: String,
    tokens: HashMap<String, String>,
    decoding: DecodingKey,
}
#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    nonce: String,
}
type Outcome = Result<StatusCode, StatusCode>;

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, StatusCode> {
    let value = headers.get(name).ok_or(StatusCode::UNAUTHORIZED)?;
    value.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}

/// A token out of a name is made by everybody who knows how.
async fn hash_of_name(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (username, token) = (
        header(&headers, "x-auth-user")?,
        header(&headers, "x-auth-token")?,
    );
    let mut hasher = Sha256::new();
    hasher.update(username.as_bytes());
    if hex::encode(hasher.finalize()) != token {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn tag_of_name(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (username, token) = (
        header(&headers, "x-auth-user")?,
        header(&headers, "x-auth-token")?,
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(app.config.secret.as_bytes())
        .map_err(|_| StatusCode::BAD_REQUEST)?;
    mac.update(username.as_bytes());
    let sent = hex::decode(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    mac.verify_slice(&sent)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The map is asked for the name, and the token for nothing.
async fn token_of_somebody(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (username, token) = (
        header(&headers, "x-auth-user")?,
        header(&headers, "x-auth-token")?,
    );
    let Some(expected) = app.config.tokens.get(username) else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    tracing::debug!(same = expected == token);
    clear(&app).await
}
async fn token_of_name(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (username, token) = (
        header(&headers, "x-auth-user")?,
        header(&headers, "x-auth-token")?,
    );
    let Some(expected) = app.config.tokens.get(username) else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    if expected != token {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// The token of the device that the path names.
async fn device(State(app): State<App>, Path(id): Path<i64>, headers: HeaderMap) -> Outcome {
    let known: Option<String> = sqlx::query_scalar("SELECT token FROM devices WHERE id = $1")
        .bind(id)
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    if known.is_none() {
        return Err(StatusCode::NOT_FOUND);
    }
    let _token = header(&headers, "x-device-token")?;
    clear(&app).await
}
async fn device_with_token(
    State(app): State<App>,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Outcome {
    let token = header(&headers, "x-device-token")?;
    sqlx::query("SELECT id FROM devices WHERE id = $1 AND token = $2")
        .bind(id)
        .bind(token)
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// Visitors get their cookie from the client.
async fn plain_cookie(State(app): State<App>, jar: CookieJar) -> Outcome {
    let user = jar
        .get("user_id")
        .and_then(|it| it.value().parse::<i64>().ok());
    user.ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn sealed_cookie(State(app): State<App>, jar: PrivateCookieJar) -> Outcome {
    let user = jar
        .get("user_id")
        .and_then(|it| it.value().parse::<i64>().ok());
    user.ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn signed_cookie(State(app): State<App>, jar: SignedCookieJar) -> Outcome {
    jar.get("user_id").ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The session's cookie is found, the session is not looked for.
async fn session_named(State(app): State<App>, jar: CookieJar) -> Outcome {
    let session = jar.get("session").ok_or(StatusCode::UNAUTHORIZED)?;
    tracing::debug!(session = session.value());
    clear(&app).await
}
async fn session_found(State(app): State<App>, jar: CookieJar) -> Outcome {
    let session = jar.get("session").ok_or(StatusCode::UNAUTHORIZED)?;
    sqlx::query("SELECT owner FROM sessions WHERE id = $1 AND expires > now()")
        .bind(session.value())
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// Both sides of the comparison come out of the request.
async fn from_query(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Outcome {
    let sent = query.get("token").ok_or(StatusCode::UNAUTHORIZED)?;
    if header(&headers, "x-api-key")? != sent {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// Checks the order of the parts, and the signature's length.
async fn three_parts(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let parts: Vec<&str> = token.split('.').collect();
    if parts.len() != 3 || parts[2].len() < 43 {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn three_signed_parts(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let parts: Vec<&str> = token.split('.').collect();
    if parts.len() != 3
        || decode::<Claims>(token, &app.config.decoding, &Validation::default()).is_err()
    {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// Verifies what stands in the body, and nobody need send a header.
async fn hash_in_body(
    State(app): State<App>,
    Json(body): Json<HashMap<String, String>>,
) -> Outcome {
    let (Some(password), Some(hash)) = (body.get("password"), body.get("hash")) else {
        return Err(StatusCode::BAD_REQUEST);
    };
    if !bcrypt::verify(password, hash).unwrap_or(false) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// The hash is sent along with the password.
async fn hash_in_header(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (password, hash) = (
        header(&headers, "x-password")?,
        header(&headers, "x-password-hash")?,
    );
    if !bcrypt::verify(password, hash).unwrap_or(false) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn hash_in_store(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (password, username) = (
        header(&headers, "x-password")?,
        header(&headers, "x-user-key")?,
    );
    let hash = app
        .config
        .tokens
        .get(username)
        .ok_or(StatusCode::UNAUTHORIZED)?;
    if !bcrypt::verify(password, hash).unwrap_or(false) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

/// Whoever is allowed stands in the request itself.
struct Scoped;
impl FromRequestParts<App> for Scoped {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, StatusCode> {
        let scopes = header(&parts.headers, "x-auth-scopes")?;
        match scopes.split(',').any(|it| it == "admin") {
            true => Ok(Scoped),
            false => Err(StatusCode::FORBIDDEN),
        }
    }
}
async fn scoped(State(app): State<App>, _: Scoped) -> Outcome {
    clear(&app).await
}
/// The other way round.
struct Inverted;
impl FromRequestParts<App> for Inverted {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let token = header(&parts.headers, "authorization")?;
        match decode::<Claims>(token, &app.config.decoding, &Validation::default()) {
            Ok(_) => Err(StatusCode::FORBIDDEN),
            Err(_) => Ok(Inverted),
        }
    }
}
async fn inverted(State(app): State<App>, _: Inverted) -> Outcome {
    clear(&app).await
}
/// Expired is taken for well enough.
struct Lenient;
impl FromRequestParts<App> for Lenient {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let token = header(&parts.headers, "authorization")?;
        let checked = decode::<Claims>(token, &app.config.decoding, &Validation::default());
        checked
            .map(|_| Lenient)
            .or_else(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidToken => Err(StatusCode::UNAUTHORIZED),
                _ => Ok(Lenient),
            })
    }
}
async fn lenient(State(app): State<App>, _: Lenient) -> Outcome {
    clear(&app).await
}
struct Strict;
impl FromRequestParts<App> for Strict {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let token = header(&parts.headers, "authorization")?;
        let checked = decode::<Claims>(token, &app.config.decoding, &Validation::default());
        checked.map(|_| Strict).or_else(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidToken => Err(StatusCode::BAD_REQUEST),
            _ => Err(StatusCode::UNAUTHORIZED),
        })
    }
}
async fn strict(State(app): State<App>, _: Strict) -> Outcome {
    clear(&app).await
}
/// The task checks, and unwraps in vain.
async fn task(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?.to_owned();
    let config = app.config.clone();
    tokio::spawn(async move {
        decode::<Claims>(&token, &config.decoding, &Validation::default()).unwrap();
    });
    clear(&app).await
}
async fn thread(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    std::thread::spawn(move || std::fs::write("notes", &body));
    let token = header(&headers, "authorization")?;
    decode::<Claims>(token, &app.config.decoding, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(StatusCode::OK)
}
async fn thread_after(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let token = header(&headers, "authorization")?;
    decode::<Claims>(token, &app.config.decoding, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    std::thread::spawn(move || std::fs::write("notes", &body));
    Ok(StatusCode::OK)
}

#[tokio::main]
async fn main() {
    let config = Config {
        secret: std::env::var("SECRET").unwrap(),
        tokens: HashMap::new(),
        decoding: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
    };
    let app = Router::new()
        .route("/hash-of-name", post(hash_of_name))
        .route("/tag-of-name", post(tag_of_name))
        .route("/token-of-somebody", post(token_of_somebody))
        .route("/token-of-name", post(token_of_name))
        .route("/device/{id}", post(device))
        .route("/device-with-token/{id}", post(device_with_token))
        .route("/plain-cookie", post(plain_cookie))
        .route("/sealed-cookie", post(sealed_cookie))
        .route("/signed-cookie", post(signed_cookie))
        .route("/session-named", post(session_named))
        .route("/session-found", post(session_found))
        .route("/from-query", post(from_query))
        .route("/three-parts", post(three_parts))
        .route("/three-signed-parts", post(three_signed_parts))
        .route("/hash-in-body", post(hash_in_body))
        .route("/hash-in-header", post(hash_in_header))
        .route("/hash-in-store", post(hash_in_store))
        .route("/scoped", post(scoped))
        .route("/inverted", post(inverted))
        .route("/lenient", post(lenient))
        .route("/strict", post(strict))
        .route("/task", post(task))
        .route("/thread", post(thread))
        .route("/thread-after", post(thread_after))
        .with_state(App {
            pool: PgPool::connect_lazy("postgres://").unwrap(),
            key: Key::generate(),
            config: Arc::new(config),
        });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /hash-of-name optional
//@ POST /tag-of-name required
//@ POST /token-of-somebody optional
//@ POST /token-of-name required
//@ POST /device/{id} optional
//@ POST /device-with-token/{id} required
//@ POST /plain-cookie none
//@ POST /sealed-cookie required
//@ POST /signed-cookie required
//@ POST /session-named optional
//@ POST /session-found required
//@ POST /from-query optional
//@ POST /three-parts optional
//@ POST /three-signed-parts required
//@ POST /hash-in-body none
//@ POST /hash-in-header optional
//@ POST /hash-in-store required
//@ POST /scoped optional
//@ POST /inverted optional
//@ POST /lenient optional
//@ POST /strict required
//@ POST /task optional
//@ POST /thread optional
//@ POST /thread-after required
