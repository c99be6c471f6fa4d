//! Handlers of axum that do what their siblings do, and one that does not.

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

async fn ensure_member(db: &PgPool, user: &User, room: i64) -> Result<(), StatusCode> {
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

async fn require_owner(db: &PgPool, user: &User, room: i64) -> Result<(), StatusCode> {
    let query = sqlx::query("SELECT 1 FROM rooms WHERE id = $1 AND owner = $2").bind(room).bind(user.id);
    match query.fetch_optional(db).await {
        Ok(Some(_)) => Ok(()),
        _ => Err(StatusCode::FORBIDDEN),
    }
}

async fn open(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET open = true WHERE id = $1", id).await
}

async fn close(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET open = false WHERE id = $1", id).await
}

async fn lock(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET locked = true WHERE id = $1", id).await
}

async fn unlock(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET locked = false WHERE id = $1", id).await
}

async fn pin(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET pinned = true WHERE id = $1", id).await
}

async fn mute(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET muted = true WHERE id = $1", id).await
}

async fn setting_0(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_0 = true WHERE id = $1", id).await
}

async fn setting_1(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_1 = true WHERE id = $1", id).await
}

async fn setting_2(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_2 = true WHERE id = $1", id).await
}

async fn setting_3(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_3 = true WHERE id = $1", id).await
}

async fn setting_4(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_4 = true WHERE id = $1", id).await
}

async fn setting_5(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_5 = true WHERE id = $1", id).await
}

async fn setting_6(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_6 = true WHERE id = $1", id).await
}

async fn setting_7(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_7 = true WHERE id = $1", id).await
}

async fn setting_8(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_8 = true WHERE id = $1", id).await
}

async fn setting_9(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_9 = true WHERE id = $1", id).await
}

async fn setting_10(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_10 = true WHERE id = $1", id).await
}

async fn setting_11(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_11 = true WHERE id = $1", id).await
}

async fn setting_12(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_12 = true WHERE id = $1", id).await
}

async fn setting_13(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_13 = true WHERE id = $1", id).await
}

async fn setting_14(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_14 = true WHERE id = $1", id).await
}

async fn setting_15(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_15 = true WHERE id = $1", id).await
}

async fn setting_16(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_16 = true WHERE id = $1", id).await
}

async fn setting_17(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    ensure_member(&state.db, &user, id).await?;
    set(&state.db, "UPDATE rooms SET setting_17 = true WHERE id = $1", id).await
}

async fn forgotten(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> { //~ inconsistent-auth
    tracing::info!("{} deletes {id}", user.id);
    set(&state.db, "DELETE FROM rooms WHERE id = $1", id).await
}

async fn by_the_owner(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    require_owner(&state.db, &user, id).await?; // near miss: asks more than its siblings
    set(&state.db, "DELETE FROM rooms WHERE id = $1", id).await
}

async fn really_clear(state: &AppState, user: &User, id: i64) -> Result<(), StatusCode> {
    ensure_member(&state.db, user, id).await?;
    set(&state.db, "DELETE FROM messages WHERE room = $1", id).await
}

async fn in_a_helper(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    really_clear(&state, &user, id).await // near miss: what it calls asks
}

async fn renamed(who: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    let me = &who;
    ensure_member(&state.db, me, id).await?; // near miss: through another variable
    set(&state.db, "UPDATE rooms SET renamed = true WHERE id = $1", id).await
}

async fn by_another_name(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    use self::ensure_member as within;
    within(&state.db, &user, id).await?; // near miss: under another name
    set(&state.db, "UPDATE rooms SET named = true WHERE id = $1", id).await
}

async fn by_a_flag(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<(), StatusCode> {
    if !user.admin {
        return Err(StatusCode::FORBIDDEN); // near miss: asks by a condition of its own
    }
    set(&state.db, "UPDATE rooms SET flagged = true WHERE id = $1", id).await
}

async fn read(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    // near miss: reads, as nobody else of them does
    let found = sqlx::query("SELECT * FROM rooms WHERE id = $1").bind(id).fetch_optional(&state.db).await;
    if matches!(found, Ok(Some(_))) { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn login(State(state): State<AppState>) -> StatusCode {
    StatusCode::UNAUTHORIZED // near miss: where a caller becomes known
}

async fn health() -> StatusCode {
    StatusCode::OK // near miss: nobody is asked who he is
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/rooms/{id}/open", post(open).delete(close))
        .route("/rooms/{id}/lock", post(lock).delete(unlock))
        .route("/rooms/{id}/pin", put(pin))
        .route("/rooms/{id}/mute", put(mute))
        .route("/rooms/{id}/setting_0", put(setting_0))
        .route("/rooms/{id}/setting_1", put(setting_1))
        .route("/rooms/{id}/setting_2", put(setting_2))
        .route("/rooms/{id}/setting_3", put(setting_3))
        .route("/rooms/{id}/setting_4", put(setting_4))
        .route("/rooms/{id}/setting_5", put(setting_5))
        .route("/rooms/{id}/setting_6", put(setting_6))
        .route("/rooms/{id}/setting_7", put(setting_7))
        .route("/rooms/{id}/setting_8", put(setting_8))
        .route("/rooms/{id}/setting_9", put(setting_9))
        .route("/rooms/{id}/setting_10", put(setting_10))
        .route("/rooms/{id}/setting_11", put(setting_11))
        .route("/rooms/{id}/setting_12", put(setting_12))
        .route("/rooms/{id}/setting_13", put(setting_13))
        .route("/rooms/{id}/setting_14", put(setting_14))
        .route("/rooms/{id}/setting_15", put(setting_15))
        .route("/rooms/{id}/setting_16", put(setting_16))
        .route("/rooms/{id}/setting_17", put(setting_17))
        .route("/rooms/{id}", get(read).delete(forgotten))
        .route("/rooms/{id}/owned", delete(by_the_owner))
        .route("/rooms/{id}/helped", delete(in_a_helper))
        .route("/rooms/{id}/renamed", put(renamed))
        .route("/rooms/{id}/flagged", put(by_a_flag))
        .route("/rooms/{id}/named", put(by_another_name))
        .route("/login", post(login))
        .route("/health", get(health))
        .with_state(state)
}

fn main() {}
