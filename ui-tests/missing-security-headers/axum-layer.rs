//! Pages, and a layer that sets a header.
//@ persona: auditor

use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::{Html, Response};
use axum::routing::get;

async fn home() -> Html<&'static str> {
    Html("<h1>Notes</h1>") // near miss: a layer around it sets a header
}

async fn not_sniffed(mut response: Response) -> Response {
    let name = HeaderName::from_static("x-content-type-options"); // near miss: by its name as a text
    response.headers_mut().insert(name, HeaderValue::from_static("nosniff"));
    response
}

pub fn app() -> Router {
    Router::new().route("/", get(home)).layer(map_response(not_sniffed))
}

fn main() {}
