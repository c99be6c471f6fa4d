//! A page that sets a header itself.
//@ persona: auditor

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

async fn home() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, "default-src 'self'")], Html("<h1>Notes</h1>")) // near miss: the handler sets it
}

pub fn app() -> Router {
    Router::new().route("/", get(home))
}

fn main() {}
