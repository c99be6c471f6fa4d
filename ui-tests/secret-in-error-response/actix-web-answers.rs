//! Secrets in errors of actix-web, and what only looks like one.

use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::http::StatusCode;
use actix_web::{App, Error, HttpResponse, ResponseError, web};
use serde::Deserialize;

struct Settings {
    jwt_secret: String,
    database_url: String,
    host: String,
}

#[derive(Deserialize)]
struct Form {
    token: String,
}

async fn built(settings: web::Data<Settings>) -> HttpResponse {
    HttpResponse::InternalServerError().body(format!("cannot sign with {}", settings.jwt_secret)) //~ secret-in-error-response
}

async fn as_json(settings: web::Data<Settings>) -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header(("retry-after", "5"))
        .json(serde_json::json!({ "database": settings.database_url })) //~ secret-in-error-response
}

async fn by_error(settings: web::Data<Settings>) -> Result<HttpResponse, Error> {
    Err(ErrorInternalServerError(format!("no database at {}", settings.database_url))) //~ secret-in-error-response
}

async fn refused(settings: web::Data<Settings>) -> Result<HttpResponse, Error> {
    let expected = &settings.jwt_secret;
    Err(ErrorUnauthorized(format!("expected {expected}"))) //~ secret-in-error-response
}

async fn by_status(settings: web::Data<Settings>) -> HttpResponse {
    HttpResponse::build(StatusCode::BAD_GATEWAY).body(settings.jwt_secret.clone()) //~ secret-in-error-response
}

// near miss: a host is no secret
async fn host(settings: web::Data<Settings>) -> HttpResponse {
    HttpResponse::BadGateway().body(format!("no answer from {}", settings.host))
}

// near miss: it goes back to who has sent it
async fn echoed(form: web::Form<Form>) -> HttpResponse {
    HttpResponse::BadRequest().body(format!("{} has expired", form.token))
}

// near miss: a success
async fn issued(settings: web::Data<Settings>) -> HttpResponse {
    HttpResponse::Ok().body(settings.jwt_secret.clone())
}

// near miss: nothing of it is sent
async fn used(settings: web::Data<Settings>) -> HttpResponse {
    match settings.jwt_secret.is_empty() {
        true => HttpResponse::InternalServerError().body("no secret is set"),
        false => HttpResponse::NoContent().finish(),
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/built", web::get().to(built))
        .route("/json", web::get().to(as_json))
        .route("/error", web::get().to(by_error))
        .route("/refused", web::get().to(refused))
        .route("/status", web::get().to(by_status))
        .route("/host", web::get().to(host))
        .route("/echoed", web::post().to(echoed))
        .route("/issued", web::get().to(issued))
        .route("/used", web::get().to(used));
}

fn main() {}
