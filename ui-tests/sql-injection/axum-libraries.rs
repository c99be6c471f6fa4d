//! Statements of diesel, sea-orm and tokio-postgres that are made of requests, in axum.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::Router;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde::Deserialize;
use tokio_postgres::Client;

#[derive(Clone)]
struct Stores {
    diesel: Pool<AsyncPgConnection>,
    sea: DatabaseConnection,
    raw: Arc<Client>,
}

#[derive(Deserialize)]
struct Search {
    q: String,
    limit: i64,
}

type Answer = Result<StatusCode, StatusCode>;

fn failed<E>(_error: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn diesel_query(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let mut connection = stores.diesel.get().await.map_err(failed)?;
    let statement = format!("DELETE FROM item WHERE name = '{}'", search.q);
    diesel::sql_query(statement).execute(&mut connection).await.map_err(failed)?; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn diesel_bound(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let mut connection = stores.diesel.get().await.map_err(failed)?;
    let query = diesel::sql_query(format!("DELETE FROM item WHERE name = $1 AND stock < {}", search.limit)); // near miss: diesel bound
    query.bind::<Text, _>(search.q).execute(&mut connection).await.map_err(failed)?;
    Ok(StatusCode::OK)
}

async fn diesel_batch(State(stores): State<Stores>, Path(table): Path<String>) -> Answer {
    let mut connection = stores.diesel.get().await.map_err(failed)?;
    connection.batch_execute(&format!("TRUNCATE {table}")).await.map_err(failed)?; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn diesel_fragment(Query(search): Query<Search>) -> String {
    let condition = diesel::dsl::sql::<Bool>(&format!("name = '{}'", search.q)); //~ sql-injection
    diesel::debug_query::<diesel::pg::Pg, _>(&condition).to_string()
}

async fn diesel_fragment_bound(Query(search): Query<Search>) -> String {
    let condition = diesel::dsl::sql::<Bool>("name = ").bind::<Text, _>(search.q); // near miss: diesel fragment bound
    diesel::debug_query::<diesel::pg::Pg, _>(&condition).to_string()
}

async fn sea_statement(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let statement = format!("SELECT * FROM item WHERE name = '{}'", search.q);
    let statement = Statement::from_string(DbBackend::Postgres, statement); //~ sql-injection
    stores.sea.query_all(statement).await.map_err(failed)?;
    Ok(StatusCode::OK)
}

async fn sea_bound(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let values = [search.q.into(), search.limit.into()];
    let statement = "SELECT * FROM item WHERE name = $1 LIMIT $2";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, values); // near miss: sea bound
    stores.sea.query_all(statement).await.map_err(failed)?;
    Ok(StatusCode::OK)
}

async fn sea_values_and_text(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let statement = format!("SELECT * FROM item ORDER BY {} LIMIT $1", search.q);
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, [search.limit.into()]); //~ sql-injection
    stores.sea.query_all(statement).await.map_err(failed)?;
    Ok(StatusCode::OK)
}

async fn sea_unprepared(State(stores): State<Stores>, Path(table): Path<String>) -> Answer {
    stores.sea.execute_unprepared(&format!("DROP TABLE {table}")).await.map_err(failed)?; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn sea_unprepared_constant(State(stores): State<Stores>, Path(_table): Path<String>) -> Answer {
    stores.sea.execute_unprepared("DROP TABLE temporary").await.map_err(failed)?; // near miss: sea unprepared constant
    Ok(StatusCode::OK)
}

async fn raw_query(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let statement = format!("SELECT * FROM item WHERE name = '{}'", search.q);
    stores.raw.query(&statement, &[]).await.map_err(failed)?; //~ sql-injection
    Ok(StatusCode::OK)
}

async fn raw_bound(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    stores.raw.query("SELECT * FROM item WHERE name = $1", &[&search.q]).await.map_err(failed)?; // near miss: raw bound
    let statement = format!("SELECT * FROM item WHERE name = $1 LIMIT {}", search.limit);
    stores.raw.query_opt(&statement, &[&search.q]).await.map_err(failed)?; // near miss: raw bound
    Ok(StatusCode::OK)
}

async fn raw_prepared(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    let statement = stores.raw.prepare(&format!("SELECT {} FROM item", search.q)).await.map_err(failed)?; //~ sql-injection
    stores.raw.query(&statement, &[]).await.map_err(failed)?; // near miss: raw prepared
    Ok(StatusCode::OK)
}

async fn raw_batch(State(stores): State<Stores>, Query(search): Query<Search>) -> Answer {
    stores.raw.batch_execute(&("SET ROLE ".to_string() + &search.q)).await.map_err(failed)?; //~ sql-injection
    Ok(StatusCode::OK)
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
    let diesel = Pool::builder(AsyncDieselConnectionManager::new(&url)).build().expect("a pool");
    let (raw, _connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
    let stores = Stores { diesel, sea: DatabaseConnection::default(), raw: Arc::new(raw) };
    let app = Router::new()
        .route("/1", get(diesel_query).post(diesel_bound).put(diesel_fragment).delete(diesel_fragment_bound))
        .route("/2/{table}", get(diesel_batch).post(sea_unprepared).put(sea_unprepared_constant))
        .route("/3", get(sea_statement).post(sea_bound).put(sea_values_and_text))
        .route("/4", get(raw_query).post(raw_bound).put(raw_prepared).delete(raw_batch))
        .with_state(stores);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
