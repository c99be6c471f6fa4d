//! Any origin around an API whose keys stand in headers.

use actix_cors::Cors;
use actix_web::dev::ServiceRequest;
use actix_web::error::ErrorUnauthorized;
use actix_web::{App, HttpServer, Responder, web};
use actix_web_httpauth::extractors::bearer::BearerAuth;
use actix_web_httpauth::middleware::HttpAuthentication;
use subtle::ConstantTimeEq;

async fn orders() -> impl Responder {
    "none yet"
}

async fn bearer(request: ServiceRequest, auth: BearerAuth) -> Result<ServiceRequest, (actix_web::Error, ServiceRequest)> {
    let expected = std::env::var("API_TOKEN").unwrap_or_default();
    match bool::from(auth.token().as_bytes().ct_eq(expected.as_bytes())) {
        true => Ok(request),
        false => Err((ErrorUnauthorized("no such token"), request)),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .wrap(HttpAuthentication::bearer(bearer))
            // near miss: bearer tokens, which no browser adds by itself
            .wrap(Cors::default().allow_any_origin())
            .route("/orders", web::post().to(orders))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
