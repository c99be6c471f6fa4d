//! Work that is handed on before the token is looked at, and after.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use sqlx::PgPool;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

#[derive(Debug, Clone)]
struct Job(String);

#[derive(Clone)]
struct App {
    pool: PgPool,
    jobs: mpsc::Sender<Job>,
    orders: mpsc::UnboundedSender<Job>,
    news: broadcast::Sender<Job>,
    level: Arc<watch::Sender<u32>>,
    threads: std::sync::mpsc::Sender<Job>,
    queue: Arc<Mutex<Vec<Job>>>,
    secret: Arc<str>,
}
type Outcome = Result<StatusCode, StatusCode>;

fn check(app: &App, headers: &HeaderMap) -> Result<(), StatusCode> {
    let token = headers.get("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
    if token.as_bytes() != app.secret.as_bytes() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(())
}
async fn clear(pool: PgPool) {
    sqlx::query("DELETE FROM notes").execute(&pool).await.ok();
}

async fn sent_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.jobs
        .send(Job(body))
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn sent_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.jobs
        .send(Job(body))
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(StatusCode::ACCEPTED)
}
async fn tried_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let _ = app.jobs.try_send(Job(body));
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn tried_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    let _ = app.jobs.try_send(Job(body));
    Ok(StatusCode::ACCEPTED)
}
async fn ordered_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.orders.send(Job(body)).ok();
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn ordered_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.orders.send(Job(body)).ok();
    Ok(StatusCode::ACCEPTED)
}
async fn told_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.news.send(Job(body)).ok();
    app.level.send(1).ok();
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn told_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.news.send(Job(body)).ok();
    app.level.send(1).ok();
    Ok(StatusCode::ACCEPTED)
}
async fn to_thread_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.threads.send(Job(body)).ok();
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn to_thread_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.threads.send(Job(body)).ok();
    Ok(StatusCode::ACCEPTED)
}
async fn spawned_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    tokio::spawn(clear(app.pool.clone()));
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn spawned_after(State(app): State<App>, headers: HeaderMap) -> Outcome {
    check(&app, &headers)?;
    tokio::spawn(clear(app.pool.clone()));
    Ok(StatusCode::ACCEPTED)
}
async fn block_spawned_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let pool = app.pool.clone();
    let task = tokio::spawn(async move {
        clear(pool).await;
    });
    check(&app, &headers)?;
    task.await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::ACCEPTED)
}
async fn block_spawned_after(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let pool = app.pool.clone();
    check(&app, &headers)?;
    let task = tokio::spawn(async move {
        clear(pool).await;
    });
    task.await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::ACCEPTED)
}
/// The task checks, and nobody waits for it.
async fn checked_in_a_task(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let own = app.clone();
    tokio::spawn(async move {
        assert!(check(&own, &headers).is_ok());
    });
    clear(app.pool).await;
    Ok(StatusCode::ACCEPTED)
}
async fn checked_in_a_block(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let own = app.clone();
    async move { check(&own, &headers) }.await?;
    clear(app.pool).await;
    Ok(StatusCode::ACCEPTED)
}
async fn queued_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.queue.lock().unwrap().push(Job(body));
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn queued_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    check(&app, &headers)?;
    app.queue.lock().unwrap().push(Job(body));
    Ok(StatusCode::ACCEPTED)
}
/// What is put together for oneself is no effect.
async fn listed_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let mut jobs = Vec::new();
    jobs.push(Job(body));
    let (tell, told) = oneshot::channel();
    check(&app, &headers)?;
    tell.send(jobs).ok();
    let jobs = told.await.unwrap_or_default();
    app.queue.lock().unwrap().extend(jobs);
    Ok(StatusCode::ACCEPTED)
}

#[tokio::main]
async fn main() {
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        jobs: mpsc::channel(8).0,
        orders: mpsc::unbounded_channel().0,
        news: broadcast::channel(8).0,
        level: Arc::new(watch::channel(0).0),
        threads: std::sync::mpsc::channel().0,
        queue: Arc::default(),
        secret: std::env::var("SECRET").unwrap().into(),
    };
    let app = Router::new()
        .route("/sent-before", post(sent_before))
        .route("/sent-after", post(sent_after))
        .route("/tried-before", post(tried_before))
        .route("/tried-after", post(tried_after))
        .route("/ordered-before", post(ordered_before))
        .route("/ordered-after", post(ordered_after))
        .route("/told-before", post(told_before))
        .route("/told-after", post(told_after))
        .route("/to-thread-before", post(to_thread_before))
        .route("/to-thread-after", post(to_thread_after))
        .route("/spawned-before", post(spawned_before))
        .route("/spawned-after", post(spawned_after))
        .route("/block-spawned-before", post(block_spawned_before))
        .route("/block-spawned-after", post(block_spawned_after))
        .route("/checked-in-a-task", post(checked_in_a_task))
        .route("/checked-in-a-block", post(checked_in_a_block))
        .route("/queued-before", post(queued_before))
        .route("/queued-after", post(queued_after))
        .route("/listed-before", post(listed_before))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /sent-before optional
//@ POST /sent-after required
//@ POST /tried-before optional
//@ POST /tried-after required
//@ POST /ordered-before optional
//@ POST /ordered-after required
//@ POST /told-before optional
//@ POST /told-after required
//@ POST /to-thread-before optional
//@ POST /to-thread-after required
//@ POST /spawned-before optional
//@ POST /spawned-after required
//@ POST /block-spawned-before optional
//@ POST /block-spawned-after required
//@ POST /checked-in-a-task none
//@ POST /checked-in-a-block required
//@ POST /queued-before optional
//@ POST /queued-after required
//@ POST /listed-before required
