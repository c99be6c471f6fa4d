//! Handlers that are told an id in two places, and which of them they check.

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{delete, get, post, put};
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
    account_id: i64,
}

struct User {
    id: i64,
    account_id: i64,
}

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default())
            .map(|data| User { id: data.claims.sub, account_id: data.claims.account_id })
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

#[derive(serde::Deserialize)]
struct Update {
    project_id: i64,
    account_id: i64,
    parent_id: i64,
    title: String,
}

#[derive(serde::Deserialize)]
struct Which {
    project_id: i64,
}

async fn check_access(db: &PgPool, user: &User, project_id: i64) -> Result<(), StatusCode> {
    let query = sqlx::query_scalar("SELECT 1 FROM member WHERE project = $1 AND account = $2").bind(project_id).bind(user.id);
    let row: Option<i32> = query.fetch_optional(db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    row.map(drop).ok_or(StatusCode::FORBIDDEN)
}

async fn rename(db: &PgPool, project_id: i64, title: &str) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("UPDATE project SET title = $2 WHERE id = $1").bind(project_id).bind(title);
    query.execute(db).await.map(|_| StatusCode::NO_CONTENT).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn body_after_path(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    rename(&state.db, form.project_id, &form.title).await //~ mismatched-object-id
}

async fn path_after_query(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Query(which): Query<Which>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, which.project_id).await?;
    let query = sqlx::query("DELETE FROM project WHERE id = $1").bind(project_id); //~ mismatched-object-id
    query.execute(&state.db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn by_comparison(user: User, State(state): State<AppState>, Path(account_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    if user.account_id != account_id {
        return Err(StatusCode::FORBIDDEN);
    }
    let id = form.account_id;
    let query = sqlx::query("UPDATE account SET title = $2 WHERE id = $1").bind(form.account_id).bind(form.title); //~ mismatched-object-id
    query.execute(&state.db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    tracing::info!(id, "renamed");
    Ok(StatusCode::NO_CONTENT)
}

async fn through_variables(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    let target = form.project_id;
    rename(&state.db, target, &form.title).await //~ mismatched-object-id
}

async fn same_place(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    rename(&state.db, project_id, &form.title).await // near miss: what was checked is what is changed
}

async fn both_checked(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    check_access(&state.db, &user, form.project_id).await?;
    rename(&state.db, form.project_id, &form.title).await // near miss: that id was checked, too
}

async fn compared(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    if form.project_id != project_id {
        return Err(StatusCode::BAD_REQUEST);
    }
    check_access(&state.db, &user, project_id).await?;
    rename(&state.db, form.project_id, &form.title).await // near miss: they are the same
}

async fn put_in_place(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(mut form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    form.project_id = project_id;
    rename(&state.db, form.project_id, &form.title).await // near miss: the one from the path has taken its place
}

async fn other_object(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    rename(&state.db, form.parent_id, &form.title).await // near miss: another name, of which nobody knows what it is
}

async fn unchecked(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    tracing::info!(user = user.id, project_id, "rename");
    rename(&state.db, form.project_id, &form.title).await // near miss: nothing is checked, which is for other lints
}

async fn only_noted(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    note(form.project_id); // near miss: nothing is changed by it
    rename(&state.db, project_id, &form.title).await
}

fn note(project_id: i64) {
    tracing::info!(project_id, "asked for");
}

async fn own_is_overwritten(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, form.project_id).await?;
    rename(&state.db, form.project_id, &form.title).await?; // near miss: checked and changed by the body
    tracing::info!(project_id, "path");
    Ok(StatusCode::NO_CONTENT)
}

async fn moved(user: User, State(state): State<AppState>, Path(project_id): Path<i64>, Json(form): Json<Update>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    let query = sqlx::query("UPDATE task SET project = $2 WHERE project = $1").bind(project_id).bind(form.project_id); // near miss: from one to the other, for auditors
    query.execute(&state.db).await.map(|_| StatusCode::NO_CONTENT).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn only_path(user: User, State(state): State<AppState>, Path((account_id, project_id)): Path<(i64, i64)>) -> Result<StatusCode, StatusCode> {
    check_access(&state.db, &user, account_id).await?;
    rename(&state.db, project_id, "x").await // near miss: two ids of one place, with names of their own
}

async fn read(user: User, State(state): State<AppState>, Path(project_id): Path<i64>) -> Result<Json<String>, StatusCode> {
    check_access(&state.db, &user, project_id).await?;
    let query = sqlx::query_scalar("SELECT title FROM project WHERE id = $1").bind(project_id);
    query.fetch_one(&state.db).await.map(Json).map_err(|_| StatusCode::NOT_FOUND)
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/projects/{project_id}/a", put(body_after_path))
        .route("/projects/{project_id}/b", delete(path_after_query))
        .route("/accounts/{account_id}", put(by_comparison))
        .route("/projects/{project_id}/c", put(through_variables))
        .route("/projects/{project_id}/d", put(same_place))
        .route("/projects/{project_id}/e", put(both_checked))
        .route("/projects/{project_id}/f", put(compared))
        .route("/projects/{project_id}/g", put(put_in_place))
        .route("/projects/{project_id}/h", put(other_object))
        .route("/projects/{project_id}/i", put(unchecked))
        .route("/projects/{project_id}/j", put(only_noted))
        .route("/projects/{project_id}/k", put(own_is_overwritten))
        .route("/projects/{project_id}/l", post(moved))
        .route("/accounts/{account_id}/{project_id}", put(only_path))
        .route("/projects/{project_id}", get(read))
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
