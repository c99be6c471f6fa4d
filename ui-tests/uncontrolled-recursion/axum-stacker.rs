//! A stack that grows.

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;

async fn grown(body: Bytes) -> String {
    let mut de = serde_json::Deserializer::from_slice(&body);
    // near miss: serde_stacker makes room when the stack is nearly full
    de.disable_recursion_limit();
    let de = serde_stacker::Deserializer::new(&mut de);
    Value::deserialize(de).is_ok().to_string()
}

fn app() -> Router {
    Router::new().route("/grown", post(grown))
}

fn main() {}
