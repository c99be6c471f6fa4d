//! What reaches other services, files, the environment and other tasks before the token is looked
//! at, and after. Asking somebody about the token is part of the check.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::{Router, routing::post};
use object_store::ObjectStore;
use object_store::path::Path;
use serde::Deserialize;
use sqlx::PgPool;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, watch};

static CLOSED: AtomicBool = AtomicBool::new(false);
const ADD: &str = "INSERT INTO notes (text) VALUES ($1) RETURNING id";

#[derive(Clone)]
struct App {
    http: reqwest::Client,
    pool: PgPool,
    files: Arc<dyn ObjectStore>,
    level: Arc<watch::Sender<String>>,
    stop: Arc<AtomicBool>,
    hits: Arc<AtomicU64>,
    wake: Arc<Notify>,
    secret: Arc<str>,
    table: Arc<str>,
}
type Outcome = Result<StatusCode, StatusCode>;
const DOWN: StatusCode = StatusCode::BAD_GATEWAY;
const NO: StatusCode = StatusCode::UNAUTHORIZED;

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    headers.get("x-api-key").and_then(|it| it.to_str().ok()).ok_or(NO)
}
fn check(app: &App, headers: &HeaderMap) -> Result<(), StatusCode> {
    match token(headers)?.as_bytes() == app.secret.as_bytes() {
        true => Ok(()),
        false => Err(NO),
    }
}

// Other services, by HTTP.
async fn posted_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.http.post("https://pay.example.org/charges").body(body).send().await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn posted_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.http.post("https://pay.example.org/charges").body(body).send().await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
async fn put_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let request = app.http.put("https://pay.example.org/orders/1").header("content-type", "text/plain");
    let request = request.body(body);
    let answer = request.send().await.map_err(|_| DOWN)?;
    answer.error_for_status().map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn deleted_before(State(app): State<App>, headers: HeaderMap, id: String) -> Outcome {
    let request = app.http.delete(format!("http://stock/items/{id}")).build().map_err(|_| DOWN)?;
    app.http.execute(request).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn patched_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let request = app.http.request(Method::PATCH, "http://stock/items/1").body(body);
    request.send().await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn charge(http: &reqwest::Client, body: String) -> Result<(), reqwest::Error> {
    http.post("https://pay.example.org/charges").body(body).send().await?.error_for_status()?;
    Ok(())
}
async fn charged_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    charge(&app.http, body).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
/// To read from another service changes nothing there.
async fn got_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let answer = app.http.get("http://stock/items").send().await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(answer.status())
}
/// A request that is only prepared is none yet.
async fn prepared_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let request = app.http.post("https://pay.example.org/charges").body(body);
    check(&app, &headers)?;
    request.send().await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
#[derive(Deserialize)]
struct Told {
    active: bool,
}
/// Whoever is asked about the token gets the token; here it is compared as well.
async fn asked_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let form = [("token", token(&headers)?)];
    let answer = app.http.post("https://id.example.org/introspect").form(&form).send().await.map_err(|_| DOWN)?;
    let told: Told = answer.json().await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    sqlx::query("DELETE FROM notes").execute(&app.pool).await.map_err(|_| DOWN)?;
    match told.active {
        true => Ok(StatusCode::ACCEPTED),
        false => Err(NO),
    }
}
/// The service's own token for others.
async fn own_token_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let form = [("grant_type", "client_credentials")];
    let own = app.http.post("https://id.example.org/oauth/token").form(&form).send().await.map_err(|_| DOWN)?;
    let own = own.text().await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    app.http.post("http://stock/items").bearer_auth(own).send().await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}

