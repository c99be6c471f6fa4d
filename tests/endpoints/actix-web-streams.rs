//! actix-web 4: upgrades by actix-ws and by actors, events of actix-web-lab and by hand.
//@ GET /ws none
//@ GET /actor none
//@ GET /events none
//@ GET /by-hand none
//@ GET /plain none
//+ GET /ws websocket
//+ GET /actor websocket
//+ GET /events event-stream
//+ GET /by-hand event-stream

use std::time::Duration;

use actix::{Actor, StreamHandler};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, Responder, get, web};
use actix_web_actors::ws;
use actix_web_lab::sse;

#[get("/ws")]
async fn socket(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, mut session, _messages) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(async move {
        let _ = session.text("hello").await;
    });
    Ok(response)
}

struct Talk;

impl Actor for Talk {
    type Context = ws::WebsocketContext<Self>;
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Talk {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, context: &mut Self::Context) {
        if let Ok(ws::Message::Text(text)) = message {
            context.text(text);
        }
    }
}

async fn actor(request: HttpRequest, stream: web::Payload) -> Result<HttpResponse, Error> {
    ws::start(Talk, &request, stream)
}

async fn events() -> impl Responder {
    let (sender, receiver) = tokio::sync::mpsc::channel(10);
    actix_web::rt::spawn(async move {
        let _ = sender.send(sse::Event::Comment("hello".into())).await;
    });
    sse::Sse::from_infallible_receiver(receiver).with_keep_alive(Duration::from_secs(3))
}

async fn by_hand() -> HttpResponse {
    HttpResponse::Ok().content_type("text/event-stream").body("data: one\n\n")
}

async fn plain() -> &'static str {
    "plain"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(socket)
            .route("/actor", web::get().to(actor))
            .route("/events", web::get().to(events))
            .route("/by-hand", web::get().to(by_hand))
            .route("/plain", web::get().to(plain))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
