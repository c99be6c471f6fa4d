//! bincode 1: a reader is believed how long texts are, a slice is not.

use std::io::Cursor;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use bincode::Options;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    name: String,
}

async fn by_reader(body: Bytes) -> String {
    let row: bincode::Result<Row> = bincode::deserialize_from(Cursor::new(body)); //~ unsafe-deserialization
    row.map(|it| it.name).unwrap_or_default()
}

async fn by_options(body: Bytes) -> String {
    let options = bincode::DefaultOptions::new();
    let row: bincode::Result<Row> = options.deserialize_from(&body[..]); //~ unsafe-deserialization
    row.map(|it| it.name).unwrap_or_default()
}

async fn by_slice(body: Bytes) -> String {
    // near miss: asks for no more than there is
    let row: bincode::Result<Row> = bincode::deserialize(&body);
    row.map(|it| it.name).unwrap_or_default()
}

fn app() -> Router {
    Router::new()
        .route("/reader", post(by_reader))
        .route("/options", post(by_options))
        .route("/slice", post(by_slice))
}

fn main() {}
