//! Services of axum that end slow requests, or part of them.
//@ persona: auditor

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use tower::ServiceBuilder;
use tower_http::timeout::TimeoutLayer;

async fn text() -> &'static str {
    "a text"
}

fn limit() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(10))
}

fn app() -> Router {
    let stack = ServiceBuilder::new().layer(limit());
    Router::new()
        .route("/direct", get(text).layer(limit())) // near miss: on one route
        .route("/stack", get(text).layer(stack)) // near miss: in a stack
        .route("/one", get(text)) // near miss: others have one
        .route("/two", post(text)) // near miss: others have one
        .route("/three", put(text)) // near miss: others have one
        .route("/four", delete(text)) // near miss: others have one
        .nest("/nested", Router::new().route("/five", get(text)).layer(limit())) // near miss: on a nested router
        .merge(Router::new().route("/six", get(text)).route_layer(limit())) // near miss: on a merged one
        .fallback(text) // near miss: what answers the rest
        .route("/seven", get(text)) // near miss: others have one
}

fn main() {}
