//! Insides of the process behind nested routers, keys and other ports.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use subtle::ConstantTimeEq;

#[derive(Clone)]
struct Settings {
    token: String,
}

async fn operators(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let sent = request.headers().get("authorization").map(|it| it.as_bytes()).unwrap_or_default();
    if bool::from(sent.ct_eq(settings.token.as_bytes())) {
        return Ok(next.run(request).await);
    }
    Err(StatusCode::UNAUTHORIZED)
}

async fn profile() -> Vec<u8> {
    std::fs::read("/tmp/profile.pb").unwrap_or_default()
}

async fn heap_dump() -> Vec<u8> {
    std::fs::read("/tmp/heap").unwrap_or_default()
}

async fn dumped_state(State(settings): State<Settings>) -> String {
    settings.token.len().to_string()
}

async fn page() -> &'static str {
    "page"
}

fn insides() -> Router<Settings> {
    Router::new().route("/pprof/profile", get(profile)) //~ exposed-debug-endpoint
}

fn app() -> Router {
    let settings = Settings { token: std::env::var("OPERATORS").unwrap_or_default() };
    let guarded = Router::new()
        .route("/ops/pprof/heap", get(profile)) // near miss: operators only
        .route("/ops/heapdump", get(heap_dump)) // near miss: operators only
        .layer(from_fn_with_state(settings.clone(), operators));
    let open = Router::new().route("/memory", get(heap_dump)); //~| exposed-debug-endpoint
    let flames = Router::new().route("/internal/flamegraph", get(profile)); //~ exposed-debug-endpoint
    let actuator = Router::new().nest("/actuator", Router::new().route("/env", get(dumped_state))); //~ exposed-debug-endpoint
    Router::new()
        .nest("/debug", insides())
        .merge(guarded)
        .merge(open)
        .merge(flames)
        .merge(actuator)
        .route("/profile", get(page)) // near miss: of a person
        .route("/debugging-course", get(page)) // near miss: another word
        .route("/heaps", get(page)) // near miss: another word
        .route("/health", get(page)) // near miss: says whether it is there
        .with_state(settings)
}

fn main() {}
