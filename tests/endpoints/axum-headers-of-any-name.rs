//! What is done with a header says that it is a secret, whatever it is called; and what it is
//! compared with, by where that comes from.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum_extra::extract::CookieJar;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const NO: StatusCode = StatusCode::UNAUTHORIZED;

#[derive(Clone)]
struct Depot {
    ring: Arc<str>,
    rings: Arc<HashSet<String>>,
    release: String,
    tag: String,
}

fn burn() {
    let _ = std::fs::remove_dir_all("/var/lib/depot");
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}

fn mac_of(depot: &Depot, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(depot.ring.as_bytes()).expect("any length");
    mac.update(body);
    mac
}

//@ POST /sealed required
async fn sealed(State(depot): State<Depot>, headers: HeaderMap, body: Bytes) -> Result<(), StatusCode> {
    let wax = text(&headers, "x-wax").and_then(|it| hex::decode(it).ok());
    let wax = wax.ok_or(NO)?;
    mac_of(&depot, &body).verify_slice(&wax).map_err(|_| NO)?;
    burn();
    Ok(())
}

//@ POST /computed required
async fn computed(State(depot): State<Depot>, headers: HeaderMap, body: Bytes) -> Result<(), StatusCode> {
    let ours = hex::encode(mac_of(&depot, &body).finalize().into_bytes());
    if text(&headers, "x-wax") != Some(ours.as_str()) {
        return Err(NO);
    }
    burn();
    Ok(())
}

//@ POST /constant-time required
async fn constant_time(State(depot): State<Depot>, headers: HeaderMap) -> Result<(), StatusCode> {
    let shown = headers.get("x-gate").ok_or(NO)?;
    if bool::from(shown.as_bytes().ct_eq(depot.ring.as_bytes())) {
        burn();
        return Ok(());
    }
    Err(NO)
}

//@ POST /plain required
async fn plain(State(depot): State<Depot>, headers: HeaderMap) -> Result<(), StatusCode> {
    if text(&headers, "x-gate") != Some(&*depot.ring) {
        return Err(NO);
    }
    burn();
    Ok(())
}

//@ POST /one-of required
async fn one_of(State(depot): State<Depot>, headers: HeaderMap) -> Result<(), StatusCode> {
    let shown = text(&headers, "x-gate").ok_or(NO)?;
    if !depot.rings.contains(shown) {
        return Err(NO);
    }
    burn();
    Ok(())
}

// Near misses. What is compared is no secret.
//@ POST /release none
async fn release(State(depot): State<Depot>, headers: HeaderMap) -> Result<(), StatusCode> {
    if text(&headers, "x-speaks") != Some(depot.release.as_str()) {
        return Err(StatusCode::CONFLICT);
    }
    burn();
    Ok(())
}

//@ POST /tag none
async fn tag(State(depot): State<Depot>, headers: HeaderMap) -> Result<(), StatusCode> {
    if text(&headers, "if-match") != Some(depot.tag.as_str()) {
        return Err(StatusCode::PRECONDITION_FAILED);
    }
    burn();
    Ok(())
}

// Nobody looks at the outcome.
//@ POST /unread optional
async fn unread(State(depot): State<Depot>, headers: HeaderMap, body: Bytes) -> Result<(), StatusCode> {
    let wax = text(&headers, "x-wax").ok_or(NO)?;
    let _ = mac_of(&depot, &body).verify_slice(wax.as_bytes());
    burn();
    Ok(())
}

// The key comes along.
//@ POST /own-key none
async fn own_key(headers: HeaderMap, body: Bytes) -> Result<(), StatusCode> {
    let key = text(&headers, "x-ring").ok_or(NO)?;
    let wax = text(&headers, "x-wax").ok_or(NO)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| NO)?;
    mac.update(&body);
    mac.verify_slice(wax.as_bytes()).map_err(|_| NO)?;
    burn();
    Ok(())
}

// A cookie that every visitor gets is signed, too.
//@ POST /visitor none
async fn visitor(State(depot): State<Depot>, jar: CookieJar) -> Result<(), StatusCode> {
    let basket = jar.get("basket").ok_or(NO)?;
    let (number, wax) = basket.value().split_once('.').ok_or(NO)?;
    mac_of(&depot, number.as_bytes())
        .verify_slice(wax.as_bytes())
        .map_err(|_| NO)?;
    burn();
    Ok(())
}

pub fn app() -> Router {
    let secret = std::fs::read_to_string("/run/depot.secret").expect("a secret");
    assert!(secret.len() > 31, "the secret is too short");
    let depot = Depot {
        rings: Arc::new(HashSet::from([secret.clone()])),
        ring: secret.into(),
        release: "7".into(),
        tag: std::fs::read_to_string("/run/depot.tag").unwrap_or_default(),
    };
    Router::new()
        .route("/sealed", post(sealed))
        .route("/computed", post(computed))
        .route("/constant-time", post(constant_time))
        .route("/plain", post(plain))
        .route("/one-of", post(one_of))
        .route("/release", post(release))
        .route("/tag", post(tag))
        .route("/unread", post(unread))
        .route("/own-key", post(own_key))
        .route("/visitor", post(visitor))
        .with_state(depot)
}
