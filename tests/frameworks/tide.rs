//! The service in tide: checks in functions that handlers call, a function around a nested server.

mod shop;

use std::future::Future;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};
use tide::{Body, Error, Middleware, Next, Request, Response, Result, Server, StatusCode};

#[derive(Clone)]
struct App {
    shop: Arc<Shop>,
}

/// Who asks, by a token that was verified.
fn claims(request: &Request<App>) -> Option<Claims> {
    let header = request.header("authorization").map(|it| it.as_str());
    request.state().shop.verify(header)
}

fn unauthorized() -> Error {
    Error::from_str(StatusCode::Unauthorized, "log in")
}

fn require_user<'a>(
    mut request: Request<App>,
    next: Next<'a, App>,
) -> Pin<Box<dyn Future<Output = Result> + Send + 'a>> {
    Box::pin(async move {
        let claims = claims(&request).ok_or_else(unauthorized)?;
        request.set_ext(claims);
        Ok(next.run(request).await)
    })
}

struct RateLimit {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
}

#[tide::utils::async_trait]
impl Middleware<App> for RateLimit {
    async fn handle(&self, request: Request<App>, next: Next<'_, App>) -> Result {
        let peer = request.peer_addr().and_then(|it| it.parse::<std::net::SocketAddr>().ok());
        match peer {
            Some(peer) if self.limiter.check_key(&peer.ip()).is_ok() => Ok(next.run(request).await),
            _ => Ok(Response::new(StatusCode::TooManyRequests)),
        }
    }
}

async fn list_items(request: Request<App>) -> Result<Body> {
    Body::from_json(&request.state().shop.list())
}

async fn get_item(request: Request<App>) -> Result<Body> {
    let id: u32 = request.param("id")?.parse()?;
    if let Some(claims) = claims(&request) {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    let item = request.state().shop.get(id);
    let item = item.ok_or_else(|| Error::from_str(StatusCode::NotFound, "no such item"))?;
    Body::from_json(&item)
}

async fn create_item(mut request: Request<App>) -> Result<Body> {
    claims(&request).ok_or_else(unauthorized)?;
    if request.len().is_none_or(|it| it > ITEM_LIMIT) {
        return Err(Error::from_str(StatusCode::PayloadTooLarge, "too large"));
    }
    let item: Item = request.body_json().await?;
    Body::from_json(&request.state().shop.add(item))
}

async fn delete_item(request: Request<App>) -> Result {
    let claims = request.ext::<Claims>().ok_or_else(unauthorized)?;
    if claims.role != Role::Admin {
        return Ok(Response::new(StatusCode::Forbidden));
    }
    let id: u32 = request.param("id")?.parse()?;
    match request.state().shop.remove(id) {
        true => Ok(Response::new(StatusCode::NoContent)),
        false => Ok(Response::new(StatusCode::NotFound)),
    }
}

async fn stats(request: Request<App>) -> Result<Body> {
    Body::from_json(&request.state().shop.count())
}

async fn login(mut request: Request<App>) -> Result<String> {
    let credentials: Credentials = request.body_json().await?;
    request.state().shop.sign_in(&credentials).ok_or_else(unauthorized)
}

async fn health(_request: Request<App>) -> Result<&'static str> {
    Ok("ok")
}

async fn not_found(_request: Request<App>) -> Result {
    Ok(Response::new(StatusCode::NotFound))
}

fn app(state: App) -> Server<App> {
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let mut admin = tide::with_state(state.clone());
    admin.with(require_user);
    admin.at("/items/:id").delete(delete_item);
    admin.at("/stats").get(stats);
    let mut app = tide::with_state(state);
    app.at("/items").get(list_items).post(create_item);
    app.at("/items/:id").get(get_item);
    app.at("/admin").nest(admin);
    app.at("/login")
        .with(RateLimit { limiter: RateLimiter::keyed(quota) })
        .post(login);
    app.at("/health").get(health);
    app.at("/*").all(not_found);
    app
}

#[async_std::main]
async fn main() -> std::io::Result<()> {
    let state = App { shop: Arc::new(Shop::from_env()) };
    app(state).listen("127.0.0.1:3000").await
}
