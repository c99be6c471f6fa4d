//! Hashes of keys looked up with sqlx, and what becomes of the row.

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::{StatusCode, request::Parts};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

#[derive(Clone, FromRef)]
struct AppState {
    pool: PgPool,
}

#[derive(Debug, sqlx::FromRow)]
struct ApiKey {
    id: i64,
    owner: i64,
    revoked: bool,
}

fn digest(raw: &str) -> String {
    hex::encode(Sha256::digest(raw.as_bytes()))
}

async fn key_by_hash(pool: &PgPool, hash: &str) -> Result<Option<ApiKey>, sqlx::Error> {
    sqlx::query_as::<_, ApiKey>("select id, owner, revoked from api_keys where hash = $1")
        .bind(hash)
        .fetch_optional(pool)
        .await
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts
        .headers
        .get(axum::http::header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .map(str::trim)
        .filter(|t| !t.is_empty())
}

struct Caller(ApiKey);

impl<S> FromRequestParts<S> for Caller
where
    PgPool: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let pool = PgPool::from_ref(state);
        let Some(raw) = bearer(parts) else {
            return Err((StatusCode::UNAUTHORIZED, "missing key"));
        };
        let row = key_by_hash(&pool, &digest(raw))
            .await
            .map_err(|_| (StatusCode::INTERNAL_SERVER_ERROR, "db"))?;
        match row {
            Some(key) if !key.revoked => Ok(Caller(key)),
            _ => Err((StatusCode::UNAUTHORIZED, "unknown key")),
        }
    }
}

/// Computes the hash and never looks whether it exists.
struct KeyHash(String);

impl<S: Send + Sync> FromRequestParts<S> for KeyHash {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        bearer(parts)
            .map(|raw| KeyHash(digest(raw)))
            .ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// The query is run, its being empty is not an error.
struct Known(Option<ApiKey>);

impl<S> FromRequestParts<S> for Known
where
    PgPool: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let raw = bearer(parts).ok_or(StatusCode::UNAUTHORIZED)?;
        let row = key_by_hash(&PgPool::from_ref(state), &digest(raw))
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(Known(row))
    }
}

async fn mine(Caller(key): Caller, State(pool): State<PgPool>) -> Json<Vec<String>> {
    Json(
        sqlx::query_scalar("select name from notes where owner = $1")
            .bind(key.owner)
            .fetch_all(&pool)
            .await
            .unwrap(),
    )
}

async fn log_use(KeyHash(hash): KeyHash, State(pool): State<PgPool>) -> StatusCode {
    sqlx::query("insert into uses(hash) values ($1)")
        .bind(hash)
        .execute(&pool)
        .await
        .unwrap();
    StatusCode::CREATED
}

async fn purge(_: Known, State(pool): State<PgPool>) -> StatusCode {
    sqlx::query("delete from notes")
        .execute(&pool)
        .await
        .unwrap();
    StatusCode::NO_CONTENT
}

async fn purge_checked(
    Known(key): Known,
    State(pool): State<PgPool>,
) -> Result<StatusCode, StatusCode> {
    let key = key.ok_or(StatusCode::FORBIDDEN)?;
    sqlx::query("delete from notes where owner = $1")
        .bind(key.owner)
        .execute(&pool)
        .await
        .unwrap();
    Ok(StatusCode::NO_CONTENT)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect(&std::env::var("DATABASE_URL").unwrap())
        .await
        .unwrap();
    let app = Router::new()
        .route("/mine", get(mine))
        .route("/use", post(log_use))
        .route("/purge", delete(purge))
        .route("/purge-mine", delete(purge_checked))
        .with_state(AppState { pool });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ DELETE /purge optional
//@ DELETE /purge-mine required
//@ GET /mine required
//@ POST /use optional
