//@ persona: auditor
//! Errors of libraries in what others than axum answer.

use actix_web::error::ErrorInternalServerError;
use actix_web::{HttpResponse, web};
use rocket::http::Status;
use sqlx::PgPool;

async fn handed_on(db: web::Data<PgPool>) -> Result<String, actix_web::Error> {
    let found: Result<String, sqlx::Error> = sqlx::query_scalar("SELECT version()").fetch_one(db.get_ref()).await;
    found.map_err(ErrorInternalServerError) //~ internal-error-in-response
}

async fn built(db: web::Data<PgPool>) -> HttpResponse {
    let found: Result<String, sqlx::Error> = sqlx::query_scalar("SELECT version()").fetch_one(db.get_ref()).await;
    match found {
        Ok(version) => HttpResponse::Ok().body(version),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()), //~ internal-error-in-response
    }
}

// near miss: nothing is said
async fn finished(error: sqlx::Error) -> HttpResponse {
    tracing::error!("{error}");
    HttpResponse::InternalServerError().finish()
}

// near miss: the client is to blame
async fn refused(error: serde_json::Error) -> HttpResponse {
    HttpResponse::BadRequest().body(error.to_string())
}

fn by_rocket(error: std::io::Error) -> (Status, String) {
    (Status::InternalServerError, error.to_string()) //~ internal-error-in-response
}

// near miss: what a guard of Rocket gives up with is not sent
fn of_guard(error: std::io::Error) -> rocket::request::Outcome<(), std::io::Error> {
    rocket::request::Outcome::Error((Status::ServiceUnavailable, error))
}

fn by_tonic(error: std::io::Error) -> tonic::Status {
    tonic::Status::internal(error.to_string()) //~ internal-error-in-response
}

// near miss: a text of the program's own
fn of_tonic(_: std::io::Error) -> tonic::Status {
    tonic::Status::internal("failed")
}

fn by_poem(found: Result<String, std::io::Error>) -> poem::Result<String> {
    found.map_err(poem::error::InternalServerError) //~ internal-error-in-response
}

fn by_salvo(error: std::io::Error) -> salvo::http::StatusError {
    salvo::http::StatusError::internal_server_error().brief(error.to_string()) //~ internal-error-in-response
}

// near miss: salvo does not show the cause
fn of_salvo(error: std::io::Error) -> salvo::http::StatusError {
    salvo::http::StatusError::internal_server_error().cause(error)
}

fn by_warp(error: std::io::Error) -> impl warp::Reply {
    warp::reply::with_status(error.to_string(), warp::http::StatusCode::INTERNAL_SERVER_ERROR) //~ internal-error-in-response
}

fn main() {}
