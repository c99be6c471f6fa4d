//! Ways to make a number of what a request says, in axum.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

#[derive(Deserialize)]
struct List {
    text: String,
    optional: Option<String>,
    small: u8,
    flag: bool,
    sign: char,
    price: f64,
    count: NonZeroU32,
    numbers: Option<Vec<i64>>,
}

type Answer = Result<StatusCode, StatusCode>;

const BAD: StatusCode = StatusCode::BAD_REQUEST;

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn number_or_text(text: &str) -> String {
    match text.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => text.to_string(),
    }
}

async fn small_fields(State(db): State<PgPool>, Query(list): Query<List>) {
    let statement = format!("SELECT {}, {}, {}, {}", list.small, list.flag, list.price, list.count);
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: small fields
}

async fn character(State(db): State<PgPool>, Query(list): Query<List>) {
    // A quote is a character, but it ends in an error and no more.
    let _ = sqlx::query(&format!("SELECT {}", u32::from(list.sign))).execute(&db).await; // near miss: character
}

async fn turbofish_question_mark(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let limit = list.text.parse::<u32>().map_err(|_| BAD)?;
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: turbofish question mark
    Ok(StatusCode::OK)
}

async fn turbofish_unwrap_or(State(db): State<PgPool>, Query(list): Query<List>) {
    let limit = list.text.parse::<u32>().unwrap_or(20);
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: turbofish unwrap or
}

async fn turbofish_if_let(State(db): State<PgPool>, Query(list): Query<List>) {
    if let Ok(limit) = list.text.parse::<u32>() {
        let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: turbofish if let
    }
}

async fn turbofish_match(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let limit = match list.text.parse::<u32>() {
        Ok(limit) if limit <= 100 => limit,
        Ok(_) => 100,
        Err(_) => return Err(BAD),
    };
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: turbofish match
    Ok(StatusCode::OK)
}

async fn typed_match(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let limit: u32 = match list.text.parse() {
        Ok(limit) => limit,
        Err(_) => return Err(BAD),
    };
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: typed match
    Ok(StatusCode::OK)
}

async fn turbofish_let_else(State(db): State<PgPool>, Path(id): Path<String>) -> Answer {
    let Ok(id) = id.parse::<i64>() else { return Err(BAD) };
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {id}")).execute(&db).await; // near miss: turbofish let else
    Ok(StatusCode::OK)
}

async fn optional_number(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let offset = list.optional.map(|it| it.parse::<i64>()).transpose().map_err(|_| BAD)?.unwrap_or(0);
    let _ = sqlx::query(&format!("SELECT * FROM item OFFSET {offset}")).execute(&db).await; // near miss: optional number
    Ok(StatusCode::OK)
}

async fn numbers_collected(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let ids = list.text.split(',').map(|it| it.parse::<i64>()).collect::<Result<Vec<_>, _>>().map_err(|_| BAD)?;
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id IN ({ids})")).execute(&db).await; // near miss: numbers collected
    Ok(StatusCode::OK)
}

async fn numbers_kept(State(db): State<PgPool>, Query(list): Query<List>) {
    let ids: Vec<i64> = list.text.split(',').filter_map(|it| it.parse().ok()).collect();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = ANY(ARRAY{ids:?})")).execute(&db).await; // near miss: numbers kept
}

async fn texts_kept(State(db): State<PgPool>, Query(list): Query<List>) {
    let ids: Vec<&str> = list.text.split(',').filter(|it| it.len() < 10).collect();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id IN ({})", ids.join(","))).execute(&db).await; //~ sql-injection
}

async fn numbers_of_list(State(db): State<PgPool>, Query(list): Query<List>) {
    let numbers = list.numbers.unwrap_or_default();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {}", numbers.iter().sum::<i64>())).execute(&db).await; // near miss: numbers of list
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {:?}", numbers.first())).execute(&db).await; // near miss: numbers of list
}

async fn by_helper(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let id = number(&list.text).ok_or(BAD)?;
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {id}")).execute(&db).await; // near miss: by helper
    Ok(StatusCode::OK)
}

async fn by_helper_or_text(State(db): State<PgPool>, Query(list): Query<List>) {
    let id = number_or_text(&list.text);
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {id}")).execute(&db).await; //~ sql-injection
}

async fn dates(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let day = NaiveDate::parse_from_str(&list.text, "%Y-%m-%d").map_err(|_| BAD)?;
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE day = '{day}'")).execute(&db).await; // near miss: dates
    let time = DateTime::parse_from_rfc3339(&list.text).map_err(|_| BAD)?.with_timezone(&Utc);
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE time = '{time}'")).execute(&db).await; // near miss: dates
    let seconds = time.timestamp();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE seconds = {seconds}")).execute(&db).await; // near miss: dates
    Ok(StatusCode::OK)
}

async fn date_kept_as_text(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let _ = NaiveDate::parse_from_str(&list.text, "%Y-%m-%d").map_err(|_| BAD);
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE day = '{}'", list.text)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn identifiers(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let id = list.text.parse::<Uuid>().map_err(|_| BAD)?;
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = '{id}'")).execute(&db).await; // near miss: identifiers
    let id = Uuid::try_parse(&list.text).map_err(|_| BAD)?.simple().to_string();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = '{id}'")).execute(&db).await; // near miss: identifiers
    let address = list.text.parse::<IpAddr>().map_err(|_| BAD)?;
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE address = '{address}'")).execute(&db).await; // near miss: identifiers
    Ok(StatusCode::OK)
}

async fn radix(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let id = i64::from_str_radix(&list.text, 16).map_err(|_| BAD)?;
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {id}")).execute(&db).await; // near miss: radix
    Ok(StatusCode::OK)
}

async fn position(State(db): State<PgPool>, Query(list): Query<List>) {
    let at = list.text.find('-').unwrap_or(0);
    let _ = sqlx::query(&format!("SELECT * FROM item OFFSET {at}")).execute(&db).await; // near miss: position
    let rank = list.text.split(',').position(|it| it == "a").map_or(0, |it| it + 1);
    let _ = sqlx::query(&format!("SELECT * FROM item OFFSET {rank}")).execute(&db).await; // near miss: position
}

async fn json_numbers(State(db): State<PgPool>, axum::Json(body): axum::Json<serde_json::Value>) {
    let limit = body["limit"].as_u64().unwrap_or(10);
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: json numbers
    let open = body["open"].as_bool().unwrap_or(false);
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE open = {open}")).execute(&db).await; // near miss: json numbers
    if let Some(price) = body.get("price").and_then(|it| it.as_f64()) {
        let _ = sqlx::query(&format!("SELECT * FROM item WHERE price < {price}")).execute(&db).await; // near miss: json numbers
    }
    let raw = &body["limit"];
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {raw}")).execute(&db).await; //~ sql-injection
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .route("/1", get(small_fields).post(character).put(turbofish_question_mark).delete(turbofish_unwrap_or))
        .route("/2", get(turbofish_if_let).post(turbofish_match).put(typed_match))
        .route("/3/{id}", get(turbofish_let_else))
        .route("/4", get(optional_number).post(numbers_collected).put(numbers_kept).delete(texts_kept))
        .route("/5", get(numbers_of_list).post(by_helper).put(by_helper_or_text))
        .route("/6", get(dates).post(date_kept_as_text).put(identifiers).delete(radix))
        .route("/7", get(position).post(json_numbers))
        .with_state(db);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
