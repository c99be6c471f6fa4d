//! Answers of servers that clients choose, read whole, and near misses.
//@ persona: auditor

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use reqwest::{Client, Response};
use serde::Deserialize;
use serde_json::Value;

#[derive(Clone)]
struct Services {
    client: Client,
    search: String,
}

#[derive(Deserialize)]
struct Hook {
    url: String,
    id: u64,
}

const MAX: u64 = 1 << 20;

fn gateway<E>(_error: E) -> StatusCode {
    StatusCode::BAD_GATEWAY
}

async fn text(Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    let answer = reqwest::get(hook.url).await.map_err(gateway)?;
    answer.text().await.map_err(gateway) //~ unbounded-upstream-response
}

async fn bytes(State(services): State<Services>, Json(hook): Json<Hook>) -> Result<Vec<u8>, StatusCode> {
    let answer = services.client.get(&hook.url).send().await.map_err(gateway)?;
    let all = answer.bytes().await.map_err(gateway)?; //~ unbounded-upstream-response
    Ok(all.to_vec())
}

async fn json(State(services): State<Services>, Json(hook): Json<Hook>) -> Result<Json<Value>, StatusCode> {
    fetch(&services.client, &hook.url).await.map(Json)
}

async fn fetch(client: &Client, url: &str) -> Result<Value, StatusCode> {
    let answer = client.get(url).send().await.map_err(gateway)?;
    answer.json().await.map_err(gateway) //~ unbounded-upstream-response
}

async fn fixed(State(services): State<Services>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let answer = services.client.get(format!("https://api.example.com/users/{name}")).send().await;
    // near miss: a server of the program's choice
    answer.map_err(gateway)?.text().await.map_err(gateway)
}

async fn set(State(services): State<Services>) -> Result<String, StatusCode> {
    // near miss: a server that a setting names
    services.client.get(&services.search).send().await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn in_pieces(Json(hook): Json<Hook>) -> Result<Vec<u8>, StatusCode> {
    let mut answer = reqwest::get(&hook.url).await.map_err(gateway)?;
    let mut all = Vec::new();
    // near miss: in pieces, up to a limit
    while let Some(piece) = answer.chunk().await.map_err(gateway)? {
        if all.len() + piece.len() > MAX as usize {
            return Err(StatusCode::BAD_GATEWAY);
        }
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

async fn announced(Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    let answer = reqwest::get(&hook.url).await.map_err(gateway)?;
    // near miss: what is announced is looked at
    if answer.content_length().is_none_or(|it| it > MAX) {
        return Err(StatusCode::BAD_GATEWAY);
    }
    answer.text().await.map_err(gateway)
}

async fn status(Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    let answer = reqwest::get(&hook.url).await.map_err(gateway)?;
    // near miss: nothing of the body is read
    Ok(answer.status().to_string())
}

async fn head(State(services): State<Services>, Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    let answer = services.client.head(&hook.url).send().await.map_err(gateway)?;
    // near miss: headers alone
    Ok(format!("{:?}", answer.headers().get("content-type")))
}

async fn fire(State(services): State<Services>, Json(hook): Json<Hook>) -> Result<(), StatusCode> {
    // near miss: what it answers is not looked at
    services.client.post(&hook.url).send().await.map_err(gateway).map(drop)
}

async fn allowed(Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    let url = match hook.url.as_str() {
        "news" => "https://news.example.com",
        _ => "https://www.example.com",
    };
    // near miss: one of the program's own
    reqwest::get(url).await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn by_number(Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    // near miss: a number chooses no host
    reqwest::get(format!("https://{}.example.com", hook.id)).await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn tells(State(services): State<Services>, Json(hook): Json<Hook>) -> Result<String, StatusCode> {
    services.client.post(&hook.url).send().await.map_err(gateway)?;
    // near miss: the answer of another server
    reqwest::get("https://api.example.com/done").await.map_err(gateway)?.text().await.map_err(gateway)
}

async fn own_body(Json(hook): Json<Hook>) -> String {
    // near miss: what the client sent
    serde_json::to_string(&hook.id).unwrap_or(hook.url)
}

fn app(services: Services) -> Router {
    Router::new()
        .route("/text", post(text))
        .route("/bytes", post(bytes))
        .route("/json", post(json))
        .route("/fixed/{name}", get(fixed))
        .route("/set", get(set))
        .route("/pieces", post(in_pieces))
        .route("/announced", post(announced))
        .route("/status", post(status))
        .route("/head", post(head))
        .route("/fire", post(fire))
        .route("/allowed", post(allowed))
        .route("/number", post(by_number))
        .route("/tells", post(tells))
        .route("/own", post(own_body))
        .with_state(services)
}

fn main() {}
