//! A service in which nothing authenticates is one finding, where it is put together: at the outermost mount.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use sqlx::PgPool;

async fn list(State(db): State<PgPool>) -> Result<Json<Vec<String>>, StatusCode> {
    let query = sqlx::query_scalar("SELECT text FROM todo");
    query.fetch_all(&db).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn add(State(db): State<PgPool>, text: String) -> StatusCode {
    match sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text).execute(&db).await {
        Ok(_) => StatusCode::CREATED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn change(State(db): State<PgPool>, Path(id): Path<i64>, text: String) -> StatusCode {
    match sqlx::query("UPDATE todo SET text = $1 WHERE id = $2").bind(text).bind(id).execute(&db).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn remove(State(db): State<PgPool>, Path(id): Path<i64>) -> StatusCode {
    match sqlx::query("DELETE FROM todo WHERE id = $1").bind(id).execute(&db).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn todos() -> Router<PgPool> {
    Router::new().route("/", get(list).post(add)).route("/{id}", put(change).delete(remove)) //~| missing-authentication
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .nest("/todos", todos()) //~ missing-authentication
        .with_state(db);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app).await
}
