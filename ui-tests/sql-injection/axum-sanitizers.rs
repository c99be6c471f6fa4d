//! What makes request data harmless in a statement, and what only looks so, in axum.

use std::str::FromStr;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::Router;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

type Answer = Result<StatusCode, StatusCode>;

#[derive(Deserialize)]
struct List {
    sort: String,
    direction: Direction,
    since: Option<NaiveDate>,
    owner: Option<Uuid>,
    filter: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Asc,
    Desc,
}

impl Direction {
    fn sql(self) -> &'static str {
        match self {
            Direction::Asc => "ASC",
            Direction::Desc => "DESC",
        }
    }
}

enum Column {
    Name,
    Price,
}

impl FromStr for Column {
    type Err = StatusCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "name" => Ok(Column::Name),
            "price" => Ok(Column::Price),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    }
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Column::Name => "name",
            Column::Price => "price_cents",
        })
    }
}

enum Term {
    Word(String),
    Number(i64),
}

impl FromStr for Term {
    type Err = StatusCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(number) => Ok(Term::Number(number)),
            Err(_) if text.is_empty() => Err(StatusCode::BAD_REQUEST),
            Err(_) => Ok(Term::Word(text.to_string())),
        }
    }
}

const COLUMNS: &[&str] = &["name", "price_cents", "created_at"];

