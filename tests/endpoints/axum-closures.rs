//! Handlers that are closures: their parameters and their bodies are judged as those of functions.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, post};
use axum::{Json, Router};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use sqlx::PgPool;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

fn is_ours(headers: &HeaderMap) -> bool {
    let ours = std::fs::read("/etc/mill/key").expect("a key");
    let shown = headers.get("x-api-key");
    !ours.is_empty() && shown.is_some_and(|it| it.as_bytes() == ours)
}

fn grind() {
    let _ = std::fs::remove_dir_all("/var/lib/mill");
}

async fn holder(pool: &PgPool, token: &str) -> Result<i64, StatusCode> {
    let found: Option<i64> = sqlx::query_scalar("SELECT holder FROM tokens WHERE token = $1")
        .bind(token)
        .fetch_optional(pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    found.ok_or(NO)
}

//@ POST /checked required
//@ POST /queried required
//@ DELETE /late optional
//@ POST /open none
//@ POST /known optional
pub fn app(pool: PgPool) -> Router {
    let usual = "letmein";
    Router::new()
        .route(
            "/checked",
            post(|headers: HeaderMap| async move {
                if !is_ours(&headers) {
                    return NO;
                }
                grind();
                StatusCode::OK
            }),
        )
        .route(
            "/queried",
            post(
                |State(pool): State<PgPool>,
                 TypedHeader(Authorization(bearer)): TypedHeader<Authorization<Bearer>>| async move {
                    holder(&pool, bearer.token()).await?;
                    grind();
                    Ok::<_, StatusCode>(())
                },
            ),
        )
        .route(
            "/late",
            delete(|headers: HeaderMap| async move {
                grind();
                match is_ours(&headers) {
                    true => StatusCode::OK,
                    false => NO,
                }
            }),
        )
        .route(
            "/open",
            post(|Json(words): Json<Vec<String>>| async move {
                println!("{} words", words.len());
                grind();
            }),
        )
        .route(
            "/known",
            post(move |headers: HeaderMap| async move {
                if headers.get("x-api-key").is_none_or(|it| it != usual) {
                    return NO;
                }
                grind();
                StatusCode::OK
            }),
        )
        .with_state(pool)
}
