//! salvo 0.95: upgrades and streams of events.
//@ GET /ws none
//@ GET /events none
//@ GET /kept none
//@ GET /plain none
//+ GET /ws websocket
//+ GET /events event-stream
//+ GET /kept event-stream

use std::convert::Infallible;

use futures_util::stream;
use salvo::prelude::*;
use salvo::sse::{self, SseEvent, SseKeepAlive};
use salvo::websocket::WebSocketUpgrade;

#[handler]
async fn socket(request: &mut Request, response: &mut Response) -> Result<(), StatusError> {
    WebSocketUpgrade::new()
        .upgrade(request, response, |_socket| async move {})
        .await
}

#[handler]
async fn events(response: &mut Response) {
    let events = stream::iter([Ok::<_, Infallible>(SseEvent::default().text("one"))]);
    sse::stream(response, events);
}

#[handler]
async fn kept(response: &mut Response) {
    let events = stream::iter([Ok::<_, Infallible>(SseEvent::default().text("one"))]);
    SseKeepAlive::new(events).stream(response);
}

#[handler]
async fn plain() -> &'static str {
    "plain"
}

#[tokio::main]
async fn main() {
    let router = Router::new()
        .push(Router::with_path("ws").get(socket))
        .push(Router::with_path("events").get(events))
        .push(Router::with_path("kept").get(kept))
        .push(Router::with_path("plain").get(plain));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}
