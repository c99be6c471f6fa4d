//! The ways to put a statement's text together, in axum.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgPool, Postgres, QueryBuilder};

#[derive(Deserialize)]
struct Search {
    q: String,
    ids: Vec<i64>,
    names: Vec<String>,
}

const SELECT: &str = "SELECT * FROM item WHERE ";

async fn positional(State(db): State<PgPool>, Query(search): Query<Search>) {
    let statement = format!("{0} name = '{1}' OR title = '{1}'", SELECT, search.q);
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn named(State(db): State<PgPool>, Query(search): Query<Search>) {
    let statement = format!("{SELECT} name = '{wanted}'", wanted = search.q.trim());
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn named_number(State(db): State<PgPool>, Query(search): Query<Search>) {
    let statement = format!("{SELECT} length(name) = {wanted}", wanted = search.q.len());
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: named number
}

async fn written(State(db): State<PgPool>, Query(search): Query<Search>) {
    let mut statement = String::from(SELECT);
    write!(statement, "name = '{}'", search.q).expect("a string");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn placeholders_written(State(db): State<PgPool>, Json(search): Json<Search>) {
    let mut statement = String::from("SELECT * FROM item WHERE name IN (");
    for (index, _) in search.names.iter().enumerate() {
        write!(&mut statement, "${},", index + 1).expect("a string");
    }
    statement.push_str("NULL)");
    let mut query = sqlx::query(&statement); // near miss: placeholders written
    for name in &search.names {
        query = query.bind(name);
    }
    let _ = query.execute(&db).await;
}

async fn added(State(db): State<PgPool>, Path(name): Path<String>) {
    let statement = SELECT.to_owned() + "name = '" + &name + "'";
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn add_assigned(State(db): State<PgPool>, Path(name): Path<String>) {
    let mut statement = SELECT.to_owned();
    statement += "name = '";
    statement += &name;
    statement += "'";
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn pushed_in_loop(State(db): State<PgPool>, Json(search): Json<Search>) {
    let mut statement = SELECT.to_owned();
    for name in &search.names {
        statement.push_str("name = '");
        statement.push_str(name);
        statement.push_str("' OR ");
    }
    statement.push_str("false");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn joined(State(db): State<PgPool>, Json(search): Json<Search>) {
    let list = search.names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(",");
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE name IN ({list})")).execute(&db).await; //~ sql-injection
}

async fn numbers_joined(State(db): State<PgPool>, Json(search): Json<Search>) {
    let list = search.ids.iter().map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    let _ = sqlx::query(&format!("SELECT * FROM item WHERE id IN ({list})")).execute(&db).await; // near miss: numbers joined
}

async fn placeholders_joined(State(db): State<PgPool>, Json(search): Json<Search>) {
    let list = (1..=search.names.len()).map(|it| format!("${it}")).collect::<Vec<_>>().join(", ");
    let statement = format!("SELECT * FROM item WHERE name IN ({list})");
    let mut query = sqlx::query(&statement); // near miss: placeholders joined
    for name in search.names {
        query = query.bind(name);
    }
    let _ = query.execute(&db).await;
}

async fn placeholders_repeated(State(db): State<PgPool>, Json(search): Json<Search>) {
    let list = search.names.iter().map(|_| "?").collect::<Vec<_>>().join(", ");
    let statement = format!("SELECT * FROM item WHERE name IN ({list})");
    let query = search.names.into_iter().fold(sqlx::query(&statement), |query, name| query.bind(name)); // near miss: placeholders repeated
    let _ = query.execute(&db).await;
}

async fn conditions_joined(State(db): State<PgPool>, Query(search): Query<Search>) {
    let mut conditions = vec!["deleted_at IS NULL".to_string()];
    if !search.q.is_empty() {
        conditions.push(format!("name ILIKE '%{}%'", search.q));
    }
    let statement = format!("{SELECT} {}", conditions.join(" AND "));
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn bound_conditions_joined(State(db): State<PgPool>, Query(search): Query<Search>) {
    let mut conditions = vec!["deleted_at IS NULL".to_string()];
    let mut values: Vec<String> = Vec::new();
    if !search.q.is_empty() {
        values.push(format!("%{}%", search.q));
        conditions.push(format!("name ILIKE ${}", values.len()));
    }
    let statement = format!("{SELECT} {}", conditions.join(" AND "));
    let mut query = sqlx::query(&statement); // near miss: bound conditions joined
    for value in values {
        query = query.bind(value);
    }
    let _ = query.execute(&db).await;
}

async fn cow(State(db): State<PgPool>, Query(search): Query<Search>) {
    let statement: Cow<'_, str> =
        if search.q.is_empty() { Cow::Borrowed("SELECT 1") } else { Cow::Owned(format!("{SELECT} name = '{}'", search.q)) };
    let _ = sqlx::query(statement.as_ref()).execute(&db).await; //~ sql-injection
}

async fn cow_without_data(State(db): State<PgPool>, Query(search): Query<Search>) {
    let statement: Cow<'_, str> = if search.q.is_empty() { "SELECT 1".into() } else { Cow::Owned(format!("{SELECT} true")) };
    let _ = sqlx::query(&statement).execute(&db).await; // near miss: cow without data
}

async fn replaced(State(db): State<PgPool>, Query(search): Query<Search>) {
    let statement = "SELECT * FROM item WHERE name = ':name'".replace(":name", &search.q);
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
}

async fn quotes_removed_only_outside(State(db): State<PgPool>, Query(search): Query<Search>) {
    let order = search.q.replace('\'', "''");
    let _ = sqlx::query(&format!("SELECT * FROM item ORDER BY {order}")).execute(&db).await; //~ sql-injection
}

async fn json_value(State(db): State<PgPool>, Json(body): Json<Value>) {
    let name = body["filter"]["name"].as_str().unwrap_or("");
    let _ = sqlx::query(&format!("{SELECT} name = '{name}'")).execute(&db).await; //~ sql-injection
    let limit = body["limit"].as_i64().unwrap_or(10);
    let _ = sqlx::query(&format!("SELECT * FROM item LIMIT {limit}")).execute(&db).await; // near miss: json value
    let _ = sqlx::query("INSERT INTO raw (body) VALUES ($1)").bind(body.to_string()).execute(&db).await; // near miss: json value
}

async fn json_get(State(db): State<PgPool>, Json(body): Json<Value>) -> Result<(), StatusCode> {
    let table = body.get("table").and_then(Value::as_str).ok_or(StatusCode::BAD_REQUEST)?;
    let _ = sqlx::query(&format!("SELECT * FROM {table}")).execute(&db).await; //~ sql-injection
    Ok(())
}

async fn raw_body(State(db): State<PgPool>, body: String) -> StatusCode {
    match sqlx::query(&body).execute(&db).await { //~ sql-injection
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn bytes(State(db): State<PgPool>, body: axum::body::Bytes) {
    let text = String::from_utf8_lossy(&body);
    let _ = sqlx::query(&format!("{SELECT} name = '{text}'")).execute(&db).await; //~ sql-injection
}

async fn header(State(db): State<PgPool>, headers: HeaderMap) {
    let tenant = headers.get("x-tenant").and_then(|it| it.to_str().ok()).unwrap_or("public");
    let _ = sqlx::query(&format!("SET search_path TO {tenant}")).execute(&db).await; //~ sql-injection
}

async fn header_bound(State(db): State<PgPool>, headers: HeaderMap) {
    let tenant = headers.get("x-tenant").and_then(|it| it.to_str().ok()).unwrap_or("public");
    let _ = sqlx::query("SELECT set_config('search_path', $1, false)").bind(tenant).execute(&db).await; // near miss: header bound
}

async fn cookie(State(db): State<PgPool>, jar: CookieJar) -> Result<(), StatusCode> {
    let session = jar.get("session").ok_or(StatusCode::UNAUTHORIZED)?.value();
    let statement = format!("SELECT * FROM session WHERE id = '{session}'");
    let _ = sqlx::query(&statement).execute(&db).await; //~ sql-injection
    Ok(())
}

async fn builder(State(db): State<PgPool>, Query(search): Query<Search>) {
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new("SELECT * FROM item WHERE name = ");
    query.push_bind(search.q);
    let _ = query.build().execute(&db).await; // near miss: builder
}

async fn builder_pushed(State(db): State<PgPool>, Query(search): Query<Search>) {
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new("SELECT * FROM item ORDER BY ");
    query.push(search.q); //~ sql-injection
    let _ = query.build().execute(&db).await; // near miss: builder pushed
}

async fn builder_separated(State(db): State<PgPool>, Json(search): Json<Search>) {
    let mut query: QueryBuilder<Postgres> = QueryBuilder::new("SELECT * FROM item WHERE id IN (");
    let mut list = query.separated(", ");
    for id in &search.ids {
        list.push_bind(*id);
    }
    list.push_unseparated(")");
    let _ = query.build().execute(&db).await; // near miss: builder separated
}

async fn query_as(State(db): State<PgPool>, Query(search): Query<Search>) -> String {
    let statement = format!("SELECT name FROM item WHERE {}", search.q);
    let row = sqlx::query_as::<_, (String,)>(&statement).fetch_one(&db).await; //~ sql-injection
    row.map(|it| it.0).unwrap_or_default()
}

async fn second_order(State(db): State<PgPool>) {
    let name: String = sqlx::query_scalar("SELECT name FROM tenant").fetch_one(&db).await.unwrap_or_default(); // near miss: second order
    // Out of the database: not request data.
    let _ = sqlx::query(&format!("SET search_path TO {name}")).execute(&db).await; // near miss: second order
}

async fn execute_raw(State(db): State<PgPool>, Path(table): Path<String>) {
    use sqlx::Executor as _;
    let _ = db.execute(format!("TRUNCATE {table}").as_str()).await; //~ sql-injection
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .route("/1", get(positional).post(named))
        .route("/2", get(named_number).post(written))
        .route("/3", post(placeholders_written).put(joined))
        .route("/4/{name}", get(added).post(add_assigned))
        .route("/5", post(pushed_in_loop).put(numbers_joined))
        .route("/6", post(placeholders_joined).put(placeholders_repeated))
        .route("/7", get(conditions_joined).post(bound_conditions_joined))
        .route("/8", get(cow).post(cow_without_data))
        .route("/9", get(replaced).post(quotes_removed_only_outside))
        .route("/10", post(json_value).put(json_get))
        .route("/11", post(raw_body).put(bytes))
        .route("/12", get(header).post(header_bound).delete(cookie))
        .route("/13", get(builder).post(builder_pushed).put(builder_separated))
        .route("/14", get(query_as).post(second_order))
        .route("/15/{table}", get(execute_raw))
        .with_state(db);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
