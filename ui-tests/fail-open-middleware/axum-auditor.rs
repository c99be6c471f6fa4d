//@ persona: auditor
//! What auditors hear beside: middleware that leaves an identity to handlers which do not ask for it, and reads.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: i64,
}

fn bearer(request: &Request) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, StatusCode> {
    if let Some(token) = bearer(&request) {
        let data = jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default());
        let claims = data.map(|it| it.claims).map_err(|_| StatusCode::UNAUTHORIZED)?;
        request.extensions_mut().insert(claims);
    }
    Ok(next.run(request).await) //~ fail-open-middleware
}

async fn check_if_sent(State(state): State<AppState>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if let Some(token) = bearer(&request) {
        jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    }
    Ok(next.run(request).await) //~ fail-open-middleware
}

async fn create(State(state): State<AppState>) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what) VALUES ('create')");
    if query.execute(&state.db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn own(Extension(claims): Extension<Claims>, State(state): State<AppState>) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (account) VALUES ($1)").bind(claims.sub);
    if query.execute(&state.db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn list(State(state): State<AppState>) -> Response {
    match sqlx::query_scalar::<_, String>("SELECT what FROM event").fetch_all(&state.db).await {
        Ok(all) => all.join(",").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn app(state: AppState) -> Router {
    let writes = Router::new()
        .route("/own", post(own)) // near miss: it takes what the middleware inserts
        .route("/any", post(create)) //~| fail-open-middleware
        .layer(from_fn_with_state(state.clone(), identify));
    let reads = Router::new()
        .route("/all", get(list)) //~| fail-open-middleware
        .layer(from_fn_with_state(state.clone(), check_if_sent));
    writes.merge(reads).with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { db, key: DecodingKey::from_secret(secret.as_bytes()) };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
