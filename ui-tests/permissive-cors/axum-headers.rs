//! Any origin around an API for everybody's programs: its tokens stand in headers that browsers do
//! not fill in by themselves.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::Router;
use tower_http::cors::CorsLayer;

#[derive(Clone)]
struct Tokens(Arc<HashMap<String, String>>);

struct Caller(String);

impl FromRequestParts<Tokens> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, tokens: &Tokens) -> Result<Self, StatusCode> {
        let header = parts.headers.get("authorization").and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        tokens.0.get(token).cloned().map(Caller).ok_or(StatusCode::UNAUTHORIZED)
    }
}

async fn orders(Caller(name): Caller) -> String {
    name
}

async fn prices(State(_): State<Tokens>) -> &'static str {
    "1, 2, 3"
}

fn api(tokens: Tokens) -> Router {
    Router::new()
        .route("/orders", post(orders))
        .route("/prices", get(prices))
        // near miss: bearer tokens, which no browser adds by itself
        .layer(CorsLayer::permissive())
        .with_state(tokens)
}

fn main() {}
