//! Sizes of allocations that requests choose.

use std::alloc::Layout;
use std::collections::{HashMap, VecDeque};

use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

const MAX: usize = 1024;

#[derive(Deserialize)]
struct Grid {
    width: usize,
    height: usize,
    small: u8,
    times: Option<usize>,
    rows: Vec<String>,
}

async fn capacity(Query(grid): Query<Grid>) -> String {
    let rows: Vec<u64> = Vec::with_capacity(grid.width); //~ uncontrolled-allocation
    rows.len().to_string()
}

async fn filled(Json(grid): Json<Grid>) -> String {
    let cells = vec![0u8; grid.width * grid.height]; //~ uncontrolled-allocation
    cells.len().to_string()
}

async fn of_header(headers: HeaderMap) -> String {
    let length = headers.get("x-length").and_then(|it| it.to_str().ok());
    let length: usize = length.and_then(|it| it.parse().ok()).unwrap_or(0);
    let buffer = vec![0; length]; //~ uncontrolled-allocation
    buffer.len().to_string()
}

async fn text(Path(times): Path<usize>) -> String {
    "-".repeat(times) //~ uncontrolled-allocation
}

async fn string(Path(size): Path<usize>) -> String {
    String::with_capacity(size) //~ uncontrolled-allocation
}

async fn reserved(Query(grid): Query<Grid>) -> String {
    let mut rows: Vec<u64> = Vec::new();
    rows.reserve(grid.height); //~ uncontrolled-allocation
    rows.len().to_string()
}

async fn resized(Query(grid): Query<Grid>) -> String {
    let mut rows: Vec<u64> = Vec::new();
    rows.resize(grid.times.unwrap_or(1), 0); //~ uncontrolled-allocation
    rows.len().to_string()
}

async fn layout(Path(size): Path<usize>) -> String {
    Layout::array::<u64>(size).is_ok().to_string() //~ uncontrolled-allocation
}

fn buffer(size: usize) -> Vec<u8> {
    vec![0; size] //~ uncontrolled-allocation
}

async fn in_a_helper(Query(grid): Query<Grid>) -> String {
    buffer(grid.width + 1).len().to_string()
}

async fn deque(Query(grid): Query<Grid>) -> String {
    let all: VecDeque<u8> = VecDeque::with_capacity(grid.width); //~ uncontrolled-allocation
    all.len().to_string()
}

async fn only_below(Query(grid): Query<Grid>) -> String {
    // One bound alone is the wrong one.
    if grid.width < 10 {
        return String::new();
    }
    vec![0u8; grid.width].len().to_string() //~ uncontrolled-allocation
}

async fn compared(Query(grid): Query<Grid>) -> String {
    if grid.width > MAX {
        return String::new();
    }
    // near miss: no more than the program's own bound
    vec![0u8; grid.width].len().to_string()
}

async fn at_most(Query(grid): Query<Grid>) -> String {
    // near miss: `min` bounds it
    Vec::<u8>::with_capacity(grid.width.min(MAX)).len().to_string()
}

async fn between(Query(grid): Query<Grid>) -> String {
    let width = grid.width.clamp(1, 100);
    // near miss: `clamp` bounds it
    "-".repeat(width)
}

async fn of_two(Query(grid): Query<Grid>) -> String {
    let size = std::cmp::min(grid.width, MAX);
    // near miss: the smaller of two
    vec![0u8; size].len().to_string()
}

async fn small(Query(grid): Query<Grid>) -> String {
    // near miss: eight bits are no more than 255
    vec![0u64; grid.small as usize].len().to_string()
}

async fn as_many_as_there_are(Json(grid): Json<Grid>) -> String {
    // near miss: as many as the request holds already
    let all: Vec<usize> = Vec::with_capacity(grid.rows.len());
    all.len().to_string()
}

async fn rest(Query(grid): Query<Grid>) -> String {
    // near miss: the rest of a division by 64 is less than 64
    vec![0u8; grid.width % 64].len().to_string()
}

async fn fixed(Query(grid): Query<Grid>) -> String {
    // near miss: the request says what it is filled with, not how often
    vec![grid.width; 16].len().to_string()
}

async fn taken(Query(grid): Query<Grid>) -> String {
    // near miss: no more than there are
    let all: Vec<u32> = (0..100).take(grid.width).collect();
    all.len().to_string()
}

async fn ranged(Query(grid): Query<Grid>) -> String {
    if !(1..=MAX).contains(&grid.width) {
        return String::new();
    }
    // near miss: inside a range of the program's own
    vec![0u8; grid.width].len().to_string()
}

async fn asserted(Query(grid): Query<Grid>) -> String {
    assert!(grid.height <= MAX);
    // near miss: stops where it is more
    vec![0u8; grid.height].len().to_string()
}

async fn map(Query(grid): Query<Grid>) -> String {
    let mut seen: HashMap<usize, u8> = HashMap::new();
    // near miss: one entry, whatever its key
    seen.insert(grid.width, 1);
    seen.len().to_string()
}

fn app() -> Router {
    Router::new()
        .route("/1", get(capacity))
        .route("/2", post(filled))
        .route("/3", get(of_header))
        .route("/4/{times}", get(text))
        .route("/5/{size}", get(string))
        .route("/6", get(reserved))
        .route("/7", get(resized))
        .route("/8/{size}", get(layout))
        .route("/9", get(in_a_helper))
        .route("/10", get(deque))
        .route("/11", get(only_below))
        .route("/12", get(compared))
        .route("/13", get(at_most))
        .route("/14", get(between))
        .route("/15", get(of_two))
        .route("/16", get(small))
        .route("/17", post(as_many_as_there_are))
        .route("/18", get(rest))
        .route("/19", get(fixed))
        .route("/20", get(taken))
        .route("/21", get(ranged))
        .route("/22", get(asserted))
        .route("/23", get(map))
}

fn main() {}
