//@ persona: auditor
//! What auditors hear beside: open reads, and other protections than authentication.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jsonwebtoken::{DecodingKey, Validation};
use sqlx::PgPool;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_http::limit::RequestBodyLimitLayer;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    key: DecodingKey,
}

#[derive(serde::Deserialize)]
struct Claims {
    #[expect(dead_code)]
    sub: i64,
}

async fn require_user(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let Some(token) = header.and_then(|it| it.strip_prefix("Bearer ")) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if jsonwebtoken::decode::<Claims>(token, &state.key, &Validation::default()).is_err() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn create(State(state): State<AppState>) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what) VALUES ('create')");
    if query.execute(&state.db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn keep(State(state): State<AppState>, body: String) -> StatusCode {
    let query = sqlx::query("INSERT INTO event (what) VALUES ($1)").bind(body);
    if query.execute(&state.db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn list(State(state): State<AppState>) -> Response {
    match sqlx::query_scalar::<_, String>("SELECT what FROM event").fetch_all(&state.db).await {
        Ok(all) => all.join(",").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn health() -> &'static str {
    "ok"
}

fn reads(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(create))
        .layer(from_fn_with_state(state.clone(), require_user))
        .route("/all", get(list)) //~ unprotected-by-layer-order
        .route("/health", get(health)) // near miss: health checks are open by nature
}

fn limits(state: &AppState) -> Router<AppState> {
    let config = GovernorConfigBuilder::default().finish().expect("numbers above zero");
    Router::new()
        .route("/", post(create))
        .layer(GovernorLayer::new(config))
        .route("/more", post(create)) //~ unprotected-by-layer-order
        .route("/all", get(list)) // near miss: a read that is behind authentication
        .layer(from_fn_with_state(state.clone(), require_user))
}

fn bodies(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", post(keep))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(65_536))
        .route("/more", post(keep)) // near miss: the limit of the framework is still there
        .layer(from_fn_with_state(state.clone(), require_user))
}

fn app(state: AppState) -> Router {
    Router::new()
        .nest("/reads", reads(&state))
        .nest("/limits", limits(&state))
        .nest("/bodies", bodies(&state))
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
