//! Extractors that ask other extractors, services behind traits, and newtypes.

use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{RequestPartsExt, Router};
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Clone, FromRef)]
struct App {
    keys: Keys,
    users: Arc<dyn Users>,
}

#[derive(Clone)]
struct Keys {
    key: DecodingKey,
}

#[derive(Clone, Deserialize)]
struct Claims {
    sub: i64,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
enum Role {
    Admin,
    Editor,
    Reader,
}

enum Refused {
    Missing,
    Invalid,
    Forbidden,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Refused::Missing | Refused::Invalid => StatusCode::UNAUTHORIZED.into_response(),
            Refused::Forbidden => StatusCode::FORBIDDEN.into_response(),
        }
    }
}

impl From<jsonwebtoken::errors::Error> for Refused {
    fn from(_: jsonwebtoken::errors::Error) -> Self {
        Refused::Invalid
    }
}

impl<S> FromRequestParts<S> for Claims
where
    Keys: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let TypedHeader(Authorization(bearer)) =
            parts.extract::<TypedHeader<Authorization<Bearer>>>().await.map_err(|_| Refused::Missing)?;
        let keys = Keys::from_ref(state);
        Ok(decode::<Claims>(bearer.token(), &keys.key, &Validation::default())?.claims)
    }
}

impl<S> OptionalFromRequestParts<S> for Claims
where
    Keys: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Self::Rejection> {
        if !parts.headers.contains_key("authorization") {
            return Ok(None);
        }
        <Claims as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

struct Admin(Claims);

impl<S> FromRequestParts<S> for Admin
where
    Keys: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let claims = <Claims as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        match claims.role {
            Role::Admin => Ok(Admin(claims)),
            Role::Editor | Role::Reader => Err(Refused::Forbidden),
        }
    }
}

/// Whoever has no claims is a guest.
struct Guest(Option<Claims>);

impl<S> FromRequestParts<S> for Guest
where
    Keys: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Guest(<Claims as FromRequestParts<S>>::from_request_parts(parts, state).await.ok()))
    }
}

struct Wrapped<T>(T);

impl<T> Deref for Wrapped<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S, T> FromRequestParts<S> for Wrapped<T>
where
    S: Send + Sync,
    T: FromRequestParts<S>,
{
    type Rejection = T::Rejection;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        T::from_request_parts(parts, state).await.map(Wrapped)
    }
}

#[async_trait]
trait Users: Send + Sync {
    async fn find(&self, token: &str) -> Result<Option<i64>, sqlx::Error>;
}

struct Stored {
    pool: sqlx::PgPool,
}

#[async_trait]
impl Users for Stored {
    async fn find(&self, token: &str) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar("SELECT user_id FROM tokens WHERE token = $1").bind(token).fetch_optional(&self.pool).await
    }
}

struct User(i64);

impl FromRequestParts<App> for User {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let refuse = || StatusCode::UNAUTHORIZED.into_response();
        let token = parts.headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or_else(refuse)?;
        let found = app.users.find(token).await.map_err(|it| {
            (StatusCode::INTERNAL_SERVER_ERROR, it.to_string()).into_response()
        })?;
        found.map(User).ok_or_else(refuse)
    }
}

/// The user is looked up, and may be missing.
struct MaybeUser(Option<i64>);

impl FromRequestParts<App> for MaybeUser {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Some(token) = parts.headers.get("authorization").and_then(|it| it.to_str().ok()) else {
            return Ok(MaybeUser(None));
        };
        Ok(MaybeUser(app.users.find(token).await.unwrap_or(None)))
    }
}

/// Either a token of the claims or one of the users.
enum Caller {
    Claims(Claims),
    User(User),
}

impl FromRequestParts<App> for Caller {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if let Ok(claims) = <Claims as FromRequestParts<App>>::from_request_parts(parts, app).await {
            return Ok(Caller::Claims(claims));
        }
        User::from_request_parts(parts, app).await.map(Caller::User)
    }
}

async fn claims(claims: Claims) -> String {
    claims.sub.to_string()
}

async fn maybe_claims(claims: Option<Claims>) -> String {
    claims.map_or_else(String::new, |it| it.sub.to_string())
}

async fn demanded(claims: Option<Claims>) -> Result<String, Refused> {
    let Some(claims) = claims else { return Err(Refused::Missing) };
    Ok(claims.sub.to_string())
}

async fn admin(admin: Admin) -> String {
    admin.0.sub.to_string()
}

async fn guest(guest: Guest) -> String {
    guest.0.map_or_else(String::new, |it| it.sub.to_string())
}

async fn wrapped(claims: Wrapped<Claims>) -> String {
    claims.sub.to_string()
}

async fn wrapped_guest(guest: Wrapped<Guest>) -> String {
    guest.0.0.map_or_else(String::new, |it| it.sub.to_string())
}

async fn user(User(id): User) -> String {
    id.to_string()
}

async fn maybe_user(MaybeUser(id): MaybeUser) -> String {
    id.unwrap_or_default().to_string()
}

async fn demanded_user(MaybeUser(id): MaybeUser) -> Result<String, StatusCode> {
    id.map(|it| it.to_string()).ok_or(StatusCode::UNAUTHORIZED)
}

async fn caller(caller: Caller) -> String {
    match caller {
        Caller::Claims(claims) => claims.sub.to_string(),
        Caller::User(User(id)) => id.to_string(),
    }
}

async fn by_role(claims: Option<Claims>) -> Result<String, StatusCode> {
    match claims.map(|it| it.role) {
        Some(Role::Admin | Role::Editor) => Ok("shown".into()),
        Some(Role::Reader) => Err(StatusCode::FORBIDDEN),
        None => Err(StatusCode::UNAUTHORIZED),
    }
}

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://localhost/x").await.unwrap();
    let secret = std::env::var("SECRET").unwrap();
    let app = App {
        keys: Keys { key: DecodingKey::from_secret(secret.as_bytes()) },
        users: Arc::new(Stored { pool }),
    };
    let app = Router::new()
        .route("/claims", get(claims))
        .route("/maybe-claims", get(maybe_claims))
        .route("/demanded", get(demanded))
        .route("/admin", get(admin))
        .route("/guest", get(guest))
        .route("/wrapped", get(wrapped))
        .route("/wrapped-guest", get(wrapped_guest))
        .route("/user", get(user))
        .route("/maybe-user", get(maybe_user))
        .route("/demanded-user", get(demanded_user))
        .route("/caller", get(caller))
        .route("/by-role", get(by_role))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /claims required
//@ GET /maybe-claims optional
//@ GET /demanded required
//@ GET /admin required
//@ GET /guest optional
//@ GET /wrapped required
//@ GET /wrapped-guest optional
//@ GET /user required
//@ GET /maybe-user optional
//@ GET /demanded-user required
//@ GET /caller required
//@ GET /by-role required
