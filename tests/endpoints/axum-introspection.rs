//! Middleware that asks another service about a token (RFC 7662), and what only hands it on.
//!
//@ GET /asked required
//@ GET /answered required
//@ GET /status required
//@ GET /posted unknown
//@ GET /unchecked unknown
//@ GET /handed-on unknown
//@ GET /user required
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

/// Whoever is asked for the profile of a token's owner refuses tokens that nobody has.
async fn answered(request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = token(request.headers())?;
    let sent = reqwest::Client::new().get("https://id.example.net/profile").bearer_auth(token).send().await;
    sent.and_then(|it| it.error_for_status()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

async fn status(request: Request, next: Next) -> Result<Response, StatusCode> {
    let header = request.headers().get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
    let asked = reqwest::Client::new().get("https://id.example.net/profile").header("Authorization", header.clone()).send();
    let answer = asked.await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// A near miss: an introspection says by its body whether the token is good (RFC 7662), and succeeds anyhow.
async fn posted(request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = token(request.headers())?;
    let sent = reqwest::Client::new().post("https://id.example.net/introspect").form(&[("token", token)]).send().await;
    sent.and_then(|it| it.error_for_status()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

/// A near miss: that there is an answer says nothing.
async fn unchecked(request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = token(request.headers())?;
    let sent = reqwest::Client::new().get("https://id.example.net/profile").bearer_auth(token).send().await;
    sent.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(next.run(request).await)
}

/// A near miss: what hands a token on does not know whether the other side looks at it.
async fn handed_on(headers: HeaderMap) -> Result<String, StatusCode> {
    let token = token(&headers)?;
    let sent = reqwest::Client::new().get("https://files.example.net/list").bearer_auth(token).send().await;
    let answer = sent.and_then(|it| it.error_for_status()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)
}

struct User(String);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, StatusCode> {
        let token = token(&parts.headers)?;
        let sent = reqwest::Client::new().get("https://id.example.net/profile").bearer_auth(token).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(User(answer.text().await.unwrap_or_default())),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    }
}

async fn user(User(name): User) -> String {
    name
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
        .merge(Router::new().route("/status", get(answer)).layer(from_fn(status)))
        .merge(Router::new().route("/posted", get(answer)).layer(from_fn(posted)))
        .merge(Router::new().route("/unchecked", get(answer)).layer(from_fn(unchecked)))
        .route("/handed-on", get(handed_on))
        .route("/user", get(user))
        .merge(Router::new().route("/ignored", get(answer)).layer(from_fn(ignored)))
}
