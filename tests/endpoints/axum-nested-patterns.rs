//! Lookups whose outcome is an option in a result, taken apart by nested patterns.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::Router;
use sqlx::{PgPool, Row};

#[derive(Clone)]
struct App {
    pool: PgPool,
}

struct User {
    id: i64,
    admin: bool,
}

async fn find(headers: &HeaderMap, app: &App) -> Result<Option<User>, sqlx::Error> {
    let Some(token) = headers.get("x-token").and_then(|it| it.to_str().ok()) else {
        return Ok(None);
    };
    let row = sqlx::query("SELECT id, admin FROM users WHERE token = $1")
        .bind(token)
        .fetch_optional(&app.pool)
        .await?;
    Ok(row.map(|it| User { id: it.get(0), admin: it.get(1) }))
}

async fn wipe(app: &App) -> StatusCode {
    match sqlx::query("DELETE FROM notes").execute(&app.pool).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn let_else(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    let Ok(Some(user)) = find(&headers, &app).await else {
        return StatusCode::UNAUTHORIZED;
    };
    let _ = user.id;
    wipe(&app).await
}

/// An `Ok` without anybody in it does.
async fn let_else_any(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    let Ok(_user) = find(&headers, &app).await else {
        return StatusCode::UNAUTHORIZED;
    };
    wipe(&app).await
}

async fn errors_first(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    let found = find(&headers, &app).await;
    if let Err(_) = found {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    if let Ok(None) = found {
        return StatusCode::UNAUTHORIZED;
    }
    wipe(&app).await
}

/// If the database does not answer, everybody is let in.
async fn errors_pass(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if let Ok(None) = find(&headers, &app).await {
        return StatusCode::UNAUTHORIZED;
    }
    wipe(&app).await
}

async fn none_then_question(headers: HeaderMap, State(app): State<App>) -> Result<StatusCode, StatusCode> {
    let found = find(&headers, &app).await;
    if let Ok(None) = &found {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let user = found.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?.unwrap();
    let _ = user.id;
    Ok(wipe(&app).await)
}

async fn arms(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    match find(&headers, &app).await {
        Ok(Some(user)) if user.admin => wipe(&app).await,
        Ok(Some(_)) => StatusCode::FORBIDDEN,
        Ok(None) => StatusCode::UNAUTHORIZED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn arms_pass(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    match find(&headers, &app).await {
        Ok(Some(_)) | Ok(None) => wipe(&app).await,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn as_match(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if !matches!(find(&headers, &app).await, Ok(Some(_))) {
        return StatusCode::UNAUTHORIZED;
    }
    wipe(&app).await
}

async fn as_match_guarded(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if matches!(find(&headers, &app).await, Ok(Some(user)) if user.admin) {
        return wipe(&app).await;
    }
    StatusCode::FORBIDDEN
}

async fn as_match_any(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if !matches!(find(&headers, &app).await, Ok(_)) {
        return StatusCode::UNAUTHORIZED;
    }
    wipe(&app).await
}

async fn checked_first(headers: HeaderMap, State(app): State<App>) -> Result<StatusCode, StatusCode> {
    let user = find(&headers, &app).await.unwrap_or_default();
    if user.is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(wipe(&app).await)
}

async fn is_ok_and(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if find(&headers, &app).await.is_ok_and(|it| it.is_some()) {
        wipe(&app).await
    } else {
        StatusCode::UNAUTHORIZED
    }
}

async fn is_ok_and_none(headers: HeaderMap, State(app): State<App>) -> StatusCode {
    if find(&headers, &app).await.is_ok_and(|it| it.is_none()) {
        wipe(&app).await
    } else {
        StatusCode::UNAUTHORIZED
    }
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/x").await.unwrap();
    let app = Router::new()
        .route("/let-else", post(let_else))
        .route("/let-else-any", post(let_else_any))
        .route("/errors-first", post(errors_first))
        .route("/errors-pass", post(errors_pass))
        .route("/none-then-question", post(none_then_question))
        .route("/arms", post(arms))
        .route("/arms-pass", post(arms_pass))
        .route("/as-match", post(as_match))
        .route("/as-match-guarded", post(as_match_guarded))
        .route("/as-match-any", post(as_match_any))
        .route("/checked-first", post(checked_first))
        .route("/is-ok-and", post(is_ok_and))
        .route("/is-ok-and-none", post(is_ok_and_none))
        .with_state(App { pool });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /let-else required
//@ POST /let-else-any optional
//@ POST /errors-first required
//@ POST /errors-pass optional
//@ POST /none-then-question required
//@ POST /arms required
//@ POST /arms-pass optional
//@ POST /as-match required
//@ POST /as-match-guarded required
//@ POST /as-match-any optional
//@ POST /checked-first required
//@ POST /is-ok-and required
//@ POST /is-ok-and-none none
