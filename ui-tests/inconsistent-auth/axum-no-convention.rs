//! Handlers of axum that have no convention in common, or keep it in another way.

use axum::Router;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Claims {
    sub: i64,
    admin: bool,
}

#[derive(Debug)]
struct User {
    id: i64,
    admin: bool,
}

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        let claims = data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims;
        Ok(User { id: claims.sub, admin: claims.admin })
    }
}

async fn check_member(db: &PgPool, user: &User, room: i64) -> Result<(), StatusCode> {
    let query = sqlx::query("SELECT 1 FROM members WHERE room = $1 AND member = $2").bind(room).bind(user.id);
    match query.fetch_optional(db).await {
        Ok(Some(_)) => Ok(()),
        _ => Err(StatusCode::FORBIDDEN),
    }
}

async fn set(db: &PgPool, sql: &'static str, id: i64) -> Result<(), StatusCode> {
    let done = sqlx::query(sql).bind(id).execute(db).await;
    done.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

/// Asks whether a name is one, and not who gives it.
fn check_spelling(name: &str) -> Result<(), StatusCode> {
    match name.is_empty() {
        true => Err(StatusCode::BAD_REQUEST),
        false => Ok(()),
    }
}

async fn few_0(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE few_0 SET done = true WHERE id = $1", id).await
}

async fn few_1(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE few_1 SET done = true WHERE id = $1", id).await
}

async fn few_2(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE few_2 SET done = true WHERE id = $1", id).await
}

async fn few_open(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    set(&state.db, "UPDATE few_open SET done = true WHERE id = $1", id).await // near miss: three siblings are no convention yet
}

async fn half_0(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE half_0 SET done = true WHERE id = $1", id).await
}

async fn half_1(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE half_1 SET done = true WHERE id = $1", id).await
}

async fn half_2(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE half_2 SET done = true WHERE id = $1", id).await
}

async fn half_3(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE half_3 SET done = true WHERE id = $1", id).await
}

async fn half_open_0(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    set(&state.db, "UPDATE half_open_0 SET done = true WHERE id = $1", id).await // near miss: half of them ask
}

async fn half_open_1(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    set(&state.db, "UPDATE half_open_1 SET done = true WHERE id = $1", id).await
}

async fn half_open_2(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    set(&state.db, "UPDATE half_open_2 SET done = true WHERE id = $1", id).await
}

async fn half_open_3(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    set(&state.db, "UPDATE half_open_3 SET done = true WHERE id = $1", id).await
}

async fn spelt_0(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_0 SET done = true WHERE id = $1", id).await
}

async fn spelt_1(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_1 SET done = true WHERE id = $1", id).await
}

async fn spelt_2(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_2 SET done = true WHERE id = $1", id).await
}

async fn spelt_3(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_3 SET done = true WHERE id = $1", id).await
}

async fn spelt_4(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_4 SET done = true WHERE id = $1", id).await
}

async fn spelt_5(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_5 SET done = true WHERE id = $1", id).await
}

async fn spelt_6(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    check_spelling("name")?;
    set(&state.db, "UPDATE spelt_6 SET done = true WHERE id = $1", id).await
}

async fn misspelt(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    set(&state.db, "UPDATE misspelt SET done = true WHERE id = $1", id).await // near miss: what the others call is not told who asks
}

async fn only_members(user: User, State(state): State<AppState>, Path(id): Path<i64>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if !user.admin {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(next.run(request).await)
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/few/{id}/few_0", put(few_0))
        .route("/few/{id}/few_1", put(few_1))
        .route("/few/{id}/few_2", put(few_2))
        .route("/few/{id}/few_open", put(few_open))
        .route("/half/{id}/half_0", put(half_0))
        .route("/half/{id}/half_1", put(half_1))
        .route("/half/{id}/half_2", put(half_2))
        .route("/half/{id}/half_3", put(half_3))
        .route("/half/{id}/half_open_0", put(half_open_0))
        .route("/half/{id}/half_open_1", put(half_open_1))
        .route("/half/{id}/half_open_2", put(half_open_2))
        .route("/half/{id}/half_open_3", put(half_open_3))
        .route("/spelt/{id}/spelt_0", put(spelt_0))
        .route("/spelt/{id}/spelt_1", put(spelt_1))
        .route("/spelt/{id}/spelt_2", put(spelt_2))
        .route("/spelt/{id}/spelt_3", put(spelt_3))
        .route("/spelt/{id}/spelt_4", put(spelt_4))
        .route("/spelt/{id}/spelt_5", put(spelt_5))
        .route("/spelt/{id}/spelt_6", put(spelt_6))
        .route("/spelt/{id}/misspelt", put(misspelt))
        .with_state(state)
}

fn main() {}
