//! A signature proves something only under a key that its sender did not choose.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router, routing::post};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use hmac::{Hmac, Mac};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use sha2::Sha256;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    pool: PgPool,
    key: DecodingKey,
    keys: Arc<HashMap<String, DecodingKey>>,
    jwks: Arc<JwkSet>,
    secret: Arc<str>,
    signer: VerifyingKey,
}
#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    iss: String,
}
#[derive(Deserialize)]
struct Signed {
    key: String,
    payload: String,
}
type Outcome = Result<StatusCode, StatusCode>;

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, StatusCode> {
    let value = headers.get(name).ok_or(StatusCode::UNAUTHORIZED)?;
    value.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}
fn bearer(headers: &HeaderMap) -> Result<&str, StatusCode> {
    header(headers, "authorization")?
        .strip_prefix("Bearer ")
        .ok_or(StatusCode::UNAUTHORIZED)
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}

/// The token brings its key along.
async fn jwk(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = bearer(&headers)?;
    let head = decode_header(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    let jwk = head.jwk.ok_or(StatusCode::UNAUTHORIZED)?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| StatusCode::BAD_REQUEST)?;
    decode::<Claims>(token, &key, &Validation::new(head.alg))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn own_key(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = bearer(&headers)?;
    decode::<Claims>(token, &app.key, &Validation::new(Algorithm::EdDSA))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn key_by_id(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = bearer(&headers)?;
    let kid = decode_header(token)
        .ok()
        .and_then(|it| it.kid)
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let jwk: &Jwk = app.jwks.find(&kid).ok_or(StatusCode::UNAUTHORIZED)?;
    let key = DecodingKey::from_jwk(jwk).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    decode::<Claims>(token, &key, &Validation::new(Algorithm::RS256))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// Where the keys are, the token says itself.
async fn jku(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = bearer(&headers)?;
    let head = decode_header(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    let address = head.jku.ok_or(StatusCode::UNAUTHORIZED)?;
    let answer = reqwest::get(&address)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    let set: JwkSet = answer.json().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let kid = head.kid.unwrap_or_default();
    let jwk = set.find(&kid).ok_or(StatusCode::UNAUTHORIZED)?;
    let key = DecodingKey::from_jwk(jwk).map_err(|_| StatusCode::BAD_REQUEST)?;
    decode::<Claims>(token, &key, &Validation::new(Algorithm::RS256))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn fixed_address(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = bearer(&headers)?;
    let head = decode_header(token).map_err(|_| StatusCode::BAD_REQUEST)?;
    let answer = reqwest::get("https://login.example/keys")
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    let set: JwkSet = answer.json().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let kid = head.kid.unwrap_or_default();
    let jwk = set.find(&kid).ok_or(StatusCode::UNAUTHORIZED)?;
    let key = DecodingKey::from_jwk(jwk).map_err(|_| StatusCode::BAD_REQUEST)?;
    decode::<Claims>(token, &key, &Validation::new(Algorithm::RS256))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The key stands in another header.
async fn key_header(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let key = DecodingKey::from_secret(header(&headers, "x-signing-key")?.as_bytes());
    decode::<Claims>(bearer(&headers)?, &key, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn secret(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let key = DecodingKey::from_secret(app.secret.as_bytes());
    decode::<Claims>(bearer(&headers)?, &key, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The key of the tenant that the path names is ours.
async fn tenant(State(app): State<App>, Path(tenant): Path<String>, headers: HeaderMap) -> Outcome {
    let key = app.keys.get(&tenant).ok_or(StatusCode::NOT_FOUND)?;
    decode::<Claims>(bearer(&headers)?, key, &Validation::default())
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn hook(
    State(app): State<App>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    body: Bytes,
) -> Outcome {
    let secret: String = sqlx::query_scalar("SELECT secret FROM hooks WHERE id = $1")
        .bind(id)
        .fetch_one(&app.pool)
        .await
        .map_err(|_| StatusCode::NOT_FOUND)?;
    let sent =
        hex::decode(header(&headers, "x-signature")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    mac.update(&body);
    mac.verify_slice(&sent)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// The body brings the key for its own signature.
async fn body_key(State(app): State<App>, headers: HeaderMap, Json(body): Json<Signed>) -> Outcome {
    let sent =
        hex::decode(header(&headers, "x-signature")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(body.key.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    mac.update(body.payload.as_bytes());
    mac.verify_slice(&sent)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn body_own_key(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<Signed>,
) -> Outcome {
    let sent =
        hex::decode(header(&headers, "x-signature")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(app.secret.as_bytes())
        .map_err(|_| StatusCode::BAD_REQUEST)?;
    mac.update(body.payload.as_bytes());
    mac.verify_slice(&sent)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
/// Anybody has a pair of keys.
async fn sent_public_key(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let bytes =
        hex::decode(header(&headers, "x-public-key")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| StatusCode::BAD_REQUEST)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
    let signature =
        hex::decode(header(&headers, "x-signature")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let signature = Signature::from_slice(&signature).map_err(|_| StatusCode::BAD_REQUEST)?;
    key.verify(&body, &signature)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn public_key(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let signature =
        hex::decode(header(&headers, "x-signature")?).map_err(|_| StatusCode::BAD_REQUEST)?;
    let signature = Signature::from_slice(&signature).map_err(|_| StatusCode::BAD_REQUEST)?;
    app.signer
        .verify(&body, &signature)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        key: DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes()),
        keys: Arc::default(),
        jwks: Arc::new(JwkSet { keys: Vec::new() }),
        secret: std::env::var("SECRET").unwrap().into(),
        signer: VerifyingKey::default(),
    };
    let app = Router::new()
        .route("/jwk", post(jwk))
        .route("/own-key", post(own_key))
        .route("/key-by-id", post(key_by_id))
        .route("/jku", post(jku))
        .route("/fixed-address", post(fixed_address))
        .route("/key-header", post(key_header))
        .route("/secret", post(secret))
        .route("/tenant/{tenant}", post(tenant))
        .route("/hook/{id}", post(hook))
        .route("/body-key", post(body_key))
        .route("/body-own-key", post(body_own_key))
        .route("/sent-public-key", post(sent_public_key))
        .route("/public-key", post(public_key))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /jwk optional
//@ POST /own-key required
//@ POST /key-by-id required
//@ POST /jku optional
//@ POST /fixed-address required
//@ POST /key-header optional
//@ POST /secret required
//@ POST /tenant/{tenant} required
//@ POST /hook/{id} required
//@ POST /body-key optional
//@ POST /body-own-key required
//@ POST /sent-public-key optional
//@ POST /public-key required
