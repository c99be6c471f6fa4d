//! What only an auditor wants to see: every open read, and writes of which some are checked.
//@ persona: auditor

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::routing::{get, post};
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
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default())
            .map(|data| User(data.claims.sub))
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

async fn articles(State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT title FROM article");
    query.fetch_all(&state.db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn article(State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT text FROM article WHERE id = $1").bind(id);
    query.fetch_one(&state.db).await.map_err(|_| StatusCode::NOT_FOUND)
}

async fn drafts(user: User, State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT title FROM draft WHERE author = $1").bind(user.0);
    query.fetch_all(&state.db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

/// Nobody knows but who wrote it whether published articles may be changed by everybody.
async fn change_unless_published(
    headers: HeaderMap,
    State(state): State<AppState>,
    text: String,
) -> Result<StatusCode, StatusCode> {
    if !text.starts_with("draft:") {
        let token = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default())
            .map_err(|_| StatusCode::UNAUTHORIZED)?;
    }
    let query = sqlx::query("INSERT INTO article (text) VALUES ($1)").bind(text);
    query.execute(&state.db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::CREATED)
}

async fn health() -> &'static str {
    "ok"
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/health", get(health)) // near miss: not even an auditor wants to hear of it
        .route("/drafts", get(drafts)) // near miss: this read asks for a user
        .route("/articles", get(articles)) //~ missing-authentication
        .route("/articles/{id}", get(article)) //~ missing-authentication
        .route("/articles/new", post(change_unless_published)) //~ missing-authentication
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
