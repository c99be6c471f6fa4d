//! An interface for programs, and pages that only developers look at.
//@ persona: auditor

use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Json, Router};
use tower_http::services::ServeDir;

async fn list() -> Json<Vec<String>> {
    Json(Vec::new()) // near miss: JSON
}

async fn version() -> &'static str {
    "1.2.3" // near miss: plain text
}

async fn export() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/csv")], "a,b\n") // near miss: a table
}

async fn graphiql() -> Html<&'static str> {
    Html("<script src=\"graphiql.js\"></script>") // near miss: a page that shows a schema to developers
}

async fn swagger_page() -> Html<&'static str> {
    Html("<script src=\"swagger.js\"></script>") // near miss: a page that describes the interface
}

pub fn app() -> Router {
    Router::new()
        .route("/notes", get(list))
        .route("/version", get(version))
        .route("/notes.csv", get(export))
        .route("/explore", get(graphiql))
        .route("/describe", get(swagger_page))
        .nest_service("/thumbnails", ServeDir::new("thumbnails")) // near miss: a folder of pictures, no site
}

fn main() {}
