//! ntex 3: upgrades.
//@ GET /ws none
//@ GET /plain none
//+ GET /ws websocket

use ntex::service::{fn_factory_with_config, fn_service};
use ntex::web;
use ntex::ws;

async fn service(
    _sink: ws::WsSink,
) -> Result<impl ntex::Service<ws::Frame, Response = Option<ws::Message>, Error = std::io::Error>, web::Error> {
    Ok(fn_service(|_frame| async { Ok(None) }))
}

async fn socket(request: web::HttpRequest) -> Result<web::HttpResponse, web::Error> {
    web::ws::start(request, None::<&str>, fn_factory_with_config(service)).await
}

async fn plain() -> &'static str {
    "plain"
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    web::server(async || {
        web::App::new()
            .route("/ws", web::get().to(socket))
            .route("/plain", web::get().to(plain))
    })
    .bind("127.0.0.1:8080")?
    .run()
    .await
}
