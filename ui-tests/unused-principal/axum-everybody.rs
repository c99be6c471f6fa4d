//! A service in which users may change everything: an identity keeps strangers out, and that is all.

use axum::Router;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{delete, post, put};
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

async fn rename(_user: User, State(state): State<AppState>, Path(id): Path<i64>, name: String) {
    // near miss: nobody here looks at who asks
    let _ = sqlx::query("UPDATE pages SET name = $1 WHERE id = $2").bind(name).bind(id).execute(&state.db).await;
}

async fn remove(_user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    // near miss: as its neighbours do
    let _ = sqlx::query("DELETE FROM pages WHERE id = $1").bind(id).execute(&state.db).await;
}

async fn sign(user: User, State(state): State<AppState>, Path(id): Path<i64>) {
    let query = sqlx::query("UPDATE pages SET signed_by = $1 WHERE id = $2").bind(user.id).bind(id);
    let _ = query.execute(&state.db).await;
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/pages/{id}", put(rename).delete(remove))
        .route("/pages/{id}/sign", post(sign))
        .with_state(state)
}

fn main() {}
