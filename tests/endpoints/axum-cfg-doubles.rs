//! Functions, methods, modules and impls of which each build has one: with `cfg` and its opposite.

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Router, routing::post};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

const NO: StatusCode = StatusCode::UNAUTHORIZED;
type Outcome = Result<StatusCode, StatusCode>;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}
fn verify(headers: &HeaderMap) -> Result<Claims, StatusCode> {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(NO)?;
    let token = header.strip_prefix("Bearer ").ok_or(NO)?;
    let key = DecodingKey::from_secret(std::env::var("SECRET").unwrap().as_bytes());
    decode::<Claims>(token, &key, &Validation::default()).map(|it| it.claims).map_err(|_| NO)
}
fn clear() -> Outcome {
    std::fs::remove_dir_all("/data").map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::ACCEPTED)
}

// Handlers.
#[cfg(feature = "full")]
async fn one_checks(headers: HeaderMap) -> Outcome {
    verify(&headers)?;
    clear()
}
#[cfg(not(feature = "full"))]
async fn one_checks() -> Outcome {
    clear()
}
#[cfg(not(feature = "trial"))]
async fn open_trial(headers: HeaderMap) -> Outcome {
    verify(&headers)?;
    clear()
}
#[cfg(feature = "trial")]
async fn open_trial() -> Outcome {
    clear()
}
#[cfg(feature = "full")]
async fn other_refuses(headers: HeaderMap) -> Outcome {
    verify(&headers)?;
    clear()
}
#[cfg(not(feature = "full"))]
async fn other_refuses() -> Outcome {
    Err(StatusCode::FORBIDDEN)
}
#[cfg(feature = "full")]
async fn other_answers_that_it_refuses(headers: HeaderMap) -> Outcome {
    verify(&headers)?;
    clear()
}
#[cfg(not(feature = "full"))]
async fn other_answers_that_it_refuses() -> Outcome {
    Ok(StatusCode::NOT_FOUND)
}
#[cfg(feature = "full")]
async fn both_check(headers: HeaderMap) -> Outcome {
    let claims = verify(&headers)?;
    tracing::info!(claims.sub);
    clear()
}
#[cfg(not(feature = "full"))]
async fn both_check(headers: HeaderMap) -> Outcome {
    verify(&headers)?;
    clear()
}
#[cfg(not(test))]
async fn open_in_tests(headers: HeaderMap) -> Outcome {
    verify(&headers)?;
    clear()
}
#[cfg(test)]
async fn open_in_tests() -> Outcome {
    clear()
}

// What they call.
#[cfg(feature = "full")]
fn check(headers: &HeaderMap) -> Result<(), StatusCode> {
    verify(headers).map(|_| ())
}
#[cfg(not(feature = "full"))]
fn check(_: &HeaderMap) -> Result<(), StatusCode> {
    Ok(())
}
async fn by_function(headers: HeaderMap) -> Outcome {
    check(&headers)?;
    clear()
}
#[cfg(feature = "full")]
fn check_or_refuse(headers: &HeaderMap) -> Result<(), StatusCode> {
    verify(headers).map(|_| ())
}
#[cfg(not(feature = "full"))]
fn check_or_refuse(_: &HeaderMap) -> Result<(), StatusCode> {
    Err(NO)
}
async fn by_function_or_never(headers: HeaderMap) -> Outcome {
    check_or_refuse(&headers)?;
    clear()
}
struct Flags;
impl Flags {
    #[cfg(debug_assertions)]
    fn asks(&self) -> bool {
        true
    }
    #[cfg(not(debug_assertions))]
    fn asks(&self) -> bool {
        false
    }
    #[cfg(debug_assertions)]
    fn lets_in(&self) -> bool {
        true
    }
    #[cfg(not(debug_assertions))]
    fn lets_in(&self) -> bool {
        false
    }
    #[cfg(feature = "full")]
    fn check(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        verify(headers).map(|_| ())
    }
    #[cfg(not(feature = "full"))]
    fn check(&self, _: &HeaderMap) -> Result<(), StatusCode> {
        Ok(())
    }
}
async fn by_flag(headers: HeaderMap) -> Outcome {
    if Flags.asks() {
        verify(&headers)?;
    }
    clear()
}
async fn by_other_flag(headers: HeaderMap) -> Outcome {
    if !Flags.lets_in() {
        verify(&headers)?;
    }
    clear()
}
async fn by_method(headers: HeaderMap) -> Outcome {
    Flags.check(&headers)?;
    clear()
}
#[cfg(feature = "full")]
mod access {
    pub fn check(headers: &axum::http::HeaderMap) -> Result<(), axum::http::StatusCode> {
        super::verify(headers).map(|_| ())
    }
}
#[cfg(not(feature = "full"))]
mod access {
    pub fn check(_: &axum::http::HeaderMap) -> Result<(), axum::http::StatusCode> {
        Ok(())
    }
}
async fn by_module(headers: HeaderMap) -> Outcome {
    access::check(&headers)?;
    clear()
}

