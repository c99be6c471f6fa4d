//! Two servers in one program, one of them through a service; files, events and WebSockets.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::RwLock;
use warp::http::StatusCode;
use warp::ws::{WebSocket, Ws};
use warp::{Filter, Rejection, Reply};

type Tokens = Arc<RwLock<HashMap<String, i64>>>;

async fn chat(mut socket: WebSocket, user: Option<i64>) {
    while let Some(Ok(message)) = socket.next().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn user(token: HashMap<String, String>, tokens: Tokens) -> Result<i64, Rejection> {
    let token = token
        .get("access_token")
        .ok_or_else(warp::reject::not_found)?;
    let tokens = tokens.read().await;
    tokens.get(token).copied().ok_or_else(warp::reject::reject)
}

fn socket() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    warp::path("ws")
        .and(warp::path::end())
        .and(warp::ws())
        .map(|ws: Ws| ws.on_upgrade(|socket| chat(socket, None)))
}

fn known_socket(tokens: Tokens) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    warp::path!("ws" / "own")
        .and(warp::ws())
        .and(warp::header::<String>("sec-websocket-protocol"))
        .map(|ws: Ws, _protocol| ws.on_upgrade(|socket| chat(socket, None)))
}

fn events() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    warp::path!("events").and(warp::get()).map(|| {
        let events = futures_util::stream::iter([Ok::<_, Infallible>(
            warp::sse::Event::default().data("x"),
        )]);
        warp::sse::reply(warp::sse::keep_alive().stream(events))
    })
}

#[tokio::main]
async fn main() {
    let public = socket()
        .or(known_socket(Tokens::default()))
        .or(events())
        .or(warp::path("static").and(warp::fs::dir("static")))
        .or(warp::path!("favicon.ico")
            .and(warp::get())
            .and(warp::fs::file("static/favicon.ico")));
    let metrics = warp::path!("metrics")
        .and(warp::get())
        .map(|| "0")
        .or(warp::path!("shutdown")
            .and(warp::post())
            .map(|| StatusCode::ACCEPTED));
    let (a, b) = tokio::join!(
        warp::serve(public).run(([0, 0, 0, 0], 8080)),
        warp::serve(metrics).run(([127, 0, 0, 1], 9090)),
    );
    let service = warp::service(warp::path!("inner").and(warp::put()).map(warp::reply));
    drop(service);
}

//@ GET /ws none
//@ GET /ws/own none
//@ GET /events none
//@ GET /static/{*tail} none
//@ HEAD /static/{*tail} none
//@ GET /favicon.ico none
//@ GET /metrics none
//@ POST /shutdown none
//@ PUT /inner none
//+ GET /events event-stream
//+ GET /ws websocket
//+ GET /ws/own websocket
