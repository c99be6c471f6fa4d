//! Services of axum that note requests, or part of them.
//@ persona: auditor

use axum::Router;
use axum::routing::{delete, get, post, put};
use tower::ServiceBuilder;
use tower_http::trace::TraceLayer;

async fn text() -> &'static str {
    "a text"
}

fn app() -> Router {
    let stack = ServiceBuilder::new().layer(TraceLayer::new_for_http());
    Router::new()
        .route("/direct", get(text).layer(TraceLayer::new_for_http())) // near miss: on one route
        .route("/stack", get(text).layer(stack)) // near miss: in a stack
        .route("/one", get(text)) // near miss: others leave one
        .route("/two", post(text)) // near miss: others leave one
        .route("/three", put(text)) // near miss: others leave one
        .route("/four", delete(text)) // near miss: others leave one
        .nest("/nested", Router::new().route("/five", get(text)).layer(TraceLayer::new_for_http())) // near miss: on a nested router
        .merge(Router::new().route("/six", get(text)).route_layer(TraceLayer::new_for_http())) // near miss: on a merged one
        .fallback(text) // near miss: what answers the rest
        .route("/seven", get(text)) // near miss: others leave one
}

fn main() {}
