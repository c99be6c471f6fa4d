//@ persona: auditor
//! Errors of libraries in what axum answers, and what says less.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use sqlx::PgPool;

async fn closure(State(db): State<PgPool>) -> Result<String, (StatusCode, String)> {
    sqlx::query_scalar("SELECT version()")
        .fetch_one(&db)
        .await
        .map_err(|error: sqlx::Error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())) //~ internal-error-in-response
}

async fn matched(State(db): State<PgPool>) -> Response {
    let found: Result<String, sqlx::Error> = sqlx::query_scalar("SELECT version()").fetch_one(&db).await;
    match found {
        Ok(version) => version.into_response(),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(json!({ "error": format!("{error:?}") })), //~ internal-error-in-response
        )
            .into_response(),
    }
}

async fn read() -> Result<String, (StatusCode, String)> {
    tokio::fs::read_to_string("/etc/shop/motd").await.map_err(internal)
}

fn internal<E: std::error::Error>(error: E) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()) //~ internal-error-in-response
}

enum Failed {
    Database(sqlx::Error),
    Missing(String),
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Failed::Database(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()), //~ internal-error-in-response
            // near miss: what the client asked for
            Failed::Missing(name) => (StatusCode::NOT_FOUND, name),
        };
        (status, message).into_response()
    }
}

struct Any(Box<dyn std::error::Error>);

impl IntoResponse for Any {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("failed: {}", self.0)).into_response() //~ internal-error-in-response
    }
}

// near miss: a text of the program's own
async fn own(State(db): State<PgPool>) -> Result<String, (StatusCode, String)> {
    let found = sqlx::query_scalar("SELECT version()").fetch_one(&db).await;
    found.map_err(|error: sqlx::Error| {
        tracing::error!("{error}");
        (StatusCode::INTERNAL_SERVER_ERROR, "try again later".to_owned())
    })
}

// near miss: the client is to blame, and is told what for
async fn number(text: String) -> Result<String, (StatusCode, String)> {
    let number: u32 = text
        .parse()
        .map_err(|error: std::num::ParseIntError| (StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(number.to_string())
}

// near miss: it says no more than that something is no number
async fn stored() -> Result<String, (StatusCode, String)> {
    let number: Result<u32, std::num::ParseIntError> = "x".parse();
    match number {
        Ok(number) => Ok(number.to_string()),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

#[derive(Debug)]
enum Own {
    Full,
}

impl std::fmt::Display for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the shop is full")
    }
}

// near miss: an error of the program's own says what the program chose
impl IntoResponse for Own {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, self.to_string()).into_response()
    }
}

// near miss: what kind it is, in words of the program
async fn kind() -> Result<String, (StatusCode, String)> {
    tokio::fs::read_to_string("/etc/shop/motd").await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => (StatusCode::NOT_FOUND, "nothing there".to_owned()),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "failed".to_owned()),
    })
}

// near miss: a success
async fn listed(error: sqlx::Error) -> (StatusCode, String) {
    (StatusCode::OK, error.to_string())
}

// near miss: no error at all
async fn named(name: String) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{name} is broken"))
}

// near miss: compared, and not sent
async fn compared(status: StatusCode, error: sqlx::Error) -> String {
    match status == StatusCode::INTERNAL_SERVER_ERROR {
        true => error.to_string(),
        false => String::new(),
    }
}

fn app(db: PgPool) -> Router {
    Router::new()
        .route("/closure", get(closure))
        .route("/matched", get(matched))
        .route("/read", get(read))
        .route("/own", get(own))
        .with_state(db)
}

fn main() {}
