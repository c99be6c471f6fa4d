//! Answers of comparisons that are joined without haste, and keys that are only looked for where
//! they may be right.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Basic;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use subtle::ConstantTimeEq;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

#[derive(Clone)]
struct Mint {
    pool: PgPool,
    name: String,
    word: String,
}

type Shown = TypedHeader<Authorization<Basic>>;

fn strike() {
    let _ = std::fs::remove_dir_all("/var/lib/mint");
}

//@ POST /both required
async fn both(State(mint): State<Mint>, TypedHeader(Authorization(shown)): Shown) -> StatusCode {
    let name = shown.username().as_bytes().ct_eq(mint.name.as_bytes());
    let word = shown.password().as_bytes().ct_eq(mint.word.as_bytes());
    if !bool::from(name & word) {
        return NO;
    }
    strike();
    StatusCode::OK
}

// Near miss: everybody knows the name.
//@ POST /one-of-two optional
async fn one_of_two(State(mint): State<Mint>, TypedHeader(Authorization(shown)): Shown) -> StatusCode {
    let name = shown.username().as_bytes().ct_eq(mint.name.as_bytes());
    let word = shown.password().as_bytes().ct_eq(mint.word.as_bytes());
    if !bool::from(name | word) {
        return NO;
    }
    strike();
    StatusCode::OK
}

//@ POST /long-enough required
async fn long_enough(State(mint): State<Mint>, headers: HeaderMap) -> Result<(), StatusCode> {
    let raw = headers.get("x-api-key").ok_or(NO)?.as_bytes();
    let hash = (raw.len() > 31).then(|| hex::encode(Sha256::digest(raw)));
    let found: Option<i64> = sqlx::query_scalar("SELECT owner FROM keys WHERE hash = $1")
        .bind(hash.ok_or(NO)?)
        .fetch_optional(&mint.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    found.ok_or(NO)?;
    strike();
    Ok(())
}

// Near miss: nothing but its length is asked.
//@ POST /only-long optional
async fn only_long(headers: HeaderMap) -> Result<(), StatusCode> {
    let raw = headers.get("x-api-key").ok_or(NO)?.as_bytes();
    (raw.len() > 31).then(|| hex::encode(raw)).ok_or(NO)?;
    strike();
    Ok(())
}

pub fn app(pool: PgPool) -> Router {
    let word = std::fs::read_to_string("/etc/mint/word").expect("a word");
    assert!(!word.is_empty(), "the word is empty");
    let name = "minter".to_owned();
    Router::new()
        .route("/both", post(both))
        .route("/one-of-two", post(one_of_two))
        .route("/long-enough", post(long_enough))
        .route("/only-long", post(only_long))
        .with_state(Mint { pool, name, word })
}
