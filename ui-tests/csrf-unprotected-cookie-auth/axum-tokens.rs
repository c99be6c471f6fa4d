//! A service that has tokens against forged requests.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::Router;
use sqlx::PgPool;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

#[derive(serde::Deserialize)]
struct Transfer {
    to: i64,
    csrf_token: String,
}

async fn transfer(session: Session, State(db): State<PgPool>, Form(form): Form<Transfer>) -> StatusCode {
    let Ok(Some(account)) = session.get::<i64>("account").await else {
        return StatusCode::UNAUTHORIZED;
    };
    let expected = session.get::<String>("csrf_token").await.ok().flatten();
    if expected.is_none_or(|it| it != form.csrf_token) {
        return StatusCode::FORBIDDEN;
    }
    let query = sqlx::query("INSERT INTO transfer (by, recipient) VALUES ($1, $2)").bind(account).bind(form.to);
    if query.execute(&db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

fn app(db: PgPool) -> Router {
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_same_site(tower_sessions::cookie::SameSite::None);
    Router::new()
        .route("/transfers", post(transfer)) // near miss: the form brings a token
        .layer(sessions)
        .with_state(db)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(db)).await
}
