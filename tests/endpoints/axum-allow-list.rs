//! One middleware for all, with an allow-list of paths, prefix and suffix checks.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

const PUBLIC: &[&str] = &["/health", "/auth/login"];

#[derive(Clone)]
struct AppState {
    key: DecodingKey,
    db: sqlx::PgPool,
}

#[derive(Clone, Deserialize)]
struct Claims {
    sub: i64,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

fn is_public(path: &str) -> bool {
    PUBLIC.contains(&path) || path.starts_with("/static/")
}

async fn guard(
    State(state): State<AppState>,
    mut req: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if req.method() == Method::OPTIONS || is_public(req.uri().path()) {
        return Ok(next.run(req).await);
    }
    let token = req
        .headers()
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = decode::<Claims>(token, &state.key, &Validation::default())
        .map(|data| data.claims)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    req.extensions_mut().insert(claims);
    Ok(next.run(req).await)
}

async fn health() -> &'static str {
    "ok"
}

async fn login(
    State(state): State<AppState>,
    Json(login): Json<Login>,
) -> Result<String, StatusCode> {
    let hash: String = sqlx::query_scalar("select hash from users where name = $1")
        .bind(&login.name)
        .fetch_one(&state.db)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    if !bcrypt::verify(&login.password, &hash).unwrap_or(false) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(issue(&login.name))
}

async fn asset(axum::extract::Path(name): axum::extract::Path<String>) -> Vec<u8> {
    std::fs::read(format!("static/{name}")).unwrap_or_default()
}

async fn orders(
    State(state): State<AppState>,
    Extension(claims): Extension<Claims>,
) -> Json<Vec<String>> {
    Json(
        sqlx::query_scalar("select item from orders where u = $1")
            .bind(claims.sub)
            .fetch_all(&state.db)
            .await
            .unwrap(),
    )
}

async fn refund(State(state): State<AppState>, body: String) -> StatusCode {
    sqlx::query("update orders set refunded = true where id = $1")
        .bind(body)
        .execute(&state.db)
        .await
        .unwrap();
    StatusCode::OK
}

#[tokio::main]
async fn main() {
    let state = AppState::from_env().await;
    let app = Router::new()
        .route("/health", get(health))
        .route("/auth/login", post(login))
        .route("/static/{name}", get(asset))
        .route("/orders", get(orders))
        .layer(from_fn_with_state(state.clone(), guard))
        .route("/orders/refund", post(refund))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /health none
//@ GET /orders required
//@ GET /static/{name} none
//@ POST /auth/login none
//@ POST /orders/refund none
