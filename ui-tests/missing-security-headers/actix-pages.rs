//! Pages of actix-web without any of the headers.
//@ persona: auditor

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};

async fn home() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::html()).body("<h1>Notes</h1>")
}

async fn list() -> HttpResponse {
    HttpResponse::Ok().json(["a note"])
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/", web::get().to(home)) //~ missing-security-headers
            .route("/notes", web::get().to(list))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
