//! Several ways to authenticate, behind one trait, that are tried in turn; and an extractor that gets its keys
//! out of the state by `FromRef`.
//!
//@ GET /notes required
//@ GET /lax optional
//@ GET /me required

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::future::BoxFuture;
use jsonwebtoken::{DecodingKey, Validation, decode};
use tower::{Layer, Service};

enum No {
    Absent,
    Wrong,
}

#[async_trait::async_trait]
trait Way: Send + Sync {
    async fn ask(&self, headers: &HeaderMap) -> Result<String, No>;
}

struct Signed(DecodingKey);

#[async_trait::async_trait]
impl Way for Signed {
    async fn ask(&self, headers: &HeaderMap) -> Result<String, No> {
        let token = headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(No::Absent)?;
        decode::<String>(token, &self.0, &Validation::default()).map(|it| it.claims).map_err(|_| No::Wrong)
    }
}

struct Listed(sqlx::PgPool);

#[async_trait::async_trait]
impl Way for Listed {
    async fn ask(&self, headers: &HeaderMap) -> Result<String, No> {
        let key = headers.get("x-api-key").and_then(|it| it.to_str().ok()).ok_or(No::Absent)?;
        let row: Option<(String,)> = sqlx::query_as("SELECT owner FROM keys WHERE key = $1")
            .bind(key)
            .fetch_optional(&self.0)
            .await
            .map_err(|_| No::Wrong)?;
        row.map(|it| it.0).ok_or(No::Wrong)
    }
}

type Ways = Arc<[Arc<dyn Way>]>;

async fn in_turn(ways: &Ways, headers: &HeaderMap) -> Result<String, No> {
    let mut found = None;
    for way in ways.iter() {
        match way.ask(headers).await {
            Ok(name) => {
                found = Some(name);
                break;
            }
            Err(No::Absent) => continue,
            Err(wrong) => return Err(wrong),
        }
    }
    found.ok_or(No::Absent)
}

#[derive(Clone)]
struct Gate {
    ways: Ways,
}

impl<S> Layer<S> for Gate {
    type Service = GateService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GateService { inner, ways: self.ways.clone() }
    }
}

#[derive(Clone)]
struct GateService<S> {
    inner: S,
    ways: Ways,
}

impl<S> Service<Request> for GateService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let ways = self.ways.clone();
        Box::pin(async move {
            match in_turn(&ways, request.headers()).await {
                Ok(name) => {
                    request.extensions_mut().insert(name);
                    inner.call(request).await
                }
                Err(_) => Ok(StatusCode::UNAUTHORIZED.into_response()),
            }
        })
    }
}

/// A near miss: what nobody could show is only looked at.
async fn lax(axum::extract::State(state): axum::extract::State<App>, request: Request, next: axum::middleware::Next) -> Response {
    if let Err(No::Wrong) = in_turn(&state.ways, request.headers()).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

struct Keys {
    all: [Option<DecodingKey>; 2],
}

struct Me(String);

impl<S> FromRequestParts<S> for Me
where
    S: Send + Sync,
    Arc<Keys>: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let keys = Arc::<Keys>::from_ref(state);
        let header = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        let token = header.to_str().map_err(|_| StatusCode::UNAUTHORIZED)?;
        let found = keys.all.iter().flatten().find_map(|key| decode::<String>(token, key, &Validation::default()).ok());
        found.map(|it| Me(it.claims)).ok_or(StatusCode::UNAUTHORIZED)
    }
}

#[derive(Clone, FromRef)]
struct App {
    ways: Ways,
    keys: Arc<Keys>,
}

async fn notes() -> &'static str {
    "notes"
}

async fn me(Me(name): Me) -> String {
    name
}

fn ways(pool: sqlx::PgPool, key: &str) -> Ways {
    let all: Vec<Arc<dyn Way>> = vec![Arc::new(Listed(pool)), Arc::new(Signed(DecodingKey::from_secret(key.as_bytes())))];
    all.into()
}

fn app(state: App) -> Router {
    let notes_only = Router::new().route("/notes", get(notes)).layer(Gate { ways: state.ways.clone() });
    let lax_only = Router::new()
        .route("/lax", get(notes))
        .layer(axum::middleware::from_fn_with_state(state.clone(), lax));
    Router::new().route("/me", get(me)).merge(notes_only).merge(lax_only).with_state(state)
}
