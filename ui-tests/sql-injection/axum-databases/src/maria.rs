//! `mysql` and `mysql_async`.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use mysql::params;
use mysql::prelude::*;
use mysql_async::prelude::Queryable as Later;
use serde::Deserialize;

#[derive(Deserialize)]
struct Search {
    name: String,
    order: Option<String>,
    limit: u32,
}

#[derive(Clone)]
struct Stores {
    blocking: mysql::Pool,
    waiting: mysql_async::Pool,
}

fn failed<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn first(State(stores): State<Stores>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut connection = stores.blocking.get_conn().map_err(failed)?;
    let found: Option<u64> = connection
        .query_first(format!("SELECT id FROM guests WHERE name = '{name}'")) //~ sql-injection
        .map_err(failed)?;
    Ok(format!("{found:?}"))
}

async fn bound(State(stores): State<Stores>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut connection = stores.blocking.get_conn().map_err(failed)?;
    // near miss: the value is bound
    let found: Option<u64> = connection.exec_first("SELECT id FROM guests WHERE name = ?", (name,)).map_err(failed)?;
    Ok(format!("{found:?}"))
}

async fn sorted(State(stores): State<Stores>, Query(search): Query<Search>) -> Result<String, StatusCode> {
    let mut connection = stores.blocking.get_conn().map_err(failed)?;
    let order = search.order.unwrap_or_else(|| "name".into());
    let text = format!("SELECT name FROM guests WHERE name LIKE :name ORDER BY {order}");
    let names: Vec<String> = connection.exec(text, params! { "name" => search.name }).map_err(failed)?; //~ sql-injection
    Ok(names.join(", "))
}

async fn paged(State(stores): State<Stores>, Query(search): Query<Search>) -> Result<String, StatusCode> {
    let mut connection = stores.blocking.get_conn().map_err(failed)?;
    // near miss: a number
    let names: Vec<String> = connection.query(format!("SELECT name FROM guests LIMIT {}", search.limit)).map_err(failed)?;
    Ok(names.join(", "))
}

async fn dropped(State(stores): State<Stores>, Path(table): Path<String>) -> Result<(), StatusCode> {
    let mut connection = stores.blocking.get_conn().map_err(failed)?;
    connection.query_drop("DROP TABLE ".to_owned() + &table).map_err(failed) //~ sql-injection
}

async fn in_transaction(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut transaction = stores.blocking.start_transaction(mysql::TxOpts::default()).map_err(failed)?;
    transaction.query_drop(format!("DELETE FROM guests WHERE name = '{name}'")).map_err(failed)?; //~ sql-injection
    transaction.commit().map_err(failed)
}

async fn mapped(State(stores): State<Stores>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut connection = stores.waiting.get_conn().await.map_err(failed)?;
    let text = format!("SELECT id FROM guests WHERE name = '{name}'");
    let ids = connection.query_map(text, |id: u64| id).await.map_err(failed)?; //~ sql-injection
    Ok(format!("{ids:?}"))
}

async fn counted(State(stores): State<Stores>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut connection = stores.waiting.get_conn().await.map_err(failed)?;
    let text = format!("SELECT COUNT(*) FROM guests WHERE name = '{name}'");
    let count: Option<u64> = connection.query_first(text).await.map_err(failed)?; //~ sql-injection
    Ok(format!("{count:?}"))
}

async fn by_path(State(stores): State<Stores>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut connection = stores.waiting.get_conn().await.map_err(failed)?;
    let text = format!("SELECT COUNT(*) FROM guests WHERE name = '{name}'");
    let count: Option<u64> = Later::query_first(&mut connection, text).await.map_err(failed)?; //~ sql-injection
    Ok(format!("{count:?}"))
}

async fn bound_by_path(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut connection = stores.waiting.get_conn().await.map_err(failed)?;
    // near miss: the value is bound
    Later::exec_drop(&mut connection, "DELETE FROM guests WHERE name = ?", (name,)).await.map_err(failed)
}

async fn emptied(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut connection = stores.waiting.get_conn().await.map_err(failed)?;
    // near miss: the value is bound
    connection.exec_drop("DELETE FROM guests WHERE name = ?", (name,)).await.map_err(failed)
}

async fn kinds(State(stores): State<Stores>, Path(kind): Path<String>) -> Result<(), StatusCode> {
    let mut connection = stores.waiting.get_conn().await.map_err(failed)?;
    let table = match kind.as_str() {
        "guest" => "guests",
        "room" => "rooms",
        _ => return Err(StatusCode::NOT_FOUND),
    };
    // near miss: one of two names
    connection.query_drop(format!("TRUNCATE {table}")).await.map_err(failed)
}

fn app(stores: Stores) -> Router {
    Router::new()
        .route("/first/{name}", get(first))
        .route("/bound/{name}", get(bound))
        .route("/sorted", get(sorted))
        .route("/paged", get(paged))
        .route("/dropped/{table}", get(dropped))
        .route("/in-transaction/{name}", get(in_transaction))
        .route("/mapped/{name}", get(mapped))
        .route("/counted/{name}", get(counted))
        .route("/by-path/{name}", get(by_path))
        .route("/bound-by-path/{name}", get(bound_by_path))
        .route("/emptied/{name}", get(emptied))
        .route("/kinds/{kind}", get(kinds))
        .with_state(stores)
}
