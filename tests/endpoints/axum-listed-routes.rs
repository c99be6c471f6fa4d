//! A middleware that lets through what a list of routes names, and code that is not in the program.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::Router;
use constant_time_eq::constant_time_eq;
use elsewhere::RouterExt;

pub struct Settings {
    public_routes: Vec<String>,
    key: String,
}

fn token(request: &Request) -> Option<&str> {
    request.headers().get("authorization")?.to_str().ok()
}

async fn authenticate(
    State(settings): State<Arc<Settings>>,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if let Some(route) = route
        && settings.public_routes.contains(&route)
    {
        return Ok(next.run(request).await);
    }
    let key = token(&request).ok_or(StatusCode::UNAUTHORIZED)?;
    if !constant_time_eq(key.as_bytes(), settings.key.as_bytes()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

const SCHEME: &str = "Key";

/// What is compared stands in the code for everybody to read.
async fn looks(request: Request, next: Next) -> Result<Response, StatusCode> {
    let key = token(&request).ok_or(StatusCode::UNAUTHORIZED)?;
    if key.split(' ').next() != Some(SCHEME) && key != SCHEME {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

async fn plain() -> &'static str {
    ""
}

fn app(settings: Arc<Settings>) -> Router {
    let listed = Router::new()
        .route("/listed", post(plain))
        .layer(from_fn_with_state(settings, authenticate));
    let looking = Router::new().route("/looking", post(plain)).layer(from_fn(looks));
    let extended = Router::new()
        .route("/before", post(plain))
        .with_authentication("key")
        .route("/after", post(plain));
    Router::new()
        .route("/elsewhere", post(elsewhere::handler))
        .merge(listed)
        .merge(looking)
        .merge(extended)
}

//@ POST /listed conditional if !settings.public_routes.contains(&route)
//@ POST /looking none
//@ POST /before unknown
//@ POST /after none
//@ POST /elsewhere unknown
