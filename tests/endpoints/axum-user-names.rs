//! A name says who somebody claims to be; only what goes with it proves it.

use std::collections::HashMap;
use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use axum_extra::TypedHeader;
use axum_extra::headers::{Authorization, authorization::Basic};
use sqlx::PgPool;

#[derive(Clone)]
struct App {
    pool: PgPool,
    passwords: Arc<HashMap<String, String>>,
    admin: Arc<Admin>,
}
struct Admin {
    name: String,
    password: String,
}
#[derive(sqlx::FromRow)]
struct User {
    id: i64,
    hash: String,
}
type Outcome = Result<StatusCode, StatusCode>;
type Sent = TypedHeader<Authorization<Basic>>;

async fn find_user(pool: &PgPool, name: &str) -> Result<User, StatusCode> {
    sqlx::query_as::<_, User>("SELECT id, hash FROM users WHERE name = $1")
        .bind(name)
        .fetch_optional(pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}

/// Whoever knows a name is let in.
async fn by_name(State(app): State<App>, TypedHeader(Authorization(basic)): Sent) -> Outcome {
    let user = find_user(&app.pool, basic.username()).await?;
    tracing::info!(user.id, "clears");
    clear(&app).await
}
async fn by_name_and_hash(
    State(app): State<App>,
    TypedHeader(Authorization(basic)): Sent,
) -> Outcome {
    let user = find_user(&app.pool, basic.username()).await?;
    let hash = PasswordHash::new(&user.hash).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Argon2::default()
        .verify_password(basic.password().as_bytes(), &hash)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn by_name_and_stored(
    State(app): State<App>,
    TypedHeader(Authorization(basic)): Sent,
) -> Outcome {
    let user = find_user(&app.pool, basic.username()).await?;
    if user.hash != basic.password() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn by_both(State(app): State<App>, TypedHeader(Authorization(basic)): Sent) -> Outcome {
    sqlx::query("SELECT id FROM users WHERE name = $1 AND password = $2")
        .bind(basic.username())
        .bind(basic.password())
        .fetch_optional(&app.pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    clear(&app).await
}
async fn listed(State(app): State<App>, TypedHeader(Authorization(basic)): Sent) -> Outcome {
    if !app.passwords.contains_key(basic.username()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn listed_with_password(
    State(app): State<App>,
    TypedHeader(Authorization(basic)): Sent,
) -> Outcome {
    let known = app
        .passwords
        .get(basic.username())
        .ok_or(StatusCode::UNAUTHORIZED)?;
    if known != basic.password() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn admin_by_name(State(app): State<App>, TypedHeader(Authorization(basic)): Sent) -> Outcome {
    if basic.username() != app.admin.name {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn admin(State(app): State<App>, TypedHeader(Authorization(basic)): Sent) -> Outcome {
    if basic.username() != app.admin.name || basic.password() != app.admin.password {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// Name and password are what the client made both of.
async fn name_is_password(
    State(app): State<App>,
    TypedHeader(Authorization(basic)): Sent,
) -> Outcome {
    if basic.username() != basic.password() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

/// By hand, out of the decoded header.
fn by_hand(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let bytes = hex::decode(value.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
async fn hand_name(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (user, _) = by_hand(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    find_user(&app.pool, &user).await?;
    clear(&app).await
}
async fn hand_both(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let (user, password) = by_hand(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let found = find_user(&app.pool, &user).await?;
    if found.hash != password {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect_lazy("postgres://").unwrap();
    let chief = Admin {
        name: std::env::var("NAME").unwrap(),
        password: std::env::var("PASSWORD").unwrap(),
    };
    let app = Router::new()
        .route("/by-name", post(by_name))
        .route("/by-name-and-hash", post(by_name_and_hash))
        .route("/by-name-and-stored", post(by_name_and_stored))
        .route("/by-both", post(by_both))
        .route("/listed", post(listed))
        .route("/listed-with-password", post(listed_with_password))
        .route("/admin-by-name", post(admin_by_name))
        .route("/admin", post(admin))
        .route("/name-is-password", post(name_is_password))
        .route("/hand-name", post(hand_name))
        .route("/hand-both", post(hand_both))
        .with_state(App {
            pool,
            passwords: Arc::default(),
            admin: Arc::new(chief),
        });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /by-name optional
//@ POST /by-name-and-hash required
//@ POST /by-name-and-stored required
//@ POST /by-both required
//@ POST /listed optional
//@ POST /listed-with-password required
//@ POST /admin-by-name optional
//@ POST /admin required
//@ POST /name-is-password optional
//@ POST /hand-name optional
//@ POST /hand-both required
