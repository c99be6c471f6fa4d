//! Identifiers of keys and people that are merely known.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::{Router, routing::post};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, Validation, dangerous, decode, decode_header};
use serde::Deserialize;
use sha2::Sha256;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    pool: PgPool,
    keys: Arc<HashMap<String, DecodingKey>>,
    secrets: Arc<HashMap<String, String>>,
    key: DecodingKey,
    issuer: Arc<str>,
}
#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    iss: String,
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

/// The identifier of a key goes over the wire in clear.
async fn key_id(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let id = header(&headers, "x-key-id")?;
    if app.secrets.get(id).is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn key_id_and_tag(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let id = header(&headers, "x-key-id")?;
    let secret = app.secrets.get(id).ok_or(StatusCode::UNAUTHORIZED)?;
    let tag = hex::decode(header(&headers, "x-signature")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    mac.update(&body);
    mac.verify_slice(&tag)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn stored_kid(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let head =
        decode_header(header(&headers, "authorization")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let name = head.kid.ok_or(StatusCode::UNAUTHORIZED)?;
    let _secret: String = sqlx::query_scalar("SELECT secret FROM keys WHERE kid = $1")
        .bind(name)
        .fetch_one(&app.pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn stored_kid_and_token(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let head = decode_header(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    let name = head.kid.ok_or(StatusCode::UNAUTHORIZED)?;
    let secret: String = sqlx::query_scalar("SELECT secret FROM keys WHERE kid = $1")
        .bind(name)
        .fetch_one(&app.pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Claims>(token, &key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The subject of a token that nobody has verified is there: so was it written.
async fn unverified_subject(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let data = dangerous::insecure_decode::<Claims>(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    let subject = data.claims.sub;
    sqlx::query("SELECT id FROM users WHERE id = $1")
        .bind(subject)
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn verified_subject(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let data = decode::<Claims>(token, &app.key, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    let subject = data.claims.sub;
    sqlx::query("SELECT id FROM users WHERE id = $1")
        .bind(subject)
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The payload, decoded by hand.
async fn payload(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let part = token.split('.').nth(1).ok_or(StatusCode::BAD_REQUEST)?;
    let bytes = hex::decode(part).map_err(|_| StatusCode::BAD_REQUEST)?;
    let claims: Claims = serde_json::from_slice(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
    sqlx::query("SELECT id FROM users WHERE id = $1")
        .bind(&claims.sub)
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn issuer(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let data = dangerous::insecure_decode::<Claims>(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    if data.claims.iss != *app.issuer {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn issuer_of_verified(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = header(&headers, "authorization")?;
    let data = decode::<Claims>(token, &app.key, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    if data.claims.iss != *app.issuer {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

/// An extractor that finds out whose key it would be.
struct KeyOwner(i64);
impl FromRequestParts<App> for KeyOwner {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let key_id = header(&parts.headers, "x-access-key")?;
        let owner = sqlx::query_scalar("SELECT owner FROM access_keys WHERE id = $1")
            .bind(key_id)
            .fetch_optional(&app.pool)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        owner.map(KeyOwner).ok_or(StatusCode::UNAUTHORIZED)
    }
}
async fn key_owner(State(app): State<App>, KeyOwner(owner): KeyOwner) -> Outcome {
    tracing::info!(owner);
    clear(&app).await
}
/// The pair: which key, and the key.
struct Pair(i64);
impl FromRequestParts<App> for Pair {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let key_id = header(&parts.headers, "x-access-key")?;
        let secret = header(&parts.headers, "x-secret-key")?;
        let owner =
            sqlx::query_scalar("SELECT owner FROM access_keys WHERE id = $1 AND secret = $2")
                .bind(key_id)
                .bind(secret)
                .fetch_optional(&app.pool)
                .await
                .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        owner.map(Pair).ok_or(StatusCode::UNAUTHORIZED)
    }
}
async fn pair(State(app): State<App>, Pair(owner): Pair) -> Outcome {
    tracing::info!(owner);
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        keys: Arc::default(),
        secrets: Arc::default(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
        issuer: std::env::var("ISSUER").unwrap().into(),
    };
    let app = Router::new()
        .route("/key-id", post(key_id))
        .route("/key-id-and-tag", post(key_id_and_tag))
        .route("/stored-kid", post(stored_kid))
        .route("/stored-kid-and-token", post(stored_kid_and_token))
        .route("/unverified-subject", post(unverified_subject))
        .route("/verified-subject", post(verified_subject))
        .route("/payload", post(payload))
        .route("/issuer", post(issuer))
        .route("/issuer-of-verified", post(issuer_of_verified))
        .route("/key-owner", post(key_owner))
        .route("/pair", post(pair))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /key-id optional
//@ POST /key-id-and-tag required
//@ POST /stored-kid optional
//@ POST /stored-kid-and-token required
//@ POST /unverified-subject optional
//@ POST /verified-subject required
//@ POST /payload optional
//@ POST /issuer optional
//@ POST /issuer-of-verified required
//@ POST /key-owner optional
//@ POST /pair required
