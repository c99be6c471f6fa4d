//! warp 0.3: upgrades and streams of events.
//@ GET /ws none
//@ GET /chat/{room} none
//@ GET /events none
//@ GET /plain none
//+ GET /ws websocket
//+ GET /chat/{room} websocket
//+ GET /events event-stream

use std::convert::Infallible;

use futures_util::StreamExt;
use warp::Filter;
use warp::sse::Event;

async fn chat(room: u64, upgrade: warp::ws::Ws) -> Result<impl warp::Reply, Infallible> {
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _ = (room, socket);
    }))
}

fn events() -> impl warp::Reply {
    let events = futures_util::stream::iter(0..3).map(|it| Ok::<_, Infallible>(Event::default().data(it.to_string())));
    warp::sse::reply(warp::sse::keep_alive().stream(events))
}

#[tokio::main]
async fn main() {
    let ws = warp::path("ws").and(warp::path::end()).and(warp::ws()).map(|upgrade| {
        let upgrade: warp::ws::Ws = upgrade;
        upgrade.on_upgrade(|_socket| async {})
    });
    let chat = warp::path!("chat" / u64).and(warp::ws()).and_then(chat);
    let events = warp::path!("events").and(warp::get()).map(events);
    let plain = warp::path!("plain").and(warp::get()).map(|| "plain");
    warp::serve(ws.or(chat).or(events).or(plain)).run(([127, 0, 0, 1], 3030)).await;
}
