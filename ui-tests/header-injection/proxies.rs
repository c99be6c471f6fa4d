//! Names and values of headers out of requests, in proxies, builders and helpers.

use std::collections::HashMap;
use std::str::FromStr;

use actix_web::{HttpResponse, web};
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;

#[derive(Deserialize)]
struct Hook {
    url_id: u32,
    headers: HashMap<String, String>,
    event: String,
}

#[derive(Clone)]
struct Settings {
    client: reqwest::Client,
    tenant_header: String,
}

fn header(name: &str) -> Option<HeaderName> {
    HeaderName::try_from(name).ok() //~ header-injection
}

async fn by_helper(Path(name): Path<String>) -> Result<HeaderMap, StatusCode> {
    let name = header(&name).ok_or(StatusCode::BAD_REQUEST)?;
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_static("1"));
    Ok(headers)
}

async fn hooked(State(settings): State<Settings>, Json(hook): Json<Hook>) -> StatusCode {
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in &hook.headers {
        let Ok(value) = reqwest::header::HeaderValue::from_str(value) else {
            return StatusCode::BAD_REQUEST;
        };
        if let Ok(name) = reqwest::header::HeaderName::from_str(name) { //~ header-injection
            headers.insert(name, value);
        }
    }
    let sent = settings.client.post("https://hooks.example.com/").headers(headers).send().await;
    if sent.is_ok() { StatusCode::OK } else { StatusCode::BAD_GATEWAY }
}

async fn lowered(Query(parameters): Query<HashMap<String, String>>) -> impl IntoResponse {
    let wanted = parameters.get("name").cloned().unwrap_or_default().to_lowercase();
    let mut answer = Response::new(Body::empty());
    if let Ok(name) = HeaderName::from_bytes(wanted.as_bytes()) { //~ header-injection
        answer.headers_mut().append(name, HeaderValue::from_static("yes"));
    }
    answer
}

async fn unchecked(Query(parameters): Query<HashMap<String, String>>) -> HeaderMap {
    let file = parameters.get("file").cloned().unwrap_or_default();
    let bytes = Bytes::from(format!("attachment; filename={file}"));
    // SAFETY: names of files have no line breaks.
    let value = unsafe { HeaderValue::from_maybe_shared_unchecked(bytes) }; //~ header-injection
    HeaderMap::from_iter([(CONTENT_DISPOSITION, value)])
}

async fn in_actix(hook: web::Json<Hook>) -> HttpResponse {
    let hook = hook.into_inner();
    let mut answer = HttpResponse::Ok();
    for (name, value) in hook.headers {
        answer.insert_header((name, value)); // missed: header-injection
    }
    answer.finish()
}

async fn checked_value(Query(parameters): Query<HashMap<String, String>>) -> Result<HeaderMap, StatusCode> {
    let file = parameters.get("file").map(String::as_str).unwrap_or("a");
    let value = HeaderValue::try_from(format!("attachment; filename=\"{file}\"")); // near miss: a value that is checked
    let value = value.map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(HeaderMap::from_iter([(CONTENT_DISPOSITION, value)]))
}

async fn built(Path(event): Path<String>) -> Result<Response<Body>, StatusCode> {
    let answer = Response::builder().header("x-event", event).body(Body::empty()); // near miss: a value that is checked
    answer.map_err(|_| StatusCode::BAD_REQUEST)
}

async fn appended(Json(hook): Json<Hook>) -> impl IntoResponse {
    AppendHeaders([("x-event", hook.event)]) // near miss: a value that is checked
}

async fn of_settings(State(settings): State<Settings>, Path(tenant): Path<String>) -> Option<HeaderMap> {
    let name = HeaderName::try_from(settings.tenant_header.as_str()).ok()?; // near miss: a name of the settings
    Some(HeaderMap::from_iter([(name, HeaderValue::from_str(&tenant).ok()?)]))
}

async fn copied(headers: HeaderMap) -> HeaderMap {
    let mut answer = HeaderMap::new();
    for (name, value) in &headers {
        if name.as_str().starts_with("x-trace-") {
            answer.insert(name.clone(), value.clone()); // near miss: names that came as headers
        }
    }
    answer
}

async fn listed(Path(name): Path<String>) -> Result<HeaderMap, StatusCode> {
    const KNOWN: [&str; 2] = ["x-shop", "x-shop-locale"];
    if !KNOWN.contains(&name.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let name = HeaderName::from_str(&name).map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: found in a list
    Ok(HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]))
}

async fn matched(Path(kind): Path<String>) -> Result<HeaderMap, StatusCode> {
    let name = match kind.as_str() {
        "shop" => "x-shop",
        "locale" => "x-shop-locale",
        _ => return Err(StatusCode::BAD_REQUEST),
    };
    let name = HeaderName::from_static(name); // near miss: one of the program's own
    Ok(HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]))
}

async fn numbered(Json(hook): Json<Hook>) -> Result<HeaderMap, StatusCode> {
    let name = HeaderName::try_from(format!("x-hook-{}", hook.url_id)); // near miss: a number
    let name = name.map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]))
}

async fn written(mut headers: HeaderMap, Path(language): Path<String>) -> HeaderMap {
    if let Ok(value) = language.parse::<HeaderValue>() {
        headers.insert("content-language", value); // near miss: a value that is checked
    }
    headers
}

async fn parsed(Path(name): Path<String>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(name) = name.parse::<HeaderName>() { //~ header-injection
        headers.insert(name, HeaderValue::from_static("1"));
    }
    headers
}

async fn parsed_by_type(Path(name): Path<String>) -> Result<HeaderMap, StatusCode> {
    let name: HeaderName = name.parse().map_err(|_| StatusCode::BAD_REQUEST)?; //~ header-injection
    Ok(HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]))
}

async fn parsed_value(Path(text): Path<String>) -> Result<HeaderMap, StatusCode> {
    let value: HeaderValue = text.parse().map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: a value that is checked
    Ok(HeaderMap::from_iter([(CONTENT_DISPOSITION, value)]))
}

async fn stored(Json(hook): Json<Hook>) -> String {
    let mut kept = HashMap::new();
    for (name, value) in hook.headers {
        kept.insert(name, value); // near miss: a map of texts
    }
    kept.len().to_string()
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/hook", web::post().to(in_actix));
}

fn app() -> Router {
    Router::new()
        .route("/1/{name}", get(by_helper).post(listed))
        .route("/2", post(hooked).get(lowered).put(unchecked).patch(checked_value))
        .route("/3/{event}", get(built))
        .route("/4", post(appended).get(copied).put(numbered).patch(stored))
        .route("/5/{tenant}", get(|settings: State<Settings>, it: Path<String>| async { of_settings(settings, it).await.unwrap_or_default() }))
        .route("/6/{kind}", get(matched))
        .route("/8/{name}", get(parsed).post(parsed_by_type).put(parsed_value))
        .route("/7/{language}", get(written))
        .with_state(Settings { client: reqwest::Client::new(), tenant_header: String::new() })
}

fn main() {}
