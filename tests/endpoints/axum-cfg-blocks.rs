//! Blocks under `cfg` and its opposite at the end of a body: each may be the answer.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};

static SESSIONS: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
static USED: LazyLock<Mutex<HashMap<String, i64>>> = LazyLock::new(Mutex::default);

/// The user of a session; what it writes down, it writes down of sessions that there are.
fn user_of(id: &str) -> Result<String, StatusCode> {
    let sessions = SESSIONS.lock().unwrap();
    if let Some(user) = sessions.get(id) {
        USED.lock().unwrap().insert(id.to_owned(), 1);
        return Ok(user.clone());
    }
    Err(StatusCode::UNAUTHORIZED)
}

/// The user, or whatever the request says.
fn caller(headers: &HeaderMap) -> String {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    let said = header.unwrap_or_default();
    match user_of(said) {
        Ok(user) => user,
        Err(_) => said.to_owned(),
    }
}

async fn by_feature(headers: HeaderMap) -> Response {
    #[cfg(feature = "full")]
    {
        let caller = caller(&headers);
        caller.into_response()
    }
    #[cfg(not(feature = "full"))]
    {
        StatusCode::FORBIDDEN.into_response()
    }
}

async fn three_ways(headers: HeaderMap) -> Response {
    #[cfg(unix)]
    {
        StatusCode::FORBIDDEN.into_response()
    }
    #[cfg(windows)]
    {
        caller(&headers).into_response()
    }
    #[cfg(not(any(unix, windows)))]
    {
        StatusCode::FORBIDDEN.into_response()
    }
}

async fn both_ask(headers: HeaderMap) -> Result<String, StatusCode> {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    let said = header.ok_or(StatusCode::UNAUTHORIZED)?;
    #[cfg(feature = "full")]
    {
        user_of(said)
    }
    #[cfg(not(feature = "full"))]
    {
        let user = user_of(said)?;
        Ok(user)
    }
}

async fn only_refuses(headers: HeaderMap) -> Response {
    let _ = caller(&headers);
    StatusCode::FORBIDDEN.into_response()
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/feature", post(by_feature))
        .route("/three", post(three_ways))
        .route("/both", post(both_ask))
        .route("/refuses", post(only_refuses));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:80").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /feature optional
//@ POST /three optional
//@ POST /both required
//@ POST /refuses none
