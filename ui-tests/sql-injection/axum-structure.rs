//! Helpers, methods, traits, generics, closures and macros between the request and the statement, in axum.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sqlx::PgPool;
use tokio::sync::Mutex;

#[derive(Clone)]
struct AppState {
    db: PgPool,
    items: Arc<dyn Items>,
    last: Arc<Mutex<String>>,
    table: Arc<str>,
}

#[derive(Deserialize)]
struct Search {
    q: String,
    page: u32,
}

#[async_trait]
trait Items: Send + Sync {
    async fn find(&self, name: &str) -> u64;
    async fn find_bound(&self, name: &str) -> u64;
}

struct PgItems {
    db: PgPool,
}

#[async_trait]
impl Items for PgItems {
    async fn find(&self, name: &str) -> u64 {
        let statement = format!("SELECT * FROM item WHERE name = '{name}'");
        sqlx::query(&statement).execute(&self.db).await.map_or(0, |it| it.rows_affected()) //~ sql-injection
    }

    async fn find_bound(&self, name: &str) -> u64 {
        let query = sqlx::query("SELECT * FROM item WHERE name = $1").bind(name); // near miss: find bound
        query.execute(&self.db).await.map_or(0, |it| it.rows_affected())
    }
}

async fn by_trait(State(state): State<AppState>, Query(search): Query<Search>) -> String {
    state.items.find(&search.q).await.to_string()
}

async fn by_trait_bound(State(state): State<AppState>, Query(search): Query<Search>) -> String {
    state.items.find_bound(&search.q).await.to_string()
}

fn first(text: &str) -> String {
    second(text, 1)
}

fn second(text: &str, size: u32) -> String {
    third(text) + &format!(" LIMIT {size}")
}

fn third(text: &str) -> String {
    format!("SELECT * FROM item WHERE {}", fourth(text))
}

fn fourth(text: &str) -> String {
    format!("name = '{text}'")
}

async fn four_deep(State(state): State<AppState>, Query(search): Query<Search>) {
    let _ = sqlx::query(&first(&search.q)).execute(&state.db).await; //~ sql-injection
}

async fn four_deep_with_constant(State(state): State<AppState>, Query(search): Query<Search>) {
    println!("{}", search.q);
    let _ = sqlx::query(&first("chair")).execute(&state.db).await; // near miss: four deep with constant
}

fn drop_argument(_text: &str, size: u32) -> String {
    format!("SELECT * FROM item LIMIT {size}")
}

async fn argument_dropped(State(state): State<AppState>, Query(search): Query<Search>) {
    let _ = sqlx::query(&drop_argument(&search.q, search.page)).execute(&state.db).await; // near miss: argument dropped
}

async fn sink_below(db: &PgPool, condition: &str, size: u32) -> Result<(), sqlx::Error> {
    sink_further_below(db, format!("SELECT * FROM item WHERE {condition} LIMIT {size}")).await
}

async fn sink_further_below(db: &PgPool, statement: String) -> Result<(), sqlx::Error> {
    sqlx::query(&statement).execute(db).await?; //~ sql-injection
    Ok(())
}

