//! A service in which nothing authenticates is one finding.

use poem::listener::TcpListener;
use poem::web::{Data, Path};
use poem::{EndpointExt, Result, Route, Server, delete, get, handler, post};
use sqlx::PgPool;

#[handler]
async fn list(db: Data<&PgPool>) -> Result<String> {
    let query = sqlx::query_scalar("SELECT string_agg(text, ',') FROM todo");
    query.fetch_one(db.0).await.map_err(poem::error::InternalServerError)
}

#[handler]
async fn add(db: Data<&PgPool>, text: String) -> Result<()> {
    let query = sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text);
    query.execute(db.0).await.map_err(poem::error::InternalServerError)?;
    Ok(())
}

#[handler]
async fn remove(db: Data<&PgPool>, Path(id): Path<i64>) -> Result<()> {
    let query = sqlx::query("DELETE FROM todo WHERE id = $1").bind(id);
    query.execute(db.0).await.map_err(poem::error::InternalServerError)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let todos = Route::new()
        .at("/", get(list).post(add)) //~| missing-authentication
        .at("/:id", delete(remove)); //~| missing-authentication
    let app = Route::new()
        .nest("/todos", todos) //~ missing-authentication
        .data(db);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
