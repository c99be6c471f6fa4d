//! Keys that are split out of one setting: of an empty text there is one piece, which is empty.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use subtle::ConstantTimeEq;

#[derive(Clone)]
struct Keys {
    soft: Vec<String>,
    set: Arc<HashSet<String>>,
    filtered: Vec<String>,
    words: Vec<String>,
    hard: Vec<String>,
}

impl Keys {
    fn load() -> Keys {
        let set = std::env::var("SET").unwrap_or_default();
        Keys {
            soft: std::env::var("SOFT").unwrap_or_default().split(',').map(str::to_owned).collect(),
            set: Arc::new(set.split(';').map(|it| it.trim().to_string()).collect()),
            filtered: std::env::var("FILTERED")
                .unwrap_or_default()
                .split(',')
                .filter(|it| !it.is_empty())
                .map(String::from)
                .collect(),
            words: std::env::var("WORDS").unwrap_or_default().split_whitespace().map(String::from).collect(),
            hard: std::env::var("HARD").expect("it is set").split(',').map(String::from).collect(),
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn sent(headers: &HeaderMap) -> &str {
    headers.get("x-api-key").and_then(|it| it.to_str().ok()).unwrap_or("")
}

fn wipe(of: &str) -> Result<(), StatusCode> {
    std::fs::remove_dir_all(of).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn soft(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.soft.iter().any(|it| same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("soft")
}

async fn set(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.set.contains(sent(&headers)) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("set")
}

async fn filtered(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.filtered.iter().any(|it| same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("filtered")
}

async fn words(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.words.iter().any(|it| same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("words")
}

async fn hard(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.hard.iter().any(|it| same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("hard")
}

async fn checked(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.soft.iter().any(|it| !it.is_empty() && same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("checked")
}

async fn long(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.soft.iter().filter(|it| it.len() >= 16).any(|it| same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("long")
}

/// That there are keys does not say that there is something in them.
async fn some(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if keys.soft.is_empty() || !keys.soft.iter().any(|it| same(it, sent(&headers))) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("some")
}

/// What is asked for comes too late, and of another.
async fn either_way(State(keys): State<Keys>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !keys.soft.iter().any(|it| it.len() >= 0 && same(it, sent(&headers)) || it.is_empty()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("either way")
}

//@ POST /soft conditional if the secret is set
//@ POST /set conditional if keys.set is set
//@ POST /filtered required
//@ POST /words required
//@ POST /hard required
//@ POST /checked required
//@ POST /long required
//@ POST /some conditional if the secret is set
//@ POST /either-way optional
pub fn app() -> Router {
    Router::new()
        .route("/soft", post(soft))
        .route("/set", post(set))
        .route("/filtered", post(filtered))
        .route("/words", post(words))
        .route("/hard", post(hard))
        .route("/checked", post(checked))
        .route("/long", post(long))
        .route("/some", post(some))
        .route("/either-way", post(either_way))
        .with_state(Keys::load())
}
