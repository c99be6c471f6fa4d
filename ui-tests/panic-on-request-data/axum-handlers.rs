//@ persona: auditor
//! Handlers of axum that a request can make panic, and those that it cannot.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Json, Multipart, Path, Query, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use serde::Deserialize;

#[derive(Deserialize)]
struct Search {
    from: String,
    page: Option<u32>,
    words: Vec<String>,
}

#[derive(Clone)]
struct Shop {
    names: Vec<String>,
    limit: Option<u32>,
}

async fn parsed(Query(search): Query<Search>) -> String {
    let from: u32 = search.from.parse().unwrap(); //~ panic-on-request-data
    from.to_string()
}

async fn missing(Query(search): Query<Search>) -> String {
    search.page.unwrap().to_string() //~ panic-on-request-data
}

async fn header(headers: HeaderMap) -> String {
    let agent = headers.get("user-agent").unwrap(); //~ panic-on-request-data
    agent.to_str().expect("a text").to_owned() //~ panic-on-request-data
}

async fn text(body: Bytes) -> String {
    String::from_utf8(body.to_vec()).unwrap() //~ panic-on-request-data
}

async fn json(body: String) -> String {
    let value: serde_json::Value = serde_json::from_str(&body).unwrap(); //~ panic-on-request-data
    value.to_string()
}

async fn key(Query(all): Query<HashMap<String, String>>) -> String {
    all["name"].clone() //~ panic-on-request-data
}

async fn first(Json(search): Json<Search>) -> String {
    search.words[0].clone() //~ panic-on-request-data
}

async fn cut(Path(name): Path<String>) -> String {
    name[..4].to_owned() //~ panic-on-request-data
}

async fn place(State(shop): State<Shop>, Path(at): Path<usize>) -> String {
    shop.names[at].clone() //~ panic-on-request-data
}

async fn upload(mut parts: Multipart) -> String {
    let part = parts.next_field().await.unwrap(); //~ panic-on-request-data
    part.map_or_else(String::new, |it| it.name().unwrap_or_default().to_owned())
}

// near miss: what is not there is answered
async fn answered(Query(search): Query<Search>) -> String {
    match search.from.parse::<u32>() {
        Ok(from) => from.to_string(),
        Err(_) => "no number".to_owned(),
    }
}

// near miss: another value instead
async fn instead(Query(search): Query<Search>) -> String {
    search.page.unwrap_or(1).to_string()
}

// near miss: asked for before
async fn asked(headers: HeaderMap) -> String {
    if headers.contains_key("user-agent") {
        return headers.get("user-agent").map(|it| format!("{it:?}")).unwrap();
    }
    String::new()
}

// near miss: it is as long as that
async fn long_enough(Path(name): Path<String>) -> String {
    if name.len() < 4 || !name.is_ascii() {
        return name;
    }
    name[..4].to_owned()
}

// near miss: the service's own
async fn own(State(shop): State<Shop>) -> String {
    shop.limit.unwrap().to_string()
}

// near miss: all of it
async fn whole(Path(name): Path<String>) -> String {
    name[..].to_owned()
}

// near miss: what a JSON value does not have is null
async fn null(Json(value): Json<serde_json::Value>) -> String {
    value["name"].to_string()
}

// near miss: there is such a place
async fn inside(State(shop): State<Shop>, Path(at): Path<usize>) -> String {
    match at < shop.names.len() {
        true => shop.names[at].clone(),
        false => String::new(),
    }
}

// near miss: a text of the program's own
async fn constant(Path(_): Path<String>) -> String {
    let number: u32 = "17".parse().unwrap();
    number.to_string()
}

// near miss: no handler
fn elsewhere(text: String) -> u32 {
    text.parse().unwrap()
}

fn app(shop: Shop) -> Router {
    Router::new()
        .route("/parsed", get(parsed))
        .route("/missing", get(missing))
        .route("/header", get(header))
        .route("/text", post(text))
        .route("/json", post(json))
        .route("/key", get(key))
        .route("/first", post(first))
        .route("/cut/{name}", get(cut))
        .route("/place/{at}", get(place))
        .route("/upload", post(upload))
        .route("/answered", get(answered))
        .route("/instead", get(instead))
        .route("/asked", get(asked))
        .route("/long/{name}", get(long_enough))
        .route("/own", get(own))
        .route("/whole/{name}", get(whole))
        .route("/null", post(null))
        .route("/inside/{at}", get(inside))
        .route("/constant/{name}", get(constant))
        .with_state(shop)
}

fn main() {}
