//! What becomes of axum's limit of 2 MB on what extractors read.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Multipart, Request};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use tower::ServiceBuilder;
use tower_http::limit::RequestBodyLimitLayer;

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn write(Json(note): Json<Note>) -> String {
    note.text
}

async fn raw(bytes: Bytes) -> String {
    bytes.len().to_string()
}

async fn text(text: String) -> String {
    text
}

async fn read() -> &'static str {
    "nothing yet"
}

async fn upload(mut form: Multipart) -> Result<String, StatusCode> {
    let mut names = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| StatusCode::BAD_REQUEST)? {
        names.push(field.file_name().unwrap_or_default().to_owned());
        let _ = field.bytes().await.map_err(|_| StatusCode::BAD_REQUEST)?;
    }
    Ok(names.join(", "))
}

async fn upload_counted(mut form: Multipart) -> Result<String, StatusCode> {
    let mut total = 0;
    while let Some(mut field) = form.next_field().await.map_err(|_| StatusCode::BAD_REQUEST)? {
        while let Some(chunk) = field.chunk().await.map_err(|_| StatusCode::BAD_REQUEST)? {
            total += chunk.len();
            if total > 10_000_000 {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
        }
    }
    Ok(total.to_string())
}

async fn stream(request: Request) -> &'static str {
    let _stream = request.into_body().into_data_stream();
    "thrown away"
}

fn whole_router() -> Router {
    Router::new()
        .route("/notes", get(read).post(write))
        .route("/raw", put(raw))
        .layer(DefaultBodyLimit::disable()) //~ body-limit-disabled
}

fn one_route() -> Router {
    Router::new()
        .route("/upload", post(upload).layer(DefaultBodyLimit::disable())) //~ body-limit-disabled
        .route("/text", post(text))
}

const NO_LIMIT: usize = usize::MAX;

fn by_number() -> Router {
    let limit = DefaultBodyLimit::max(NO_LIMIT);
    Router::new()
        .route("/by-number", post(write))
        .layer(limit) //~ body-limit-disabled
}

fn inside_of_a_limit() -> Router {
    // The innermost that is set for extractors counts.
    Router::new()
        .route("/inside", post(write))
        .layer(DefaultBodyLimit::disable()) //~ body-limit-disabled
        .layer(DefaultBodyLimit::max(65536))
}

fn behind_a_limit_that_is_none() -> Router {
    Router::new()
        .route("/behind", post(text))
        .layer(DefaultBodyLimit::disable()) //~ body-limit-disabled
        .layer(RequestBodyLimitLayer::new(usize::MAX))
}

fn limited_otherwise() -> Router {
    // near miss: another layer limits the whole body
    let outer = Router::new()
        .route("/outer", post(upload))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(250 * 1024 * 1024));
    // near miss: so does a layer of a stack
    let stack = ServiceBuilder::new()
        .layer(RequestBodyLimitLayer::new(1024 * 1024))
        .layer(DefaultBodyLimit::disable());
    // near miss: the router around it is limited
    let nested = Router::new().route("/inner", post(write)).layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(outer)
        .merge(Router::new().route("/stack", post(raw)).layer(stack))
        .nest("/nested", nested)
        .layer(RequestBodyLimitLayer::new(1024 * 1024))
}

fn raised() -> Router {
    Router::new()
        // near miss: the limit is raised, and is one
        .route("/raised", post(write).layer(DefaultBodyLimit::max(100 * 1024 * 1024)))
        // near miss: uploads may be long
        .route("/long", post(upload).layer(DefaultBodyLimit::max(2 << 30)))
        // near miss: a limit from the settings
        .route("/setting", post(upload).layer(DefaultBodyLimit::max(setting())))
        // near miss: the default is as it was
        .route("/default", post(write))
        // near miss: a layer without effect beside the default
        .route("/default-too", post(write).layer(RequestBodyLimitLayer::new(usize::MAX)))
}

fn setting() -> usize {
    std::env::var("UPLOAD_BYTES").ok().and_then(|it| it.parse().ok()).unwrap_or(1 << 20)
}

fn set_again() -> Router {
    // near miss: the layer nearer to the handler sets a limit again
    Router::new()
        .route("/again", post(write))
        .layer(DefaultBodyLimit::max(4096))
        .layer(DefaultBodyLimit::disable())
}

fn nothing_is_read() -> Router {
    // near miss: nobody reads a body here
    Router::new().route("/read", get(read)).layer(DefaultBodyLimit::disable())
}

fn counted() -> Router {
    Router::new()
        // near miss: the handler counts what it reads, and stops
        .route("/counted", post(upload_counted))
        // near miss: whoever takes the request whole is not asked by that layer anyway
        .route("/stream", post(stream))
        .layer(DefaultBodyLimit::disable())
}

fn before() -> Router {
    // near miss: added before the route, which it does not cover
    Router::new().layer(DefaultBodyLimit::disable()).route("/before", post(write))
}

fn main() {}