// Objects, files, the environment.
async fn stored_before(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    app.files.put(&Path::from("a"), body.into()).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn removed_before(State(app): State<App>, headers: HeaderMap, name: String) -> Outcome {
    app.files.delete(&Path::from(name)).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn stored_after(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Outcome {
    let known = app.files.head(&Path::from("a")).await.is_ok();
    check(&app, &headers)?;
    app.files.put(&Path::from("a"), body.into()).await.map_err(|_| DOWN)?;
    Ok(if known { StatusCode::OK } else { StatusCode::CREATED })
}
async fn appended_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let mut file = OpenOptions::new().append(true).open("/data/notes").map_err(|_| DOWN)?;
    file.write_all(body.as_bytes()).map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn buffered_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let file = OpenOptions::new().append(true).open("/data/notes").map_err(|_| DOWN)?;
    let mut file = BufWriter::new(file);
    writeln!(file, "{body}").map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn async_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.append(true).open("/data/notes").await.map_err(|_| DOWN)?;
    AsyncWriteExt::write_all(&mut file, body.as_bytes()).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
/// A text is put together in memory.
async fn in_memory_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let mut text: Vec<u8> = Vec::new();
    std::io::Write::write_all(&mut text, body.as_bytes()).map_err(|_| DOWN)?;
    writeln!(text, "end").map_err(|_| DOWN)?;
    check(&app, &headers)?;
    std::fs::write("/data/notes", text).map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
async fn variable_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    // SAFETY: no other thread reads it.
    unsafe { std::env::set_var("MODE", body) };
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}

// Rows that are added or removed by a query that answers.
async fn returned_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let sql = "insert into notes (text) values ($1) returning id";
    let (_id,): (i64,) = sqlx::query_as(sql).bind(body).fetch_one(&app.pool).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn by_constant_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let added = sqlx::query(ADD).bind(body).fetch_optional(&app.pool).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(if added.is_some() { StatusCode::CREATED } else { StatusCode::OK })
}
async fn removed_rows_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    const SQL: &str = "
        WITH gone AS (DELETE FROM notes WHERE text = $1 RETURNING id)
        SELECT id FROM gone";
    let query = sqlx::query(SQL).bind(body);
    query.fetch_all(&app.pool).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn returned_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let rows = sqlx::query("SELECT deleted FROM notes WHERE text = $1").bind(&body).fetch_all(&app.pool).await;
    check(&app, &headers)?;
    rows.map_err(|_| DOWN)?;
    sqlx::query(ADD).bind(body).fetch_one(&app.pool).await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
async fn formatted_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let sql = format!("DELETE FROM {} WHERE text = $1 RETURNING id", app.table);
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(body).fetch_all(&app.pool).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
/// The key is looked up in a table whose name is a setting.
async fn formatted_check(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let sql = format!("SELECT owner FROM {} WHERE token = $1", app.table);
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(token(&headers)?);
    let row: Option<(i64,)> = query.fetch_optional(&app.pool).await.map_err(|_| DOWN)?;
    let (owner,) = row.ok_or(NO)?;
    sqlx::query("DELETE FROM notes WHERE owner = $1").bind(owner).execute(&app.pool).await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
/// A session is found, and touched on the way.
async fn touched_session(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let sql = "UPDATE sessions SET seen = now() WHERE token = $1 RETURNING owner";
    let row: Option<(i64,)> =
        sqlx::query_as(sql).bind(token(&headers)?).fetch_optional(&app.pool).await.map_err(|_| DOWN)?;
    let (owner,) = row.ok_or(NO)?;
    sqlx::query("DELETE FROM notes WHERE owner = $1").bind(owner).execute(&app.pool).await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}

// Other tasks of the service.
async fn told_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.level.send(body).map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn told_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.level.send(body).map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
async fn stopped_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    app.stop.store(true, Ordering::SeqCst);
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn closed_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let before = CLOSED.swap(true, Ordering::SeqCst);
    check(&app, &headers)?;
    Ok(if before { StatusCode::OK } else { StatusCode::ACCEPTED })
}
async fn stopped_after(State(app): State<App>, headers: HeaderMap) -> Outcome {
    check(&app, &headers)?;
    app.stop.store(true, Ordering::SeqCst);
    app.wake.notify_one();
    Ok(StatusCode::ACCEPTED)
}
async fn woken_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    app.wake.notify_waiters();
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
/// What a service counts for itself, and what belongs to this request alone.
async fn counted_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    app.hits.fetch_add(1, Ordering::Relaxed);
    app.hits.store(app.hits.load(Ordering::Relaxed), Ordering::Relaxed);
    let done = AtomicBool::new(false);
    done.store(true, Ordering::Relaxed);
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}

#[tokio::main]
async fn main() {
    let app = App {
        http: reqwest::Client::new(),
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        files: Arc::new(object_store::memory::InMemory::new()),
        level: Arc::new(watch::channel(String::new()).0),
        stop: Arc::default(),
        hits: Arc::default(),
        wake: Arc::default(),
        secret: std::env::var("SECRET").unwrap().into(),
        table: std::env::var("TABLE").unwrap().into(),
    };
    let app = Router::new()
        .route("/posted-before", post(posted_before))
        .route("/posted-after", post(posted_after))
        .route("/put-before", post(put_before))
        .route("/deleted-before", post(deleted_before))
        .route("/patched-before", post(patched_before))
        .route("/charged-before", post(charged_before))
        .route("/got-before", post(got_before))
        .route("/prepared-before", post(prepared_before))
        .route("/asked-before", post(asked_before))
        .route("/own-token-before", post(own_token_before))
        .route("/stored-before", post(stored_before))
        .route("/removed-before", post(removed_before))
        .route("/stored-after", post(stored_after))
        .route("/appended-before", post(appended_before))
        .route("/buffered-before", post(buffered_before))
        .route("/async-before", post(async_before))
        .route("/in-memory-before", post(in_memory_before))
        .route("/variable-before", post(variable_before))
        .route("/returned-before", post(returned_before))
        .route("/by-constant-before", post(by_constant_before))
        .route("/removed-rows-before", post(removed_rows_before))
        .route("/returned-after", post(returned_after))
        .route("/formatted-before", post(formatted_before))
        .route("/formatted-check", post(formatted_check))
        .route("/touched-session", post(touched_session))
        .route("/told-before", post(told_before))
        .route("/told-after", post(told_after))
        .route("/stopped-before", post(stopped_before))
        .route("/closed-before", post(closed_before))
        .route("/stopped-after", post(stopped_after))
        .route("/woken-before", post(woken_before))
        .route("/counted-before", post(counted_before))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /posted-before optional
//@ POST /posted-after required
//@ POST /put-before optional
//@ POST /deleted-before optional
//@ POST /patched-before optional
//@ POST /charged-before optional
//@ POST /got-before required
//@ POST /prepared-before required
//@ POST /asked-before required
//@ POST /own-token-before required
//@ POST /stored-before optional
//@ POST /removed-before optional
//@ POST /stored-after required
//@ POST /appended-before optional
//@ POST /buffered-before optional
//@ POST /async-before optional
//@ POST /in-memory-before required
//@ POST /variable-before optional
//@ POST /returned-before optional
//@ POST /by-constant-before optional
//@ POST /removed-rows-before optional
//@ POST /returned-after required
//@ POST /formatted-before optional
//@ POST /formatted-check required
//@ POST /touched-session required
//@ POST /told-before optional
//@ POST /told-after required
//@ POST /stopped-before optional
//@ POST /closed-before optional
//@ POST /stopped-after required
//@ POST /woken-before optional
//@ POST /counted-before required
