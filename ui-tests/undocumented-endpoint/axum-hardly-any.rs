//! A description that knows three of five endpoints: there is no habit to describe all.
//@ persona: auditor

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi;

#[utoipa::path(get, path = "/notes")]
async fn notes() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/tags")]
async fn tags() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/words")]
async fn words() -> &'static str {
    "[]"
}

async fn reindex() -> &'static str {
    std::fs::write("index", "text").map_or("failed", |()| "done")
}

async fn compact() -> &'static str {
    std::fs::write("index", "").map_or("failed", |()| "done")
}

#[derive(OpenApi)]
#[openapi(paths(notes, tags, words))]
struct Description;

pub fn app() -> Router {
    Router::new()
        .route("/notes", get(notes))
        .route("/tags", get(tags))
        .route("/words", get(words))
        .route("/reindex", post(reindex)) // near miss: the description was never meant to be whole
        .route("/compact", post(compact)) // near miss: the same
}

pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

fn main() {}
