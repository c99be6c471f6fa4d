//! Middleware of axum that does not ask everybody.

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;

fn is_known(request: &Request) -> bool {
    request.headers().get(header::AUTHORIZATION).is_some_and(|it| it == "Bearer of-the-house")
}

async fn page(Path(name): Path<String>) -> String {
    format!("the page {name}")
}

async fn of_two(Path((shelf, name)): Path<(i64, String)>) -> String {
    format!("the page {name} of {shelf}")
}

async fn numbered(Path(id): Path<i64>) -> String {
    format!("number {id}")
}

async fn fixed() -> &'static str {
    "always the same"
}

async fn by_its_end(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().ends_with(".css") { //~ auth-bypass-by-prefix
        return Ok(next.run(request).await);
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn by_what_it_holds(request: Request, next: Next) -> Result<Response, StatusCode> {
    let path = request.uri().path();
    if path.contains("/login") || path == "/health" { //~ auth-bypass-by-prefix
        return Ok(next.run(request).await);
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn by_its_beginning(request: Request, next: Next) -> Result<Response, StatusCode> {
    let path = request.uri().path().to_owned();
    if path.starts_with("/public") { //~ auth-bypass-by-prefix
        Ok(next.run(request).await)
    } else if is_known(&request) {
        Ok(next.run(request).await)
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

async fn by_the_whole(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path() == "/login" {
        return Ok(next.run(request).await); // near miss: only this path
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn below_a_folder(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().starts_with("/public/") {
        return Ok(next.run(request).await); // near miss: a prefix that ends where a segment does
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn of_numbers(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().ends_with(".js") {
        return Ok(next.run(request).await); // near miss: what is behind it takes numbers, and no text
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn of_fixed_paths(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().contains("/docs") {
        return Ok(next.run(request).await); // near miss: no path behind it can hold it
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn and_known(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().ends_with(".png") && is_known(&request) {
        return Ok(next.run(request).await); // near miss: only together with a check
    }
    Err(StatusCode::UNAUTHORIZED)
}

async fn asks_there(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().starts_with("/api") {
        if !is_known(&request) {
            return Err(StatusCode::UNAUTHORIZED); // near miss: the branch is the one that asks
        }
        return Ok(next.run(request).await);
    }
    Err(StatusCode::NOT_FOUND)
}

async fn by_query(request: Request, next: Next) -> Result<Response, StatusCode> {
    let agent = request.headers().get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if agent.contains("probe") && request.method() == Method::HEAD {
        return Ok(next.run(request).await); // near miss: no path is compared
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn only_logs(request: Request, next: Next) -> Response {
    if request.uri().path().ends_with(".ico") {
        return next.run(request).await; // near miss: it refuses nobody
    }
    tracing::info!("{}", request.uri());
    next.run(request).await
}

async fn whole_word(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().starts_with("/assets") {
        return Ok(next.run(request).await); // near miss: nothing else begins so
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn refused(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().contains("..") {
        return Err(StatusCode::FORBIDDEN); // near miss: refuses what holds it
    }
    Ok(next.run(request).await)
}

async fn nowhere(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.uri().path().ends_with(".txt") {
        return Ok(next.run(request).await); // near miss: mounted on nothing
    }
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

fn app() -> Router {
    let text = || Router::new().route("/pages/{name}", get(page));
    Router::new()
        .nest("/a", text().layer(from_fn(by_its_end)))
        .nest("/b", Router::new().route("/{shelf}/{name}", get(of_two)).layer(from_fn(by_what_it_holds)))
        .merge(Router::new().route("/publications/{name}", get(page)).layer(from_fn(by_its_beginning)))
        .nest("/d", text().layer(from_fn(by_the_whole)))
        .nest("/e", text().layer(from_fn(below_a_folder)))
        .nest("/f", Router::new().route("/{id}", get(numbered)).layer(from_fn(of_numbers)))
        .nest("/g", Router::new().route("/fixed", get(fixed)).layer(from_fn(of_fixed_paths)))
        .nest("/h", text().layer(from_fn(and_known)))
        .nest("/api", text().layer(from_fn(asks_there)))
        .nest("/i", text().layer(from_fn(by_query)))
        .nest("/j", text().layer(from_fn(only_logs)))
        .nest("/k", text().layer(from_fn(whole_word)))
        .nest("/l", text().layer(from_fn(refused)))
}

fn main() {}
