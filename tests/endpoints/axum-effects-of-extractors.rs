//! Extractors that change something, before the one that checks, after it, and by themselves.

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    pool: PgPool,
    key: DecodingKey,
}
const NO: StatusCode = StatusCode::UNAUTHORIZED;
const DOWN: StatusCode = StatusCode::BAD_GATEWAY;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}
fn verify(headers: &HeaderMap, key: &DecodingKey) -> Result<Claims, StatusCode> {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(NO)?;
    let token = header.strip_prefix("Bearer ").ok_or(NO)?;
    let data = decode::<Claims>(token, key, &Validation::default()).map_err(|_| NO)?;
    Ok(data.claims)
}

/// Whoever has a genuine token.
struct User(String);
impl FromRequestParts<App> for User {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        Ok(User(verify(&parts.headers, &app.key)?.sub))
    }
}
/// The same, and it is noted when they were last here.
struct SeenUser(String);
impl FromRequestParts<App> for SeenUser {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let user = verify(&parts.headers, &app.key)?.sub;
        let query = sqlx::query("UPDATE users SET here = now() WHERE name = $1").bind(&user);
        query.execute(&app.pool).await.map_err(|_| DOWN)?;
        Ok(SeenUser(user))
    }
}
/// Drops what is in the basket of whoever is named.
struct Emptied(u64);
impl FromRequestParts<App> for Emptied {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let name = parts.uri.query().unwrap_or_default().to_owned();
        let query = sqlx::query("DELETE FROM baskets WHERE owner = $1").bind(name);
        let done = query.execute(&app.pool).await.map_err(|_| DOWN)?;
        Ok(Emptied(done.rows_affected()))
    }
}
/// Only looks something up.
struct Offer(i64);
impl FromRequestParts<App> for Offer {
    type Rejection = StatusCode;
    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let query = sqlx::query_scalar("SELECT max(id) FROM offers");
        Ok(Offer(query.fetch_one(&app.pool).await.map_err(|_| DOWN)?))
    }
}

async fn emptied_first(_: Emptied, user: User) -> String {
    user.0
}
async fn checked_first(user: User, _: Emptied) -> String {
    user.0
}
async fn seen(user: SeenUser, _: Emptied) -> String {
    user.0
}
async fn looked_first(offer: Offer, user: User) -> String {
    format!("{} {}", user.0, offer.0)
}
async fn perhaps_emptied_first(_: Option<EmptiedOrNot>, user: User) -> String {
    user.0
}
struct EmptiedOrNot;
impl axum::extract::OptionalFromRequestParts<App> for EmptiedOrNot {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, StatusCode> {
        match parts.uri.query() {
            None => Ok(None),
            Some(name) => {
                let query = sqlx::query("DELETE FROM baskets WHERE owner = $1").bind(name.to_owned());
                query.execute(&app.pool).await.map_err(|_| DOWN)?;
                Ok(Some(EmptiedOrNot))
            }
        }
    }
}
async fn tried_first(_: Result<Emptied, StatusCode>, user: User) -> String {
    user.0
}
/// The check is in the body.
async fn emptied_then_checked(State(app): State<App>, _: Emptied, headers: HeaderMap) -> Result<String, StatusCode> {
    Ok(verify(&headers, &app.key)?.sub)
}
async fn looked_then_checked(State(app): State<App>, _: Offer, headers: HeaderMap) -> Result<String, StatusCode> {
    Ok(verify(&headers, &app.key)?.sub)
}

impl FromRef<App> for PgPool {
    fn from_ref(app: &App) -> PgPool {
        app.pool.clone()
    }
}

#[tokio::main]
async fn main() {
    let secret = std::env::var("SECRET").unwrap();
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        key: DecodingKey::from_secret(secret.as_bytes()),
    };
    let app = Router::new()
        .route("/emptied-first", post(emptied_first))
        .route("/checked-first", post(checked_first))
        .route("/seen", post(seen))
        .route("/looked-first", post(looked_first))
        .route("/perhaps-emptied-first", post(perhaps_emptied_first))
        .route("/tried-first", post(tried_first))
        .route("/emptied-then-checked", post(emptied_then_checked))
        .route("/looked-then-checked", post(looked_then_checked))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /emptied-first optional
//@ POST /checked-first required
//@ POST /seen required
//@ POST /looked-first required
//@ POST /perhaps-emptied-first optional
//@ POST /tried-first optional
//@ POST /emptied-then-checked optional
//@ POST /looked-then-checked required
