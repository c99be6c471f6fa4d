//! Pages that are made of requests, in warp.

use std::collections::HashMap;

use serde::Deserialize;
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply};

#[derive(Deserialize)]
struct Search {
    q: String,
    page: u32,
}

fn search_page(search: Search) -> impl Reply {
    warp::reply::html(format!("<h1>{}</h1>", search.q)) //~ cross-site-scripting
}

fn number_page(search: Search) -> impl Reply {
    warp::reply::html(format!("<h1>{}</h1>", search.page)) // near miss: number page
}

fn escaped_page(search: Search) -> impl Reply {
    warp::reply::html(format!("<h1>{}</h1>", html_escape::encode_text(&search.q))) // near miss: escaped page
}

async fn with_status(query: HashMap<String, String>) -> Result<impl Reply, Rejection> {
    let name = query.get("name").cloned().unwrap_or_default();
    let page = warp::reply::html("<p>".to_string() + &name + "</p>"); //~ cross-site-scripting
    Ok(warp::reply::with_status(page, StatusCode::NOT_FOUND))
}

async fn with_header(query: HashMap<String, String>) -> Result<impl Reply, Rejection> {
    let name = query.get("name").cloned().unwrap_or_default();
    Ok(warp::reply::with_header(name, "content-type", "text/html")) //~ cross-site-scripting
}

async fn as_json(query: HashMap<String, String>) -> Result<impl Reply, Rejection> {
    let name = query.get("name").ok_or_else(warp::reject::not_found)?;
    Ok(warp::reply::json(&format!("<p>{name}</p>"))) // near miss: as json
}

#[tokio::main]
async fn main() {
    let search = warp::path("search").and(warp::query::<Search>()).map(search_page);
    let number = warp::path("number").and(warp::query::<Search>()).map(number_page);
    let escaped = warp::path("escaped").and(warp::query::<Search>()).map(escaped_page);
    let status = warp::path("status").and(warp::query()).and_then(with_status);
    let header = warp::path("header").and(warp::query()).and_then(with_header);
    let json = warp::path("json").and(warp::query()).and_then(as_json);
    let closure = warp::path("closure").and(warp::body::form()).map(|form: HashMap<String, String>| {
        warp::reply::html(form.into_values().collect::<Vec<_>>().join("<br>")) //~ cross-site-scripting
    });
    let text = warp::path("text").and(warp::query::<Search>()).map(|search: Search| format!("<p>{}</p>", search.q));
    let routes = search.or(number).or(escaped).or(status).or(header).or(json).or(closure).or(text);
    warp::serve(routes).run(([127, 0, 0, 1], 8080)).await;
}
