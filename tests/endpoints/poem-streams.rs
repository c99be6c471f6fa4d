//! poem 3: upgrades and streams of events.
//@ GET /ws/{name} none
//@ GET /events none
//@ GET /plain none
//+ GET /ws/{name} websocket
//+ GET /events event-stream

use futures_util::stream;
use poem::listener::TcpListener;
use poem::web::sse::{Event, SSE};
use poem::web::websocket::WebSocket;
use poem::web::Path;
use poem::{IntoResponse, Route, Server, get, handler};

#[handler]
fn socket(Path(name): Path<String>, ws: WebSocket) -> impl IntoResponse {
    ws.on_upgrade(move |socket| async move {
        let _ = (name, socket);
    })
}

#[handler]
fn events() -> SSE {
    SSE::new(stream::iter([Event::message("one")]))
}

#[handler]
fn plain() -> &'static str {
    "plain"
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let app = Route::new()
        .at("/ws/:name", get(socket))
        .at("/events", get(events))
        .at("/plain", get(plain));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
