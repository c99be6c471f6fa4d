//! Paths for which nobody has to be known, put together of their parts before a layer takes them.

use std::collections::HashSet;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use axum::routing::{get, post};
use futures::future::BoxFuture;
use jsonwebtoken::{DecodingKey, Validation, decode};
use tower::{Layer, Service};

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Clone)]
struct Open {
    exact: Arc<HashSet<String>>,
    prefixes: Arc<[&'static str]>,
}

impl Open {
    fn allows(&self, path: &str) -> bool {
        self.exact.contains(path) || self.prefixes.iter().any(|it| path.starts_with(it))
    }
}

#[derive(Clone)]
pub struct Gate {
    key: Arc<DecodingKey>,
    open: Open,
}

impl Gate {
    pub fn new(key: DecodingKey, version: &str) -> Gate {
        let mut exact: HashSet<String> =
            ["enroll", "renewal"].into_iter().map(|it| format!("/workers/{it}")).collect();
        exact.insert(format!("/{}/{}", "workers", "ping"));
        let open = Open { exact: Arc::new(exact), prefixes: Arc::from(["/public/"]) };
        tracing::info!(version);
        Gate { key: Arc::new(key), open }
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;
    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, gate: self.clone() }
    }
}

#[derive(Clone)]
pub struct Gated<S> {
    inner: S,
    gate: Gate,
}

fn claims(headers: &HeaderMap, key: &DecodingKey) -> Option<Claims> {
    let token = headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
    decode::<Claims>(token, key, &Validation::default()).ok().map(|it| it.claims)
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let Gate { key, open } = self.gate.clone();
        Box::pin(async move {
            if open.allows(request.uri().path()) || claims(request.headers(), &key).is_some() {
                return inner.call(request).await;
            }
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(response)
        })
    }
}

async fn shown() -> &'static str {
    "shown"
}

async fn wipe() {
    let _ = std::fs::remove_dir_all("wiped");
}

//@ POST /workers/enroll none
//@ POST /workers/renewal none
//@ POST /workers/ping none
//@ GET /public/page none
//@ POST /workers/removal required
//@ POST /workers required
//@ POST /publication required
pub fn app(key: DecodingKey) -> Router {
    Router::new()
        .route("/workers/enroll", post(wipe))
        .route("/workers/renewal", post(wipe))
        .route("/workers/ping", post(wipe))
        .route("/workers/removal", post(wipe))
        .route("/workers", post(wipe))
        .route("/public/page", get(shown))
        .route("/publication", post(wipe))
        .layer(Gate::new(key, "1"))
}
