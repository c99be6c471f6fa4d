//! Handlers and middleware that are generic over what they do: the implementation for the type
//! that is written at the registration decides.

use axum::extract::{Json, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::routing::{get, post};
use axum::{Router, extract::Request, response::Response};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Claims {
    sub: i64,
}

fn claims(token: &str) -> Result<Claims, StatusCode> {
    let key = DecodingKey::from_secret(std::env::var("KEY").unwrap().as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default());
    data.map(|it| it.claims).map_err(|_| StatusCode::UNAUTHORIZED)
}

pub trait Perform {
    async fn perform(&self) -> Result<String, StatusCode>;
}

/// Its sender's token is in the body.
#[derive(Deserialize)]
pub struct Close {
    auth: String,
}

impl Perform for Close {
    async fn perform(&self) -> Result<String, StatusCode> {
        let data: &Close = self;
        let claims = claims(&data.auth)?;
        Ok(claims.sub.to_string())
    }
}

/// The token may be missing.
#[derive(Deserialize)]
pub struct Read {
    auth: Option<String>,
}

impl Perform for Read {
    async fn perform(&self) -> Result<String, StatusCode> {
        let reader = match self.auth.as_ref() {
            Some(token) => Some(claims(token)?),
            None => None,
        };
        Ok(reader.map(|it| it.sub).unwrap_or_default().to_string())
    }
}

/// A token out of an e-mail says nothing of who sends it.
#[derive(Deserialize)]
pub struct Confirm {
    code: String,
}

impl Perform for Confirm {
    async fn perform(&self) -> Result<String, StatusCode> {
        claims(&self.code).map(|it| it.sub.to_string())
    }
}

async fn perform<Data: Perform>(data: Data) -> Result<String, StatusCode> {
    data.perform().await
}

async fn by_body<Data>(Json(data): Json<Data>) -> Result<String, StatusCode>
where
    Data: Perform,
{
    perform::<Data>(data).await
}

async fn by_query<Data: Perform>(data: Query<Data>) -> Result<String, StatusCode> {
    perform(data.0).await
}

async fn by_trait<Data: Perform>(Json(data): Json<Data>) -> Result<String, StatusCode> {
    Perform::perform(&data).await
}

pub trait Policy {
    fn admits(headers: &HeaderMap) -> bool;
}

pub struct Strict;

impl Policy for Strict {
    fn admits(headers: &HeaderMap) -> bool {
        let token = headers.get("authorization").and_then(|it| it.to_str().ok());
        token.is_some_and(|it| claims(it).is_ok())
    }
}

pub struct Lax;

impl Policy for Lax {
    fn admits(_: &HeaderMap) -> bool {
        true
    }
}

async fn require<P: Policy>(request: Request, next: Next) -> Result<Response, StatusCode> {
    if !P::admits(request.headers()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn plain() -> &'static str {
    ""
}

fn app() -> Router {
    Router::new()
        .route("/close", post(by_body::<Close>))
        .route("/close-by-trait", post(by_trait::<Close>))
        .route("/read", get(by_query::<Read>))
        .route("/confirm", post(by_body::<Confirm>))
        .merge(Router::new().route("/strict", get(plain)).layer(from_fn(require::<Strict>)))
        .merge(Router::new().route("/lax", get(plain)).layer(from_fn(require::<Lax>)))
}

//@ POST /close required
//@ POST /close-by-trait required
//@ GET /read optional
//@ POST /confirm none
//@ GET /strict required
//@ GET /lax none
