//! Middleware that matches several things at once.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::Next,
    response::Response,
    routing::{get, post},
};
use jsonwebtoken::{DecodingKey, Validation, decode};
fn verify(h: &HeaderMap) -> Option<String> {
    let t = h.get("authorization")?.to_str().ok()?;
    decode::<C>(t, &K, &V).ok().map(|d| d.claims.sub)
}
async fn tuple_if(r: Request, n: Next) -> Response {
    if let (Some(u), Some(x)) = (verify(r.headers()), r.headers().get("x")) {
        log(u, x);
    }
    n.run(r).await
}
async fn tuple_else(r: Request, n: Next) -> Result<Response, StatusCode> {
    let (Some(u), Some(x)) = (verify(r.headers()), r.headers().get("x")) else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    Ok(n.run(r).await)
}
async fn tuple_match(r: Request, n: Next) -> Result<Response, StatusCode> {
    match (verify(r.headers()), r.headers().get("x")) {
        (Some(u), _) => Ok(n.run(r).await),
        (None, Some(_)) => Ok(n.run(r).await),
        (None, None) => Err(StatusCode::UNAUTHORIZED),
    }
}
async fn tuple_match2(r: Request, n: Next) -> Result<Response, StatusCode> {
    match (verify(r.headers()), r.headers().get("x")) {
        (Some(u), _) => Ok(n.run(r).await),
        (None, _) => Err(StatusCode::UNAUTHORIZED),
    }
}
async fn tuple_match3(r: Request, n: Next) -> Result<Response, StatusCode> {
    match (verify(r.headers()), r.headers().get("x")) {
        (Some(u), Some(x)) => Ok(n.run(r).await),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}
async fn h() {}
fn main() {
    let r = Router::new()
        .merge(
            Router::new()
                .route("/if-none", post(h))
                .layer(axum::middleware::from_fn(tuple_if)),
        )
        .merge(
            Router::new()
                .route("/else-req", post(h))
                .layer(axum::middleware::from_fn(tuple_else)),
        )
        .merge(
            Router::new()
                .route("/match-none", post(h))
                .layer(axum::middleware::from_fn(tuple_match)),
        )
        .merge(
            Router::new()
                .route("/match-req", post(h))
                .layer(axum::middleware::from_fn(tuple_match2)),
        )
        .merge(
            Router::new()
                .route("/match3-req", post(h))
                .layer(axum::middleware::from_fn(tuple_match3)),
        );
    axum::serve(l, r);
}

//@ POST /else-req required
//@ POST /if-none none
//@ POST /match-none optional
//@ POST /match-req required
//@ POST /match3-req required
