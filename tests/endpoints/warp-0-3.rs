//! warp 0.3: other ways to serve, filters behind `filters`, a login that sits among checked routes.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, oneshot};
use warp::filters::{any::any, body, header, method, path};
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply};

#[derive(Clone, Default)]
struct Store {
    sessions: Arc<Mutex<HashMap<String, String>>>,
    items: Arc<Mutex<HashMap<u32, String>>>,
}

#[derive(Debug)]
struct NoSession;
impl warp::reject::Reject for NoSession {}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

#[derive(Serialize)]
struct Session {
    token: String,
}

fn store(
    store: Store,
) -> impl Filter<Extract = (Store,), Error = std::convert::Infallible> + Clone {
    any().map(move || store.clone())
}

fn session(s: Store) -> impl Filter<Extract = (String,), Error = Rejection> + Clone {
    header::header::<String>("x-session-token")
        .and(store(s))
        .and_then(find_session)
}

async fn find_session(token: String, store: Store) -> Result<String, Rejection> {
    if let Some(name) = store.sessions.lock().await.get(&token) {
        return Ok(name.clone());
    }
    Err(warp::reject::custom(NoSession))
}

async fn log_in(login: Login, store: Store) -> Result<impl Reply, Rejection> {
    if login.password != std::env::var("PASSWORD").unwrap_or_default() {
        return Err(warp::reject::custom(NoSession));
    }
    let token = format!("{:x}", rand::random::<u128>());
    store
        .sessions
        .lock()
        .await
        .insert(token.clone(), login.name);
    Ok(warp::reply::json(&Session { token }))
}

async fn list(store: Store) -> Result<impl Reply, Rejection> {
    Ok(warp::reply::json(&*store.items.lock().await))
}

async fn put(id: u32, text: String, _name: String, store: Store) -> Result<impl Reply, Rejection> {
    store.items.lock().await.insert(id, text);
    Ok(StatusCode::OK)
}

async fn delete(id: u32, store: Store) -> Result<impl Reply, Rejection> {
    store.items.lock().await.remove(&id);
    Ok(StatusCode::OK)
}

fn api(s: Store) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let v1 = path::path("v1");
    let login = path::path("login")
        .and(path::end())
        .and(method::post())
        .and(body::json())
        .and(store(s.clone()))
        .and_then(log_in);
    let items = path::path("items");
    let list = items
        .and(path::end())
        .and(method::get())
        .and(store(s.clone()))
        .and_then(list);
    let put = items
        .and(path::param::<u32>())
        .and(path::end())
        .and(method::put())
        .and(body::json())
        .and(session(s.clone()))
        .and(store(s.clone()))
        .and_then(put);
    let delete = items
        .and(path::param::<u32>())
        .and(path::end())
        .and(method::delete())
        .and(store(s))
        .and_then(delete);
    v1.and(login.or(list).or(put).or(delete))
}

#[tokio::main]
async fn main() {
    let store = Store::default();
    let cors = warp::cors()
        .allow_any_origin()
        .allow_methods(vec!["GET", "PUT"]);
    let routes = api(store).with(cors).with(warp::log("api"));
    let (stop, stopped) = oneshot::channel::<()>();
    let (address, server) =
        warp::serve(routes).bind_with_graceful_shutdown(([127, 0, 0, 1], 3030), async {
            stopped.await.ok();
        });
    println!("{address}");
    tokio::spawn(server);
    let health = warp::path!("health").and(warp::get()).map(|| "up");
    let (_, health) = warp::serve(health)
        .try_bind_ephemeral(([127, 0, 0, 1], 0))
        .expect("free");
    tokio::spawn(health);
    let secure = warp::path!("secure").map(|| "tls");
    warp::serve(secure)
        .tls()
        .cert_path("cert.pem")
        .key_path("key.pem")
        .run(([0, 0, 0, 0], 443))
        .await;
    drop(stop);
}

//@ POST /v1/login none
//@ GET /v1/items none
//@ PUT /v1/items/{id} required
//@ DELETE /v1/items/{id} none
//@ GET /health none
//@ ANY /secure none
