//! Queries that have an answer whatever they are asked.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use sqlx::PgPool;

type Outcome = Result<StatusCode, StatusCode>;

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let value = headers.get("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
    value.to_str().map_err(|_| StatusCode::BAD_REQUEST)
}
async fn clear(pool: &PgPool) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}

async fn echo(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let _key: String = sqlx::query_scalar("SELECT $1 AS key")
        .bind(token(&headers)?)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
async fn stored(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let _key: String = sqlx::query_scalar("SELECT key FROM keys WHERE key = $1")
        .bind(token(&headers)?)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
async fn echo_beside_rows(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    sqlx::query("SELECT $1::text AS key, id FROM users WHERE admin ORDER BY id LIMIT 1")
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
async fn joined_rows(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    sqlx::query("SELECT u.id FROM users u JOIN keys k ON k.owner = u.id AND k.key = $1 LIMIT 1")
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
/// There is always a first one.
async fn coalesced(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let _owner: i64 =
        sqlx::query_scalar("SELECT COALESCE((SELECT owner FROM keys WHERE key = $1), 0)")
            .bind(token(&headers)?)
            .fetch_one(&pool)
            .await
            .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
/// `%` is like every key.
async fn pattern(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let _id: i64 = sqlx::query_scalar("SELECT id FROM keys WHERE key LIKE $1 LIMIT 1")
        .bind(token(&headers)?)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
/// `NULL` where nothing is found, and a row all the same.
async fn largest(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let _id: Option<i64> = sqlx::query_scalar("SELECT MAX(id) FROM keys WHERE key = $1")
        .bind(token(&headers)?)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
async fn largest_or_none(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let id: Option<i64> = sqlx::query_scalar("SELECT MAX(id) FROM keys WHERE key = $1")
        .bind(token(&headers)?)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    if id.is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&pool).await
}
/// Any other key than the one that was sent.
async fn any_other(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    sqlx::query("SELECT id FROM keys WHERE key <> $1")
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
const FIND: &str = "SELECT id
    FROM keys
    WHERE key = $1 AND NOT revoked";
async fn constant(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    sqlx::query(FIND)
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
const ECHO: &str = "SELECT $1 AS key, now() AS since";
async fn constant_echo(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    sqlx::query(ECHO)
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&pool).await
}
/// The query ran; what it found nobody asks.
async fn it_ran(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let found = sqlx::query("SELECT id FROM keys WHERE key = $1")
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await;
    if found.is_err() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&pool).await
}
async fn it_found(State(pool): State<PgPool>, headers: HeaderMap) -> Outcome {
    let found = sqlx::query("SELECT id FROM keys WHERE key = $1")
        .bind(token(&headers)?)
        .fetch_optional(&pool)
        .await;
    if !matches!(found, Ok(Some(_))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&pool).await
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/echo", post(echo))
        .route("/stored", post(stored))
        .route("/echo-beside-rows", post(echo_beside_rows))
        .route("/joined-rows", post(joined_rows))
        .route("/coalesced", post(coalesced))
        .route("/pattern", post(pattern))
        .route("/largest", post(largest))
        .route("/largest-or-none", post(largest_or_none))
        .route("/any-other", post(any_other))
        .route("/constant", post(constant))
        .route("/constant-echo", post(constant_echo))
        .route("/it-ran", post(it_ran))
        .route("/it-found", post(it_found))
        .with_state(PgPool::connect_lazy("postgres://").unwrap());
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /echo optional
//@ POST /stored required
//@ POST /echo-beside-rows optional
//@ POST /joined-rows required
//@ POST /coalesced optional
//@ POST /pattern optional
//@ POST /largest optional
//@ POST /largest-or-none required
//@ POST /any-other optional
//@ POST /constant required
//@ POST /constant-echo optional
//@ POST /it-ran optional
//@ POST /it-found required
