//! A key that is found by the identifier in a token's header has verified nothing yet.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{StatusCode, request::Parts};
use axum::{Router, routing::post};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

#[derive(Clone)]
struct App {
    keys: Arc<HashMap<String, DecodingKey>>,
}

fn bearer(parts: &Parts) -> Result<&str, StatusCode> {
    let header = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
    header.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}

/// Finds the key, and forgets to use it.
struct KnownKey;

impl FromRequestParts<App> for KnownKey {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let header = decode_header(bearer(parts)?).map_err(|_| StatusCode::BAD_REQUEST)?;
        let kid = header.kid.ok_or(StatusCode::UNAUTHORIZED)?;
        app.keys.get(&kid).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(KnownKey)
    }
}

/// Finds the key, and verifies with it.
struct Signed;

impl FromRequestParts<App> for Signed {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let token = bearer(parts)?;
        let header = decode_header(token).map_err(|_| StatusCode::BAD_REQUEST)?;
        let kid = header.kid.ok_or(StatusCode::UNAUTHORIZED)?;
        let key = app.keys.get(&kid).ok_or(StatusCode::UNAUTHORIZED)?;
        decode::<Claims>(token, key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(Signed)
    }
}

async fn known(_: KnownKey) {}
async fn signed(_: Signed) {}

fn main() {
    let app = Router::new()
        .route("/known", post(known))
        .route("/signed", post(signed))
        .with_state(App::default());
    axum::serve(listener, app);
}

//@ POST /known optional
//@ POST /signed required
