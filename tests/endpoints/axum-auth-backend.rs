//! JWT decoding inside services, behind a trait object and behind generics.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router, async_trait};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    sub: String,
    exp: usize,
    admin: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error("missing token")]
    Missing,
    #[error("invalid token")]
    Invalid(#[from] jsonwebtoken::errors::Error),
    #[error("forbidden")]
    Forbidden,
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let status = match self {
            AuthError::Missing | AuthError::Invalid(_) => StatusCode::UNAUTHORIZED,
            AuthError::Forbidden => StatusCode::FORBIDDEN,
        };
        (status, self.to_string()).into_response()
    }
}

#[async_trait]
pub trait AuthBackend: Send + Sync {
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Claims, AuthError>;
}

pub struct JwtBackend {
    key: DecodingKey,
    validation: Validation,
}

impl JwtBackend {
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 5;
        Self {
            key: DecodingKey::from_secret(secret),
            validation,
        }
    }
}

#[async_trait]
impl AuthBackend for JwtBackend {
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Claims, AuthError> {
        let token = headers
            .get("authorization")
            .and_then(|h| h.to_str().ok())
            .and_then(|h| h.strip_prefix("Bearer "))
            .ok_or(AuthError::Missing)?;
        let data = decode::<Claims>(token, &self.key, &self.validation)?;
        Ok(data.claims)
    }
}

#[derive(Clone)]
struct AppState {
    auth: Arc<dyn AuthBackend>,
    db: sqlx::PgPool,
}

struct User(Claims);

impl FromRequestParts<AppState> for User {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AuthError> {
        state.auth.authenticate(&parts.headers).await.map(User)
    }
}

struct Admin(Claims);

impl FromRequestParts<AppState> for Admin {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AuthError> {
        let User(claims) = User::from_request_parts(parts, state).await?;
        if !claims.admin {
            return Err(AuthError::Forbidden);
        }
        Ok(Self(claims))
    }
}

/// A visitor, whoever it is.
struct Visitor(Option<Claims>);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(
            User::from_request_parts(parts, state)
                .await
                .ok()
                .map(|u| u.0),
        ))
    }
}

async fn me(User(claims): User) -> Json<Claims> {
    Json(claims)
}

async fn configure(Admin(_): Admin, State(s): State<AppState>, body: String) -> StatusCode {
    sqlx::query("update config set v = $1")
        .bind(body)
        .execute(&s.db)
        .await
        .unwrap();
    StatusCode::OK
}

async fn greet(Visitor(claims): Visitor) -> String {
    claims.map_or("hello".to_owned(), |c| format!("hello {}", c.sub))
}

async fn vote(
    State(s): State<AppState>,
    headers: HeaderMap,
    body: String,
) -> Result<StatusCode, AuthError> {
    let who = s.auth.authenticate(&headers).await;
    if let Err(e) = &who {
        tracing::warn!(error = %e, "vote without a user");
    }
    sqlx::query("insert into votes values ($1)")
        .bind(body)
        .execute(&s.db)
        .await
        .unwrap();
    Ok(StatusCode::CREATED)
}

#[tokio::main]
async fn main() {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET");
    let state = AppState {
        auth: Arc::new(JwtBackend::new(secret.as_bytes())),
        db: sqlx::PgPool::connect("postgres://").await.unwrap(),
    };
    let app = Router::new()
        .route("/me", get(me))
        .route("/config", put(configure))
        .route("/greet", get(greet))
        .route("/votes", post(vote))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /greet optional
//@ GET /me required
//@ POST /votes optional
//@ PUT /config required
