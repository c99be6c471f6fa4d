//! axum 0.8: endpoints that keep their connection open, in the signature, in the body, one call down; what only asks for it.
//@ GET /ws none
//@ GET /ws/guarded required
//@ ANY /ws/fallible none
//@ GET /ws/below none
//@ GET /events none
//@ GET /events/hidden none
//@ GET /events/by-hand none
//@ GET /events/closure none
//@ GET /plain none
//@ POST /proxy none
//+ GET /ws websocket
//+ GET /ws/guarded websocket
//+ ANY /ws/fallible websocket
//+ GET /ws/below websocket
//+ GET /events event-stream
//+ GET /events/hidden event-stream
//+ GET /events/by-hand event-stream
//+ GET /events/closure event-stream

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use futures_util::stream::{self, Stream};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

fn user(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(data.claims.sub)
}

async fn talk(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn ws(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(talk)
}

async fn guarded(headers: HeaderMap, upgrade: WebSocketUpgrade) -> Result<Response, StatusCode> {
    user(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(upgrade.on_upgrade(talk))
}

async fn fallible(upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(talk),
        Err(_) => StatusCode::UPGRADE_REQUIRED.into_response(),
    }
}

/// The upgrade is another function's.
async fn below(request: Request<Body>) -> Response {
    upgraded(request).await
}

async fn upgraded(request: Request<Body>) -> Response {
    use axum::extract::FromRequestParts;
    let (mut parts, _) = request.into_parts();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.on_upgrade(talk),
        Err(refusal) => refusal.into_response(),
    }
}

async fn events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::iter([Ok(Event::default().data("one"))])).keep_alive(KeepAlive::default())
}

async fn hidden() -> impl IntoResponse {
    let events = stream::iter([Ok::<_, Infallible>(Event::default().data("one"))]);
    Sse::new(events).into_response()
}

async fn by_hand() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/event-stream")], "data: one\n\n")
}

async fn plain() -> &'static str {
    "plain"
}

/// Asks another service for events, and answers with the first.
async fn proxy() -> Result<String, StatusCode> {
    let client = reqwest::Client::new();
    let request = client.get("https://example.org/events").header("accept", "text/event-stream");
    let response = request.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    response.text().await.map_err(|_| StatusCode::BAD_GATEWAY)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/ws", get(ws))
        .route("/ws/guarded", get(guarded))
        .route("/ws/fallible", any(fallible))
        .route("/ws/below", get(below))
        .route("/events", get(events))
        .route("/events/hidden", get(hidden))
        .route("/events/by-hand", get(by_hand))
        .route("/events/closure", get(|| async { events().await }))
        .route("/plain", get(plain))
        .route("/proxy", post(proxy));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
