//! Callers by extractors, extensions, patterns and aliases.

use axum::extract::{Extension, FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

type Done = Result<(), StatusCode>;
type Who = Extension<Caller>;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(Clone, serde::Deserialize)]
struct Caller {
    sub: i64,
}

async fn authenticated(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let data = jsonwebtoken::decode::<Caller>(token, &state.key, &Validation::default());
    let caller = data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

async fn set(db: &PgPool, sql: &'static str, id: i64, caller: Option<i64>) -> Done {
    let done = sqlx::query(sql).bind(id).bind(caller).execute(db).await;
    done.map(drop).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn rename(Extension(caller): Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    set(&state.db, "UPDATE lists SET name = '' WHERE id = $1 AND owner = $2", id, Some(caller.sub)).await
}

async fn sort(Extension(Caller { sub }): Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    set(&state.db, "UPDATE lists SET sorted = true WHERE id = $1 AND owner = $2", id, Some(sub)).await
}

async fn share(caller: Who, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    set(&state.db, "UPDATE lists SET shared = true WHERE id = $1 AND owner = $2", id, Some(caller.sub)).await
}

async fn color(caller: Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    let owner = caller.0.sub;
    set(&state.db, "UPDATE lists SET color = 1 WHERE id = $1 AND owner = $2", id, Some(owner)).await
}

async fn empty(caller: Who, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    set(&state.db, "DELETE FROM items WHERE list = $1 AND owner = $2", id, Some(caller.sub)).await
}

async fn noted(Extension(caller): Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    tracing::info!("{} hides {id}", caller.sub); // near miss: read by a macro
    set(&state.db, "UPDATE lists SET hidden = true WHERE id = $1", id, None).await
}

async fn remove(Extension(_caller): Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Done { //~ unused-principal
    set(&state.db, "DELETE FROM lists WHERE id = $1", id, None).await
}

async fn lock(_: Who, State(state): State<AppState>, Path(id): Path<i64>) -> Done { //~ unused-principal
    set(&state.db, "UPDATE lists SET locked = true WHERE id = $1", id, None).await
}

async fn clear(Extension(Caller { .. }): Extension<Caller>, State(state): State<AppState>, Path(id): Path<i64>) -> Done { //~ unused-principal
    set(&state.db, "DELETE FROM items WHERE list = $1", id, None).await
}

// near miss: reads only
async fn show(_: Who, Path(id): Path<i64>) -> Json<i64> {
    Json(id)
}

// near miss: no id in the path
async fn create(_: Who, State(state): State<AppState>) -> Done {
    set(&state.db, "INSERT INTO lists (id) VALUES ($1)", 7, None).await
}

// near miss: nothing is written
async fn preview(_: Who, Path(id): Path<i64>) -> Json<i64> {
    Json(id + 1)
}

// near miss: a layer demands more
async fn wipe(_: Who, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    set(&state.db, "DELETE FROM lists WHERE owner = $1", id, None).await
}

async fn require_moderator(Extension(caller): Extension<Caller>, State(state): State<AppState>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let query = sqlx::query("SELECT 1 FROM moderators WHERE id = $1").bind(caller.sub);
    match query.fetch_optional(&state.db).await {
        Ok(Some(_)) => Ok(next.run(request).await),
        _ => Err(StatusCode::FORBIDDEN),
    }
}

// near miss: handed on as a whole
async fn copy(caller: Who, State(state): State<AppState>, Path(id): Path<i64>) -> Done {
    copied(&state, caller, id).await
}

async fn copied(state: &AppState, Extension(caller): Who, id: i64) -> Done {
    set(&state.db, "INSERT INTO lists SELECT * FROM lists WHERE id = $1 AND owner = $2", id, Some(caller.sub)).await
}

fn app(state: AppState) -> Router {
    let moderated = Router::new()
        .route("/owners/{id}/lists", delete(wipe))
        .layer(from_fn_with_state(state.clone(), require_moderator));
    Router::new()
        .route("/lists", post(create))
        .route("/lists/{id}", get(show).delete(remove))
        .route("/lists/{id}/name", put(rename))
        .route("/lists/{id}/sort", post(sort))
        .route("/lists/{id}/share", post(share))
        .route("/lists/{id}/color", put(color))
        .route("/lists/{id}/hide", post(noted))
        .route("/lists/{id}/empty", post(empty))
        .route("/lists/{id}/lock", post(lock))
        .route("/lists/{id}/items", delete(clear))
        .route("/lists/{id}/preview", post(preview))
        .route("/lists/{id}/copy", post(copy))
        .merge(moderated)
        .layer(from_fn_with_state(state.clone(), authenticated))
        .with_state(state)
}

fn main() {}
