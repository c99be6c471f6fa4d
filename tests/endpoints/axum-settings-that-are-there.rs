//! Passwords of the service, which headers bring along, and what is asked of them before.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

fn wipe(of: &str) -> Result<(), StatusCode> {
    std::fs::remove_dir_all(of).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-batch").and_then(|it| it.to_str().ok())
}

async fn there(headers: HeaderMap) -> Result<(), StatusCode> {
    let expected = std::env::var("BATCH_PASSWORD").ok().filter(|it| it.len() >= 12);
    let is_right = expected.is_some() && expected.as_deref() == given(&headers);
    if !is_right {
        return Err(NO);
    }
    wipe("there")
}

async fn asked_before(headers: HeaderMap) -> Result<(), StatusCode> {
    let expected = std::env::var("BATCH_PASSWORD").ok();
    if expected.is_none() || expected.as_deref() != given(&headers) {
        return Err(NO);
    }
    wipe("asked before")
}

/// Nothing set, nothing sent.
async fn both_missing(headers: HeaderMap) -> Result<(), StatusCode> {
    let expected = std::env::var("BATCH_PASSWORD").ok();
    if expected.as_deref() != given(&headers) {
        return Err(NO);
    }
    wipe("both missing")
}

/// It is the other that is there.
async fn another(headers: HeaderMap) -> Result<(), StatusCode> {
    let expected = std::env::var("BATCH_PASSWORD").ok();
    let other = std::env::var("OTHER").ok();
    if other.is_none() || expected.as_deref() != given(&headers) {
        return Err(NO);
    }
    wipe("another")
}

async fn name(headers: HeaderMap) -> Result<(), StatusCode> {
    let expected = std::env::var("BATCH_NAME").unwrap_or_default();
    if given(&headers) != Some(expected.as_str()) {
        return Err(NO);
    }
    wipe("name")
}

#[derive(serde::Deserialize)]
struct Asked {
    token: Option<String>,
}

/// In the query, or else in a header.
async fn either(headers: HeaderMap, Query(asked): Query<Asked>) -> Result<(), StatusCode> {
    let header = headers.get("x-api-key").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let sent = asked.token.or(header).ok_or(NO)?;
    let expected = std::env::var("API_KEY").map_err(|_| NO)?;
    if sent != expected {
        return Err(NO);
    }
    wipe("either")
}

#[derive(Clone)]
struct Settings {
    tokens: Vec<String>,
    word: String,
}

fn is_known(settings: &Settings, headers: &HeaderMap) -> bool {
    let sent = headers.get("authorization").and_then(|it| it.to_str().ok());
    sent.is_some_and(|sent| settings.tokens.iter().any(|it| it == sent))
}

/// Whoever comes is let in while nobody has listed anything.
async fn listed(State(settings): State<Settings>, headers: HeaderMap) -> Result<(), StatusCode> {
    if settings.tokens.is_empty() {
        return wipe("all");
    }
    if !is_known(&settings, &headers) {
        return Err(NO);
    }
    wipe("listed")
}

async fn closed(State(settings): State<Settings>, headers: HeaderMap) -> Result<(), StatusCode> {
    if settings.tokens.is_empty() || !is_known(&settings, &headers) {
        return Err(NO);
    }
    wipe("closed")
}

/// What is empty has nothing to do with who asks.
async fn of_input(State(settings): State<Settings>, headers: HeaderMap, body: String) -> Result<(), StatusCode> {
    if body.is_empty() {
        return wipe("all");
    }
    if !is_known(&settings, &headers) {
        return Err(NO);
    }
    wipe("of input")
}

async fn text(State(settings): State<Settings>, headers: HeaderMap) -> Result<(), StatusCode> {
    if settings.word.is_empty() {
        return wipe("all");
    }
    let sent = headers.get("authorization").and_then(|it| it.to_str().ok());
    if sent != Some(settings.word.as_str()) {
        return Err(NO);
    }
    wipe("text")
}

//@ POST /listed conditional if settings.tokens is not empty
//@ POST /closed required
//@ POST /of-input optional
//@ POST /text conditional if settings.word is set
//@ POST /there required
//@ POST /asked-before required
//@ POST /both-missing conditional if environment variable BATCH_PASSWORD is set
//@ POST /another conditional if environment variable BATCH_PASSWORD is set
//@ POST /name none
//@ POST /either required
pub fn app(settings: Settings) -> Router {
    Router::new()
        .route("/listed", post(listed))
        .route("/closed", post(closed))
        .route("/of-input", post(of_input))
        .route("/text", post(text))
        .with_state(settings)
        .route("/there", post(there))
        .route("/asked-before", post(asked_before))
        .route("/both-missing", post(both_missing))
        .route("/another", post(another))
        .route("/name", post(name))
        .route("/either", post(either))
}
