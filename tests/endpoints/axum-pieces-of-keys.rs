//! Keys that are taken to pieces: `number.secret`. Whoever is known by one piece only, of which lists
//! and logs are full, has shown nothing.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use subtle::ConstantTimeEq;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

#[derive(Clone)]
struct Yard {
    pool: PgPool,
    locks: Arc<HashMap<String, String>>,
}

fn shown(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let value = headers.get("x-api-key").ok_or(NO)?;
    value.to_str().map_err(|_| NO)
}

fn raze() {
    let _ = std::fs::remove_dir_all("/var/lib/yard");
}

async fn owner(yard: &Yard, sql: &'static str, value: &str) -> Result<i64, StatusCode> {
    let found: Option<i64> = sqlx::query_scalar(sql)
        .bind(value)
        .fetch_optional(&yard.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    found.ok_or(NO)
}

//@ POST /before-the-point optional
async fn before_the_point(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let (number, _) = shown(&headers)?.split_once('.').ok_or(NO)?;
    yard.locks.get(number).ok_or(NO)?;
    raze();
    Ok(())
}

//@ POST /first-of-two optional
async fn first_of_two(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let mut pieces = shown(&headers)?.splitn(2, ':');
    let number = pieces.next().ok_or(NO)?;
    let _secret = pieces.next().ok_or(NO)?;
    if !yard.locks.contains_key(number) {
        return Err(NO);
    }
    raze();
    Ok(())
}

//@ POST /by-number optional
async fn by_number(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let number = shown(&headers)?.split('_').nth(1).ok_or(NO)?;
    owner(&yard, "select owner from keys where id = $1", number).await?;
    raze();
    Ok(())
}

//@ POST /eight-letters optional
async fn eight_letters(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let start = shown(&headers)?.get(..8).ok_or(NO)?;
    yard.locks.get(start).ok_or(NO)?;
    raze();
    Ok(())
}

//@ POST /some-letters optional
async fn some_letters(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let start: String = shown(&headers)?.chars().take(6).collect();
    yard.locks.get(&start).ok_or(NO)?;
    raze();
    Ok(())
}

//@ POST /listed optional
async fn listed(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let pieces: Vec<&str> = shown(&headers)?.split('.').collect();
    let [number, _secret] = pieces[..] else {
        return Err(NO);
    };
    yard.locks.get(number).ok_or(NO)?;
    raze();
    Ok(())
}

// It counts the rows, and so can anybody.
//@ POST /row optional
async fn row(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let number: i32 = shown(&headers)?.parse().map_err(|_| NO)?;
    let found: Option<i64> = sqlx::query_scalar("select owner from keys where id = $1")
        .bind(number)
        .fetch_optional(&yard.pool)
        .await
        .map_err(|_| NO)?;
    found.ok_or(NO)?;
    raze();
    Ok(())
}

// The other piece is compared, too.
//@ POST /both required
async fn both(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let (number, secret) = shown(&headers)?.split_once('.').ok_or(NO)?;
    let kept = yard.locks.get(number).ok_or(NO)?;
    if kept.as_bytes().ct_ne(secret.as_bytes()).into() {
        return Err(NO);
    }
    raze();
    Ok(())
}

//@ POST /one-after-the-other required
async fn one_after_the_other(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let mut pieces = shown(&headers)?.split('.');
    let number = pieces.next().ok_or(NO)?;
    let secret = pieces.next().ok_or(NO)?;
    match yard.locks.get(number) {
        Some(kept) if kept == secret => raze(),
        _ => return Err(NO),
    }
    Ok(())
}

//@ POST /hashed required
async fn hashed(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let (_, secret) = shown(&headers)?.rsplit_once('_').ok_or(NO)?;
    let hash = hex::encode(Sha256::digest(secret));
    owner(&yard, "select owner from keys where hash = $1", &hash).await?;
    raze();
    Ok(())
}

// A scheme is no piece of it.
//@ POST /schemed required
async fn schemed(State(yard): State<Yard>, headers: HeaderMap) -> Result<(), StatusCode> {
    let value = headers.get("authorization").ok_or(NO)?;
    let token = value.to_str().map_err(|_| NO)?.split(' ').nth(1).ok_or(NO)?;
    owner(&yard, "select owner from tokens where token = $1", token).await?;
    raze();
    Ok(())
}

pub fn app(pool: PgPool, locks: HashMap<String, String>) -> Router {
    let locks = Arc::new(locks);
    Router::new()
        .route("/before-the-point", post(before_the_point))
        .route("/first-of-two", post(first_of_two))
        .route("/by-number", post(by_number))
        .route("/eight-letters", post(eight_letters))
        .route("/some-letters", post(some_letters))
        .route("/listed", post(listed))
        .route("/row", post(row))
        .route("/both", post(both))
        .route("/one-after-the-other", post(one_after_the_other))
        .route("/hashed", post(hashed))
        .route("/schemed", post(schemed))
        .with_state(Yard { pool, locks })
}
