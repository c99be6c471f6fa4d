//! Middleware that lets some methods pass: what it demands is not the same for all endpoints.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, post};

#[derive(Clone)]
struct Settings {
    key: String,
}

fn is_known(request: &Request, settings: &Settings) -> bool {
    request.headers().get("x-api-key").is_some_and(|it| it.as_bytes() == settings.key.as_bytes())
}

/// Preflight requests carry no credentials.
async fn but_options(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.method() == Method::OPTIONS {
        return Ok(next.run(request).await);
    }
    if !is_known(&request, &settings) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn but_reads(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(next.run(request).await);
    }
    match is_known(&request, &settings) {
        true => Ok(next.run(request).await),
        false => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn writes(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    match *request.method() {
        Method::POST | Method::PUT | Method::DELETE if !is_known(&request, &settings) => Err(StatusCode::UNAUTHORIZED),
        _ => Ok(next.run(request).await),
    }
}

async fn unsafe_ones(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if !request.method().is_safe() && !is_known(&request, &settings) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn only_post(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.method() != Method::POST {
        return Ok(next.run(request).await);
    }
    if !is_known(&request, &settings) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn by_name(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let method = request.method().clone();
    let open = method.as_str() == "GET" && request.uri().path() == "/by-name/open";
    if !open && !is_known(&request, &settings) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// A router sends HEAD to the handler of GET.
async fn but_head(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.method() == Method::HEAD {
        return Ok(next.run(request).await);
    }
    if !is_known(&request, &settings) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn show() -> &'static str {
    "shown"
}

#[tokio::main]
async fn main() {
    let settings = Settings { key: std::env::var("KEY").unwrap() };
    let app = Router::new()
        .route("/but-options", get(show).post(show).route_layer(from_fn_with_state(settings.clone(), but_options)))
        .route("/but-options/any", any(show).route_layer(from_fn_with_state(settings.clone(), but_options)))
        .route("/but-reads", get(show).post(show).route_layer(from_fn_with_state(settings.clone(), but_reads)))
        .route("/writes", get(show).post(show).patch(show).route_layer(from_fn_with_state(settings.clone(), writes)))
        .route("/unsafe-ones", get(show).post(show).route_layer(from_fn_with_state(settings.clone(), unsafe_ones)))
        .route("/only-post", post(show).put(show).route_layer(from_fn_with_state(settings.clone(), only_post)))
        .route("/by-name/open", get(show).post(show).route_layer(from_fn_with_state(settings.clone(), by_name)))
        .route("/by-name/closed", get(show).post(show).route_layer(from_fn_with_state(settings.clone(), by_name)))
        .route("/but-head", get(show).post(show).route_layer(from_fn_with_state(settings.clone(), but_head)));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /but-options required
//@ POST /but-options required
//@ ANY /but-options/any optional
//@ GET /but-reads none
//@ POST /but-reads required
//@ GET /writes none
//@ POST /writes required
//@ PATCH /writes none
//@ GET /unsafe-ones none
//@ POST /unsafe-ones required
//@ POST /only-post required
//@ PUT /only-post none
//@ GET /by-name/open none
//@ POST /by-name/open required
//@ GET /by-name/closed required
//@ POST /by-name/closed required
//@ GET /but-head optional
//@ POST /but-head required
