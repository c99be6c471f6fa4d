//! What an endpoint is for is read from what it does, not from its name alone.

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::{StatusCode, header, request::Parts};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    mailer: AsyncSmtpTransport<Tokio1Executor>,
    encoding: EncodingKey,
    decoding: DecodingKey,
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
    name: String,
    password: String,
}

/// A login by another name.
async fn sessions(State(state): State<AppState>, Json(form): Json<Credentials>) -> Result<String, StatusCode> {
    use argon2::{Argon2, PasswordHash, PasswordVerifier};
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, hash FROM account WHERE name = $1")
        .bind(form.name)
        .fetch_optional(&state.db)
        .await
        .map_err(internal)?;
    let (id, hash) = row.ok_or(StatusCode::UNAUTHORIZED)?;
    let hash = PasswordHash::new(&hash).map_err(internal)?;
    Argon2::default().verify_password(form.password.as_bytes(), &hash).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let claims = Claims { sub: id, exp: chrono::Utc::now().timestamp() + 3600 };
    jsonwebtoken::encode(&Header::default(), &claims, &state.encoding).map_err(internal)
}

/// Sends mail to whomever the caller names.
async fn invite(user: User, State(state): State<AppState>, Json(email): Json<String>) -> Result<StatusCode, StatusCode> {
    let to = email.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let from = "shop@example.com".parse().map_err(internal)?;
    let text = format!("{} invites you", user.0);
    let message = Message::builder().to(to).from(from).subject("Come in").body(text).map_err(internal)?;
    state.mailer.send(message).await.map_err(internal)?;
    Ok(StatusCode::ACCEPTED)
}

async fn login_page() -> &'static str {
    "<form method=\"post\"><input name=\"password\" type=\"password\"></form>"
}

async fn login_history(user: User, State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT address FROM login WHERE account = $1").bind(user.0);
    query.fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn logout(user: User, State(state): State<AppState>) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("DELETE FROM refresh_token WHERE account = $1").bind(user.0);
    query.execute(&state.db).await.map(|_| StatusCode::NO_CONTENT).map_err(internal)
}

async fn token_info(user: User) -> String {
    format!("account {}", user.0)
}

async fn set_theme(user: User, State(state): State<AppState>, theme: String) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("UPDATE account SET theme = $1 WHERE id = $2").bind(theme).bind(user.0);
    query.execute(&state.db).await.map(|_| StatusCode::NO_CONTENT).map_err(internal)
}

async fn registered_domains(State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    sqlx::query_scalar("SELECT name FROM domain").fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn uploads(user: User, State(state): State<AppState>) -> Result<Json<Vec<String>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT name FROM upload WHERE account = $1").bind(user.0);
    query.fetch_all(&state.db).await.map(Json).map_err(internal)
}

#[derive(serde::Deserialize)]
struct Page {
    after: i64,
}

async fn invitations(user: User, State(state): State<AppState>, Query(page): Query<Page>) -> Result<Json<Vec<i64>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT id FROM invitation WHERE account = $1 AND id > $2");
    query.bind(user.0).bind(page.after).fetch_all(&state.db).await.map(Json).map_err(internal)
}

async fn show_upload(user: User, State(state): State<AppState>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT name FROM upload WHERE account = $1 AND id = $2");
    query.bind(user.0).bind(id).fetch_one(&state.db).await.map_err(internal)
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/sessions", post(sessions)) //~ missing-rate-limit
        .route("/members", post(invite)) //~| missing-rate-limit
        .route("/login", get(login_page)) // near miss: the page with the login form
        .route("/login/history", get(login_history)) // near miss: logins are listed here, not tried
        .route("/logout", post(logout)) // near miss: a path that ends like a login
        .route("/token/info", get(token_info)) // near miss: a token is shown, not given out
        .route("/theme", put(set_theme)) // near miss: an ordinary mutation, and no sibling is limited
        .route("/registered-domains", get(registered_domains)) // near miss: a name that begins like a registration
        .route("/uploads", get(uploads)) // near miss: uploads are listed here
        .route("/uploads/{id}", get(show_upload)) // near miss: and one is shown
        .route("/invitations", get(invitations)) // near miss: invitations are listed, no mail is sent
        .with_state(state)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let state = AppState {
        db: PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL"),
        mailer: AsyncSmtpTransport::<Tokio1Executor>::relay("mail.example.com").expect("a host").build(),
        encoding: EncodingKey::from_secret(secret.as_bytes()),
        decoding: DecodingKey::from_secret(secret.as_bytes()),
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(state)).await
}
