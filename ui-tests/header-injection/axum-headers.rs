//! Headers that requests write: names of their choice, and values that nobody checks.

use axum::extract::{Path, Query};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;

#[derive(Deserialize)]
struct Extra {
    name: String,
    value: String,
    size: u64,
}

async fn name(Query(extra): Query<Extra>) -> Result<HeaderMap, StatusCode> {
    let mut headers = HeaderMap::new();
    let name = HeaderName::from_bytes(extra.name.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?; //~ header-injection
    headers.insert(name, HeaderValue::from_static("1"));
    Ok(headers)
}

async fn lower(Json(extra): Json<Extra>) -> Result<HeaderMap, StatusCode> {
    let mut headers = HeaderMap::new();
    let name = HeaderName::from_lowercase(extra.name.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?; //~ header-injection
    headers.insert(name, HeaderValue::from_static("1"));
    Ok(headers)
}

async fn unchecked(Json(extra): Json<Extra>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = Bytes::from(extra.value);
    let value = unsafe { HeaderValue::from_maybe_shared_unchecked(value) }; //~ header-injection
    headers.insert("x-value", value);
    headers
}

async fn mail(Json(extra): Json<Extra>) -> String {
    use lettre::message::header::{HeaderName, HeaderValue};
    let name = HeaderName::new_from_ascii_str("X-Note");
    let raw = format!("{}", extra.value);
    drop(HeaderValue::dangerous_new_pre_encoded(name, extra.value.clone(), raw)); //~ header-injection
    String::new()
}

async fn checked_value(Json(extra): Json<Extra>) -> Result<HeaderMap, StatusCode> {
    let mut headers = HeaderMap::new();
    // near miss: refuses line breaks
    let value = HeaderValue::from_str(&extra.value).map_err(|_| StatusCode::BAD_REQUEST)?;
    headers.insert("x-value", value);
    Ok(headers)
}

async fn by_bytes(Json(extra): Json<Extra>) -> Result<HeaderMap, StatusCode> {
    let mut headers = HeaderMap::new();
    // near miss: refuses line breaks, too
    let value = HeaderValue::from_bytes(extra.value.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    headers.insert("x-value", value);
    Ok(headers)
}

async fn in_a_response(Path(name): Path<String>) -> impl IntoResponse {
    // near miss: axum answers 500 where the value is none
    ([("x-name", name)], "ok")
}

async fn by_builder(Path(name): Path<String>) -> Result<Response<String>, StatusCode> {
    // near miss: the builder fails where the value is none
    Response::builder()
        .header("x-name", name)
        .body(String::new())
        .map_err(|_| StatusCode::BAD_REQUEST)
}

async fn number(Json(extra): Json<Extra>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // near miss: a number
    headers.insert("x-size", HeaderValue::from(extra.size));
    headers
}

async fn copied(headers: HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::new();
    // near miss: what a proxy copies comes as headers
    for (name, value) in &headers {
        out.insert(name.clone(), value.clone());
    }
    out
}

async fn known_name(Query(extra): Query<Extra>) -> Result<HeaderMap, StatusCode> {
    let mut headers = HeaderMap::new();
    if !["x-a", "x-b"].contains(&extra.name.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    // near miss: in a list of the program's own
    let name = HeaderName::from_bytes(extra.name.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    headers.insert(name, HeaderValue::from_static("1"));
    Ok(headers)
}

async fn fixed_name(Query(extra): Query<Extra>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // near miss: the name is the program's own
    let name = HeaderName::from_static("x-name");
    if let Ok(value) = HeaderValue::from_str(&extra.name) {
        headers.insert(name, value);
    }
    headers
}

async fn looked_up(headers: HeaderMap, Query(extra): Query<Extra>) -> String {
    // near miss: read by a name that the request chooses, not written
    let found = headers.get(extra.name.as_str());
    found.is_some().to_string()
}

async fn chosen(Query(extra): Query<Extra>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let name = match extra.name.as_str() {
        "a" => HeaderName::from_static("x-a"),
        _ => HeaderName::from_static("x-b"),
    };
    // near miss: one of two names
    headers.insert(name, HeaderValue::from_static("1"));
    headers
}

async fn mail_checked(Json(extra): Json<Extra>) -> String {
    use lettre::message::header::{HeaderName, HeaderValue};
    // near miss: encoded by lettre
    drop(HeaderValue::new(HeaderName::new_from_ascii_str("X-Note"), extra.value));
    String::new()
}

fn app() -> Router {
    Router::new()
        .route("/1", get(name))
        .route("/2", post(lower))
        .route("/3", post(unchecked))
        .route("/4", post(mail))
        .route("/5", post(checked_value))
        .route("/6", post(by_bytes))
        .route("/7/{name}", get(in_a_response))
        .route("/8/{name}", get(by_builder))
        .route("/9", post(number))
        .route("/10", get(copied))
        .route("/11", get(known_name))
        .route("/12", get(fixed_name))
        .route("/13", get(looked_up))
        .route("/14", get(chosen))
        .route("/15", post(mail_checked))
}

fn main() {}
