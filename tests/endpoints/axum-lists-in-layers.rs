//! A tower layer with its public paths in a field, and one with its validator as a type parameter.

use std::marker::PhantomData;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::BoxFuture;
use tower::{Layer, Service};

#[derive(Clone)]
struct Gate {
    public: Vec<String>,
    key: String,
}

impl Gate {
    fn new(public: &[&str]) -> Self {
        Gate { public: public.iter().map(|it| it.to_string()).collect(), key: std::env::var("KEY").unwrap() }
    }
}

impl<S> Layer<S> for Gate {
    type Service = GateService<S>;
    fn layer(&self, inner: S) -> Self::Service {
        GateService { inner, gate: self.clone() }
    }
}

#[derive(Clone)]
struct GateService<S> {
    inner: S,
    gate: Gate,
}

impl<S> Service<Request> for GateService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }
    fn call(&mut self, request: Request) -> Self::Future {
        let mut inner = self.inner.clone();
        let path = request.uri().path();
        if self.gate.public.iter().any(|it| path.starts_with(it.as_str())) {
            return Box::pin(async move { inner.call(request).await });
        }
        let is_known = request.headers().get("x-api-key").is_some_and(|it| it.as_bytes() == self.gate.key.as_bytes());
        Box::pin(async move {
            match is_known {
                true => inner.call(request).await,
                false => Ok(StatusCode::UNAUTHORIZED.into_response()),
            }
        })
    }
}

trait Validator {
    fn is_valid(headers: &HeaderMap) -> bool;
}

#[derive(Clone)]
struct ByKey;

impl Validator for ByKey {
    fn is_valid(headers: &HeaderMap) -> bool {
        let key = std::env::var("KEY").unwrap();
        headers.get("x-api-key").is_some_and(|it| it.as_bytes() == key.as_bytes())
    }
}

#[derive(Clone)]
struct Everybody;

impl Validator for Everybody {
    fn is_valid(_: &HeaderMap) -> bool {
        true
    }
}

struct Checked<V>(PhantomData<V>);

impl<V> Checked<V> {
    fn new() -> Self {
        Checked(PhantomData)
    }
}

impl<V> Clone for Checked<V> {
    fn clone(&self) -> Self {
        Checked(PhantomData)
    }
}

impl<S, V> Layer<S> for Checked<V> {
    type Service = CheckedService<S, V>;
    fn layer(&self, inner: S) -> Self::Service {
        CheckedService { inner, validator: PhantomData }
    }
}

struct CheckedService<S, V> {
    inner: S,
    validator: PhantomData<V>,
}

impl<S: Clone, V> Clone for CheckedService<S, V> {
    fn clone(&self) -> Self {
        CheckedService { inner: self.inner.clone(), validator: PhantomData }
    }
}

impl<S, V: Validator> Service<Request<Body>> for CheckedService<S, V>
where
    S: Service<Request<Body>, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if !V::is_valid(request.headers()) {
            return Box::pin(async { Ok(StatusCode::UNAUTHORIZED.into_response()) });
        }
        let future = self.inner.call(request);
        Box::pin(future)
    }
}

/// The validator is a value.
trait Check: Clone + Send + Sync + 'static {
    fn check(&self, headers: &HeaderMap) -> Result<(), StatusCode>;
}

#[derive(Clone)]
struct Token(String);

impl Check for Token {
    fn check(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        let sent = headers.get("authorization").and_then(|it| it.to_str().ok());
        if sent == Some(self.0.as_str()) { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
    }
}

#[derive(Clone)]
struct Nothing;

impl Check for Nothing {
    fn check(&self, _: &HeaderMap) -> Result<(), StatusCode> {
        Ok(())
    }
}

#[derive(Clone)]
struct Asking<C> {
    check: C,
}

impl<S, C: Check> Layer<S> for Asking<C> {
    type Service = AskingService<S, C>;
    fn layer(&self, inner: S) -> Self::Service {
        AskingService { inner, check: self.check.clone() }
    }
}

#[derive(Clone)]
struct AskingService<S, C> {
    inner: S,
    check: C,
}

impl<S, C: Check> Service<Request> for AskingService<S, C>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }
    fn call(&mut self, request: Request) -> Self::Future {
        match self.check.check(request.headers()) {
            Ok(()) => Box::pin(self.inner.call(request)),
            Err(status) => Box::pin(async move { Ok(status.into_response()) }),
        }
    }
}

async fn show() -> &'static str {
    "shown"
}

#[tokio::main]
async fn main() {
    let gated = Router::new()
        .route("/health", get(show))
        .route("/assets/logo", get(show))
        .route("/notes", get(show))
        .layer(Gate::new(&["/health", "/assets/"]));
    let app = Router::new()
        .merge(gated)
        .route("/by-key", get(show).layer(Checked::<ByKey>::new()))
        .route("/everybody", get(show).layer(Checked::<Everybody>::new()))
        .route("/token", get(show).layer(Asking { check: Token(std::env::var("TOKEN").unwrap()) }))
        .route("/nothing", get(show).layer(Asking { check: Nothing }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /health none
//@ GET /assets/logo none
//@ GET /notes required
//@ GET /by-key required
//@ GET /everybody none
//@ GET /token required
//@ GET /nothing none
