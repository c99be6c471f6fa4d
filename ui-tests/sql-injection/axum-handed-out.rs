//! What comes in in a function that is handed nothing, and goes out of it to where it does harm.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use tokio_postgres::Client;

struct Feed;

#[derive(Deserialize)]
struct Entry {
    id: i64,
    name: String,
}

/// The source, and nothing that is handed in.
async fn word() -> reqwest::Result<String> {
    reqwest::get("https://words.example.org/today").await?.text().await
}

/// One call further.
async fn longest() -> Option<String> {
    let text = word().await.ok()?;
    text.split(' ').max_by_key(|it| it.len()).map(str::to_owned)
}

/// Through what it is lent.
async fn fill(text: &mut String) {
    if let Ok(more) = word().await {
        text.push_str(&more);
    }
}

/// Says only whether there is one.
async fn is_there() -> bool {
    word().await.is_ok_and(|it| !it.is_empty())
}

/// A number is a number.
async fn count() -> u64 {
    word().await.ok().and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}

/// Asks another server, and gives nothing of what it says.
async fn table() -> &'static str {
    match word().await.as_deref() {
        Ok("people") => "people",
        _ => "places",
    }
}

impl Feed {
    async fn entry(&self) -> reqwest::Result<Entry> {
        reqwest::get("https://feed.example.org/next").await?.json().await
    }
}

async fn remove(db: &Client, name: &str) -> bool {
    db.batch_execute(&format!("DELETE FROM words WHERE name = '{name}'")).await.is_ok() //~ sql-injection
}

pub async fn directly(State(db): State<Arc<Client>>) -> StatusCode {
    let Ok(word) = word().await else { return StatusCode::BAD_GATEWAY };
    match db.batch_execute(&format!("DELETE FROM words WHERE name = '{word}'")).await { //~ sql-injection
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

pub async fn through_two(State(db): State<Arc<Client>>) -> StatusCode {
    let word = longest().await.unwrap_or_default();
    match db.batch_execute(&("DELETE FROM words WHERE name = '".to_owned() + &word + "'")).await { //~ sql-injection
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

pub async fn lent(State(db): State<Arc<Client>>) -> StatusCode {
    let mut statement = String::from("DELETE FROM ");
    fill(&mut statement).await;
    match db.batch_execute(&statement).await { //~ sql-injection
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

pub async fn by_method(State(db): State<Arc<Client>>) -> StatusCode {
    let Ok(entry) = Feed.entry().await else { return StatusCode::BAD_GATEWAY };
    match remove(&db, &entry.name).await {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::CONFLICT,
    }
}

/// One source, two statements of different data: both have to be mended.
pub async fn twice(State(db): State<Arc<Client>>, Query(entry): Query<Entry>) -> StatusCode {
    let name = entry.name;
    let first = db.batch_execute(&format!("DELETE FROM words WHERE name = '{name}'")).await; //~ sql-injection
    let upper = name.to_uppercase();
    let second = db.batch_execute(&format!("DELETE FROM words WHERE name = '{upper}'")).await; //~ sql-injection
    match first.and(second) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

/// The same data in the same way: one mistake.
pub async fn again(State(db): State<Arc<Client>>, Query(entry): Query<Entry>) -> StatusCode {
    let statement = format!("DELETE FROM words WHERE name = '{}'", entry.name);
    let first = db.batch_execute(&statement).await; //~ sql-injection
    let second = db.batch_execute(&statement).await;
    match first.and(second) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

pub async fn numbers(State(db): State<Arc<Client>>) -> StatusCode {
    let (count, table) = (count().await, table().await);
    let known = match is_there().await {
        true => 1,
        false => 0,
    };
    match db.batch_execute(&format!("DELETE FROM {table} WHERE id = {count} OR known = {known}")).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

pub async fn bound(State(db): State<Arc<Client>>) -> StatusCode {
    let Ok(entry) = Feed.entry().await else { return StatusCode::BAD_GATEWAY };
    match db.execute("DELETE FROM words WHERE id = $1 AND name = $2", &[&entry.id, &entry.name]).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::CONFLICT,
    }
}

fn main() {}
