//! Handlers of axum that are told who asks.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
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

/// Asks whose the note is.
struct OwnNote(i64);

impl FromRequestParts<AppState> for OwnNote {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let Path(id) = Path::<i64>::from_request_parts(parts, state).await.map_err(|_| StatusCode::NOT_FOUND)?;
        let user = User::from_request_parts(parts, state).await?;
        let query = sqlx::query("SELECT 1 FROM notes WHERE id = $1 AND owner = $2").bind(id).bind(user.id);
        match query.fetch_optional(&state.db).await {
            Ok(Some(_)) => Ok(OwnNote(id)),
            _ => Err(StatusCode::NOT_FOUND),
        }
    }
}

/// Asks for a role.
struct AdminUser(User);

impl FromRequestParts<AppState> for AdminUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let user = User::from_request_parts(parts, state).await?;
        if !user.admin {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(AdminUser(user))
    }
}

async fn rename(user: User, State(state): State<AppState>, Path(id): Path<i64>, name: String) {
    // near miss: it goes into the query
    let query = sqlx::query("UPDATE notes SET name = $1 WHERE id = $2 AND owner = $3");
    let _ = query.bind(name).bind(id).bind(user.id).execute(&state.db).await;
}

async fn is_of(db: &PgPool, id: i64, user: &User) -> bool {
    let query = sqlx::query("SELECT 1 FROM notes WHERE id = $1 AND owner = $2").bind(id).bind(user.id);
    matches!(query.fetch_optional(db).await, Ok(Some(_)))
}

async fn share(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    if !is_of(&state.db, id, &user).await {
        return StatusCode::NOT_FOUND; // near miss: it goes into a check
    }
    let _ = sqlx::query("UPDATE notes SET shared = true WHERE id = $1").bind(id).execute(&state.db).await;
    StatusCode::OK
}

async fn taken_apart(User { id: me, .. }: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: a part of it is read
    let query = sqlx::query("UPDATE notes SET read = true WHERE id = $1 AND owner = $2");
    let _ = query.bind(id).bind(me).execute(&state.db).await;
}

async fn shadowed(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let user = user.id; // near miss: read on the way to another variable of its name
    let query = sqlx::query("UPDATE notes SET open = true WHERE id = $1 AND owner = $2");
    let _ = query.bind(id).bind(user).execute(&state.db).await;
}

async fn named(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let owner = format!("{user:?}"); // near miss: named in the text of a format only
    let query = sqlx::query("UPDATE notes SET pinned = true WHERE id = $1 AND owner = $2");
    let _ = query.bind(id).bind(owner).execute(&state.db).await;
}

async fn remove(
    _user: User, //~ unused-principal
    State(state): State<AppState>,
    Path(id): Path<i64>,
) {
    let _ = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn overwrite(
    _: User, //~ unused-principal
    State(state): State<AppState>,
    Path(id): Path<i64>,
    text: String,
) {
    let _ = sqlx::query("UPDATE notes SET text = $1 WHERE id = $2").bind(text).bind(id).execute(&state.db).await;
}

async fn by_an_administrator(_admin: AdminUser, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: who has that role may do it to all
    let _ = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn of_an_owner(_user: User, OwnNote(id): OwnNote, State(state): State<AppState>) {
    // near miss: another extractor has asked whose it is
    let _ = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn create(_user: User, State(state): State<AppState>, text: String) {
    // near miss: nothing of anybody's is named by an id
    let _ = sqlx::query("INSERT INTO notes (text) VALUES ($1)").bind(text).execute(&state.db).await;
}

async fn read(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    // near miss: it only reads
    let found = sqlx::query("SELECT * FROM notes WHERE id = $1").bind(id).fetch_optional(&state.db).await;
    if matches!(found, Ok(Some(_))) { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn preview(_user: User, Path(id): Path<i64>, text: String) -> String {
    format!("{id}: {text}") // near miss: nothing lasts of it
}

async fn maintain(_user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: for administrators, whom another lint is about
    let _ = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id).execute(&state.db).await;
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/notes", post(create))
        .route("/notes/{id}", get(read).put(rename).delete(remove).patch(overwrite))
        .route("/notes/{id}/share", post(share))
        .route("/notes/{id}/read", post(taken_apart))
        .route("/notes/{id}/open", post(shadowed))
        .route("/notes/{id}/pin", post(named))
        .route("/notes/{id}/purge", post(by_an_administrator))
        .route("/notes/{id}/own", delete(of_an_owner))
        .route("/notes/{id}/preview", post(preview))
        .route("/admin/notes/{id}", delete(maintain))
        .with_state(state)
}

fn main() {}