// What stands before them.
struct User(String);
#[cfg(feature = "full")]
impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        verify(&parts.headers).map(|it| User(it.sub))
    }
}
#[cfg(not(feature = "full"))]
impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;
    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(User("anybody".into()))
    }
}
async fn by_extractor(User(name): User) -> Outcome {
    tracing::info!(name);
    clear()
}
#[cfg(feature = "full")]
async fn guard(request: Request, next: Next) -> Result<Response, StatusCode> {
    verify(request.headers())?;
    Ok(next.run(request).await)
}
#[cfg(not(feature = "full"))]
async fn guard(request: Request, next: Next) -> Result<Response, StatusCode> {
    Ok(next.run(request).await)
}
#[cfg(feature = "full")]
async fn guard_or_refuse(request: Request, next: Next) -> Result<Response, StatusCode> {
    verify(request.headers())?;
    Ok(next.run(request).await)
}
#[cfg(not(feature = "full"))]
async fn guard_or_refuse(_: Request, _: Next) -> Result<Response, StatusCode> {
    Err(StatusCode::FORBIDDEN)
}
async fn behind() -> Outcome {
    clear()
}

#[tokio::main]
async fn main() {
    let guarded = Router::new().route("/layer", post(behind)).route_layer(from_fn(guard));
    let refused = Router::new().route("/layer-or-never", post(behind)).route_layer(from_fn(guard_or_refuse));
    let app = Router::new()
        .route("/one-checks", post(one_checks))
        .route("/open-trial", post(open_trial))
        .route("/other-refuses", post(other_refuses))
        .route("/other-answers-that-it-refuses", post(other_answers_that_it_refuses))
        .route("/both-check", post(both_check))
        .route("/open-in-tests", post(open_in_tests))
        .route("/function", post(by_function))
        .route("/function-or-never", post(by_function_or_never))
        .route("/flag", post(by_flag))
        .route("/other-flag", post(by_other_flag))
        .route("/method", post(by_method))
        .route("/module", post(by_module))
        .route("/extractor", post(by_extractor))
        .merge(guarded)
        .merge(refused);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /one-checks conditional if feature = "full"
//@ POST /open-trial conditional if !feature = "trial"
//@ POST /other-refuses required
//@ POST /other-answers-that-it-refuses required
//@ POST /both-check required
//@ POST /open-in-tests required
//@ POST /function conditional if feature = "full"
//@ POST /function-or-never required
//@ POST /flag conditional if debug_assertions
//@ POST /other-flag conditional if !debug_assertions
//@ POST /method conditional if feature = "full"
//@ POST /module conditional if feature = "full"
//@ POST /extractor conditional if feature = "full"
//@ POST /layer conditional if feature = "full"
//@ POST /layer-or-never required
