//! A service in which nothing authenticates is one finding, where it is put together.

use salvo::affix_state;
use salvo::prelude::*;
use sqlx::PgPool;

async fn execute(depot: &Depot, query: &'static str) -> Result<(), StatusError> {
    let db = depot.obtain::<PgPool>().map_err(|_| StatusError::internal_server_error())?;
    sqlx::query(query).execute(db).await.map_err(|_| StatusError::internal_server_error())?;
    Ok(())
}

#[handler]
async fn list() -> &'static str {
    "[]"
}

#[handler]
async fn add(depot: &mut Depot) -> Result<(), StatusError> {
    execute(depot, "INSERT INTO todo (text) VALUES ('')").await
}

#[handler]
async fn remove(depot: &mut Depot) -> Result<(), StatusError> {
    execute(depot, "DELETE FROM todo").await
}

fn app(db: PgPool) -> Router {
    Router::with_path("todos") //~ missing-authentication
        .hoop(affix_state::inject(db))
        .get(list)
        .post(add) //~| missing-authentication
        .push(Router::with_path("{id}").delete(remove)) //~| missing-authentication
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").expect("a database")).await.expect("a database");
    let acceptor = TcpListener::new("127.0.0.1:8698").bind().await;
    Server::new(acceptor).serve(app(db)).await;
}
