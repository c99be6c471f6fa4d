//! `tiberius` and `libsql`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use tiberius::{Client, Query};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_util::compat::Compat;

type Server = Client<Compat<TcpStream>>;

#[derive(Clone)]
struct Stores {
    server: Arc<Mutex<Server>>,
    edge: libsql::Connection,
}

fn failed<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn simple(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut server = stores.server.lock().await;
    let text = format!("SELECT id FROM guests WHERE name = '{name}'");
    server.simple_query(text).await.map_err(failed)?; //~ sql-injection
    Ok(())
}

async fn with_parameters(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut server = stores.server.lock().await;
    // near miss: the value is a parameter
    server.query("SELECT id FROM guests WHERE name = @P1", &[&name]).await.map_err(failed)?;
    Ok(())
}

async fn built(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut server = stores.server.lock().await;
    let query = Query::new(format!("DELETE FROM guests WHERE name = '{name}'")); //~ sql-injection
    query.execute(&mut server).await.map_err(failed)?;
    Ok(())
}

async fn built_and_bound(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let mut server = stores.server.lock().await;
    // near miss: the value is bound
    let mut query = Query::new("DELETE FROM guests WHERE name = @P1");
    query.bind(name);
    query.execute(&mut server).await.map_err(failed)?;
    Ok(())
}

async fn at_the_edge(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    let text = format!("SELECT id FROM guests WHERE name = '{name}'");
    stores.edge.query(&text, ()).await.map_err(failed)?; //~ sql-injection
    Ok(())
}

async fn at_the_edge_bound(State(stores): State<Stores>, Path(name): Path<String>) -> Result<(), StatusCode> {
    // near miss: the value is bound
    stores.edge.query("SELECT id FROM guests WHERE name = ?1", [name]).await.map_err(failed)?;
    Ok(())
}

async fn batch(State(stores): State<Stores>, Path(table): Path<String>) -> Result<(), StatusCode> {
    stores.edge.execute_batch(&format!("DELETE FROM {table}; VACUUM;")).await.map_err(failed)?; //~ sql-injection
    Ok(())
}

fn app(stores: Stores) -> Router {
    Router::new()
        .route("/simple/{name}", get(simple))
        .route("/with-parameters/{name}", get(with_parameters))
        .route("/built/{name}", get(built))
        .route("/built-and-bound/{name}", get(built_and_bound))
        .route("/at-the-edge/{name}", get(at_the_edge))
        .route("/at-the-edge-bound/{name}", get(at_the_edge_bound))
        .route("/batch/{table}", get(batch))
        .with_state(stores)
}
