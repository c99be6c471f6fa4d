//! Data on its way through locals, tuples, structs and enums, in axum.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Deserialize)]
struct Filter {
    name: String,
    limit: u32,
    tags: Vec<String>,
    sort: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    filter: Filter,
    size: i64,
}

struct Parts {
    table: String,
    condition: String,
}

enum Scope {
    All,
    Named(String),
    Range { from: i64, until: i64 },
}

async fn shadowed(State(db): State<PgPool>, Query(filter): Query<Filter>) -> StatusCode {
    let name = "fixed".to_string();
    let name = format!("{name}-{}", filter.name);
    let statement = format!("SELECT * FROM item WHERE name = '{name}'");
    match sqlx::query(&statement).execute(&db).await { //~ sql-injection
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn shadowed_by_constant(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let name = filter.name;
    println!("{name}");
    let name = "fixed";
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE name = '{name}'")).execute(&db).await; // near miss: shadowed by constant
}

async fn overwritten(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let mut order = filter.name;
    println!("{order}");
    order = String::from("id");
    let statement = format!("SELECT * FROM item ORDER BY {order}");
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: overwritten
}

async fn used_before_overwritten(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let mut order = filter.name;
    let statement = format!("SELECT * FROM item ORDER BY {order}");
    order = String::from("id");
    println!("{order}");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn tainted_in_one_branch(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let mut order = String::from("id");
    if filter.limit > 10 {
        order = filter.name;
    }
    let statement = format!("SELECT * FROM item ORDER BY {order}");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn declared_then_assigned(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let order;
    if filter.limit > 10 {
        order = filter.name.as_str();
    } else {
        order = "id";
    }
    let statement = format!("SELECT * FROM item ORDER BY {order}");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn constants_in_both_branches(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let order = if filter.name.starts_with('-') { "id DESC" } else { "id" };
    let statement = format!("SELECT * FROM item ORDER BY {order}");
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: constants in both branches
}

async fn tuple(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let pair = (filter.name, "item");
    let good = format!("SELECT * FROM {}", pair.1);
    let _ = sqlx::query(&good).execute(&db).await; // near miss: tuple
    let bad = format!("SELECT * FROM {}", pair.0);
    let _ = sqlx::query(&bad).execute(&db).await; //~ sql-injection
}

async fn destructured_tuple(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let (table, column) = ("item", filter.name);
    let _ = sqlx::query(&format!("SELECT * FROM {table}")).execute(&db).await; // near miss: destructured tuple
    let _ = sqlx::query(&format!("SELECT {column} FROM item")).execute(&db).await; //~ sql-injection
}

async fn path_tuple(State(db): State<PgPool>, Path((table, id)): Path<(String, i64)>) {
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id = {id}")).execute(&db).await; // near miss: path tuple
    let _ = sqlx::query(&format!("SELECT * FROM {table} WHERE id = 1")).execute(&db).await; //~ sql-injection
}

async fn number_field(State(db): State<PgPool>, Json(filter): Json<Filter>) {
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {}", filter.limit)).execute(&db).await; // near miss: number field
}

async fn nested(State(db): State<PgPool>, Json(page): Json<Page>) {
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {}", page.size)).execute(&db).await; // near miss: nested
    let _ = sqlx::query(&format!("SELECT {} FROM item", page.filter.name)).execute(&db).await; //~ sql-injection
}

async fn nested_pattern(State(db): State<PgPool>, Json(Page { filter: Filter { name, limit, .. }, size }): Json<Page>) {
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit} OFFSET {size}")).execute(&db).await; // near miss: nested pattern
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE name = '{name}'")).execute(&db).await; //~ sql-injection
}

async fn own_struct(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let parts = Parts { table: "item".to_string(), condition: filter.name };
    let _ = sqlx::query(&format!("SELECT * FROM {}", parts.table)).execute(&db).await; // near miss: own struct
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE {}", parts.condition)).execute(&db).await; //~ sql-injection
}

async fn field_assigned(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let mut parts = Parts { table: "item".into(), condition: "true".into() };
    parts.condition = filter.name;
    let _ = sqlx::query(&format!("SELECT * FROM {} WHERE true", parts.table)).execute(&db).await; // near miss: field assigned
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE {}", parts.condition)).execute(&db).await; //~ sql-injection
}

async fn data_enum(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let scope = match filter.sort {
        Some(sort) => Scope::Named(sort),
        None if filter.limit > 0 => Scope::Range { from: 0, until: filter.limit.into() },
        None => Scope::All,
    };
    let statement = match scope {
        Scope::All => "SELECT * FROM item".to_string(),
        Scope::Named(name) => format!("SELECT * FROM item WHERE name = '{name}'"),
        Scope::Range { from, until } => format!("SELECT * FROM item LIMIT {until} OFFSET {from}"),
    };
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn data_enum_number(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let scope = Scope::Range { from: 0, until: filter.limit.into() };
    if let Scope::Range { from, until } = scope {
        let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {until} OFFSET {from}")).execute(&db).await; // near miss: data enum number
    }
}

async fn if_let(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    if let Some(sort) = &filter.sort {
        let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {sort}")).execute(&db).await; //~ sql-injection
    }
}

async fn let_else(State(db): State<PgPool>, Query(filter): Query<Filter>) -> StatusCode {
    let Some(sort) = filter.sort else {
        return StatusCode::BAD_REQUEST;
    };
    let statement = format!("SELECT * FROM item ORDER BY {sort}");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
    StatusCode::OK
}

async fn unwrap_or(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let sort = filter.sort.as_deref().unwrap_or("id");
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {sort}")).execute(&db).await; //~ sql-injection
}

async fn option_presence(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let sort = filter.sort.map(|_| "name").unwrap_or("id");
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {sort}")).execute(&db).await; // near miss: option presence
}

async fn option_map(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let order = filter.sort.map(|sort| format!(" ORDER BY {sort}")).unwrap_or_default();
    let _ = sqlx::query(&format!("SELECT * FROM item{order}")).execute(&db).await; //~ sql-injection
}

async fn and_then_parse(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let offset = filter.sort.as_deref().and_then(|sort| sort.parse::<u64>().ok()).unwrap_or(0);
    let _ = sqlx::query(&format!("SELECT * FROM item OFFSET {offset}")).execute(&db).await; // near miss: and then parse
}

async fn ok_or(State(db): State<PgPool>, Query(filter): Query<Filter>) -> Result<(), StatusCode> {
    let sort = filter.sort.ok_or(StatusCode::BAD_REQUEST)?;
    let statement = ["SELECT * FROM item ORDER BY ", &sort].concat();
    sqlx::query(&statement).execute(&db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?; //~ sql-injection
    Ok(())
}

async fn map_value(State(db): State<PgPool>, Query(query): Query<HashMap<String, String>>) {
    if let Some(order) = query.get("order") {
        let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {order}")).execute(&db).await; //~ sql-injection
    }
}

async fn map_key_only(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let columns = HashMap::from([("price", "price_cents"), ("date", "created_at")]);
    let column = columns.get(filter.name.as_str()).copied().unwrap_or("id");
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {column}")).execute(&db).await; // near miss: map key only
}

async fn own_map(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let mut conditions = HashMap::new();
    conditions.insert("name", filter.name);
    let statement = format!("SELECT * FROM item WHERE name = '{}'", conditions["name"]);
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn length_only(State(db): State<PgPool>, Query(filter): Query<Filter>) {
    let length = filter.name.len();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE length(name) = {length}")).execute(&db).await; // near miss: length only
    let count = filter.tags.iter().count();
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE tags = {count}")).execute(&db).await; // near miss: length only
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .route("/1", get(shadowed))
        .route("/2", get(shadowed_by_constant))
        .route("/3", get(overwritten))
        .route("/4", get(used_before_overwritten))
        .route("/5", get(tainted_in_one_branch))
        .route("/6", get(declared_then_assigned))
        .route("/7", get(constants_in_both_branches))
        .route("/8", get(tuple))
        .route("/9", get(destructured_tuple))
        .route("/10/{table}/{id}", get(path_tuple))
        .route("/11", post(number_field))
        .route("/12", post(nested))
        .route("/13", post(nested_pattern))
        .route("/14", get(own_struct))
        .route("/15", get(field_assigned))
        .route("/16", get(data_enum))
        .route("/17", get(data_enum_number))
        .route("/18", get(if_let))
        .route("/19", get(let_else))
        .route("/20", get(unwrap_or))
        .route("/21", get(option_presence))
        .route("/22", get(option_map))
        .route("/23", get(and_then_parse))
        .route("/24", get(ok_or))
        .route("/25", get(map_value))
        .route("/26", get(map_key_only))
        .route("/27", get(own_map))
        .route("/28", get(length_only))
        .with_state(db);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
