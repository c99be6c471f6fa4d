//! Pages of axum without any of the headers.
//@ persona: auditor

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Json, extract::Path};

fn frame(title: &str) -> Html<String> {
    Html(format!("<title>{}</title>", html_escape::encode_text(title)))
}

async fn home() -> impl IntoResponse {
    frame("Notes")
}

async fn by_type(Path(name): Path<String>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], format!("<p>{}</p>", html_escape::encode_text(&name)))
}

async fn list() -> Json<Vec<String>> {
    Json(Vec::new())
}

pub fn app() -> Router {
    Router::new()
        .route("/", get(home)) //~ missing-security-headers
        .route("/named/{name}", get(by_type))
        .route("/api/notes", get(list))
}

fn main() {}
