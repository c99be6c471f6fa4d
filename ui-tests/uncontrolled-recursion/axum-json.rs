//! JSON that may be nested as deep as anybody likes, and near misses.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

async fn slice(body: Bytes) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(&body);
    deserializer.disable_recursion_limit(); //~ uncontrolled-recursion
    Value::deserialize(&mut deserializer).is_ok().to_string()
}

async fn text(body: String) -> String {
    let mut de = serde_json::Deserializer::from_str(&body);
    de.disable_recursion_limit(); //~ uncontrolled-recursion
    let value = Value::deserialize(&mut de);
    value.map(|it| it.to_string()).unwrap_or_default()
}

async fn reader(body: Bytes) -> String {
    let mut de = serde_json::Deserializer::from_reader(std::io::Cursor::new(body));
    de.disable_recursion_limit(); //~ uncontrolled-recursion
    Value::deserialize(&mut de).is_ok().to_string()
}

fn read(text: &str) -> Option<Value> {
    let mut de = serde_json::Deserializer::from_str(text);
    de.disable_recursion_limit(); //~ uncontrolled-recursion
    Value::deserialize(&mut de).ok()
}

async fn header(headers: HeaderMap) -> String {
    let Some(filter) = headers.get("x-filter").and_then(|it| it.to_str().ok()) else { return String::new() };
    read(filter).is_some().to_string()
}

async fn limited(body: Bytes) -> String {
    let mut de = serde_json::Deserializer::from_slice(&body);
    // near miss: 128 levels, unless somebody says otherwise
    Value::deserialize(&mut de).is_ok().to_string()
}

async fn plain(body: String) -> String {
    // near miss: 128 levels
    let value: Result<Value, _> = serde_json::from_str(&body);
    value.is_ok().to_string()
}

async fn extracted(Json(value): Json<Value>) -> String {
    // near miss: 128 levels
    value.to_string()
}

fn depth(value: &Value) -> usize {
    // near miss: what serde_json has read is no deeper than 128 levels
    match value {
        Value::Array(all) => 1 + all.iter().map(depth).max().unwrap_or_default(),
        Value::Object(all) => 1 + all.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

async fn measured(Json(value): Json<Value>) -> String {
    depth(&value).to_string()
}

async fn own_file(Path(id): Path<u32>) -> String {
    let Ok(text) = std::fs::read_to_string("data/tree.json") else { return String::new() };
    let mut de = serde_json::Deserializer::from_str(&text);
    // near miss: the service's own file
    de.disable_recursion_limit();
    Value::deserialize(&mut de).map(|it| it[id as usize].to_string()).unwrap_or_default()
}

async fn constant() -> String {
    let mut de = serde_json::Deserializer::from_str("[[[[]]]]");
    // near miss: built in
    de.disable_recursion_limit();
    Value::deserialize(&mut de).is_ok().to_string()
}

async fn written_here(Path(count): Path<usize>) -> String {
    let text = serde_json::to_string(&vec![count; 3]).unwrap_or_default();
    let mut de = serde_json::Deserializer::from_str(&text);
    // near miss: numbers nest nothing
    de.disable_recursion_limit();
    Value::deserialize(&mut de).is_ok().to_string()
}

struct Reader;

impl Reader {
    fn disable_recursion_limit(&mut self, _: &str) {}
}

async fn own_type(body: String) -> String {
    // near miss: a type of the program's own
    Reader.disable_recursion_limit(&body);
    String::new()
}

async fn stream(body: Bytes) -> String {
    // near miss: 128 levels for each value
    let values = serde_json::Deserializer::from_slice(&body).into_iter::<Value>();
    values.count().to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn deep() {
        let text = "[".repeat(100);
        let mut de = serde_json::Deserializer::from_str(&text);
        // near miss: a test
        de.disable_recursion_limit();
    }
}

fn app() -> Router {
    Router::new()
        .route("/slice", post(slice))
        .route("/text", post(text))
        .route("/reader", post(reader))
        .route("/header", get(header))
        .route("/limited", post(limited))
        .route("/plain", post(plain))
        .route("/extracted", post(extracted))
        .route("/measured", post(measured))
        .route("/own/{id}", get(own_file))
        .route("/constant", get(constant))
        .route("/written/{count}", get(written_here))
        .route("/type", post(own_type))
        .route("/stream", post(stream))
}

fn main() {}
