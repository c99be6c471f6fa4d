//! Cookies that are written into a header by hand.

use axum::http::header::{self, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

async fn as_a_pair(token: String) -> impl IntoResponse {
    ([(header::SET_COOKIE, format!("session={token}; Path=/; HttpOnly"))], "welcome") //~ cookie-without-secure
}

async fn inserted(token: String) -> Response {
    let mut headers = HeaderMap::new();
    let cookie = format!("session={}; HttpOnly; Path=/", token); //~ cookie-without-secure
    let Ok(value) = HeaderValue::from_str(&cookie) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    headers.insert(SET_COOKIE, value);
    (headers, "welcome").into_response()
}

// missed: it stands in a branch, which might be a setting's
async fn in_a_branch(token: String) -> Response {
    let mut headers = HeaderMap::new();
    let cookie = format!("session={}; HttpOnly; Path=/", token);
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.insert(SET_COOKIE, value);
    }
    (headers, "welcome").into_response()
}

async fn appended(headers: &mut HeaderMap, id: u64) -> Result<(), header::InvalidHeaderValue> {
    headers.append(SET_COOKIE, format!("auth_token={id}; HttpOnly").parse()?); //~ cookie-without-secure
    Ok(())
}

async fn built(token: String) -> Response {
    let response = Response::builder().status(StatusCode::FOUND);
    let cookie = format!("session={token}; HttpOnly; SameSite=Lax"); //~ cookie-without-secure
    let response = response.header(header::SET_COOKIE, cookie);
    response.body("".into()).unwrap_or_default()
}

// near miss: it is there, whatever its letters
async fn with_it(token: String) -> impl IntoResponse {
    ([(SET_COOKIE, format!("session={token}; HttpOnly; Secure; Path=/"))], "welcome")
}

// near miss: the same in small letters, and without blanks
async fn with_it_small(token: String) -> impl IntoResponse {
    ([(SET_COOKIE, format!("session={token};HttpOnly;secure"))], "welcome")
}

// near miss: what follows may bring it along
async fn attributes(token: String, attributes: String) -> impl IntoResponse {
    ([(SET_COOKIE, format!("session={token}; Path=/; {attributes}"))], "welcome")
}

// near miss: taken back
async fn signed_out() -> impl IntoResponse {
    ([(SET_COOKIE, "session=; Path=/; Max-Age=0")], "bye")
}

// near miss: a cookie that lets nobody in
async fn theme() -> impl IntoResponse {
    ([(SET_COOKIE, "theme=dark; Path=/")], "dark")
}

// near miss: another service's cookie, passed on
async fn passed_on(from: &HeaderMap, to: &mut HeaderMap) {
    if let Some(cookie) = from.get(SET_COOKIE) {
        to.insert(SET_COOKIE, cookie.clone());
    }
}

// near miss: another header
async fn other(token: String) -> impl IntoResponse {
    ([(header::ETAG, format!("session={token}; Path=/"))], "welcome")
}

fn main() {}
