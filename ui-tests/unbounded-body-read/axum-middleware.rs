//! Bodies that middleware, extractors and proxies read by hand.

use axum::body::{Body, Bytes, to_bytes as read_all};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::post;
use axum::{Router, body};

const NO_LIMIT: usize = usize::MAX;
const MEGABYTE: usize = 1 << 20;

async fn logged(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, content) = request.into_parts();
    let bytes = body::to_bytes(content, usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?; //~ unbounded-body-read
    tracing::debug!(size = bytes.len(), "asked");
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

struct Raw(Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let content = request.into_body();
        let bytes = read_all(content, NO_LIMIT).await; //~ unbounded-body-read
        bytes.map(Raw).map_err(|_| StatusCode::BAD_REQUEST)
    }
}

async fn by_number(request: Request) -> Result<String, StatusCode> {
    let bytes = read_all(request.into_body(), 8 * 1024 * 1024 * 1024).await; //~ unbounded-body-read
    bytes.map(|it| it.len().to_string()).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn by_type(request: Request<Body>) -> Result<String, StatusCode> {
    let limit = u32::MAX as usize;
    let bytes = axum::body::to_bytes(request.into_body(), limit).await; //~ unbounded-body-read
    bytes.map(|it| it.len().to_string()).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn bounded(request: Request) -> Result<String, StatusCode> {
    let bytes = read_all(request.into_body(), 2 * MEGABYTE).await; // near miss: two megabytes
    bytes.map(|it| it.len().to_string()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

async fn answered(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, content) = next.run(request).await.into_parts();
    let bytes = read_all(content, usize::MAX).await.map_err(|_| StatusCode::BAD_GATEWAY)?; // near miss: an answer
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

async fn extracted(bytes: Bytes) -> String {
    bytes.len().to_string() // near miss: the extractor has a limit
}

async fn by_setting(request: Request) -> Result<String, StatusCode> {
    let most = std::env::var("MOST").ok().and_then(|it| it.parse().ok()).unwrap_or(MEGABYTE);
    let bytes = read_all(request.into_body(), most).await; // near miss: a setting decides
    bytes.map(|it| it.len().to_string()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

async fn own(text: &'static str) -> usize {
    read_all(Body::from(text), usize::MAX).await.map_or(0, |it| it.len()) // near miss: made here
}

fn app() -> Router {
    Router::new()
        .route("/1", post(by_number).put(by_type).patch(bounded))
        .route("/2", post(extracted).put(by_setting))
        .layer(axum::middleware::from_fn(logged))
        .layer(axum::middleware::from_fn(answered))
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(request: Request) -> usize {
        read_all(request.into_body(), usize::MAX).await.map_or(0, |it| it.len()) // near miss: a test
    }
}
