//! Basic authentication against argon2 hashes.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use base64::{Engine, engine::general_purpose::STANDARD};
use sqlx::PgPool;

#[derive(Clone)]
struct AppState {
    pool: PgPool,
}

enum Denied {
    Challenge,
    Internal,
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        match self {
            Denied::Challenge => {
                let mut res = StatusCode::UNAUTHORIZED.into_response();
                res.headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
                res
            }
            Denied::Internal => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

fn credentials(parts: &Parts) -> Option<(String, String)> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let encoded = value.strip_prefix("Basic ")?;
    let decoded = STANDARD.decode(encoded).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

async fn load_hash(pool: &PgPool, user: &str) -> Result<Option<String>, Denied> {
    sqlx::query_scalar("select password_hash from users where name = $1")
        .bind(user)
        .fetch_optional(pool)
        .await
        .map_err(|_| Denied::Internal)
}

struct BasicUser(String);

impl FromRequestParts<AppState> for BasicUser {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Denied> {
        let (user, password) = credentials(parts).ok_or(Denied::Challenge)?;
        let hash = load_hash(&state.pool, &user)
            .await?
            .ok_or(Denied::Challenge)?;
        let parsed = PasswordHash::new(&hash).map_err(|_| Denied::Internal)?;
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .map_err(|_| Denied::Challenge)?;
        Ok(BasicUser(user))
    }
}

/// Forgets the question mark.
struct Sloppy(String);

impl FromRequestParts<AppState> for Sloppy {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Denied> {
        let (user, password) = credentials(parts).ok_or(Denied::Challenge)?;
        if let Some(hash) = load_hash(&state.pool, &user).await? {
            let parsed = PasswordHash::new(&hash).map_err(|_| Denied::Internal)?;
            let _ = Argon2::default().verify_password(password.as_bytes(), &parsed);
        }
        Ok(Sloppy(user))
    }
}

/// Verifies users that there are and takes others for guests.
struct UserOrGuest(Option<String>);

impl FromRequestParts<AppState> for UserOrGuest {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Denied> {
        let (user, password) = credentials(parts).ok_or(Denied::Challenge)?;
        let Some(hash) = load_hash(&state.pool, &user).await? else {
            return Ok(UserOrGuest(None));
        };
        let parsed = PasswordHash::new(&hash).map_err(|_| Denied::Internal)?;
        match Argon2::default().verify_password(password.as_bytes(), &parsed) {
            Ok(()) => Ok(UserOrGuest(Some(user))),
            Err(_) => Err(Denied::Challenge),
        }
    }
}

async fn report(BasicUser(user): BasicUser, State(s): State<AppState>) -> String {
    sqlx::query_scalar("select report from reports where name = $1")
        .bind(user)
        .fetch_one(&s.pool)
        .await
        .unwrap()
}

async fn remove(Sloppy(user): Sloppy, State(s): State<AppState>) -> StatusCode {
    sqlx::query("delete from reports where name = $1")
        .bind(user)
        .execute(&s.pool)
        .await
        .unwrap();
    StatusCode::NO_CONTENT
}

async fn comment(
    UserOrGuest(user): UserOrGuest,
    State(s): State<AppState>,
    body: String,
) -> StatusCode {
    sqlx::query("insert into comments values ($1, $2)")
        .bind(user)
        .bind(body)
        .execute(&s.pool)
        .await
        .unwrap();
    StatusCode::CREATED
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://").await.unwrap();
    let app = Router::new()
        .route("/report", get(report))
        .route("/report", delete(remove))
        .route("/comments", post(comment))
        .with_state(AppState { pool });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ DELETE /report optional
//@ GET /report required
//@ POST /comments optional
