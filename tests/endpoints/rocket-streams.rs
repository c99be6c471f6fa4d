//! Rocket 0.5: upgrades of rocket_ws, streams of events.
//@ GET /echo none
//@ GET /channel none
//@ GET /events none
//@ GET /text none
//+ GET /echo websocket
//+ GET /channel websocket
//+ GET /events event-stream

use rocket::futures::{SinkExt, StreamExt};
use rocket::response::stream::{Event, EventStream, TextStream};
use rocket::{get, launch, routes};

#[get("/echo")]
fn echo(ws: rocket_ws::WebSocket) -> rocket_ws::Stream!['static] {
    rocket_ws::Stream! { ws =>
        for await message in ws {
            yield message?;
        }
    }
}

#[get("/channel")]
fn channel(ws: rocket_ws::WebSocket) -> rocket_ws::Channel<'static> {
    ws.channel(move |mut stream| {
        Box::pin(async move {
            while let Some(message) = stream.next().await {
                let _ = stream.send(message?).await;
            }
            Ok(())
        })
    })
}

#[get("/events")]
fn events() -> EventStream![] {
    EventStream! {
        yield Event::data("hello");
    }
}

#[get("/text")]
fn text() -> TextStream![String] {
    TextStream! {
        yield "hello".to_owned();
    }
}

#[launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![echo, channel, events, text])
}
