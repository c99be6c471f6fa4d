//! Claims that flow from filter to filter, and checks that handlers make of them.

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply, reject};

#[derive(Debug, Clone, Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

#[derive(Debug)]
enum Refusal {
    Unauthorized,
    Forbidden,
}
impl reject::Reject for Refusal {}

#[derive(Clone)]
struct Keys {
    decoding: DecodingKey,
}

fn verify(token: &str, keys: &Keys) -> Result<Claims, Refusal> {
    decode::<Claims>(token, &keys.decoding, &Validation::default())
        .map(|it| it.claims)
        .map_err(|_| Refusal::Unauthorized)
}

/// Never rejects: the caller is to look at the result.
fn checked(
    keys: Keys,
) -> impl Filter<Extract = (Result<Claims, Refusal>,), Error = Rejection> + Clone {
    warp::header::<String>("authorization").map(move |header: String| {
        header
            .strip_prefix("Bearer ")
            .ok_or(Refusal::Unauthorized)
            .and_then(|token| verify(token, &keys))
    })
}

fn claims(keys: Keys) -> impl Filter<Extract = (Claims,), Error = Rejection> + Clone {
    checked(keys)
        .and_then(|result: Result<Claims, Refusal>| async move { result.map_err(reject::custom) })
}

fn admin(keys: Keys) -> impl Filter<Extract = (Claims,), Error = Rejection> + Clone {
    claims(keys).and_then(|claims: Claims| async move {
        if claims.admin {
            Ok(claims)
        } else {
            Err(reject::custom(Refusal::Forbidden))
        }
    })
}

/// Two values out of one.
fn parts(keys: Keys) -> impl Filter<Extract = (i64, bool), Error = Rejection> + Clone {
    claims(keys)
        .map(|claims: Claims| (claims.sub, claims.admin))
        .untuple_one()
}

async fn remove(id: i64, claims: Claims, pool: PgPool) -> Result<impl Reply, Rejection> {
    sqlx::query("delete from notes where id = $1 and owner = $2")
        .bind(id)
        .bind(claims.sub)
        .execute(&pool)
        .await
        .map_err(|_| reject::reject())?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_parts(
    id: i64,
    owner: i64,
    _admin: bool,
    pool: PgPool,
) -> Result<impl Reply, Rejection> {
    remove(
        id,
        Claims {
            sub: owner,
            admin: false,
        },
        pool,
    )
    .await
}

/// Takes the result, and looks.
async fn remove_checked(
    id: i64,
    claims: Result<Claims, Refusal>,
    pool: PgPool,
) -> Result<impl Reply, Rejection> {
    let claims = claims.map_err(reject::custom)?;
    remove(id, claims, pool).await
}

/// Takes the result, and does without.
async fn remove_anyway(
    id: i64,
    claims: Result<Claims, Refusal>,
    pool: PgPool,
) -> Result<impl Reply, Rejection> {
    let claims = claims.unwrap_or(Claims {
        sub: 0,
        admin: false,
    });
    remove(id, claims, pool).await
}

/// Claims out of the body are what the client says.
async fn remove_claimed(id: i64, claims: Claims, pool: PgPool) -> Result<impl Reply, Rejection> {
    if !claims.admin {
        return Err(reject::custom(Refusal::Forbidden));
    }
    remove(id, claims, pool).await
}

pub fn routes(
    keys: Keys,
    pool: PgPool,
) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let pool = warp::any().map(move || pool.clone());
    let note = |name: &'static str| {
        warp::path(name)
            .and(warp::path::param::<i64>())
            .and(warp::path::end())
            .and(warp::delete())
    };
    note("claims")
        .and(claims(keys.clone()))
        .and(pool.clone())
        .and_then(remove)
        .or(note("admin")
            .and(admin(keys.clone()))
            .and(pool.clone())
            .and_then(remove))
        .or(note("parts")
            .and(parts(keys.clone()))
            .and(pool.clone())
            .and_then(remove_parts))
        .or(note("result")
            .and(checked(keys.clone()))
            .and(pool.clone())
            .and_then(remove_checked))
        .or(note("anyway")
            .and(checked(keys))
            .and(pool.clone())
            .and_then(remove_anyway))
        .or(note("claimed")
            .and(warp::body::json())
            .and(pool)
            .and_then(remove_claimed))
}

fn main() {}

//@ DELETE /claims/{id} required
//@ DELETE /admin/{id} required
//@ DELETE /parts/{id} required
//@ DELETE /result/{id} required
//@ DELETE /anyway/{id} optional
//@ DELETE /claimed/{id} none
