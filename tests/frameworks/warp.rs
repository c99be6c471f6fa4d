//! The service in warp: filters that verify and reject, and one that turns rejections into answers.

mod shop;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};
use warp::http::StatusCode;
use warp::{Filter, Rejection, Reply, reject, reply};

type Limiter = Arc<DefaultKeyedRateLimiter<std::net::IpAddr>>;

#[derive(Debug)]
struct Unauthorized;
impl reject::Reject for Unauthorized {}

#[derive(Debug)]
struct Forbidden;
impl reject::Reject for Forbidden {}

#[derive(Debug)]
struct TooMany;
impl reject::Reject for TooMany {}

fn with<T: Clone + Send>(it: T) -> impl Filter<Extract = (T,), Error = Infallible> + Clone {
    warp::any().map(move || it.clone())
}

fn maybe_user(
    shop: Arc<Shop>,
) -> impl Filter<Extract = (Option<Claims>,), Error = Rejection> + Clone {
    warp::header::optional::<String>("authorization")
        .and(with(shop))
        .map(|header: Option<String>, shop: Arc<Shop>| shop.verify(header.as_deref()))
}

/// Who asks, by a token that was verified; nobody else gets past.
fn user(shop: Arc<Shop>) -> impl Filter<Extract = (Claims,), Error = Rejection> + Clone {
    maybe_user(shop).and_then(|claims: Option<Claims>| async move {
        claims.ok_or_else(|| reject::custom(Unauthorized))
    })
}

/// The same for what need not know who it is.
fn signed_in(shop: Arc<Shop>) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    user(shop).map(|_: Claims| ()).untuple_one()
}

async fn rate_limit(peer: Option<SocketAddr>, limiter: Limiter) -> Result<(), Rejection> {
    let peer = peer.ok_or_else(|| reject::custom(TooMany))?;
    limiter
        .check_key(&peer.ip())
        .map_err(|_| reject::custom(TooMany))
}

async fn list_items(shop: Arc<Shop>) -> Result<impl Reply, Infallible> {
    Ok(reply::json(&shop.list()))
}

async fn get_item(id: u32, user: Option<Claims>, shop: Arc<Shop>) -> Result<impl Reply, Rejection> {
    if let Some(claims) = user {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    let item = shop.get(id).ok_or_else(reject::not_found)?;
    Ok(reply::json(&item))
}

async fn create_item(_user: Claims, item: Item, shop: Arc<Shop>) -> Result<impl Reply, Infallible> {
    Ok(reply::with_status(
        reply::json(&shop.add(item)),
        StatusCode::CREATED,
    ))
}

async fn delete_item(id: u32, claims: Claims, shop: Arc<Shop>) -> Result<impl Reply, Rejection> {
    if claims.role != Role::Admin {
        return Err(reject::custom(Forbidden));
    }
    match shop.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(reject::not_found()),
    }
}

async fn stats(shop: Arc<Shop>) -> Result<impl Reply, Infallible> {
    Ok(reply::json(&shop.count()))
}

async fn login(credentials: Credentials, shop: Arc<Shop>) -> Result<impl Reply, Rejection> {
    shop.sign_in(&credentials)
        .ok_or_else(|| reject::custom(Unauthorized))
}

async fn health() -> Result<impl Reply, Infallible> {
    Ok("ok")
}

async fn handle_rejection(rejection: Rejection) -> Result<impl Reply, Rejection> {
    let status = if rejection.find::<Unauthorized>().is_some() {
        StatusCode::UNAUTHORIZED
    } else if rejection.find::<Forbidden>().is_some() {
        StatusCode::FORBIDDEN
    } else if rejection.find::<TooMany>().is_some() {
        StatusCode::TOO_MANY_REQUESTS
    } else if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else {
        return Err(rejection);
    };
    Ok(reply::with_status("refused", status))
}

fn routes(
    shop: Arc<Shop>,
    limiter: Limiter,
) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let list = warp::path!("items")
        .and(warp::get())
        .and(with(shop.clone()))
        .and_then(list_items);
    let get = warp::path!("items" / u32)
        .and(warp::get())
        .and(maybe_user(shop.clone()))
        .and(with(shop.clone()))
        .and_then(get_item);
    let create = warp::path!("items")
        .and(warp::post())
        .and(user(shop.clone()))
        .and(warp::body::content_length_limit(ITEM_LIMIT as u64))
        .and(warp::body::json())
        .and(with(shop.clone()))
        .and_then(create_item);
    let delete = warp::path!("items" / u32)
        .and(warp::delete())
        .and(user(shop.clone()))
        .and(with(shop.clone()))
        .and_then(delete_item);
    let stats = warp::path!("stats")
        .and(warp::get())
        .and(with(shop.clone()))
        .and_then(stats);
    let admin = warp::path("admin")
        .and(signed_in(shop.clone()))
        .and(delete.or(stats));
    let login = warp::path!("login")
        .and(warp::post())
        .and(warp::addr::remote())
        .and(with(limiter))
        .and_then(rate_limit)
        .untuple_one()
        .and(warp::body::json())
        .and(with(shop))
        .and_then(login);
    let health = warp::path!("health").and(warp::get()).and_then(health);
    list.or(get)
        .or(create)
        .or(admin)
        .or(login)
        .or(health)
        .recover(handle_rejection)
}

#[tokio::main]
async fn main() {
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let limiter: Limiter = Arc::new(RateLimiter::keyed(quota));
    let routes = routes(Arc::new(Shop::from_env()), limiter);
    warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;
}
