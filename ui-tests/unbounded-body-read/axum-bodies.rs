//! Bodies that are read by hand in axum.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};

const LONGEST: usize = 64 * 1024;

async fn of_the_request(request: Request) -> Result<Vec<u8>, StatusCode> {
    let bytes = to_bytes(request.into_body(), usize::MAX).await; //~ unbounded-body-read
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn taken_apart(request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, std::usize::MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?; //~ unbounded-body-read
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

async fn by_a_number(request: Request) -> Result<Vec<u8>, StatusCode> {
    let body = request.into_body();
    let bytes = to_bytes(body, 8_589_934_592).await; //~ unbounded-body-read
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn bounded(request: Request) -> Result<Vec<u8>, StatusCode> {
    let bytes = to_bytes(request.into_body(), LONGEST).await; // near miss: 64 KiB
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

async fn bounded_by_a_number(request: Request) -> Result<Vec<u8>, StatusCode> {
    let bytes = to_bytes(request.into_body(), 1024 * 1024).await; // near miss: one MiB
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

async fn of_the_response(request: Request, next: Next) -> Result<Response, StatusCode> {
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await; // near miss: what the service itself says
    let bytes = bytes.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

async fn of_a_response_at_once(request: Request, next: Next) -> Result<Vec<u8>, StatusCode> {
    let response = next.run(request).await;
    let bytes = to_bytes(response.into_body(), usize::MAX).await; // near miss: a response, too
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn own() -> Vec<u8> {
    let bytes = to_bytes(Body::from("a text of its own"), usize::MAX).await; // near miss: nobody's but its own
    bytes.map(|it| it.to_vec()).unwrap_or_default()
}

async fn by_extractor(bytes: Bytes) -> Vec<u8> {
    bytes.to_vec() // near miss: the extractor's limit
}

async fn by_extractor_in_hand(request: Request) -> Result<Vec<u8>, StatusCode> {
    let bytes = Bytes::from_request(request, &()).await; // near miss: the extractor's limit, too
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

async fn set(request: Request) -> Result<Vec<u8>, StatusCode> {
    let longest = std::env::var("LONGEST").ok().and_then(|it| it.parse().ok()).unwrap_or(LONGEST);
    let bytes = to_bytes(request.into_body(), longest).await; // near miss: as it is set
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

async fn read(body: Body, limit: usize) -> Result<Vec<u8>, StatusCode> {
    let bytes = to_bytes(body, limit).await; // near miss: for its callers to say
    bytes.map(|it| it.to_vec()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

mod other {
    pub fn to_bytes(text: String, limit: usize) -> Vec<u8> {
        text.into_bytes().into_iter().take(limit).collect()
    }
}

async fn another(text: String) -> Vec<u8> {
    other::to_bytes(text, usize::MAX) // near miss: a function of that name of the program
}

fn app() -> Router {
    Router::new()
        .route("/a", post(of_the_request))
        .route("/b", post(own).layer(from_fn(taken_apart)))
        .route("/c", post(by_a_number))
        .route("/d", post(bounded))
        .route("/e", post(bounded_by_a_number))
        .route("/f", post(own).layer(from_fn(of_the_response)))
        .route("/g", post(own).layer(from_fn(of_a_response_at_once)))
        .route("/h", post(by_extractor))
        .route("/i", post(by_extractor_in_hand))
        .route("/j", post(set))
        .route("/k", post(another))
}

fn main() {}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn reads() {
        let request = axum::extract::Request::new(axum::body::Body::empty());
        let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await; // near miss: of a test
    }
}
