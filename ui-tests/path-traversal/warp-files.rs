//! Files that requests choose, in warp.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;

use serde::Deserialize;
use warp::{Filter, Rejection, Reply};

#[derive(Deserialize)]
struct Download {
    name: String,
    year: u16,
}

async fn read(download: Download) -> Result<Vec<u8>, Rejection> {
    let good = format!("files/{}.pdf", download.year);
    let _ = tokio::fs::read(good).await; // near miss: read
    let bad = format!("files/{}", download.name);
    tokio::fs::read(bad).await.map_err(|_| warp::reject::not_found()) //~ path-traversal
}

async fn remove(query: HashMap<String, String>) -> Result<impl Reply, Infallible> {
    if let Some(name) = query.get("name") {
        let _ = std::fs::remove_file(Path::new("files").join(name)); //~ path-traversal
    }
    Ok(warp::reply())
}

async fn remove_checked(query: HashMap<String, String>) -> Result<impl Reply, Infallible> {
    if let Some(name) = query.get("name").filter(|it| it.chars().all(char::is_alphanumeric)) {
        let _ = std::fs::remove_file(Path::new("files").join(name)); // near miss: remove checked
    }
    Ok(warp::reply())
}

async fn number(id: u32) -> Result<Vec<u8>, Rejection> {
    tokio::fs::read(format!("files/{id}")).await.map_err(|_| warp::reject::not_found()) // near miss: number
}

async fn write(header: String, body: bytes::Bytes) -> Result<impl Reply, Infallible> {
    let _ = tokio::fs::write(format!("files/{header}"), body).await; //~ path-traversal
    Ok(warp::reply())
}

async fn write_body(body: bytes::Bytes) -> Result<impl Reply, Infallible> {
    let _ = tokio::fs::write("files/last", body).await; // near miss: write body
    Ok(warp::reply())
}

#[tokio::main]
async fn main() {
    let reads = warp::path("files").and(warp::get()).and(warp::query::<Download>()).and_then(read);
    let removes = warp::path("files").and(warp::delete()).and(warp::query()).and_then(remove);
    let checked = warp::path("checked").and(warp::delete()).and(warp::query()).and_then(remove_checked);
    let numbers = warp::path!("number" / u32).and(warp::get()).and_then(number);
    let writes = warp::path("files")
        .and(warp::post())
        .and(warp::header::<String>("x-name"))
        .and(warp::body::bytes())
        .and_then(write);
    let bodies = warp::path("last").and(warp::put()).and(warp::body::bytes()).and_then(write_body);
    let closures = warp::path("closure").and(warp::query::<Download>()).map(|download: Download| {
        std::fs::read(format!("files/{}", download.name)).unwrap_or_default() //~ path-traversal
    });
    let years = warp::path("year").and(warp::query::<Download>()).map(|download: Download| {
        std::fs::read(format!("files/{}", download.year)).unwrap_or_default() // near miss: main
    });
    let routes = reads.or(removes).or(checked).or(numbers).or(writes).or(bodies).or(closures).or(years);
    warp::serve(routes).run(([127, 0, 0, 1], 8080)).await;
}
