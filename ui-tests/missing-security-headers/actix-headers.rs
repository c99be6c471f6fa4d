//! Pages, and middleware that sets a header.
//@ persona: auditor

use actix_web::http::header::{self, ContentType};
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};

async fn home() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::html()).body("<h1>Notes</h1>") // near miss: middleware sets a header
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .wrap(DefaultHeaders::new().add((header::X_FRAME_OPTIONS, "DENY")))
            .route("/", web::get().to(home))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
