//! Middleware that asks another service about a token (RFC 7662), and what only hands it on.
//!
//@ GET /asked required
//@ GET /answered unknown
//@ GET /ignored none

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;

#[derive(serde::Deserialize)]
struct Answer {
    active: bool,
    username: Option<String>,
}

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)
}

async fn introspected(token: &str) -> Result<Answer, reqwest::Error> {
    let url = "https://id.example.net/oauth2/introspect";
    reqwest::Client::new().post(url).form(&[("token", token)]).send().await?.json().await
}

async fn ask(mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let answer = introspected(token(request.headers())?).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    if !answer.active {
        return Err(StatusCode::UNAUTHORIZED);
    }
    request.extensions_mut().insert(answer.username);
    Ok(next.run(request).await)
}

/// Whether the other side looks at the token, only it knows.
async fn answered(request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = token(request.headers())?;
    let sent = reqwest::Client::new().get("https://id.example.net/profile").bearer_auth(token).send().await;
    sent.and_then(|it| it.error_for_status()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

/// A near miss: what was answered is told to nobody.
async fn ignored(request: Request, next: Next) -> Result<Response, StatusCode> {
    if let Ok(token) = token(request.headers()) {
        if let Ok(answer) = introspected(token).await {
            tracing::debug!(active = answer.active, "asked");
        }
    }
    Ok(next.run(request).await)
}

async fn answer() -> &'static str {
    "ok"
}

fn app() -> Router {
    Router::new()
        .merge(Router::new().route("/asked", get(answer)).layer(from_fn(ask)))
        .merge(Router::new().route("/answered", get(answer)).layer(from_fn(answered)))
        .merge(Router::new().route("/ignored", get(answer)).layer(from_fn(ignored)))
}
