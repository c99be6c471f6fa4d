//! Sessions whose cookies stay with the service's own pages, and cookies of other kinds that do not.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::Router;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use sqlx::PgPool;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

async fn set_theme(jar: CookieJar, Form(theme): Form<String>) -> CookieJar {
    jar.add(Cookie::build(("theme", theme)).same_site(SameSite::None)) // near miss: the cookie of a colour
}

async fn transfer(session: Session, State(db): State<PgPool>, Form(to): Form<i64>) -> StatusCode {
    let Ok(Some(account)) = session.get::<i64>("account").await else {
        return StatusCode::UNAUTHORIZED;
    };
    let query = sqlx::query("INSERT INTO transfer (by, recipient) VALUES ($1, $2)").bind(account).bind(to);
    if query.execute(&db).await.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn own(session: Session) -> Result<String, StatusCode> {
    let account = session.get::<i64>("account").await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    account.map(|it| it.to_string()).ok_or(StatusCode::UNAUTHORIZED)
}

fn app(db: PgPool) -> Router {
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_same_site(tower_sessions::cookie::SameSite::Lax);
    Router::new()
        .route("/theme", post(set_theme))
        .route("/transfers", post(transfer)) // near miss: the cookie of the session is `Lax`
        .route("/own", get(own))
        .layer(sessions)
        .with_state(db)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app(db)).await
}
