//! What describes an axum service, as auditors see it.
//@ persona: auditor

use axum::Router;
use axum::routing::{get, post};

async fn text() -> &'static str {
    "a text"
}

fn metrics() -> Router {
    Router::new().route("/metrics", get(text)) //~ exposed-debug-endpoint
}

fn description() -> Router {
    Router::new()
        .route("/openapi.json", get(text)) //~ exposed-debug-endpoint
        .route("/swagger", get(text)) //~| exposed-debug-endpoint
}

fn others() -> Router {
    Router::new()
        .route("/metric-system", get(text)) // near miss: another word
        .route("/playgrounds", get(text)) // near miss: for children
        .route("/openapi/convert", post(text)) // near miss: something is sent
}

fn app() -> Router {
    Router::new().merge(metrics()).merge(description()).merge(others())
}

fn main() {}
