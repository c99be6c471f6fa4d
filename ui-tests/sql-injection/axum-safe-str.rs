//! Statements of a sqlx that wants them asserted, in axum.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr};

#[derive(Deserialize)]
struct Search {
    q: String,
    limit: u32,
}

async fn asserted(State(db): State<PgPool>, Query(search): Query<Search>) -> StatusCode {
    let statement = format!("SELECT * FROM item WHERE name = '{}'", search.q);
    match sqlx::query(AssertSqlSafe(statement)).execute(&db).await { //~ sql-injection
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn asserted_number(State(db): State<PgPool>, Query(search): Query<Search>) -> StatusCode {
    let statement = format!("SELECT * FROM item LIMIT {}", search.limit);
    match sqlx::query(AssertSqlSafe(statement)).execute(&db).await { // near miss: asserted number
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn asserted_before(State(db): State<PgPool>, Query(search): Query<Search>) -> StatusCode {
    let statement = AssertSqlSafe(format!("SELECT * FROM item ORDER BY {}", search.q)).into_sql_str();
    match sqlx::query(statement).execute(&db).await { //~ sql-injection
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn bound(State(db): State<PgPool>, Query(search): Query<Search>) -> StatusCode {
    match sqlx::query("SELECT * FROM item WHERE name = $1").bind(search.q).execute(&db).await { // near miss: bound
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn asserted_raw(State(db): State<PgPool>, Query(search): Query<Search>) -> StatusCode {
    match sqlx::raw_sql(AssertSqlSafe(["LISTEN ", &search.q].concat())).execute(&db).await { //~ sql-injection
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let app = Router::new()
        .route("/1", get(asserted).post(asserted_number).put(asserted_before))
        .route("/2", get(bound).post(asserted_raw))
        .with_state(db);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
