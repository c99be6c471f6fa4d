//! A service over a repository of a type parameter, Option and Result extractors, and delegation.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;

pub trait TokenRepo: Send + Sync + 'static {
    fn owner_of(&self, token: &str) -> impl Future<Output = Result<Option<u64>, RepoError>> + Send;
}

#[derive(Debug)]
pub struct RepoError;

pub struct PgTokens {
    pool: sqlx::PgPool,
}

impl TokenRepo for PgTokens {
    async fn owner_of(&self, token: &str) -> Result<Option<u64>, RepoError> {
        let row = sqlx::query!(
            "SELECT owner FROM tokens WHERE token = $1 AND expires_at > now()",
            token
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(|_| RepoError)?;
        Ok(row.map(|r| r.owner as u64))
    }
}

pub struct AuthService<R> {
    repo: R,
}

impl<R: TokenRepo> AuthService<R> {
    pub async fn login(&self, token: &str) -> Result<u64, StatusCode> {
        self.repo
            .owner_of(token)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
            .ok_or(StatusCode::UNAUTHORIZED)
    }

    pub async fn login_or_guest(&self, token: &str) -> u64 {
        self.login(token).await.unwrap_or(0)
    }
}

pub struct AppState<R> {
    auth: Arc<AuthService<R>>,
    notes: Arc<tokio::sync::Mutex<Vec<(u64, String)>>>,
}

impl<R> Clone for AppState<R> {
    fn clone(&self) -> Self {
        Self {
            auth: self.auth.clone(),
            notes: self.notes.clone(),
        }
    }
}

pub struct Token(String);

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts
            .headers
            .get("x-token")
            .and_then(|v| v.to_str().ok())
            .map(|v| Token(v.to_owned()))
            .ok_or(StatusCode::UNAUTHORIZED)
    }
}

pub struct UserId<R>(u64, PhantomData<R>);

impl<R: TokenRepo> FromRequestParts<AppState<R>> for UserId<R> {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState<R>,
    ) -> Result<Self, StatusCode> {
        let Token(token) = Token::from_request_parts(parts, state).await?;
        let id = state.auth.login(&token).await?;
        Ok(UserId(id, PhantomData))
    }
}

pub struct GuestId(u64);

impl<R: TokenRepo> FromRequestParts<AppState<R>> for GuestId {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState<R>,
    ) -> Result<Self, StatusCode> {
        let Token(token) = Token::from_request_parts(parts, state).await?;
        Ok(GuestId(state.auth.login_or_guest(&token).await))
    }
}

/// A body that only users may send.
pub struct AuthJson<R, T>(u64, T, PhantomData<R>);

impl<R, T> FromRequest<AppState<R>> for AuthJson<R, T>
where
    R: TokenRepo,
    T: DeserializeOwned,
{
    type Rejection = Response;

    async fn from_request(req: Request, state: &AppState<R>) -> Result<Self, Response> {
        let (mut parts, body) = req.into_parts();
        let user = UserId::<R>::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let req = Request::from_parts(parts, body);
        let Json(value) = Json::<T>::from_request(req, state)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(AuthJson(user.0, value, PhantomData))
    }
}

async fn list<R: TokenRepo>(State(s): State<AppState<R>>, user: UserId<R>) -> Json<Vec<String>> {
    let notes = s.notes.lock().await;
    Json(
        notes
            .iter()
            .filter(|(u, _)| *u == user.0)
            .map(|(_, t)| t.clone())
            .collect(),
    )
}

async fn add<R: TokenRepo>(
    State(s): State<AppState<R>>,
    AuthJson(user, text, _): AuthJson<R, String>,
) -> StatusCode {
    s.notes.lock().await.push((user, text));
    StatusCode::CREATED
}

async fn guest_add<R: TokenRepo>(
    State(s): State<AppState<R>>,
    GuestId(user): GuestId,
    text: String,
) -> StatusCode {
    s.notes.lock().await.push((user, text));
    StatusCode::CREATED
}

async fn attempt<R: TokenRepo>(
    State(s): State<AppState<R>>,
    user: Result<UserId<R>, StatusCode>,
    text: String,
) -> Response {
    let id = match user {
        Ok(user) => user.0,
        Err(StatusCode::UNAUTHORIZED) => 0,
        Err(other) => return other.into_response(),
    };
    s.notes.lock().await.push((id, text));
    StatusCode::CREATED.into_response()
}

fn routes<R: TokenRepo>() -> Router<AppState<R>> {
    Router::new()
        .route("/notes", get(list::<R>).post(add::<R>))
        .route("/guest", post(guest_add::<R>))
        .route("/attempt", post(attempt::<R>))
}

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://").await.unwrap();
    let auth = Arc::new(AuthService {
        repo: PgTokens { pool },
    });
    let state = AppState {
        auth,
        notes: Default::default(),
    };
    let app = routes::<PgTokens>().with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /notes required
//@ POST /attempt optional
//@ POST /guest optional
//@ POST /notes required
