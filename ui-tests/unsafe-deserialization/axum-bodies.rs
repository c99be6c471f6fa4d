//! Bodies that are decoded by what believes them, and near misses.

use std::io::Cursor;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use bincode::{Decode, Encode};
use rkyv::{Archive, rancor};

#[derive(Decode, Encode)]
struct Batch {
    rows: Vec<u64>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Row {
    name: String,
}

#[derive(Archive, rkyv::Serialize, rkyv::Deserialize)]
struct Event {
    names: Vec<String>,
}

async fn batch(body: Bytes) -> String {
    let read: Result<(Batch, usize), _> = bincode::decode_from_slice(&body, bincode::config::standard()); //~ unsafe-deserialization
    read.map_or(0, |it| it.0.rows.len()).to_string()
}

async fn by_serde(body: Bytes) -> String {
    let config = bincode::config::legacy();
    let read: Result<(Row, usize), _> = bincode::serde::decode_from_slice(&body, config); //~ unsafe-deserialization
    read.map(|it| it.0.name).unwrap_or_default()
}

async fn by_reader(body: Bytes) -> String {
    let mut reader = Cursor::new(body);
    let read: Result<Batch, _> = bincode::decode_from_std_read(&mut reader, bincode::config::standard()); //~ unsafe-deserialization
    read.is_ok().to_string()
}

fn decode(bytes: &[u8]) -> Option<Batch> {
    let config = bincode::config::standard();
    bincode::decode_from_slice(bytes, config).ok().map(|it| it.0) //~ unsafe-deserialization
}

async fn header(headers: HeaderMap) -> String {
    let Some(state) = headers.get("x-state") else { return String::new() };
    decode(state.as_bytes()).map_or(0, |it| it.rows.len()).to_string()
}

async fn archived(body: Bytes) -> String {
    let event = unsafe { rkyv::access_unchecked::<ArchivedEvent>(&body) }; //~ unsafe-deserialization
    event.names.len().to_string()
}

async fn whole(body: Bytes) -> String {
    let event = unsafe { rkyv::from_bytes_unchecked::<Event, rancor::Error>(&body) }; //~ unsafe-deserialization
    event.is_ok().to_string()
}

async fn root(body: Bytes) -> String {
    let text = unsafe { flatbuffers::root_unchecked::<flatbuffers::ForwardsUOffset<&str>>(&body) }; //~ unsafe-deserialization
    text.to_owned()
}

async fn validated(body: Bytes) -> String {
    // near miss: what is read is checked
    match rkyv::access::<ArchivedEvent, rancor::Error>(&body) {
        Ok(event) => event.names.len().to_string(),
        Err(_) => String::new(),
    }
}

async fn validated_root(body: Bytes) -> String {
    // near miss: what is read is checked
    let text = flatbuffers::root::<flatbuffers::ForwardsUOffset<&str>>(&body);
    text.map(str::to_owned).unwrap_or_default()
}

async fn json(body: Bytes) -> String {
    // near miss: takes no more memory than there is text
    let row: Result<Row, _> = serde_json::from_slice(&body);
    row.map(|it| it.name).unwrap_or_default()
}

async fn extracted(Json(row): Json<Row>) -> String {
    // near miss: the same
    row.name
}

async fn own_file(Path(id): Path<u32>) -> String {
    let Ok(bytes) = std::fs::read("data/batch.bin") else { return String::new() };
    // near miss: the service's own file
    let read: Result<(Batch, usize), _> = bincode::decode_from_slice(&bytes, bincode::config::standard());
    read.ok().and_then(|it| it.0.rows.get(id as usize).copied()).unwrap_or_default().to_string()
}

async fn own_archive(Path(id): Path<usize>) -> String {
    let Ok(bytes) = std::fs::read("data/events.bin") else { return String::new() };
    // near miss: the service's own file
    let event = unsafe { rkyv::access_unchecked::<ArchivedEvent>(&bytes) };
    event.names.get(id).map(|it| it.to_string()).unwrap_or_default()
}

async fn encoded(body: Bytes) -> Vec<u8> {
    let batch = Batch { rows: vec![body.len() as u64] };
    // near miss: written, not read
    bincode::encode_to_vec(batch, bincode::config::standard()).unwrap_or_default()
}

async fn read_back(body: Bytes) -> String {
    let batch = Batch { rows: vec![body.len() as u64] };
    let written = bincode::encode_to_vec(batch, bincode::config::standard()).unwrap_or_default();
    // near miss: what the program has written itself
    let read: Result<(Batch, usize), _> = bincode::decode_from_slice(&written, bincode::config::standard());
    read.is_ok().to_string()
}

async fn number(Path(count): Path<u64>) -> String {
    // near miss: eight bytes of a number
    let read: Result<(u64, usize), _> = bincode::decode_from_slice(&count.to_le_bytes(), bincode::config::standard());
    read.is_ok().to_string()
}

async fn constant() -> String {
    // near miss: built in
    decode(b"\x01\x02").is_some().to_string()
}

fn app() -> Router {
    Router::new()
        .route("/batch", post(batch))
        .route("/serde", post(by_serde))
        .route("/reader", post(by_reader))
        .route("/header", post(header))
        .route("/archived", post(archived))
        .route("/whole", post(whole))
        .route("/root", post(root))
        .route("/validated", post(validated))
        .route("/validated-root", post(validated_root))
        .route("/json", post(json))
        .route("/extracted", post(extracted))
        .route("/own/{id}", post(own_file))
        .route("/own-archive/{id}", post(own_archive))
        .route("/encoded", post(encoded))
        .route("/back", post(read_back))
        .route("/number/{count}", post(number))
        .route("/constant", post(constant))
}

fn main() {}
