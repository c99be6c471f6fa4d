//! What a limit bounds.

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use bincode::Decode;

#[derive(Decode)]
struct Batch {
    rows: Vec<u64>,
}

async fn batch(body: Bytes) -> String {
    let config = bincode::config::standard().with_limit::<65536>();
    // near miss: no more than the limit is asked for
    let read: Result<(Batch, usize), _> = bincode::decode_from_slice(&body, config);
    read.map_or(0, |it| it.0.rows.len()).to_string()
}

fn app() -> Router {
    Router::new().route("/batch", post(batch))
}

fn main() {}
