//! Exemptions that helpers, variables and lists of middleware make.

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, get, post};

fn known(request: &Request) -> bool {
    request.headers().get("x-key").is_some_and(|it| it.len() == 32)
}

fn is_public(path: &str) -> bool {
    path == "/" || path.starts_with("/assets/")
}

async fn by_ending(request: Request, next: Next) -> Result<Response, StatusCode> {
    let path = request.uri().path().to_owned();
    if path.ends_with(".css") || path == "/favicon.ico" { //~ auth-bypass-by-prefix
        return Ok(next.run(request).await);
    }
    if known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn by_part(request: Request, next: Next) -> Result<Response, StatusCode> {
    let uri: &Uri = request.uri();
    if uri.path().contains("/public") || known(&request) { //~ auth-bypass-by-prefix
        return Ok(next.run(request).await);
    }
    Err(StatusCode::UNAUTHORIZED)
}

async fn by_beginning(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().starts_with("/status") { //~ auth-bypass-by-prefix
        return Ok(next.run(request).await);
    }
    known(&request).then_some(()).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

async fn by_beginning_negated(request: Request, next: Next) -> Result<Response, StatusCode> {
    let open = request.uri().path().starts_with("/doc"); // missed: auth-bypass-by-prefix
    if !open && !known(&request) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

// near miss: whole words, and what lies below
async fn by_folder(request: Request, next: Next) -> Result<Response, StatusCode> {
    if is_public(request.uri().path()) || request.uri().path().starts_with("/help/") {
        return Ok(next.run(request).await);
    }
    if known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

// near miss: behind it is nothing that ends in what clients write
async fn by_ending_of_fixed(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().ends_with("/health") {
        return Ok(next.run(request).await);
    }
    if known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

// near miss: a number cannot end so
async fn by_ending_of_numbers(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().ends_with(".json") {
        return Ok(next.run(request).await);
    }
    if known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

// near miss: refuses nobody
async fn quiet(request: Request, next: Next) -> Response {
    if request.uri().path().contains("/poll") {
        return next.run(request).await;
    }
    tracing::info!("asked");
    next.run(request).await
}

// near miss: asks a header
async fn by_agent(request: Request, next: Next) -> Result<Response, StatusCode> {
    let agent = request.headers().get("x-key").and_then(|it| it.to_str().ok()).unwrap_or_default();
    if agent.starts_with("key-") {
        return Ok(next.run(request).await);
    }
    Err(StatusCode::UNAUTHORIZED)
}

// near miss: asks for more below it
async fn more_for_admins(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().starts_with("/adm") && !known(&request) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(next.run(request).await)
}

async fn file(Path(name): Path<String>) -> String {
    name
}

async fn number(Path(id): Path<u64>) -> String {
    id.to_string()
}

async fn page() -> &'static str {
    "page"
}

async fn remove(Path(name): Path<String>) -> StatusCode {
    match std::fs::remove_file(format!("/srv/{}", name.len())) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::NOT_FOUND,
    }
}

fn app() -> Router {
    Router::<()>::new()
        .merge(Router::new().route("/a/{name}", get(file).delete(remove)).layer(from_fn(by_ending)))
        .merge(Router::new().route("/b/{name}", delete(remove)).layer(from_fn(by_part)))
        .merge(Router::new().route("/status", get(page)).route("/statusreports", post(page)).layer(from_fn(by_beginning)))
        .merge(Router::new().route("/doc", get(page)).route("/documents", post(page)).layer(from_fn(by_beginning_negated)))
        .merge(Router::new().route("/help/{name}", get(file)).route("/helpers", post(page)).layer(from_fn(by_folder)))
        .merge(Router::new().route("/health", get(page)).route("/c/list", post(page)).layer(from_fn(by_ending_of_fixed)))
        .merge(Router::new().route("/d/{id}", post(number)).layer(from_fn(by_ending_of_numbers)))
        .merge(Router::new().route("/poll/{name}", get(file)).layer(from_fn(quiet)))
        .merge(Router::new().route("/e/{name}", post(file)).layer(from_fn(by_agent)))
        .merge(Router::new().route("/adm", post(page)).route("/admission", post(page)).layer(from_fn(more_for_admins)))
}

fn main() {}
