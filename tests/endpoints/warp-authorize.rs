//! Filters that authorise: a function over the cloned headers, with the role that a route asks for.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;
use warp::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use warp::{Filter, Rejection, Reply, reject};

#[derive(Debug)]
enum ApiError {
    Missing,
    Wrong,
    NotAllowed,
    Database,
}

impl reject::Reject for ApiError {}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    User,
    Admin,
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: i64,
    role: String,
    exp: usize,
}

fn bearer(headers: &HeaderMap) -> Result<String, ApiError> {
    let header = headers.get(AUTHORIZATION).ok_or(ApiError::Missing)?;
    let text = std::str::from_utf8(header.as_bytes()).map_err(|_| ApiError::Missing)?;
    match text.strip_prefix("Bearer ") {
        Some(token) => Ok(token.to_owned()),
        None => Err(ApiError::Missing),
    }
}

async fn authorize((role, headers): (Role, HeaderMap)) -> Result<i64, Rejection> {
    match bearer(&headers) {
        Ok(token) => {
            let key = std::env::var("JWT_SECRET").expect("set");
            let decoded = decode::<Claims>(
                &token,
                &DecodingKey::from_secret(key.as_bytes()),
                &Validation::new(Algorithm::HS512),
            )
            .map_err(|_| reject::custom(ApiError::Wrong))?;
            if role == Role::Admin && decoded.claims.role != "admin" {
                return Err(reject::custom(ApiError::NotAllowed));
            }
            Ok(decoded.claims.sub)
        }
        Err(error) => Err(reject::custom(error)),
    }
}

fn with_auth(role: Role) -> impl Filter<Extract = (i64,), Error = Rejection> + Clone {
    warp::header::headers_cloned()
        .map(move |headers: HeaderMap| (role, headers))
        .and_then(authorize)
}

/// Looks at the header, and takes any.
async fn any_bearer(headers: HeaderMap) -> Result<String, Rejection> {
    bearer(&headers).map_err(reject::custom)
}

/// Reads the claims without asking who signed them.
async fn unverified(headers: HeaderMap) -> Result<i64, Rejection> {
    let token = bearer(&headers).map_err(reject::custom)?;
    let mut validation = Validation::new(Algorithm::HS512);
    validation.insecure_disable_signature_validation();
    let decoded = decode::<Claims>(&token, &DecodingKey::from_secret(&[]), &validation)
        .map_err(|_| reject::custom(ApiError::Wrong))?;
    Ok(decoded.claims.sub)
}

fn with_pool(
    pool: PgPool,
) -> impl Filter<Extract = (PgPool,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || pool.clone())
}

async fn delete_note(id: i64, user: i64, pool: PgPool) -> Result<impl Reply, Rejection> {
    sqlx::query("delete from notes where id = $1 and owner = $2")
        .bind(id)
        .bind(user)
        .execute(&pool)
        .await
        .map_err(|_| reject::custom(ApiError::Database))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete_any(id: i64, pool: PgPool) -> Result<impl Reply, Rejection> {
    sqlx::query("delete from notes where id = $1")
        .bind(id)
        .execute(&pool)
        .await
        .map_err(|_| reject::custom(ApiError::Database))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn note_of(token: String, pool: PgPool) -> Result<impl Reply, Rejection> {
    sqlx::query("insert into log(token) values ($1)")
        .bind(token)
        .execute(&pool)
        .await
        .map_err(|_| reject::custom(ApiError::Database))?;
    Ok(StatusCode::CREATED)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect(&std::env::var("DATABASE_URL").expect("set"))
        .await
        .expect("a database");
    let own = warp::path!("notes" / i64)
        .and(warp::delete())
        .and(with_auth(Role::User))
        .and(with_pool(pool.clone()))
        .and_then(delete_note);
    let admin = warp::path!("admin" / "notes" / i64)
        .and(warp::delete())
        .and(with_auth(Role::Admin))
        .and(with_pool(pool.clone()))
        .and_then(|id, _, pool| delete_any(id, pool));
    let forgotten = warp::path!("forgotten" / i64)
        .and(warp::delete())
        .and(with_pool(pool.clone()))
        .and_then(delete_any);
    let taken = warp::path!("taken")
        .and(warp::post())
        .and(warp::header::headers_cloned().and_then(any_bearer))
        .and(with_pool(pool.clone()))
        .and_then(note_of);
    let believed = warp::path!("believed" / i64)
        .and(warp::delete())
        .and(warp::header::headers_cloned().and_then(unverified))
        .and(with_pool(pool))
        .and_then(delete_note);
    let routes = own.or(admin).or(forgotten).or(taken).or(believed);
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}

//@ DELETE /notes/{id} required
//@ DELETE /admin/notes/{id} required
//@ DELETE /forgotten/{id} none
//@ POST /taken optional
//@ DELETE /believed/{id} optional
