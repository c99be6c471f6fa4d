//! Middleware of axum, mounted in all the ways there are, and not at all.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

fn is_known(request: &Request) -> bool {
    request.headers().get(header::AUTHORIZATION).is_some_and(|it| it == "Bearer of-the-house")
}

pub async fn require_token(request: Request, next: Next) -> Result<Response, StatusCode> { //~ unmounted-middleware
    match is_known(&request) {
        true => Ok(next.run(request).await),
        false => Err(StatusCode::UNAUTHORIZED),
    }
}

pub async fn require_role(State(role): State<String>, request: Request, next: Next) -> Response { //~ unmounted-middleware
    if is_known(&request) && role == "chief" {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "no").into_response()
}

pub async fn require_first(request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: mounted as a layer
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

pub async fn require_second(State(_): State<String>, request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: mounted with a state
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

pub async fn require_third(request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: called by a closure that is mounted
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

pub async fn require_fourth(request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: called by other middleware
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

pub async fn require_more(request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: mounted on one route only
    require_fourth(request, next).await
}

mod guards {
    use super::*;

    pub async fn require_fifth(request: Request, next: Next) -> Result<Response, StatusCode> {
        // near miss: mounted by its path
        if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
    }

    pub async fn require_sixth(request: Request, next: Next) -> Result<Response, StatusCode> {
        // near miss: mounted under another name
        if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
    }
}

use guards::require_sixth as sixth;

macro_rules! guarded {
    ($router:expr) => {
        $router.layer(from_fn(require_seventh))
    };
}

pub async fn require_seventh(request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: mounted by a macro
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

pub async fn add_header(request: Request, next: Next) -> Response {
    // near miss: refuses nobody
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::SERVER, header::HeaderValue::from_static("house"));
    response
}

pub async fn check_body(request: Request) -> Result<Response, StatusCode> {
    // near miss: no middleware, since nothing runs after it
    if is_known(&request) { Ok(StatusCode::OK.into_response()) } else { Err(StatusCode::UNAUTHORIZED) }
}

struct Guards {
    first: fn(Request) -> bool,
}

pub async fn require_from_a_table(request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: stands in a variable before it is mounted
    if is_known(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn report() -> &'static str {
    "all of it"
}

fn app() -> Router {
    let by_variable = require_from_a_table;
    let router = Router::new()
        .route("/one", get(report).layer(from_fn(require_more)))
        .route("/report", get(report))
        .layer(from_fn(require_first))
        .layer(from_fn_with_state(String::new(), require_second))
        .layer(from_fn(|request: Request, next: Next| async move { require_third(request, next).await }))
        .layer(middleware::from_fn(guards::require_fifth))
        .layer(from_fn(sixth))
        .layer(from_fn(by_variable))
        .route("/check", get(check_body));
    guarded!(router)
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    pub async fn require_nothing(request: Request, next: Next) -> Result<Response, StatusCode> {
        // near miss: of a test
        Err(StatusCode::UNAUTHORIZED)
    }
}
