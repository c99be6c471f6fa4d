//! Endpoints of axum for those who run the service.

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use sha2::{Digest, Sha256};

async fn dump() -> Result<Vec<u8>, StatusCode> {
    tokio::fs::read("/tmp/heap").await.map_err(|_| StatusCode::NOT_FOUND)
}

async fn jemalloc_stats() -> Result<Vec<u8>, StatusCode> {
    tokio::fs::read("/tmp/jemalloc").await.map_err(|_| StatusCode::NOT_FOUND)
}

async fn operators(request: Request, next: Next) -> Result<Response, StatusCode> {
    let secret = std::env::var("OPERATORS_TOKEN").map_err(|_| StatusCode::UNAUTHORIZED)?;
    let sent = request.headers().get(header::AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
    if secret.is_empty() || Sha256::digest(sent.as_bytes()) != Sha256::digest(secret.as_bytes()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn text() -> &'static str {
    "a text"
}

async fn named(Path(name): Path<String>) -> String {
    name
}

fn profiles() -> Router {
    Router::new()
        .route("/pprof/heap", get(dump)) //~ exposed-debug-endpoint
        .route("/pprof/profile", get(dump)) //~| exposed-debug-endpoint
}

fn statistics() -> Router {
    Router::new().route("/memory", get(jemalloc_stats)) //~ exposed-debug-endpoint
}

fn guarded() -> Router {
    Router::new()
        .route("/debug/pprof/allocs", get(dump)) // near miss: operators only
        .layer(from_fn(operators))
}

fn others() -> Router {
    Router::new()
        .route("/heaps", get(text)) // near miss: of sand
        .route("/profile", get(text)) // near miss: somebody's page
        .route("/users/{name}/profile", get(named)) // near miss: somebody's page, too
        .route("/debugger", get(text)) // near miss: another word
        .route("/dump", get(text)) // near miss: says nothing of the process
        .route("/stack/overflow", get(text)) // near miss: a name
        .route("/memory-lane", get(text)) // near miss: pictures
        .route("/flames", get(text)) // near miss: another word
        .route("/metrics", get(text)) // near miss: for auditors
        .route("/swagger/index.html", get(text)) // near miss: for auditors
        .route("/threads/{name}", get(named)) // near miss: of a forum
        .route("/vars", get(text)) // near miss: without a word that says of what
}

fn app() -> Router {
    Router::new().merge(profiles()).merge(statistics()).merge(guarded()).merge(others())
}

fn main() {}
