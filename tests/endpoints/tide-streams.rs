//! tide 0.16: upgrades of tide-websockets, streams of events.
//@ GET /ws none
//@ GET /events none
//@ GET /later none
//@ GET /plain none
//+ GET /ws websocket
//+ GET /events event-stream
//+ GET /later event-stream

use tide::{Request, Result};
use tide_websockets::WebSocket;

async fn later(request: Request<()>) -> Result {
    Ok(tide::sse::upgrade(request, |_request, sender| async move {
        sender.send("fruit", "banana", None).await?;
        Ok(())
    }))
}

async fn plain(_request: Request<()>) -> Result {
    Ok("plain".into())
}

#[async_std::main]
async fn main() -> Result<()> {
    let mut app = tide::new();
    app.at("/ws").get(WebSocket::new(|_request, stream| async move {
        stream.send_string("hello".to_owned()).await?;
        Ok(())
    }));
    app.at("/events").get(tide::sse::endpoint(|_request, sender| async move {
        sender.send("fruit", "banana", None).await?;
        Ok(())
    }));
    app.at("/later").get(later);
    app.at("/plain").get(plain);
    app.listen("127.0.0.1:8080").await?;
    Ok(())
}
