//! What only an auditor wants to see: that the service as a whole limits nothing, once.
//@ persona: auditor

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use sqlx::PgPool;

async fn list(State(db): State<PgPool>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT string_agg(text, ',') FROM todo");
    query.fetch_one(&db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn show(State(db): State<PgPool>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let query = sqlx::query_scalar("SELECT text FROM todo WHERE id = $1").bind(id);
    query.fetch_one(&db).await.map_err(|_| StatusCode::NOT_FOUND)
}

async fn add(State(db): State<PgPool>, text: String) -> StatusCode {
    let query = sqlx::query("INSERT INTO todo (text) VALUES ($1)").bind(text);
    query.execute(&db).await.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::CREATED)
}

fn todos() -> Router<PgPool> {
    Router::new()
        .route("/", get(list)) // near miss: the service is one finding, its endpoints are none
        .route("/new", post(add)) // near miss: a mutation without limited siblings is not alone //~| missing-rate-limit
        .route("/{id}", get(show)) // near miss: a read
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .nest("/todos", todos()) //~ missing-rate-limit
        .with_state(db);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app).await
}
