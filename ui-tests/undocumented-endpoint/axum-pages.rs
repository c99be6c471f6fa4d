//! A description of an interface beside pages that it is not about.
//@ persona: auditor

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi;

#[utoipa::path(get, path = "/api/notes")]
async fn notes() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/api/tags")]
async fn tags() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/api/words")]
async fn words() -> &'static str {
    "[]"
}

#[utoipa::path(get, path = "/api/people")]
async fn people() -> &'static str {
    "[]"
}

async fn index() -> &'static str {
    "a page"
}

async fn notes_page() -> &'static str {
    "a page"
}

async fn tags_page() -> &'static str {
    "a page"
}

async fn words_page() -> &'static str {
    "a page"
}

async fn people_page() -> &'static str {
    "a page"
}

async fn rebuild() -> &'static str {
    std::fs::write("index", "text").map_or("failed", |()| "done")
}

#[derive(OpenApi)]
#[openapi(paths(notes, tags, words, people))]
struct Description;

pub fn app() -> Router {
    Router::new()
        .route("/api/notes", get(notes))
        .route("/api/tags", get(tags))
        .route("/api/words", get(words))
        .route("/api/people", get(people))
        .route("/api/rebuild", post(rebuild)) //~ undocumented-endpoint
        .route("/", get(index)) // near miss: the page at the root
        .route("/pages/notes", get(notes_page)) // near miss: pages, of which none is described
        .route("/pages/tags", get(tags_page)) // near miss: pages, of which none is described
        .route("/pages/words", get(words_page)) // near miss: pages, of which none is described
        .route("/pages/people", get(people_page)) // near miss: pages, of which none is described
}

pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

fn main() {}