async fn into_helper(State(state): State<AppState>, Query(search): Query<Search>) -> Result<(), StatusCode> {
    sink_below(&state.db, &search.q, search.page).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn clean_sink(db: &PgPool, statement: String) {
    let _ = sqlx::query(&statement).execute(db).await; // near miss: clean sink
}

async fn into_clean_helper(State(state): State<AppState>, Query(search): Query<Search>) {
    clean_sink(&state.db, format!("SELECT * FROM item LIMIT {}", search.page)).await;
}

struct Statement {
    conditions: Vec<String>,
    limit: u32,
}

impl Statement {
    fn new() -> Self {
        Statement { conditions: Vec::new(), limit: 10 }
    }

    fn filter(mut self, condition: impl Into<String>) -> Self {
        self.conditions.push(condition.into());
        self
    }

    fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    fn build(&self) -> String {
        format!("SELECT * FROM item WHERE {} LIMIT {}", self.conditions.join(" AND "), self.limit)
    }
}

async fn own_builder(State(state): State<AppState>, Query(search): Query<Search>) {
    let statement = Statement::new().filter("NOT deleted").filter(format!("name = '{}'", search.q)).build();
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
}

async fn own_builder_limit(State(state): State<AppState>, Query(search): Query<Search>) {
    let statement = Statement::new().filter("NOT deleted").limit(search.page).build();
    let _ = sqlx::query(&statement).execute(&state.db).await; // near miss: own builder limit
}

struct Name(String);

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Search> for Name {
    fn from(search: Search) -> Self {
        Name(search.q)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

async fn newtype(State(state): State<AppState>, Query(search): Query<Search>) {
    let name = Name::from(search);
    let statement = format!("SELECT * FROM item WHERE name = '{}'", &*name);
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
}

async fn newtype_into(State(state): State<AppState>, Query(search): Query<Search>) {
    let name: Name = search.into();
    let statement = format!("SELECT * FROM item WHERE name = '{}'", name.as_ref());
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
}

struct Slug(String);

impl TryFrom<String> for Slug {
    type Error = StatusCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.bytes().all(|it| it.is_ascii_alphanumeric()) { Ok(Slug(text)) } else { Err(StatusCode::BAD_REQUEST) }
    }
}

async fn checked_newtype(State(state): State<AppState>, Query(search): Query<Search>) -> Result<(), StatusCode> {
    let slug = Slug::try_from(search.q)?;
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE slug = '{}'", slug.0)).execute(&state.db).await; // near miss: checked newtype
    Ok(())
}

struct Tenant {
    schema: String,
    number: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for Tenant {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let schema = parts.headers.get("x-schema").ok_or(StatusCode::BAD_REQUEST)?;
        let schema = schema.to_str().map_err(|_| StatusCode::BAD_REQUEST)?.to_string();
        Ok(Tenant { number: schema.len() as u32, schema })
    }
}

async fn own_extractor(State(state): State<AppState>, tenant: Tenant) {
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {}", tenant.number)).execute(&state.db).await; // near miss: own extractor
    let _ = sqlx::query(&format!("SELECT * FROM {}.item", tenant.schema)).execute(&state.db).await; //~ sql-injection
}

struct Region(&'static str);

impl<S: Send + Sync> FromRequestParts<S> for Region {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        match parts.headers.get("x-region").map(|it| it.as_bytes()) {
            Some(b"eu") => Ok(Region("eu")),
            Some(b"us") => Ok(Region("us")),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    }
}

async fn own_extractor_of_constants(State(state): State<AppState>, Region(region): Region) {
    let _ = sqlx::query(&format!("SELECT * FROM {region}.item")).execute(&state.db).await; // near miss: own extractor of constants
}

async fn of_state(State(state): State<AppState>) {
    let _ = sqlx::query(&format!("SELECT * FROM {}", state.table)).execute(&state.db).await; // near miss: of state
}

fn render<T: AsRef<str>>(name: T) -> String {
    format!("SELECT * FROM item WHERE name = '{}'", name.as_ref())
}

fn count<T: Into<i64>>(number: T) -> String {
    format!("SELECT * FROM item LIMIT {}", number.into())
}

async fn generic(State(state): State<AppState>, Query(search): Query<Search>) {
    let _ = sqlx::query(&count(search.page)).execute(&state.db).await; // near miss: generic
    let _ = sqlx::query(&render(search.q)).execute(&state.db).await; //~ sql-injection
}

async fn closure_called(State(state): State<AppState>, Query(search): Query<Search>) {
    let like = |text: &str| format!("SELECT * FROM item WHERE name LIKE '%{text}%'");
    let _ = sqlx::query(&like("chair")).execute(&state.db).await; // near miss: closure called
    let _ = sqlx::query(&like(&search.q)).execute(&state.db).await; //~ sql-injection
}

async fn closure_captures(State(state): State<AppState>, Query(search): Query<Search>) {
    let condition = move |column: &str| format!("{column} = '{}'", search.q);
    let statement = format!("SELECT * FROM item WHERE {}", condition("name"));
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
}

fn with<F: FnOnce(&str) -> String>(text: &str, render: F) -> String {
    render(text)
}

async fn closure_passed(State(state): State<AppState>, Query(search): Query<Search>) {
    let statement = with(&search.q, |text| format!("SELECT * FROM item WHERE name = '{text}'"));
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
}

async fn closure_passed_drops(State(state): State<AppState>, Query(search): Query<Search>) {
    let statement = with(&search.q, |text| format!("SELECT * FROM item WHERE length(name) = {}", text.len()));
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection (wrongly)
}

async fn async_block(State(state): State<AppState>, Query(search): Query<Search>) {
    let db = state.db.clone();
    tokio::spawn(async move {
        let statement = format!("UPDATE item SET seen = true WHERE name = '{}'", search.q);
        let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
    });
}

async fn blocking(State(state): State<AppState>, Query(search): Query<Search>) -> Result<(), StatusCode> {
    let statement = tokio::task::spawn_blocking(move || format!("SELECT * FROM item WHERE name = '{}'", search.q))
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
    Ok(())
}

async fn through_mutex(State(state): State<AppState>, Query(search): Query<Search>) {
    let shared = Arc::new(Mutex::new(String::new()));
    *shared.lock().await = search.q;
    let order = shared.lock().await.clone();
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {order}")).execute(&state.db).await; //~ sql-injection
}

async fn sorted(State(state): State<AppState>, Json(values): Json<BTreeMap<String, String>>) {
    // Both the names of the columns and their values are the caller's.
    let list = values.iter().map(|(key, value)| format!("{key} = '{value}'")).collect::<Vec<_>>().join(", ");
    let _ = sqlx::query(&format!("UPDATE item SET {list}")).execute(&state.db).await; //~ sql-injection
}

macro_rules! select {
    ($db:expr, $($part:tt)*) => {
        sqlx::query(&format!($($part)*)).execute($db).await // near miss: sorted
    };
}

macro_rules! condition {
    ($column:literal, $value:expr) => {
        format!("SELECT * FROM item WHERE {} = '{}'", $column, $value)
    };
}

async fn macro_argument(State(state): State<AppState>, Query(search): Query<Search>) {
    let statement = condition!("name", search.q);
    let _ = sqlx::query(&statement).execute(&state.db).await; //~ sql-injection
}

async fn macro_number(State(state): State<AppState>, Query(search): Query<Search>) {
    let statement = condition!("page", search.page);
    let _ = sqlx::query(&statement).execute(&state.db).await; // near miss: macro number
    let _ = select!(&state.db, "SELECT * FROM item LIMIT {}", search.page); // near miss: macro number
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let state = AppState { items: Arc::new(PgItems { db: db.clone() }), db, last: Default::default(), table: "item".into() };
    let app = Router::new()
        .route("/1", get(by_trait).post(by_trait_bound))
        .route("/2", get(four_deep).post(four_deep_with_constant).put(argument_dropped))
        .route("/3", get(into_helper).post(into_clean_helper))
        .route("/4", get(own_builder).post(own_builder_limit))
        .route("/5", get(newtype).post(newtype_into).put(checked_newtype))
        .route("/6", get(own_extractor).post(own_extractor_of_constants).put(of_state))
        .route("/7", get(generic).post(closure_called).put(closure_captures))
        .route("/8", get(closure_passed).post(closure_passed_drops))
        .route("/9", get(async_block).post(blocking).put(through_mutex))
        .route("/10", post(sorted).get(macro_argument).put(macro_number))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
