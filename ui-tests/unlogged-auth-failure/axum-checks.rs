//! Logins, middleware and extractors of axum that leave no trace of refusals, and those that do.
//@ persona: auditor

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use tower_http::trace::TraceLayer;

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

fn key() -> DecodingKey {
    DecodingKey::from_secret(std::env::var("JWT_KEY").expect("a key").as_bytes())
}

fn stored_hash(user: &str) -> Result<String, StatusCode> {
    std::fs::read_to_string(user).map_err(|_| StatusCode::UNAUTHORIZED)
}

fn matches(login: &Login) -> bool {
    stored_hash(&login.user).is_ok_and(|hash| bcrypt::verify(&login.password, &hash).unwrap_or(false))
}

fn check(login: &Login) -> Result<String, StatusCode> {
    match matches(login) {
        true => Ok("welcome".to_owned()),
        false => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn silent(Json(login): Json<Login>) -> Result<String, StatusCode> { //~ unlogged-auth-failure
    check(&login)
}

async fn warns(Json(login): Json<Login>) -> Result<String, StatusCode> {
    // near miss: writes who failed
    check(&login).inspect_err(|_| tracing::warn!("login of {} refused", login.user))
}

fn check_and_tell(login: &Login) -> Result<String, StatusCode> {
    if !matches(login) {
        log::info!("login of {} refused", login.user);
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok("welcome".to_owned())
}

async fn tells_below(Json(login): Json<Login>) -> Result<String, StatusCode> {
    // near miss: what it calls writes
    check_and_tell(&login)
}

struct Audit;

impl Audit {
    fn audit_login(&self, user: &str, allowed: bool) {
        std::fs::write(user, [u8::from(allowed)]).ok();
    }
}

async fn audited(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let found = check(&login);
    // near miss: a trail that is no log
    Audit.audit_login(&login.user, found.is_ok());
    found
}

// near miss: a span with the refusal in it
#[tracing::instrument(skip_all, err)]
async fn instrumented(Json(login): Json<Login>) -> Result<String, StatusCode> {
    check(&login)
}

fn log_refusal(user: &str) {
    std::fs::write("refused", user).ok();
}

async fn by_name(Json(login): Json<Login>) -> Result<String, StatusCode> {
    // near miss: a function that is named for it
    check(&login).inspect_err(|_| log_refusal(&login.user))
}

async fn prints(Json(login): Json<Login>) -> Result<String, StatusCode> {
    // near miss: what runs the service keeps what it prints
    check(&login).inspect_err(|_| eprintln!("login of {} refused", login.user))
}

async fn traced(Json(login): Json<Login>) -> Result<String, StatusCode> {
    // near miss: a layer around it notes status and path
    check(&login)
}

fn log_in(login: &Login) -> Result<String, StatusCode> {
    check(login)
}

async fn not_by_that_name(Json(login): Json<Login>) -> Result<String, StatusCode> { //~ unlogged-auth-failure
    log_in(&login)
}

async fn search(Json(login): Json<Login>) -> String {
    // near miss: compares nothing
    login.user
}

async fn bearer(headers: HeaderMap, request: Request, next: Next) -> Result<Response, StatusCode> { //~ unlogged-auth-failure
    let token = headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(StatusCode::UNAUTHORIZED)?;
    decode::<Claims>(token, &key(), &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

async fn bearer_told(headers: HeaderMap, request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(StatusCode::UNAUTHORIZED)?;
    decode::<Claims>(token, &key(), &Validation::default()).map_err(|error| {
        // near miss: writes why
        tracing::warn!(%error, "refused");
        StatusCode::UNAUTHORIZED
    })?;
    Ok(next.run(request).await)
}

struct User(String);

impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<User, StatusCode> { //~ unlogged-auth-failure
        let header = parts.headers.get("authorization").and_then(|it| it.to_str().ok());
        let token = header.ok_or(StatusCode::UNAUTHORIZED)?;
        let found = decode::<Claims>(token, &key(), &Validation::default());
        found.map(|it| User(it.claims.sub)).map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

struct Noted(String);

impl<S: Send + Sync> FromRequestParts<S> for Noted {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Noted, StatusCode> {
        let header = parts.headers.get("authorization").and_then(|it| it.to_str().ok());
        let token = header.ok_or(StatusCode::UNAUTHORIZED)?;
        let found = decode::<Claims>(token, &key(), &Validation::default());
        found.map(|it| Noted(it.claims.sub)).map_err(|error| {
            // near miss: writes why
            tracing::info!("{error}");
            StatusCode::UNAUTHORIZED
        })
    }
}

async fn profile(User(name): User) -> String {
    name
}

/// The same check, and no second finding.
async fn orders(User(name): User) -> String {
    name
}

async fn noted_profile(Noted(name): Noted) -> String {
    // near miss: what it rests on writes
    name
}

async fn page() -> &'static str {
    "a page"
}

fn app() -> Router {
    Router::new()
        .route("/silent/login", post(silent))
        .route("/warns/login", post(warns))
        .route("/below/login", post(tells_below))
        .route("/audited/login", post(audited))
        .route("/instrumented/login", post(instrumented))
        .route("/named/login", post(by_name))
        .route("/printed/login", post(prints))
        .route("/traced/login", post(traced).layer(TraceLayer::new_for_http()))
        .route("/other/login", post(not_by_that_name))
        .route("/search", post(search))
        .route("/profile", get(profile))
        .route("/orders", get(orders))
        .route("/noted", get(noted_profile))
        .nest("/a", Router::new().route("/page", get(page)).route_layer(from_fn(bearer)))
        .nest("/b", Router::new().route("/page", get(page)).route_layer(from_fn(bearer_told)))
}

fn main() {}
