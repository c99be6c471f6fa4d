//! What handlers, helpers and layers write into logs out of requests.
//@ persona: auditor

use actix_web::{HttpResponse, web};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use log::{info as note, warn};
use serde::Deserialize;
use tracing::{error, info};
use uuid::Uuid;

#[derive(Deserialize, Debug)]
struct Login {
    user: String,
    age: u8,
}

fn audit(action: &str, subject: &str) {
    info!("{action}: {subject}"); //~ log-injection
}

async fn by_helper(Json(login): Json<Login>) -> StatusCode {
    audit("login", &login.user);
    StatusCode::OK
}

async fn formatted(Path(name): Path<String>) -> StatusCode {
    let message = format!("no such page: {name}");
    error!("{}", message); //~ log-injection
    StatusCode::NOT_FOUND
}

async fn field(Query(login): Query<Login>) -> StatusCode {
    info!(user = %login.user, "asked"); //~ log-injection
    StatusCode::OK
}

async fn in_actix(login: web::Form<Login>) -> HttpResponse {
    note!("login of {}", login.user); //~ log-injection
    HttpResponse::Ok().finish()
}

async fn body(text: String) -> StatusCode {
    warn!("cannot read: {text}"); //~ log-injection
    StatusCode::BAD_REQUEST
}

async fn debugged(Json(login): Json<Login>) -> StatusCode {
    info!("{:?} logs in", login.user); // near miss: escaped
    info!(?login, "whole"); // near miss: escaped
    StatusCode::OK
}

async fn plain_field(Query(login): Query<Login>) -> StatusCode {
    let user = login.user.as_str();
    info!(user, "asked"); // near miss: a field without a sigil
    StatusCode::OK
}

async fn numbered(Path(id): Path<u64>, Query(login): Query<Login>) -> StatusCode {
    info!("{id} is {} years old", login.age); // near miss: numbers
    StatusCode::OK
}

async fn identified(Path(id): Path<Uuid>) -> StatusCode {
    warn!("no {id}"); // near miss: a UUID
    StatusCode::OK
}

async fn counted(Json(login): Json<Login>) -> StatusCode {
    note!("{} letters", login.user.len()); // near miss: a length
    StatusCode::OK
}

async fn by_header(headers: HeaderMap, uri: Uri) -> StatusCode {
    let agent = headers.get("user-agent").and_then(|it| it.to_str().ok()).unwrap_or_default();
    info!("{uri} by {agent}"); // near miss: have no line breaks
    StatusCode::OK
}

async fn escaped(Json(login): Json<Login>) -> StatusCode {
    info!("{}", login.user.escape_debug()); // near miss: escaped
    StatusCode::OK
}

async fn known(Path(kind): Path<String>) -> StatusCode {
    let kind = match kind.as_str() {
        "a" | "b" => kind,
        _ => return StatusCode::NOT_FOUND,
    };
    info!("kind {kind}"); // near miss: one of two
    StatusCode::OK
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/login", web::post().to(in_actix));
}

fn app() -> Router {
    Router::new()
        .route("/1", post(by_helper).get(field).put(body).patch(debugged))
        .route("/2/{name}", get(formatted))
        .route("/3/{id}", get(numbered).put(identified))
        .route("/4", get(plain_field).post(counted).put(escaped).patch(by_header))
        .route("/5/{kind}", get(known))
}

fn main() {}
