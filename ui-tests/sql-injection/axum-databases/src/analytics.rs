//! `clickhouse` and `scylla`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use clickhouse::Client;
use scylla::client::session::Session;
use scylla::statement::unprepared::Statement;
use serde::Deserialize;

#[derive(Deserialize)]
struct Range {
    metric: String,
    from: u64,
}

#[derive(Clone)]
struct Stores {
    columns: Client,
    wide: Arc<Session>,
}

fn failed<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn sum(State(stores): State<Stores>, Query(range): Query<Range>) -> Result<String, StatusCode> {
    let text = format!("SELECT sum(value) FROM {} WHERE at > {}", range.metric, range.from);
    let sum: u64 = stores.columns.query(&text).fetch_one().await.map_err(failed)?; //~ sql-injection
    Ok(sum.to_string())
}

async fn sum_bound(State(stores): State<Stores>, Query(range): Query<Range>) -> Result<String, StatusCode> {
    // near miss: bound, as an identifier and as a number
    let query = stores.columns.query("SELECT sum(value) FROM ? WHERE at > ?");
    let query = query.bind(clickhouse::sql::Identifier(&range.metric)).bind(range.from);
    let sum: u64 = query.fetch_one().await.map_err(failed)?;
    Ok(sum.to_string())
}

async fn cleared(State(stores): State<Stores>, Path(table): Path<String>) -> Result<(), StatusCode> {
    stores.columns.query(&format!("TRUNCATE TABLE {table}")).execute().await.map_err(failed) //~ sql-injection
}

async fn since(State(stores): State<Stores>, Path(from): Path<u64>) -> Result<(), StatusCode> {
    // near miss: a number
    stores.columns.query(&format!("DELETE FROM events WHERE at < {from}")).execute().await.map_err(failed)
}

async fn row(State(stores): State<Stores>, Path(id): Path<String>) -> Result<(), StatusCode> {
    let text = format!("SELECT * FROM feed.items WHERE id = '{id}'");
    stores.wide.query_unpaged(text, ()).await.map_err(failed)?; //~ sql-injection
    Ok(())
}

async fn row_bound(State(stores): State<Stores>, Path(id): Path<String>) -> Result<(), StatusCode> {
    // near miss: the value is bound
    stores.wide.query_unpaged("SELECT * FROM feed.items WHERE id = ?", (id,)).await.map_err(failed)?;
    Ok(())
}

async fn prepared(State(stores): State<Stores>, Path(table): Path<String>) -> Result<(), StatusCode> {
    let statement = stores.wide.prepare(format!("SELECT * FROM feed.{table}")).await.map_err(failed)?; //~ sql-injection
    stores.wide.execute_unpaged(&statement, ()).await.map_err(failed)?;
    Ok(())
}

async fn built(State(stores): State<Stores>, Path(table): Path<String>) -> Result<(), StatusCode> {
    let statement = Statement::new(format!("TRUNCATE feed.{table}"));
    stores.wide.query_iter(statement, ()).await.map_err(failed)?; //~ sql-injection
    Ok(())
}

fn app(stores: Stores) -> Router {
    Router::new()
        .route("/sum", get(sum))
        .route("/sum-bound", get(sum_bound))
        .route("/cleared/{table}", get(cleared))
        .route("/since/{from}", get(since))
        .route("/row/{id}", get(row))
        .route("/row-bound/{id}", get(row_bound))
        .route("/prepared/{table}", get(prepared))
        .route("/built/{table}", get(built))
        .with_state(stores)
}
