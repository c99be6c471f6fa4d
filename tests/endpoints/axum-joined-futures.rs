//! Checks that run beside other work, under `join!` and `try_join!`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get};
use axum::{Json, Router};
use sqlx::{PgPool, Row};

#[derive(Clone)]
struct App {
    pool: PgPool,
}

struct User {
    id: i64,
}

async fn user(headers: &HeaderMap, app: &App) -> Result<User, StatusCode> {
    let token = headers
        .get("authorization")
        .and_then(|it| it.to_str().ok())
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let row = sqlx::query("SELECT id FROM users WHERE token = $1")
        .bind(token)
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(User { id: row.get(0) })
}

async fn page(app: &App) -> Result<Vec<i64>, StatusCode> {
    let rows = sqlx::query("SELECT id FROM notes")
        .fetch_all(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(rows.iter().map(|it| it.get(0)).collect())
}

async fn wipe(app: &App) -> Result<(), StatusCode> {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(())
}

async fn tried(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let (user, page) = tokio::try_join!(user(&headers, &app), page(&app))?;
    let _ = user.id;
    Ok(Json(page))
}

async fn tried_second(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let (page, _) = tokio::try_join!(page(&app), user(&headers, &app))?;
    Ok(Json(page))
}

/// What comes out is thrown away.
async fn tried_in_vain(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let _ = tokio::try_join!(user(&headers, &app), page(&app));
    Ok(Json(page(&app).await?))
}

/// The rows are gone before anybody is asked.
async fn tried_too_late(headers: HeaderMap, State(app): State<App>) -> Result<(), StatusCode> {
    tokio::try_join!(user(&headers, &app), wipe(&app))?;
    Ok(())
}

async fn joined(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let (user, page) = tokio::join!(user(&headers, &app), page(&app));
    let _user = user?;
    Ok(Json(page?))
}

async fn joined_in_vain(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let (_user, page) = tokio::join!(user(&headers, &app), page(&app));
    Ok(Json(page?))
}

async fn joined_and_matched(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    match tokio::join!(user(&headers, &app), page(&app)) {
        (Ok(_), Ok(page)) => Ok(Json(page)),
        (Err(status), _) | (_, Err(status)) => Err(status),
    }
}

async fn as_function(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let (_, page) = futures_util::future::try_join(user(&headers, &app), page(&app)).await?;
    Ok(Json(page))
}

async fn as_function_in_vain(headers: HeaderMap, State(app): State<App>) -> Result<Json<Vec<i64>>, StatusCode> {
    let (_, page) = futures_util::future::join(user(&headers, &app), page(&app)).await;
    Ok(Json(page?))
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/x").await.unwrap();
    let app = Router::new()
        .route("/tried", get(tried))
        .route("/tried-second", get(tried_second))
        .route("/tried-in-vain", get(tried_in_vain))
        .route("/tried-too-late", delete(tried_too_late))
        .route("/joined", get(joined))
        .route("/joined-in-vain", get(joined_in_vain))
        .route("/joined-and-matched", get(joined_and_matched))
        .route("/as-function", get(as_function))
        .route("/as-function-in-vain", get(as_function_in_vain))
        .with_state(App { pool });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /tried required
//@ GET /tried-second required
//@ GET /tried-in-vain optional
//@ DELETE /tried-too-late optional
//@ GET /joined required
//@ GET /joined-in-vain optional
//@ GET /joined-and-matched required
//@ GET /as-function required
//@ GET /as-function-in-vain optional
