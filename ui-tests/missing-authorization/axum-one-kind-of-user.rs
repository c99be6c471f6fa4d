//! A service of which all users are administrators: there is nobody to keep out but strangers.

use axum::Router;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{delete, get};
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
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        Ok(User(data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims.sub))
    }
}

async fn posts(State(state): State<AppState>) -> String {
    let found = sqlx::query("SELECT * FROM posts").fetch_all(&state.db).await;
    found.map(|it| it.len().to_string()).unwrap_or_default()
}

async fn remove(_user: User, State(state): State<AppState>, Path(id): Path<i64>) -> StatusCode {
    // near miss: no endpoint is for users who are less
    let _ = sqlx::query("DELETE FROM posts WHERE id = $1").bind(id).execute(&state.db).await;
    StatusCode::OK
}

fn app(state: AppState) -> Router {
    Router::new().route("/posts", get(posts)).route("/admin/posts/{id}", delete(remove)).with_state(state)
}

fn main() {}
