//! A token out of the settings and one out of the request, matched as a pair.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;

#[derive(Clone)]
struct Settings {
    token: Option<String>,
    key: String,
}

fn sent(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

async fn conditional(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    match (&settings.token, sent(request.headers())) {
        (Some(token), Some(sent)) if token == sent => Ok(next.run(request).await),
        (None, _) => Ok(next.run(request).await),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn always(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    match (settings.token.as_deref(), sent(request.headers())) {
        (Some(token), Some(sent)) if token == sent => Ok(next.run(request).await),
        (None, _) => Err(StatusCode::SERVICE_UNAVAILABLE),
        (Some(_), _) => Err(StatusCode::UNAUTHORIZED),
    }
}

/// Who sends none is let in.
async fn unless_sent(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    match (&settings.token, sent(request.headers())) {
        (Some(token), Some(sent)) if token != sent => Err(StatusCode::UNAUTHORIZED),
        _ => Ok(next.run(request).await),
    }
}

/// Any will do.
async fn any_sent(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    match (&settings.token, sent(request.headers())) {
        (Some(_), Some(_)) | (None, _) => Ok(next.run(request).await),
        (Some(_), None) => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn zipped(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let both = settings.token.as_deref().zip(sent(request.headers()));
    if !both.is_some_and(|(token, sent)| token == sent) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(next.run(request).await)
}

/// It is not asked whether they are the same.
async fn zipped_only(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let both = settings.token.as_deref().zip(sent(request.headers()));
    both.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

async fn let_pair(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let (Some(token), Some(sent)) = (&settings.token, sent(request.headers())) else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    if token != sent {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(next.run(request).await)
}

/// Without a token in the settings nobody is asked.
async fn if_pair(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    if let (Some(token), sent) = (&settings.token, sent(request.headers())) {
        if sent != Some(token.as_str()) {
            return Err(StatusCode::FORBIDDEN);
        }
    }
    Ok(next.run(request).await)
}

async fn parts(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let scheme = request.headers().get("authorization").and_then(|it| it.to_str().ok()).and_then(|it| it.split_once(' '));
    match scheme {
        Some(("Bearer", token)) if token == settings.key => Ok(next.run(request).await),
        Some(("Bearer", _)) => Err(StatusCode::FORBIDDEN),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

/// Whoever says another scheme is let in.
async fn parts_pass(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let scheme = request.headers().get("authorization").and_then(|it| it.to_str().ok()).and_then(|it| it.split_once(' '));
    match scheme {
        Some(("Bearer", token)) if token != settings.key => Err(StatusCode::FORBIDDEN),
        None => Err(StatusCode::UNAUTHORIZED),
        _ => Ok(next.run(request).await),
    }
}

async fn show() -> &'static str {
    "shown"
}

#[tokio::main]
async fn main() {
    let settings = Arc::new(Settings { token: std::env::var("TOKEN").ok(), key: std::env::var("KEY").unwrap() });
    let app = Router::new()
        .route("/conditional", get(show).layer(from_fn_with_state(settings.clone(), conditional)))
        .route("/always", get(show).layer(from_fn_with_state(settings.clone(), always)))
        .route("/unless-sent", get(show).layer(from_fn_with_state(settings.clone(), unless_sent)))
        .route("/any-sent", get(show).layer(from_fn_with_state(settings.clone(), any_sent)))
        .route("/zipped", get(show).layer(from_fn_with_state(settings.clone(), zipped)))
        .route("/zipped-only", get(show).layer(from_fn_with_state(settings.clone(), zipped_only)))
        .route("/let-pair", get(show).layer(from_fn_with_state(settings.clone(), let_pair)))
        .route("/if-pair", get(show).layer(from_fn_with_state(settings.clone(), if_pair)))
        .route("/parts", get(show).layer(from_fn_with_state(settings.clone(), parts)))
        .route("/parts-pass", get(show).layer(from_fn_with_state(settings.clone(), parts_pass)));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ GET /conditional conditional if Settings.token is set
//@ GET /always required
//@ GET /unless-sent optional
//@ GET /any-sent none
//@ GET /zipped required
//@ GET /zipped-only none
//@ GET /let-pair required
//@ GET /if-pair conditional if Settings.token is set
//@ GET /parts required
//@ GET /parts-pass optional
