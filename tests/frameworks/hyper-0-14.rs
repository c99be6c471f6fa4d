//! The service on plain hyper 0.14: paths are compared, and what is below `/admin` is another function's.

mod shop;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http_body::Limited;
use hyper::header::AUTHORIZATION;
use hyper::server::conn::AddrStream;
use hyper::service::{make_service_fn, service_fn};
use hyper::{Body, Method, Request, Response, Server, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

type Limiter = DefaultKeyedRateLimiter<IpAddr>;

fn status(code: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = code;
    answer
}

fn json<T: Serialize>(value: &T) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(text) => Response::new(Body::from(text)),
        Err(_) => status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn read<T: DeserializeOwned>(request: Request<Body>) -> Option<T> {
    let body = Limited::new(request.into_body(), ITEM_LIMIT);
    let bytes = hyper::body::to_bytes(body).await.ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Who asks, by a token that was verified.
fn claims(request: &Request<Body>, shop: &Shop) -> Option<Claims> {
    let header = request.headers().get(AUTHORIZATION);
    shop.verify(header.and_then(|it| it.to_str().ok()))
}

fn get_item(request: &Request<Body>, shop: &Shop, id: &str) -> Response<Body> {
    if let Some(claims) = claims(request, shop) {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    match id.parse().ok().and_then(|id| shop.get(id)) {
        Some(item) => json(&item),
        None => status(StatusCode::NOT_FOUND),
    }
}

async fn create_item(request: Request<Body>, shop: &Shop) -> Response<Body> {
    if claims(&request, shop).is_none() {
        return status(StatusCode::UNAUTHORIZED);
    }
    match read::<Item>(request).await {
        Some(item) => json(&shop.add(item)),
        None => status(StatusCode::BAD_REQUEST),
    }
}

fn delete_item(claims: &Claims, shop: &Shop, id: &str) -> Response<Body> {
    if claims.role != Role::Admin {
        return status(StatusCode::FORBIDDEN);
    }
    match id.parse().is_ok_and(|id| shop.remove(id)) {
        true => status(StatusCode::NO_CONTENT),
        false => status(StatusCode::NOT_FOUND),
    }
}

/// What is below `/admin`: for nobody without a token that can be verified.
fn admin(request: &Request<Body>, shop: &Shop) -> Response<Body> {
    let Some(claims) = claims(request, shop) else {
        return status(StatusCode::UNAUTHORIZED);
    };
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/admin/stats") => json(&shop.count()),
        (&Method::DELETE, path) => match path.strip_prefix("/admin/items/") {
            Some(id) => delete_item(&claims, shop, id),
            None => status(StatusCode::NOT_FOUND),
        },
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn login(
    request: Request<Body>,
    shop: &Shop,
    limiter: &Limiter,
    peer: SocketAddr,
) -> Response<Body> {
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
    request: Request<Body>,
    shop: Arc<Shop>,
    limiter: Arc<Limiter>,
    peer: SocketAddr,
) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path().to_owned();
    if path.starts_with("/admin/") {
        return Ok(admin(&request, &shop));
    }
    Ok(match (request.method(), path.as_str()) {
        (&Method::GET, "/items") => json(&shop.list()),
        (&Method::POST, "/items") => create_item(request, &shop).await,
        (&Method::POST, "/login") => login(request, &shop, &limiter, peer).await,
        (&Method::GET, "/health") => json(&"ok"),
        (&Method::GET, path) => match path.strip_prefix("/items/") {
            Some(id) => get_item(&request, &shop, id),
            None => status(StatusCode::NOT_FOUND),
        },
        _ => status(StatusCode::NOT_FOUND),
    })
}

#[tokio::main]
async fn main() -> Result<(), hyper::Error> {
    let shop = Arc::new(Shop::from_env());
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let limiter: Arc<Limiter> = Arc::new(RateLimiter::keyed(quota));
    let service = make_service_fn(move |connection: &AddrStream| {
        let peer = connection.remote_addr();
        let (shop, limiter) = (shop.clone(), limiter.clone());
        async move {
            Ok::<_, Infallible>(service_fn(move |request| {
                route(request, shop.clone(), limiter.clone(), peer)
            }))
        }
    });
    Server::bind(&([127, 0, 0, 1], 3000).into())
        .serve(service)
        .await
}
