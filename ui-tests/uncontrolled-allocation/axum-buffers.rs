//! Sizes out of requests, through structs, helpers, traits and bounds, in axum.

use std::alloc::Layout;
use std::collections::{HashMap, VecDeque};

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::{Buf, BytesMut};
use serde::Deserialize;

const MAX_PAGE: usize = 500;

#[derive(Deserialize)]
struct Page {
    offset: Option<u64>,
    limit: Option<usize>,
}

impl Page {
    fn size(&self) -> usize {
        self.limit.unwrap_or(20)
    }

    fn bounded(&self) -> usize {
        self.limit.unwrap_or(20).min(MAX_PAGE)
    }
}

#[derive(Deserialize)]
struct Upload {
    chunks: u32,
    chunk_size: u32,
    letters: u8,
}

#[derive(Clone)]
struct Limits {
    upload: usize,
}

fn buffer(size: usize) -> Vec<u8> {
    vec![0; size] //~ uncontrolled-allocation
}

async fn listed(Query(page): Query<Page>) -> Json<Vec<String>> {
    let mut rows = Vec::with_capacity(page.size()); //~ uncontrolled-allocation
    rows.push(String::from("a"));
    Json(rows)
}

async fn listed_bounded(Query(page): Query<Page>) -> Json<Vec<String>> {
    let rows = Vec::with_capacity(page.bounded()); // near miss: bounded by a method
    Json(rows)
}

async fn uploaded(Json(upload): Json<Upload>) -> String {
    let total = (upload.chunks as usize).saturating_mul(upload.chunk_size as usize);
    buffer(total).len().to_string()
}

async fn framed(body: Bytes) -> Result<String, StatusCode> {
    let mut body = body;
    if body.remaining() < 4 {
        return Err(StatusCode::BAD_REQUEST);
    }
    let length = body.get_u32() as usize;
    let frame = BytesMut::with_capacity(length); //~ uncontrolled-allocation
    Ok(frame.capacity().to_string())
}

async fn by_header(headers: HeaderMap) -> Result<String, StatusCode> {
    let length = headers.get("x-length").and_then(|it| it.to_str().ok()).and_then(|it| it.parse::<usize>().ok());
    let mut queue: VecDeque<u8> = VecDeque::new();
    queue.reserve(length.ok_or(StatusCode::BAD_REQUEST)?); //~ uncontrolled-allocation
    Ok(queue.len().to_string())
}

async fn repeated(Path((word, times)): Path<(String, usize)>) -> String {
    word.repeat(times) //~ uncontrolled-allocation
}

async fn zeroed(Path(size): Path<usize>) -> String {
    let layout = Layout::array::<u64>(size); //~ uncontrolled-allocation
    layout.map(|it| it.size()).unwrap_or_default().to_string()
}

async fn refused(Query(page): Query<Page>) -> Result<String, StatusCode> {
    let limit = page.limit.unwrap_or(10);
    if limit > MAX_PAGE {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(vec![0u8; limit].len().to_string()) // near miss: compared above
}

fn checked(limits: &Limits, size: usize) -> Result<usize, StatusCode> {
    if size <= limits.upload { Ok(size) } else { Err(StatusCode::PAYLOAD_TOO_LARGE) }
}

async fn refused_by_helper(State(limits): State<Limits>, Path(size): Path<usize>) -> Result<String, StatusCode> {
    let size = checked(&limits, size)?;
    Ok(Vec::<u8>::with_capacity(size).capacity().to_string()) // near miss: a helper refuses
}

async fn matched(Path(size): Path<usize>) -> Result<String, StatusCode> {
    let buffer = match size {
        1..=4096 => vec![0u8; size], // near miss: inside a range
        _ => return Err(StatusCode::BAD_REQUEST),
    };
    Ok(buffer.len().to_string())
}

async fn small(Json(upload): Json<Upload>) -> String {
    "-".repeat(upload.letters.into()) // near miss: 8 bits
}

async fn narrowed(Path(size): Path<u64>) -> Result<String, StatusCode> {
    let size = u16::try_from(size).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(vec![0u8; usize::from(size)].len().to_string()) //~ uncontrolled-allocation (wrongly): 16 bits
}

async fn copied(body: Bytes) -> String {
    let mut copy = Vec::with_capacity(body.len()); // near miss: as long as what is there
    copy.extend_from_slice(&body);
    copy.len().to_string()
}

async fn grouped(Json(names): Json<Vec<String>>) -> String {
    let mut groups: HashMap<char, usize> = HashMap::with_capacity(names.len() * 2 + 8); // near miss: as long as what is there
    names.iter().filter_map(|it| it.chars().next()).for_each(|it| *groups.entry(it).or_default() += 1);
    groups.len().to_string()
}

async fn taken(Query(page): Query<Page>) -> Json<Vec<u64>> {
    let from = page.offset.unwrap_or(0);
    Json((from..).take(page.size().clamp(1, 100)).collect()) // near miss: clamped, and nothing is asked for
}

async fn by_position(Path(index): Path<usize>) -> Result<String, StatusCode> {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    let name = NAMES.get(index).ok_or(StatusCode::NOT_FOUND)?;
    Ok(name.repeat(NAMES.len() - index)) // near miss: an index that was found
}

async fn asked(Path(size): Path<usize>) -> String {
    let wide = size > 80;
    " ".repeat(if wide { 80 } else { size }) // near miss: a branch bounds it
}

fn app() -> Router {
    Router::new()
        .route("/1", get(listed).post(listed_bounded))
        .route("/2", post(uploaded).put(framed).get(by_header))
        .route("/3/{word}/{times}", get(repeated))
        .route("/4/{size}", get(zeroed).post(refused_by_helper).put(matched).delete(asked))
        .route("/5", get(refused).post(small).put(copied).patch(grouped).delete(taken))
        .route("/6/{index}", get(by_position).put(narrowed))
        .with_state(Limits { upload: 1 << 20 })
}

fn main() {}
