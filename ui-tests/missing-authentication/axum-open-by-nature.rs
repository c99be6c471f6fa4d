//! What must be open, what should not be, and what differs from its siblings.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::Redirect;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use sha2::Sha256;
use sqlx::PgPool;
use tower_http::services::ServeDir;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    decoding: DecodingKey,
    encoding: EncodingKey,
    webhook_key: Vec<u8>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    sub: i64,
    exp: i64,
}

struct User(i64);

impl FromRequestParts<AppState> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        jsonwebtoken::decode::<Claims>(token, &state.decoding, &Validation::default())
            .map(|data| User(data.claims.sub))
            .map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

fn internal<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[derive(serde::Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

async fn login(State(state): State<AppState>, Json(form): Json<Credentials>) -> Result<String, StatusCode> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE email = $1")
        .bind(form.email)
        .fetch_optional(&state.db)
        .await
        .map_err(internal)?;
    let (id, hash) = row.ok_or(StatusCode::UNAUTHORIZED)?;
    let hash = PasswordHash::new(&hash).map_err(internal)?;
    Argon2::default().verify_password(form.password.as_bytes(), &hash).map_err(|_| StatusCode::UNAUTHORIZED)?;
    sqlx::query("UPDATE account SET last_login = now() WHERE id = $1").bind(id).execute(&state.db).await.map_err(internal)?;
    token_for(&state, id)
}

fn token_for(state: &AppState, id: i64) -> Result<String, StatusCode> {
    let claims = Claims { sub: id, exp: chrono::Utc::now().timestamp() + 3600 };
    jsonwebtoken::encode(&Header::default(), &claims, &state.encoding).map_err(internal)
}

async fn register(State(state): State<AppState>, Json(form): Json<Credentials>) -> Result<StatusCode, StatusCode> {
    use argon2::password_hash::{PasswordHasher, SaltString, rand_core::OsRng};
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2::Argon2::default().hash_password(form.password.as_bytes(), &salt).map_err(internal)?.to_string();
    let query = sqlx::query("INSERT INTO account (email, hash) VALUES ($1, $2)").bind(form.email).bind(hash);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::CREATED)
}

async fn refresh(State(state): State<AppState>, Json(token): Json<String>) -> Result<String, StatusCode> {
    let user: Option<i64> = sqlx::query_scalar("DELETE FROM refresh_token WHERE token = $1 RETURNING account")
        .bind(token)
        .fetch_optional(&state.db)
        .await
        .map_err(internal)?;
    token_for(&state, user.ok_or(StatusCode::UNAUTHORIZED)?)
}

async fn forgot_password(State(state): State<AppState>, Json(email): Json<String>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO reset (token, email) VALUES ($1, $2)");
    query.bind(uuid::Uuid::new_v4().to_string()).bind(email).execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(serde::Deserialize)]
struct Callback {
    code: String,
    state: String,
}

async fn oauth_callback(State(state): State<AppState>, Query(query): Query<Callback>) -> Result<Redirect, StatusCode> {
    let known = sqlx::query("DELETE FROM oauth_state WHERE state = $1").bind(query.state).execute(&state.db).await;
    if known.map_err(internal)?.rows_affected() == 0 {
        return Err(StatusCode::BAD_REQUEST);
    }
    let exchange = reqwest::Client::new().post("https://id.example.com/token").body(query.code).send().await;
    exchange.map_err(internal)?;
    Ok(Redirect::to("/"))
}

async fn signed_webhook(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, StatusCode> {
    let signature = headers.get("x-signature").ok_or(StatusCode::UNAUTHORIZED)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&state.webhook_key).map_err(internal)?;
    mac.update(&body);
    mac.verify_slice(signature.as_bytes()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    sqlx::query("INSERT INTO payment (event) VALUES ($1)").bind(body.to_vec()).execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unsigned_webhook(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, StatusCode> {
    if headers.get("x-signature").is_none() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    sqlx::query("INSERT INTO payment (event) VALUES ($1)").bind(body.to_vec()).execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn health() -> &'static str {
    "ok"
}

async fn ready(State(state): State<AppState>) -> StatusCode {
    match sqlx::query("SELECT 1").execute(&state.db).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn openapi() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "openapi": "3.1.0", "info": { "title": "shop", "version": "1" }, "paths": {} }))
}

async fn articles(State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    sqlx::query_scalar("SELECT title FROM article").fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn article(State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    sqlx::query_scalar("SELECT text FROM article WHERE id = $1").bind(id).fetch_one(&state.db).await.map_err(internal)
}

async fn search(Json(words): Json<Vec<String>>) -> Json<usize> {
    Json(words.len())
}

async fn delete_article(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("DELETE FROM article WHERE id = $1 AND author = $2").bind(id).bind(user.0);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn orders(user: User, State(state): State<AppState>) -> Result<Json<Vec<i64>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT id FROM shop_order WHERE customer = $1").bind(user.0);
    query.fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn order(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT text FROM shop_order WHERE id = $1 AND customer = $2").bind(id).bind(user.0);
    query.fetch_one(&state.db).await.map_err(internal)
}

async fn order_items(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Vec<String>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT name FROM item WHERE shop_order = $1 AND customer = $2").bind(id).bind(user.0);
    query.fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn cancel_order(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("DELETE FROM shop_order WHERE id = $1 AND customer = $2").bind(id).bind(user.0);
    query.execute(&state.db).await.map_err(internal)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn order_invoice(State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT invoice FROM shop_order WHERE id = $1").bind(id);
    query.fetch_one(&state.db).await.map_err(internal)
}

async fn accounts(State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    sqlx::query_scalar("SELECT email FROM account").fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn dump_settings() -> Json<Vec<(String, String)>> {
    Json(std::env::vars().collect())
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/health", get(health)) // near miss: liveness
        .route("/ready", get(ready)) // near miss: readiness, which asks the database
        .route("/openapi.json", get(openapi)) // near miss: documentation
        .nest_service("/assets", ServeDir::new("assets")) // near miss: static files
        .route("/auth/login", post(login)) // near miss: login writes, and is open by nature
        .route("/auth/register", post(register)) // near miss: registration
        .route("/auth/refresh", post(refresh)) // near miss: the refresh token is the credential
        .route("/auth/forgot-password", post(forgot_password)) // near miss: whoever has forgotten cannot log in
        .route("/auth/callback", get(oauth_callback)) // near miss: the callback of OAuth
        .route("/webhooks/payments", post(signed_webhook)) // near miss: a webhook that verifies a signature
        .route("/webhooks/refunds", post(unsigned_webhook)) //~ missing-authentication
        .route("/articles", get(articles)) // near miss: a public read among public reads
        .route("/articles/{id}", get(article).delete(delete_article)) // near miss: reading is public, deleting is not
        .route("/articles/search", post(search)) // near miss: a POST that writes nothing
        .route("/orders", get(orders))
        .route("/orders/{id}", get(order).delete(cancel_order))
        .route("/orders/{id}/items", get(order_items))
        .route("/orders/{id}/invoice", get(order_invoice)) //~ missing-authentication
        .route("/admin/accounts", get(accounts)) //~ missing-authentication
        .route("/debug/settings", get(dump_settings)) //~ missing-authentication
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let webhook_key = std::env::var("WEBHOOK_KEY").expect("WEBHOOK_KEY is set").into_bytes();
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let decoding = DecodingKey::from_secret(secret.as_bytes());
    let encoding = EncodingKey::from_secret(secret.as_bytes());
    let state = AppState { db, decoding, encoding, webhook_key };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
