//! What leaves a function by `?` on an `Option` is `None`, and who lets `None` pass lets everybody pass who
//! brings no token.
//!
//@ GET /board optional
//@ GET /strict required
//@ GET /pair optional

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use jsonwebtoken::{DecodingKey, Validation, decode};

fn token(headers: &HeaderMap) -> Option<String> {
    let header = headers.get("authorization")?.to_str().ok()?;
    header.strip_prefix("Bearer ").map(str::to_owned)
}

/// `None`: there is no token at all.
async fn check(token: Option<String>) -> Option<Result<String, StatusCode>> {
    let token = token?;
    let key = DecodingKey::from_secret(std::env::var("JWT_KEY").ok()?.as_bytes());
    let data = decode::<String>(&token, &key, &Validation::default());
    Some(data.map(|it| it.claims).map_err(|_| StatusCode::UNAUTHORIZED))
}

async fn board(mut request: Request, next: Next) -> Result<Response, StatusCode> {
    match check(token(request.headers())).await {
        Some(Ok(name)) => {
            request.extensions_mut().insert(name);
        }
        Some(Err(status)) => return Err(status),
        None => {}
    }
    Ok(next.run(request).await)
}

async fn strict(request: Request, next: Next) -> Result<Response, StatusCode> {
    match check(token(request.headers())).await {
        Some(Ok(_)) => Ok(next.run(request).await),
        Some(Err(status)) => Err(status),
        None => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn pair(request: Request, next: Next) -> Result<Response, StatusCode> {
    let is_read = request.method().is_safe();
    match (check(token(request.headers())).await, is_read) {
        (Some(Ok(_)), _) | (None, true) => Ok(next.run(request).await),
        (Some(Err(status)), _) => Err(status),
        (None, false) => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn answer() -> &'static str {
    "ok"
}

fn app() -> Router {
    Router::new()
        .merge(Router::new().route("/board", get(answer)).layer(from_fn(board)))
        .merge(Router::new().route("/strict", get(answer)).layer(from_fn(strict)))
        .merge(Router::new().route("/pair", get(answer)).layer(from_fn(pair)))
}
