//! Rows, numbers of them and truth values that a query by a token gives.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use sqlx::PgPool;

const NO: StatusCode = StatusCode::UNAUTHORIZED;
const BAD: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let token = headers.get("x-token").and_then(|it| it.to_str().ok());
    token.ok_or(NO)
}

fn purge() -> Result<(), StatusCode> {
    std::fs::remove_dir_all("/var/lib/shop").map_err(|_| BAD)
}

async fn rows(pool: &PgPool, token: &str) -> Result<Vec<(String,)>, StatusCode> {
    sqlx::query_as("select owner from tokens where token = $1")
        .bind(token)
        .fetch_all(pool)
        .await
        .map_err(|_| BAD)
}

async fn number(pool: &PgPool, token: &str) -> Result<i64, StatusCode> {
    sqlx::query_scalar("select count(*) from tokens where token = $1")
        .bind(token)
        .fetch_one(pool)
        .await
        .map_err(|_| BAD)
}

//@ POST /rows/slice required
async fn slice(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let found = rows(&pool, token(&headers)?).await?;
    let [(owner,)] = found.as_slice() else {
        return Err(NO);
    };
    std::fs::remove_dir_all(owner).map_err(|_| BAD)
}

//@ POST /rows/at-least required
async fn at_least(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let found = rows(&pool, token(&headers)?).await?;
    match found.as_slice() {
        [] => Err(NO),
        [_, ..] => purge(),
    }
}

//@ POST /rows/empty required
async fn empty(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let found = rows(&pool, token(&headers)?).await?;
    if found.is_empty() {
        return Err(NO);
    }
    purge()
}

//@ POST /rows/first required
async fn first(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let found = rows(&pool, token(&headers)?).await?;
    found.into_iter().next().ok_or(NO)?;
    purge()
}

//@ POST /rows/length required
async fn length(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    if rows(&pool, token(&headers)?).await?.len() == 0 {
        return Err(NO);
    }
    purge()
}

// Near misses: none of these refuses whoever has no token.
//@ POST /rows/not-many optional
async fn not_many(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    if rows(&pool, token(&headers)?).await?.len() > 1 {
        return Err(NO);
    }
    purge()
}

//@ POST /rows/none optional
async fn none(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    match rows(&pool, token(&headers)?).await?.as_slice() {
        [] => purge(),
        _ => Err(NO),
    }
}

//@ GET /rows/told optional
async fn told(
    State(pool): State<PgPool>,
    headers: HeaderMap,
) -> Result<Json<Vec<(String,)>>, StatusCode> {
    Ok(Json(rows(&pool, token(&headers)?).await?))
}

//@ POST /rows/any-slice optional
async fn any_slice(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let found = rows(&pool, token(&headers)?).await?;
    let [..] = found.as_slice();
    purge()
}

//@ POST /number/below required
async fn below(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    if number(&pool, token(&headers)?).await? < 1 {
        return Err(NO);
    }
    purge()
}

//@ POST /number/one required
async fn one(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    if 1 != number(&pool, token(&headers)?).await? {
        return Err(NO);
    }
    purge()
}

//@ POST /number/match required
async fn matched(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    match number(&pool, token(&headers)?).await? {
        0 => Err(NO),
        _ => purge(),
    }
}

//@ POST /number/at-most optional
async fn at_most(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    if number(&pool, token(&headers)?).await? <= 1 {
        return purge();
    }
    Err(NO)
}

//@ POST /number/not-two optional
async fn not_two(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    match number(&pool, token(&headers)?).await? {
        2 => Err(NO),
        _ => purge(),
    }
}

//@ POST /truth required
async fn truth(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let (known,): (bool,) = sqlx::query_as("select exists(select 1 from tokens where token = $1)")
        .bind(token(&headers)?)
        .fetch_one(&pool)
        .await
        .map_err(|_| BAD)?;
    if known { purge() } else { Err(NO) }
}

// Nothing is changed for whoever has no such token.
//@ POST /used required
async fn used(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let changed = sqlx::query("update tokens set used = true where token = $1 and not used")
        .bind(token(&headers)?)
        .execute(&pool)
        .await
        .map_err(|_| BAD)?;
    if changed.rows_affected() != 1 {
        return Err(NO);
    }
    purge()
}

// The token is what is written.
//@ POST /renamed optional
async fn renamed(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let changed = sqlx::query("update tokens set token = $1 where id = 1")
        .bind(token(&headers)?)
        .execute(&pool)
        .await
        .map_err(|_| BAD)?;
    if changed.rows_affected() != 1 {
        return Err(NO);
    }
    purge()
}

//@ POST /either-way optional
async fn either_way(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    let changed = sqlx::query("delete from tokens where token = $1 or expired")
        .bind(token(&headers)?)
        .execute(&pool)
        .await
        .map_err(|_| BAD)?;
    if changed.rows_affected() == 0 {
        return Err(NO);
    }
    purge()
}

//@ POST /changed-and-forgotten optional
async fn forgotten(State(pool): State<PgPool>, headers: HeaderMap) -> Result<(), StatusCode> {
    sqlx::query("update tokens set used = true where token = $1")
        .bind(token(&headers)?)
        .execute(&pool)
        .await
        .map_err(|_| BAD)?;
    purge()
}

fn app(pool: PgPool) -> Router {
    Router::new()
        .route("/rows/slice", post(slice))
        .route("/rows/at-least", post(at_least))
        .route("/rows/empty", post(empty))
        .route("/rows/first", post(first))
        .route("/rows/length", post(length))
        .route("/rows/not-many", post(not_many))
        .route("/rows/none", post(none))
        .route("/rows/told", get(told))
        .route("/rows/any-slice", post(any_slice))
        .route("/number/below", post(below))
        .route("/number/one", post(one))
        .route("/number/match", post(matched))
        .route("/number/at-most", post(at_most))
        .route("/number/not-two", post(not_two))
        .route("/truth", post(truth))
        .route("/used", post(used))
        .route("/renamed", post(renamed))
        .route("/either-way", post(either_way))
        .route("/changed-and-forgotten", post(forgotten))
        .with_state(pool)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect_lazy("postgres://localhost/shop").expect("an address");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("a port");
    axum::serve(listener, app(pool)).await.expect("a server");
}
