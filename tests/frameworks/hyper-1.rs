//! The service on plain hyper 1: one function that matches on method and path.

mod shop;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};
use tokio::net::TcpListener;

type Answer = Response<Full<Bytes>>;
type Limiter = DefaultKeyedRateLimiter<IpAddr>;

fn status(code: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = code;
    answer
}

fn json<T: Serialize>(value: &T) -> Answer {
    match serde_json::to_vec(value) {
        Ok(text) => Response::new(Full::from(text)),
        Err(_) => status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn read<T: DeserializeOwned>(request: Request<Incoming>) -> Option<T> {
    let body = Limited::new(request.into_body(), ITEM_LIMIT);
    let bytes = body.collect().await.ok()?.to_bytes();
    serde_json::from_slice(&bytes).ok()
}

/// Who asks, by a token that was verified.
fn claims(request: &Request<Incoming>, shop: &Shop) -> Option<Claims> {
    let header = request.headers().get(AUTHORIZATION);
    shop.verify(header.and_then(|it| it.to_str().ok()))
}

fn get_item(request: &Request<Incoming>, shop: &Shop, id: &str) -> Answer {
    if let Some(claims) = claims(request, shop) {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    match id.parse().ok().and_then(|id| shop.get(id)) {
        Some(item) => json(&item),
        None => status(StatusCode::NOT_FOUND),
    }
}

async fn create_item(request: Request<Incoming>, shop: &Shop) -> Answer {
    if claims(&request, shop).is_none() {
        return status(StatusCode::UNAUTHORIZED);
    }
    match read::<Item>(request).await {
        Some(item) => json(&shop.add(item)),
        None => status(StatusCode::BAD_REQUEST),
    }
}

fn delete_item(claims: &Claims, shop: &Shop, id: &str) -> Answer {
    if claims.role != Role::Admin {
        return status(StatusCode::FORBIDDEN);
    }
    match id.parse().is_ok_and(|id| shop.remove(id)) {
        true => status(StatusCode::NO_CONTENT),
        false => status(StatusCode::NOT_FOUND),
    }
}

/// What is below `/admin`: for nobody without a token that can be verified.
fn admin(request: &Request<Incoming>, shop: &Shop, path: &[&str]) -> Answer {
    let Some(claims) = claims(request, shop) else {
        return status(StatusCode::UNAUTHORIZED);
    };
    match (request.method(), path) {
        (&Method::DELETE, ["items", id]) => delete_item(&claims, shop, id),
        (&Method::GET, ["stats"]) => json(&shop.count()),
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn login(
    request: Request<Incoming>,
    shop: &Shop,
    limiter: &Limiter,
    peer: SocketAddr,
) -> Answer {
    if limiter.check_key(&peer.ip()).is_err() {
        return status(StatusCode::TOO_MANY_REQUESTS);
    }
    let Some(credentials) = read::<Credentials>(request).await else {
        return status(StatusCode::BAD_REQUEST);
    };
    match shop.sign_in(&credentials) {
        Some(token) => json(&token),
        None => status(StatusCode::UNAUTHORIZED),
    }
}

async fn route(
    request: Request<Incoming>,
    shop: Arc<Shop>,
    limiter: Arc<Limiter>,
    peer: SocketAddr,
) -> Result<Answer, Infallible> {
    let path = request.uri().path().to_owned();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    Ok(match (request.method(), segments.as_slice()) {
        (&Method::GET, ["items"]) => json(&shop.list()),
        (&Method::POST, ["items"]) => create_item(request, &shop).await,
        (&Method::GET, ["items", id]) => get_item(&request, &shop, id),
        (_, ["admin", rest @ ..]) => admin(&request, &shop, rest),
        (&Method::POST, ["login"]) => login(request, &shop, &limiter, peer).await,
        (&Method::GET, ["health"]) => json(&"ok"),
        _ => status(StatusCode::NOT_FOUND),
    })
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let shop = Arc::new(Shop::from_env());
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let limiter: Arc<Limiter> = Arc::new(RateLimiter::keyed(quota));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    loop {
        let (stream, peer) = listener.accept().await?;
        let (shop, limiter) = (shop.clone(), limiter.clone());
        tokio::spawn(async move {
            let service =
                service_fn(move |request| route(request, shop.clone(), limiter.clone(), peer));
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = served.await {
                tracing::warn!(%error, "the connection ended");
            }
        });
    }
}
