//! A site of files at the root, without any of the headers.
//@ persona: auditor

use axum::routing::get;
use axum::{Json, Router};
use tower_http::services::ServeDir;

async fn list() -> Json<Vec<String>> {
    Json(Vec::new())
}

pub fn app() -> Router {
    Router::new().route("/api/notes", get(list)).fallback_service(ServeDir::new("dist")) //~ missing-security-headers
}

fn main() {}
