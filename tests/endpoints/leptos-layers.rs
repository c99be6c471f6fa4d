//! leptos 0.7 on axum: server functions behind a handler of the service's own, behind layers, under one path.
//@ POST /api/open{hash} required
//@ POST /api/session{hash} required
//@ POST /public/news{hash} none
//@ GET /page none

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jsonwebtoken::{DecodingKey, Validation, decode};
use leptos::prelude::*;
use leptos_axum::{handle_server_fns, handle_server_fns_with_context};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
}

fn verified(headers: &HeaderMap) -> Option<Claims> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Claims>(token, &key, &Validation::default()).ok().map(|it| it.claims)
}

#[server]
async fn open(text: String) -> Result<String, ServerFnError> {
    Ok(text)
}

#[server(Session, "/api")]
async fn session() -> Result<String, ServerFnError> {
    let claims = expect_context::<Claims>();
    Ok(claims.sub)
}

#[server(News, "/public")]
async fn news() -> Result<String, ServerFnError> {
    Ok("none".to_owned())
}

async fn guard(headers: HeaderMap, request: Request, next: Next) -> Result<Response, StatusCode> {
    verified(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

/// Hands on what it has found.
async fn functions(headers: HeaderMap, request: Request<Body>) -> Response {
    let Some(claims) = verified(&headers) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    handle_server_fns_with_context(move || provide_context(claims.clone()), request).await.into_response()
}

async fn page() -> &'static str {
    "page"
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/api/{*name}", post(functions))
        .layer(middleware::from_fn(guard))
        .route("/public/{*name}", post(handle_server_fns))
        .route("/page", get(page));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
