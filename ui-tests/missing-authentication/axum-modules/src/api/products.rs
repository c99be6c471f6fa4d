//! Everybody may look at products, staff may change them.

use web::Router;
use web::extract::{Path, State};
use web::http::StatusCode;
use web::middleware::from_fn_with_state;
use web::routing::{MethodRouter, get, put};

use crate::auth::staff_only;
use crate::state::AppState;

// near miss: a public read among public reads
async fn list(State(state): State<AppState>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT string_agg(name, ',') FROM product");
    query.fetch_one(&state.db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

// near miss: the same with a parameter
async fn show(State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT text FROM product WHERE id = $1").bind(id);
    query.fetch_one(&state.db).await.map_err(|_| StatusCode::NOT_FOUND)
}

async fn change(State(state): State<AppState>, Path(id): Path<i64>, text: String) -> StatusCode {
    let query = sqlx::query("UPDATE product SET text = $1 WHERE id = $2").bind(text).bind(id);
    query.execute(&state.db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::NO_CONTENT)
}

fn writes() -> MethodRouter<AppState> {
    put(change)
}

pub fn router(state: &AppState) -> Router<AppState> {
    let write = writes().layer(from_fn_with_state(state.clone(), staff_only));
    Router::new()
        .route("/", get(list))
        .route("/{id}", get(show).merge(write)) // near miss: a method router with a layer, merged into one without
}

pub fn staff_router() -> Router<AppState> {
    Router::new().route("/{id}", writes()) // near miss: the layer comes in the file that nests this router
}
