//! Headers of any name: whoever hashes one takes it for a secret, if what comes of the hash decides.

//@ GET /row required
//@ GET /map required
//@ GET /blake required
//@ GET /steps required
//@ GET /by-name required
//@ GET /signed required
//@ GET /replayed optional
//@ GET /logged none
//@ GET /sharded none
//@ GET /plain none
//@ GET /own-hash none

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dashmap::DashMap;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

#[derive(Clone)]
struct Plant {
    pool: sqlx::SqlitePool,
    seen: Arc<DashMap<String, i64>>,
    marks: Arc<DashMap<blake3::Hash, i64>>,
    answers: Arc<DashMap<String, String>>,
    machines: Arc<HashMap<String, Vec<u8>>>,
    link_key: Arc<Vec<u8>>,
}

type Passed = Result<Response, StatusCode>;

fn badge(req: &Request) -> Result<String, StatusCode> {
    let badge = req.headers().get("x-badge").and_then(|it| it.to_str().ok());
    badge.map(str::to_owned).ok_or(StatusCode::FORBIDDEN)
}

async fn row(State(plant): State<Plant>, req: Request, next: Next) -> Passed {
    let digest = hex::encode(Sha256::digest(badge(&req)?));
    let row: Option<(String, i64)> = sqlx::query_as("SELECT clerk, rank FROM badges WHERE digest = ?")
        .bind(digest)
        .fetch_optional(&plant.pool)
        .await
        .unwrap_or_default();
    match row {
        Some(_) => Ok(next.run(req).await),
        None => Err(StatusCode::FORBIDDEN),
    }
}

async fn map(State(plant): State<Plant>, req: Request, next: Next) -> Passed {
    let digest = hex::encode(Sha256::digest(badge(&req)?));
    if plant.seen.get(&digest).is_some() { Ok(next.run(req).await) } else { Err(StatusCode::FORBIDDEN) }
}

async fn blake(State(plant): State<Plant>, req: Request, next: Next) -> Passed {
    let digest = blake3::hash(badge(&req)?.as_bytes());
    if plant.marks.get(&digest).is_some() { Ok(next.run(req).await) } else { Err(StatusCode::FORBIDDEN) }
}

async fn steps(State(plant): State<Plant>, req: Request, next: Next) -> Passed {
    let mut hasher = Sha256::new();
    hasher.update(badge(&req)?.as_bytes());
    let digest = hex::encode(hasher.finalize());
    if plant.seen.get(&digest).is_some() { Ok(next.run(req).await) } else { Err(StatusCode::FORBIDDEN) }
}

// The row is chosen by a name in the path; what stands in it is a secret all the same.
async fn by_name(
    State(plant): State<Plant>,
    Path(params): Path<HashMap<String, String>>,
    req: Request,
    next: Next,
) -> Passed {
    let name = params.get("machine").map(String::as_str).unwrap_or_default();
    let key = req.headers().get("x-machine-key").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let Some(expected) = plant.machines.get(name) else { return Err(StatusCode::FORBIDDEN) };
    let given = Sha256::digest(key.as_bytes());
    if bool::from(given.as_slice().ct_eq(expected)) { Ok(next.run(req).await) } else { Err(StatusCode::FORBIDDEN) }
}

// A link that the service has signed.
async fn signed(
    State(plant): State<Plant>,
    Query(query): Query<HashMap<String, String>>,
    req: Request,
    next: Next,
) -> Passed {
    let given = query.get("sig").and_then(|it| hex::decode(it).ok()).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&plant.link_key).expect("any length");
    mac.update(req.uri().path().as_bytes());
    mac.verify_slice(&given).map_err(|_| StatusCode::FORBIDDEN)?;
    Ok(next.run(req).await)
}

// What was answered before is answered again: nobody is refused.
async fn replayed(State(plant): State<Plant>, req: Request, next: Next) -> Passed {
    let key = hex::encode(Sha256::digest(badge(&req)?));
    if let Some(known) = plant.answers.get(&key) {
        return Ok(known.value().clone().into_response());
    }
    Ok(next.run(req).await)
}

async fn logged(req: Request, next: Next) -> Passed {
    let key = hex::encode(Sha256::digest(badge(&req)?));
    tracing::info!(key, "asked");
    Ok(next.run(req).await)
}

async fn sharded(req: Request, next: Next) -> Passed {
    let key = Sha256::digest(badge(&req)?);
    if key[0] % 2 == 0 {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    Ok(next.run(req).await)
}

// Nothing is hashed: it may be a name.
async fn plain(State(plant): State<Plant>, req: Request, next: Next) -> Passed {
    if plant.seen.get(&badge(&req)?).is_some() { Ok(next.run(req).await) } else { Err(StatusCode::FORBIDDEN) }
}

// What is compared with the hash comes along with it.
async fn own_hash(req: Request, next: Next) -> Passed {
    let given = req.headers().get("x-checksum").and_then(|it| it.to_str().ok()).unwrap_or_default();
    if hex::encode(Sha256::digest(badge(&req)?)) != given {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(next.run(req).await)
}

async fn ok() -> &'static str {
    "ok"
}

fn app(plant: Plant) -> Router {
    let one = |path: &str| Router::new().route(path, get(ok));
    Router::new()
        .merge(one("/row").layer(from_fn_with_state(plant.clone(), row)))
        .merge(one("/map").layer(from_fn_with_state(plant.clone(), map)))
        .merge(one("/blake").layer(from_fn_with_state(plant.clone(), blake)))
        .merge(one("/steps").layer(from_fn_with_state(plant.clone(), steps)))
        .merge(one("/by-name").layer(from_fn_with_state(plant.clone(), by_name)))
        .merge(one("/signed").layer(from_fn_with_state(plant.clone(), signed)))
        .merge(one("/replayed").layer(from_fn_with_state(plant.clone(), replayed)))
        .merge(one("/logged").layer(from_fn_with_state(plant.clone(), logged)))
        .merge(one("/sharded").layer(from_fn_with_state(plant.clone(), sharded)))
        .merge(one("/plain").layer(from_fn_with_state(plant.clone(), plain)))
        .merge(one("/own-hash").layer(from_fn_with_state(plant.clone(), own_hash)))
        .with_state(plant)
}

#[tokio::main]
async fn main() {
    let key = std::env::var("LINK_KEY").expect("LINK_KEY").into_bytes();
    let plant = Plant {
        pool: sqlx::SqlitePool::connect("sqlite:plant.db").await.expect("a database"),
        seen: Arc::default(),
        marks: Arc::default(),
        answers: Arc::default(),
        machines: Arc::default(),
        link_key: Arc::new(key),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("a port");
    axum::serve(listener, app(plant)).await.expect("a server");
}
