//! Own tower layers and services: one that refuses, one that marks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use constant_time_eq::constant_time_eq;
use tower::{Layer, Service, ServiceBuilder};
use tower_http::trace::TraceLayer;

#[derive(Clone)]
struct TokenLayer {
    token: Arc<String>,
    enforce: bool,
}

impl TokenLayer {
    fn new(token: impl Into<String>) -> Self {
        Self {
            token: Arc::new(token.into()),
            enforce: true,
        }
    }
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TokenService {
            inner,
            token: Arc::clone(&self.token),
        }
    }
}

#[derive(Clone)]
struct TokenService<S> {
    inner: S,
    token: Arc<String>,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("authorization")?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

impl<S> Service<Request<Body>> for TokenService<S>
where
    S: Service<Request<Body>, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, req: Request<Body>) -> Self::Future {
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let authorized = bearer(req.headers())
            .is_some_and(|given| constant_time_eq(given.as_bytes(), self.token.as_bytes()));
        Box::pin(async move {
            if !authorized {
                return Ok(StatusCode::UNAUTHORIZED.into_response());
            }
            inner.call(req).await
        })
    }
}

#[derive(Clone, Copy)]
struct Trusted(bool);

#[derive(Clone)]
struct MarkLayer(Arc<String>);

impl<S> Layer<S> for MarkLayer {
    type Service = Mark<S>;

    fn layer(&self, inner: S) -> Mark<S> {
        Mark {
            inner,
            token: self.0.clone(),
        }
    }
}

#[derive(Clone)]
struct Mark<S> {
    inner: S,
    token: Arc<String>,
}

impl<S> Service<Request> for Mark<S>
where
    S: Service<Request>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut req: Request) -> Self::Future {
        let trusted = bearer(req.headers()) == Some(self.token.as_str());
        req.extensions_mut().insert(Trusted(trusted));
        self.inner.call(req)
    }
}

async fn stats() -> String {
    std::fs::read_to_string("/proc/stat").unwrap()
}

async fn flush(Extension(Trusted(trusted)): Extension<Trusted>) -> Result<StatusCode, StatusCode> {
    if !trusted {
        return Err(StatusCode::FORBIDDEN);
    }
    std::fs::remove_dir_all("/var/cache/app").unwrap();
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate(_trusted: Extension<Trusted>) -> StatusCode {
    std::fs::rename("/var/log/app", "/var/log/app.1").unwrap();
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() {
    let token = std::env::var("ADMIN_TOKEN").unwrap();
    let guarded = Router::new().route("/stats", get(stats)).layer(
        ServiceBuilder::new()
            .layer(TraceLayer::new_for_http())
            .layer(TokenLayer::new(token.clone())),
    );
    let marked = Router::new()
        .route("/flush", post(flush))
        .route("/rotate", post(rotate))
        .layer(MarkLayer(Arc::new(token)));
    let app = Router::new()
        .merge(guarded)
        .merge(marked)
        .route("/healthz", get(|| async { "ok" }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /healthz none
//@ GET /stats required
//@ POST /flush required
//@ POST /rotate optional
