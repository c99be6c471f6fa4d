//! Sessions that the server keeps, cookies that it has sealed, and cookies that anybody writes.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::{CookieJarManager, Csrf};
use poem::session::{CookieConfig, MemoryStorage, ServerSession, Session};
use poem::web::cookie::{Cookie, CookieJar, CookieKey};
use poem::web::{CsrfVerifier, Data, Form};
use poem::{EndpointExt, Error, Request, Result, Route, Server, get, handler, post};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Deserialize)]
struct Note {
    text: String,
    token: String,
}

async fn save(db: &PgPool, author: i64, text: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)");
    let query = query.bind(author).bind(text.to_owned());
    query.execute(db).await.map_err(poem::error::InternalServerError)?;
    Ok(())
}

#[handler]
async fn by_session(session: &Session, db: Data<&PgPool>, body: String) -> Result<()> {
    match session.get::<i64>("user_id") {
        Some(id) => save(&db, id, &body).await,
        None => Err(StatusCode::UNAUTHORIZED.into()),
    }
}

#[handler]
async fn by_any_session(session: &Session, db: Data<&PgPool>, body: String) -> Result<()> {
    let count: i64 = session.get("count").unwrap_or(0);
    session.set("count", count + 1);
    save(&db, count, &body).await
}

#[handler]
async fn by_private(jar: &CookieJar, key: Data<&CookieKey>, db: Data<&PgPool>, body: String) -> Result<()> {
    let cookie = jar.private_with_key(&key).get("user").ok_or(StatusCode::UNAUTHORIZED)?;
    let id = cookie.value::<i64>().map_err(|_| StatusCode::UNAUTHORIZED)?;
    save(&db, id, &body).await
}

#[handler]
async fn by_signed(req: &Request, db: Data<&PgPool>, body: String) -> Result<()> {
    let Some(cookie) = req.cookie().signed().get("user_id") else {
        return Err(Error::from_status(StatusCode::UNAUTHORIZED));
    };
    save(&db, cookie.value_str().len() as i64, &body).await
}

#[handler]
async fn by_plain(jar: &CookieJar, db: Data<&PgPool>, body: String) -> Result<()> {
    let cookie = jar.get("user_id").ok_or(StatusCode::UNAUTHORIZED)?;
    save(&db, cookie.value::<i64>().map_err(|_| StatusCode::UNAUTHORIZED)?, &body).await
}

#[handler]
async fn by_stored(jar: &CookieJar, db: Data<&PgPool>, body: String) -> Result<()> {
    let cookie = jar.get("session").ok_or(StatusCode::UNAUTHORIZED)?;
    let query = sqlx::query_scalar("SELECT account FROM session WHERE token = $1").bind(cookie.value_str().to_owned());
    let account: Option<i64> = query.fetch_optional(db.0).await.map_err(poem::error::InternalServerError)?;
    save(&db, account.ok_or(StatusCode::UNAUTHORIZED)?, &body).await
}

/// Proves that the form is ours, and not who sends it.
#[handler]
async fn by_csrf(verifier: &CsrfVerifier, Form(note): Form<Note>, db: Data<&PgPool>) -> Result<()> {
    if !verifier.is_valid(&note.token) {
        return Err(Error::from_status(StatusCode::UNAUTHORIZED));
    }
    save(&db, 0, &note.text).await
}

#[handler]
fn leave(jar: &CookieJar, session: &Session) {
    session.purge();
    jar.add(Cookie::new_with_str("left", "yes"));
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let key = CookieKey::generate();
    let app = Route::new()
        .at("/session", post(by_session))
        .at("/any-session", post(by_any_session))
        .at("/private", post(by_private))
        .at("/signed", post(by_signed))
        .at("/plain", post(by_plain))
        .at("/stored", post(by_stored))
        .at("/csrf", post(by_csrf).with(Csrf::new()))
        .at("/leave", get(leave))
        .with(ServerSession::new(CookieConfig::default(), MemoryStorage::new()))
        .with(CookieJarManager::with_key(key.clone()))
        .data(key)
        .data(db);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /session required
//@ POST /any-session none
//@ POST /private required
//@ POST /signed required
//@ POST /plain none
//@ POST /stored required
//@ POST /csrf none
//@ GET /leave none