async fn run(db: &PgPool, statement: &str) -> Answer {
    match sqlx::query(statement).execute(db).await { //~ sql-injection
        Ok(_) => Ok(StatusCode::OK),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn through_run(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    run(&db, &format!("SELECT * FROM item ORDER BY {}", list.sort)).await
}

async fn enum_parameter(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let statement = format!("SELECT * FROM item ORDER BY name {}", list.direction.sql());
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: enum parameter
    Ok(StatusCode::OK)
}

async fn own_from_str(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column: Column = list.sort.parse()?;
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: own from str
    Ok(StatusCode::OK)
}

async fn own_from_str_turbofish(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column = list.sort.parse::<Column>()?;
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: own from str turbofish
    let column = Column::from_str(&list.sort)?;
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: own from str turbofish
    Ok(StatusCode::OK)
}

async fn own_from_str_with_data(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let Ok(term) = list.sort.parse::<Term>() else { return Err(StatusCode::BAD_REQUEST) };
    let condition = match term {
        Term::Word(word) => format!("name = '{word}'"),
        Term::Number(number) => format!("id = {number}"),
    };
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE {condition}")).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn date_and_uuid(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let since = list.since.unwrap_or_else(|| Utc::now().date_naive());
    let owner = list.owner.ok_or(StatusCode::BAD_REQUEST)?;
    let statement = format!("SELECT * FROM item WHERE created_at > '{since}' AND owner = '{owner}'");
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: date and uuid
    Ok(StatusCode::OK)
}

async fn parsed_number(State(db): State<PgPool>, Path(id): Path<String>) -> Answer {
    let id: i64 = id.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let _ = sqlx::query(&format!("DELETE FROM item WHERE id = {id}")).execute(&db).await; // near miss: parsed number
    Ok(StatusCode::OK)
}

async fn parsed_and_thrown_away(State(db): State<PgPool>, Path(id): Path<String>) -> Answer {
    if id.parse::<i64>().is_err() {
        return Err(StatusCode::BAD_REQUEST);
    }
    // Parses as a number in full, so the text is one.
    let _ = sqlx::query(&format!("DELETE FROM item WHERE id = {id}")).execute(&db).await; // near miss: parsed and thrown away
    Ok(StatusCode::OK)
}

async fn parsed_without_consequence(State(db): State<PgPool>, Path(id): Path<String>) -> Answer {
    if id.parse::<i64>().is_err() {
        eprintln!("not a number");
    }
    let _ = sqlx::query(&format!("DELETE FROM item WHERE id = {id}")).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn parsed_uuid(State(db): State<PgPool>, Path(id): Path<String>) -> Answer {
    let id = Uuid::parse_str(&id).map_err(|_| StatusCode::BAD_REQUEST)?;
    let _ = sqlx::query(&format!("DELETE FROM item WHERE id = '{id}'")).execute(&db).await; // near miss: parsed uuid
    Ok(StatusCode::OK)
}

async fn matched(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column = match list.sort.as_str() {
        known @ ("name" | "price_cents") => known,
        _ => return Err(StatusCode::BAD_REQUEST),
    };
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: matched
    Ok(StatusCode::OK)
}

async fn matched_with_rest(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column = match list.sort.as_str() {
        "price" => "price_cents",
        other => other,
    };
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn matches_macro(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if !matches!(list.sort.as_str(), "name" | "price_cents") {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: matches macro
    Ok(StatusCode::OK)
}

async fn equal(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.sort == "name" {
        let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: equal
    }
    Ok(StatusCode::OK)
}

async fn not_equal(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.sort != "name" {
        let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    }
    Ok(StatusCode::OK)
}

async fn not_equal_refused(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.sort != "name" && list.sort != "price" {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: not equal refused
    Ok(StatusCode::OK)
}

async fn one_value_refused(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.sort == "password" {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn in_list(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column = if COLUMNS.contains(&list.sort.as_str()) { list.sort.as_str() } else { "name" };
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: in list
    Ok(StatusCode::OK)
}

async fn in_local_list(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let known = ["name", "price_cents"];
    if !known.iter().any(|it| *it == list.sort) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: in local list
    Ok(StatusCode::OK)
}

async fn found_in_list(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column = COLUMNS.iter().find(|it| **it == list.sort).ok_or(StatusCode::BAD_REQUEST)?;
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: found in list
    Ok(StatusCode::OK)
}

async fn list_of_another(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let filter = list.filter.unwrap_or_default();
    if !COLUMNS.contains(&list.sort.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let statement = format!("SELECT * FROM item WHERE name = '{filter}' ORDER BY {}", list.sort);
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn list_after_use(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    if !COLUMNS.contains(&list.sort.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(StatusCode::OK)
}

async fn list_in_one_branch(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.owner.is_some() {
        if !COLUMNS.contains(&list.sort.as_str()) {
            return Err(StatusCode::BAD_REQUEST);
        }
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn list_or(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.owner.is_some() || COLUMNS.contains(&list.sort.as_str()) {
        let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    }
    Ok(StatusCode::OK)
}

async fn list_and(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.owner.is_some() && COLUMNS.contains(&list.sort.as_str()) {
        let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: list and
    }
    Ok(StatusCode::OK)
}

async fn list_inverted(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if COLUMNS.contains(&list.sort.as_str()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn length_bound(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.sort.len() > 64 || list.sort.is_empty() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn characters(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if !list.sort.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: characters
    Ok(StatusCode::OK)
}

async fn characters_any(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if list.sort.chars().any(|it| !it.is_ascii_alphanumeric()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: characters any
    Ok(StatusCode::OK)
}

async fn characters_some(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if !list.sort.chars().any(char::is_alphanumeric) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn characters_filtered(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let column: String = list.sort.chars().filter(|it| it.is_ascii_alphanumeric()).collect();
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: characters filtered
    Ok(StatusCode::OK)
}

fn is_valid_column(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
}

fn check_column(name: &str) -> Result<(), StatusCode> {
    if COLUMNS.contains(&name) { Ok(()) } else { Err(StatusCode::BAD_REQUEST) }
}

fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn wrap(name: &str) -> String {
    format!("({name})")
}

async fn validator_by_name(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    if !is_valid_column(&list.sort) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: validator by name
    Ok(StatusCode::OK)
}

async fn validator_with_question_mark(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    check_column(&list.sort)?;
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; // near miss: validator with question mark
    Ok(StatusCode::OK)
}

async fn validator_ignored(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let _ = check_column(&list.sort);
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", list.sort)).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn quoted(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", quote_identifier(&list.sort))).execute(&db).await; // near miss: quoted
    Ok(StatusCode::OK)
}

async fn wrapped(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {}", wrap(&list.sort))).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn escaped_for_like(State(db): State<PgPool>, Query(list): Query<List>) -> Answer {
    let pattern = list.sort.replace('%', "\\%").replace('_', "\\_");
    let statement = format!("SELECT * FROM item WHERE name LIKE '%{pattern}%'");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
    Ok(StatusCode::OK)
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .route("/1", get(through_run).post(enum_parameter).put(own_from_str).delete(own_from_str_turbofish))
        .route("/2", get(own_from_str_with_data).post(date_and_uuid))
        .route("/3/{id}", get(parsed_number).post(parsed_and_thrown_away).put(parsed_without_consequence))
        .route("/4/{id}", get(parsed_uuid))
        .route("/5", get(matched).post(matched_with_rest).put(matches_macro).delete(equal))
        .route("/6", get(not_equal).post(not_equal_refused).put(one_value_refused).delete(in_list))
        .route("/7", get(in_local_list).post(found_in_list).put(list_of_another).delete(list_after_use))
        .route("/8", get(list_in_one_branch).post(list_or).put(list_and).delete(list_inverted))
        .route("/9", get(length_bound).post(characters).put(characters_any).delete(characters_some))
        .route("/10", get(characters_filtered).post(validator_by_name).put(validator_with_question_mark))
        .route("/11", get(validator_ignored).post(quoted).put(wrapped).delete(escaped_for_like))
        .with_state(db);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
