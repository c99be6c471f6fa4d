//! Maps and caches that make an entry for whoever asks, and those that find one.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, RwLock};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use moka::future::Cache;
use sqlx::PgPool;

#[derive(Debug, Clone, Default)]
struct Session {
    user: i64,
}
#[derive(Clone)]
struct App {
    pool: PgPool,
    sessions: Arc<RwLock<HashMap<String, Session>>>,
    shared: Arc<DashMap<String, Session>>,
    cache: Cache<String, Session>,
    seen: Arc<Mutex<HashSet<String>>>,
}
type Outcome = Result<StatusCode, StatusCode>;

fn token(headers: &HeaderMap) -> Result<String, StatusCode> {
    let value = headers
        .get("x-session-token")
        .ok_or(StatusCode::UNAUTHORIZED)?;
    value
        .to_str()
        .map(str::to_owned)
        .map_err(|_| StatusCode::BAD_REQUEST)
}
async fn clear(app: &App) -> Outcome {
    sqlx::query("DELETE FROM notes")
        .execute(&app.pool)
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(StatusCode::OK)
}
async fn load(pool: &PgPool, token: &str) -> Result<Session, sqlx::Error> {
    let user = sqlx::query_scalar("SELECT owner FROM sessions WHERE token = $1")
        .bind(token)
        .fetch_one(pool)
        .await?;
    Ok(Session { user })
}

async fn made(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let session = app
        .sessions
        .write()
        .unwrap()
        .entry(token)
        .or_insert_with(Session::default)
        .clone();
    tracing::info!(session.user);
    clear(&app).await
}
async fn found(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let session = app.sessions.read().unwrap().get(&token).cloned();
    let session = session.ok_or(StatusCode::UNAUTHORIZED)?;
    tracing::info!(session.user);
    clear(&app).await
}
/// It is there because it was put there a moment ago.
async fn made_and_found(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    app.sessions
        .write()
        .unwrap()
        .entry(token.clone())
        .or_default();
    if !app.sessions.read().unwrap().contains_key(&token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
async fn shared_made(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let session = app.shared.entry(token(&headers)?).or_default().clone();
    tracing::info!(session.user);
    clear(&app).await
}
async fn shared_found(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let session = app
        .shared
        .get(&token)
        .ok_or(StatusCode::UNAUTHORIZED)?
        .clone();
    tracing::info!(session.user);
    clear(&app).await
}
async fn occupied(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let session = match app.shared.entry(token(&headers)?) {
        Entry::Occupied(it) => it.get().clone(),
        Entry::Vacant(_) => return Err(StatusCode::UNAUTHORIZED),
    };
    tracing::info!(session.user);
    clear(&app).await
}
async fn vacant(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let session = match app.shared.entry(token(&headers)?) {
        Entry::Occupied(it) => it.get().clone(),
        Entry::Vacant(it) => it.insert(Session::default()).clone(),
    };
    tracing::info!(session.user);
    clear(&app).await
}
async fn cache_made(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let session = app
        .cache
        .get_with(token(&headers)?, async { Session::default() })
        .await;
    tracing::info!(session.user);
    clear(&app).await
}
async fn cache_found(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let session = app
        .cache
        .get(&token(&headers)?)
        .await
        .ok_or(StatusCode::UNAUTHORIZED)?;
    tracing::info!(session.user);
    clear(&app).await
}
async fn cache_tried(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let made = async { Ok::<_, Infallible>(Session::default()) };
    let session = app
        .cache
        .try_get_with(token(&headers)?, made)
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    tracing::info!(session.user);
    clear(&app).await
}
async fn cache_loaded(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let session = app
        .cache
        .try_get_with(token.clone(), load(&app.pool, &token))
        .await
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    tracing::info!(session.user);
    clear(&app).await
}
async fn cache_maybe_made(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let made = async { Some(Session::default()) };
    let session = app
        .cache
        .optionally_get_with(token(&headers)?, made)
        .await
        .ok_or(StatusCode::UNAUTHORIZED)?;
    tracing::info!(session.user);
    clear(&app).await
}
async fn cache_maybe_loaded(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let token = token(&headers)?;
    let loaded = async { load(&app.pool, &token).await.ok() };
    let session = app
        .cache
        .optionally_get_with(token.clone(), loaded)
        .await
        .ok_or(StatusCode::UNAUTHORIZED)?;
    tracing::info!(session.user);
    clear(&app).await
}
/// Everybody comes for the first time.
async fn first_time(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !app.seen.lock().unwrap().insert(token(&headers)?) {
        return Err(StatusCode::CONFLICT);
    }
    clear(&app).await
}
/// Was there, and is used up.
async fn used_up(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if !app.seen.lock().unwrap().remove(&token(&headers)?) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}
/// A list of those that are shut out.
async fn not_revoked(State(app): State<App>, headers: HeaderMap) -> Outcome {
    if app.seen.lock().unwrap().contains(&token(&headers)?) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    clear(&app).await
}

#[tokio::main]
async fn main() {
    let app = App {
        pool: PgPool::connect_lazy("postgres://").unwrap(),
        sessions: Arc::default(),
        shared: Arc::default(),
        cache: Cache::new(100),
        seen: Arc::default(),
    };
    let app = Router::new()
        .route("/made", post(made))
        .route("/found", post(found))
        .route("/made-and-found", post(made_and_found))
        .route("/shared-made", post(shared_made))
        .route("/shared-found", post(shared_found))
        .route("/occupied", post(occupied))
        .route("/vacant", post(vacant))
        .route("/cache-made", post(cache_made))
        .route("/cache-found", post(cache_found))
        .route("/cache-tried", post(cache_tried))
        .route("/cache-loaded", post(cache_loaded))
        .route("/cache-maybe-made", post(cache_maybe_made))
        .route("/cache-maybe-loaded", post(cache_maybe_loaded))
        .route("/first-time", post(first_time))
        .route("/used-up", post(used_up))
        .route("/not-revoked", post(not_revoked))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

//@ POST /made optional
//@ POST /found required
//@ POST /made-and-found optional
//@ POST /shared-made optional
//@ POST /shared-found required
//@ POST /occupied required
//@ POST /vacant optional
//@ POST /cache-made optional
//@ POST /cache-found required
//@ POST /cache-tried optional
//@ POST /cache-loaded required
//@ POST /cache-maybe-made optional
//@ POST /cache-maybe-loaded required
//@ POST /first-time optional
//@ POST /used-up required
//@ POST /not-revoked optional
