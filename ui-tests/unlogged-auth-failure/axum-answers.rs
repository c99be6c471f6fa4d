//! A service of axum whose errors are written where they become answers.
//@ persona: auditor

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

enum Failure {
    Credentials,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        tracing::warn!("credentials refused");
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn login(Json(login): Json<Login>) -> Result<String, Failure> {
    let hash = std::fs::read_to_string(&login.user).map_err(|_| Failure::Credentials)?;
    // near miss: the answer writes it
    match bcrypt::verify(&login.password, &hash) {
        Ok(true) => Ok("welcome".to_owned()),
        _ => Err(Failure::Credentials),
    }
}

fn app() -> Router {
    Router::new().route("/login", post(login))
}

fn main() {}
