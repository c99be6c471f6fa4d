//! Statements about rows that belong to somebody, in axum.

use axum::Router;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{delete, get, post, put};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::{PgPool, Row};

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

async fn rename(user: User, State(state): State<AppState>, Path(id): Path<i64>, name: String) {
    let query = sqlx::query("UPDATE notes SET name = $1 WHERE id = $2 AND owner_id = $3");
    let _ = query.bind(name).bind(id).bind(user.id).execute(&state.db).await;
}

async fn share(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET shared = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn pin(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET pinned = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_0(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_0 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_1(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_1 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_2(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_2 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_3(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_3 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_4(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_4 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_5(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_5 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_6(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_6 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_7(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_7 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_8(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_8 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_9(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_9 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_10(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_10 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_11(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_11 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_12(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_12 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_13(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_13 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn set_14(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE notes SET flag_14 = true WHERE id = $1 AND owner_id = $2");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn remove(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    tracing::info!("{} removes {id}", user.id);
    let query = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id); //~ object-access-without-owner
    let _ = query.execute(&state.db).await;
}

async fn load(db: &PgPool, id: i64) -> Option<String> {
    let query = sqlx::query("SELECT text FROM notes WHERE notes.id = $1").bind(id); //~ object-access-without-owner
    query.fetch_one(db).await.ok()?.try_get(0).ok()
}

async fn read(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    tracing::debug!("{} reads {id}", user.id);
    load(&state.db, id).await.ok_or(StatusCode::NOT_FOUND)
}

async fn never_looks(_user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: never looks at who asks, which another lint says
    let _ = sqlx::query("UPDATE notes SET closed = true WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn owner(db: &PgPool, id: i64) -> i64 {
    let found = sqlx::query("SELECT owner_id FROM notes WHERE id = $1").bind(id).fetch_one(db).await;
    found.ok().and_then(|it| it.try_get(0).ok()).unwrap_or_default()
}

async fn compared(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    if owner(&state.db, id).await != user.id {
        return StatusCode::NOT_FOUND; // near miss: compares the owner before
    }
    let _ = sqlx::query("UPDATE notes SET compared = true WHERE id = $1").bind(id).execute(&state.db).await;
    StatusCode::OK
}

async fn is_owner(db: &PgPool, user: &User, id: i64) -> bool {
    owner(db, id).await == user.id
}

async fn checked(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    match is_owner(&state.db, &user, id).await {
        true => {
            // near miss: a function that is told who asks decided
            let _ = sqlx::query("UPDATE notes SET checked = true WHERE id = $1").bind(id).execute(&state.db).await;
            StatusCode::OK
        }
        false => StatusCode::NOT_FOUND,
    }
}

async fn by_flag(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    if !user.admin {
        return StatusCode::FORBIDDEN;
    }
    // near miss: administrators may change all
    let _ = sqlx::query("UPDATE notes SET hidden = true WHERE id = $1").bind(id).execute(&state.db).await;
    StatusCode::OK
}

async fn maintain(_user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: for administrators, whom another lint is about
    let _ = sqlx::query("DELETE FROM notes WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn published(State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    // near miss: nobody is asked who he is here
    let found = sqlx::query("SELECT title FROM notes WHERE published AND id = $1").bind(id).fetch_one(&state.db).await;
    if found.is_ok() { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn tag(_user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: a table of which no row belongs to anybody
    let _ = sqlx::query("UPDATE tags SET used = true WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn joined(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: asks whose it is in a query within
    let query = sqlx::query("DELETE FROM notes WHERE id = $1 AND shelf IN (SELECT id FROM shelves WHERE owner_id = $2)");
    let _ = query.bind(id).bind(user.id).execute(&state.db).await;
}

async fn all(_user: User, State(state): State<AppState>, Path(shelf): Path<String>) -> String {
    // near miss: by no id
    let found = sqlx::query("SELECT title FROM notes WHERE shelf = $1").bind(shelf).fetch_all(&state.db).await;
    found.map(|it| it.len()).unwrap_or_default().to_string()
}

async fn insert(user: User, State(state): State<AppState>, Path(shelf): Path<String>) {
    // near miss: a new row is its maker's
    let query = sqlx::query("INSERT INTO notes (shelf, owner_id) VALUES ($1, $2)").bind(shelf).bind(user.id);
    let _ = query.execute(&state.db).await;
}

async fn fixed(_user: User, State(state): State<AppState>, Path(shelf): Path<String>) {
    // near miss: the same row for everybody
    let _ = sqlx::query("UPDATE notes SET read = read + 1 WHERE id = 1").execute(&state.db).await;
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/notes/{id}", get(read).put(rename).delete(remove))
        .route("/notes/{id}/share", post(share))
        .route("/notes/{id}/pin", post(pin))
        .route("/notes/{id}/flag-0", put(set_0))
        .route("/notes/{id}/flag-1", put(set_1))
        .route("/notes/{id}/flag-2", put(set_2))
        .route("/notes/{id}/flag-3", put(set_3))
        .route("/notes/{id}/flag-4", put(set_4))
        .route("/notes/{id}/flag-5", put(set_5))
        .route("/notes/{id}/flag-6", put(set_6))
        .route("/notes/{id}/flag-7", put(set_7))
        .route("/notes/{id}/flag-8", put(set_8))
        .route("/notes/{id}/flag-9", put(set_9))
        .route("/notes/{id}/flag-10", put(set_10))
        .route("/notes/{id}/flag-11", put(set_11))
        .route("/notes/{id}/flag-12", put(set_12))
        .route("/notes/{id}/flag-13", put(set_13))
        .route("/notes/{id}/flag-14", put(set_14))
        .route("/notes/{id}/closed", put(never_looks))
        .route("/notes/{id}/compared", put(compared))
        .route("/notes/{id}/checked", put(checked))
        .route("/notes/{id}/hidden", put(by_flag))
        .route("/admin/notes/{id}", delete(maintain))
        .route("/published/{id}", get(published))
        .route("/tags/{id}", put(tag))
        .route("/notes/{id}/joined", delete(joined))
        .route("/shelves/{shelf}", get(all).post(insert).put(fixed))
        .with_state(state)
}

fn main() {}
