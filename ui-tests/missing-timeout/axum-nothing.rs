//! A service of axum, as auditors see it.
//@ persona: auditor

use axum::Router;
use axum::routing::{get, post};

async fn text() -> &'static str {
    "a text"
}

fn app() -> Router {
    Router::new()
        .route("/one", get(text)) //~ missing-timeout
        .route("/two", get(text))
        .route("/three", post(text))
}

fn main() {}
