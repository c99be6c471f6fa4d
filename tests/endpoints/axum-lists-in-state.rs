//! The state keeps which routes are open: by method and pattern, and as prefixes. Of one list that two
//! places fill, nobody can say what is in it.
//!
//@ GET /health none
//@ POST /sessions none
//@ GET /sessions required
//@ GET /files/{name}/preview none
//@ PUT /files/{name}/preview required
//@ GET /files/{name} required
//@ GET /docs/{page} none
//@ DELETE /docs/{page} none
//@ GET /added/later conditional if !state.added.contains(&request.uri().path())
//@ GET /pushed/{id} unknown
//@ GET /pushed/{id}/items required
//@ GET /either/{id} conditional if !state.either.all.contains(request.uri().path())

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::Router;

#[derive(Clone)]
struct Open(Arc<HashSet<(Method, &'static str)>>);

impl Open {
    fn new() -> Open {
        let mut all = HashSet::new();
        all.insert((Method::POST, "/sessions"));
        all.insert((Method::GET, "/files/{name}/preview"));
        for path in ["/health", "/ready"] {
            all.insert((Method::GET, path));
        }
        Open(Arc::new(all))
    }

    fn has(&self, method: &Method, pattern: Option<&MatchedPath>) -> bool {
        pattern.is_some_and(|it| self.0.iter().any(|(own, path)| own == method && *path == it.as_str()))
    }
}

trait Verifier: Clone + Send + Sync + 'static {
    fn verify(&self, headers: &HeaderMap) -> Result<String, StatusCode>;
}

#[derive(Clone)]
struct Signed {
    key: Arc<jsonwebtoken::DecodingKey>,
}

impl Verifier for Signed {
    fn verify(&self, headers: &HeaderMap) -> Result<String, StatusCode> {
        let token = headers.get("authorization").and_then(|it| it.to_str().ok()).ok_or(StatusCode::UNAUTHORIZED)?;
        let data = jsonwebtoken::decode::<String>(token, &self.key, &jsonwebtoken::Validation::default());
        data.map(|it| it.claims).map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

#[derive(Clone)]
struct App<V> {
    verifier: V,
    open: Open,
    below: Vec<&'static str>,
    either: Either,
    added: Vec<&'static str>,
}

#[derive(Clone)]
struct Either {
    all: HashSet<String>,
}

async fn guard<V: Verifier>(
    State(state): State<App<V>>,
    pattern: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    if state.open.has(request.method(), pattern.as_ref()) {
        return Ok(next.run(request).await);
    }
    for prefix in &state.below {
        if request.uri().path().starts_with(prefix) {
            return Ok(next.run(request).await);
        }
    }
    state.verifier.verify(request.headers())?;
    Ok(next.run(request).await)
}

async fn guard_either<V: Verifier>(State(state): State<App<V>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if !state.either.all.contains(request.uri().path()) {
        state.verifier.verify(request.headers())?;
    }
    Ok(next.run(request).await)
}

/// A near miss: the list is not only what it was made of.
async fn guard_added<V: Verifier>(State(state): State<App<V>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if !state.added.contains(&request.uri().path()) {
        state.verifier.verify(request.headers())?;
    }
    Ok(next.run(request).await)
}

async fn answer() -> &'static str {
    "ok"
}

/// A near miss: what is pushed beside the layer is in the list as well.
fn pushed<V: Verifier>(verifier: V, is_open: bool) -> Router {
    let mut exempt = vec!["/nothing"];
    if is_open {
        exempt.push("/pushed/1");
        let layered = axum::middleware::from_fn(move |request: Request, next: Next| {
            let (verifier, exempt) = (verifier.clone(), exempt.clone());
            async move {
                if !exempt.iter().any(|it| *it == request.uri().path()) {
                    verifier.verify(request.headers())?;
                }
                Ok::<Response, StatusCode>(next.run(request).await)
            }
        });
        return Router::new().route("/pushed/{id}", get(answer)).route("/pushed/{id}/items", get(answer)).layer(layered);
    }
    Router::new()
}

fn either(is_small: bool) -> Either {
    match is_small {
        true => Either { all: HashSet::from(["/either/1".to_owned()]) },
        false => Either { all: HashSet::new() },
    }
}

fn router<V: Verifier>(state: App<V>) -> Router {
    let either = Router::new()
        .route("/either/{id}", get(answer))
        .route_layer(from_fn_with_state(state.clone(), guard_either::<V>));
    let added = Router::new()
        .route("/added/later", get(answer))
        .route_layer(from_fn_with_state(state.clone(), guard_added::<V>));
    let pushed = pushed(state.verifier.clone(), std::env::var("OPEN").is_ok());
    Router::new()
        .route("/health", get(answer))
        .route("/sessions", get(answer).post(answer))
        .route("/files/{name}", get(answer))
        .route("/files/{name}/preview", get(answer).put(answer))
        .route("/docs/{page}", get(answer).delete(answer))
        .route_layer(from_fn_with_state(state.clone(), guard::<V>))
        .merge(either)
        .merge(added)
        .merge(pushed)
        .with_state(state)
}

#[tokio::main]
async fn main() {
    let key = std::env::var("JWT_KEY").expect("a key");
    let key = Arc::new(jsonwebtoken::DecodingKey::from_secret(key.as_bytes()));
    let mut state = App {
        verifier: Signed { key },
        open: Open::new(),
        below: vec!["/docs/"],
        either: either(std::env::var("SMALL").is_ok()),
        added: vec!["/nothing"],
    };
    state.added.push("/added/later");
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, router(state)).await.unwrap();
}
