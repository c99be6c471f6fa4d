//! The service in gotham: pipelines for the whole, for the group and for the login.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::{self, FutureExt};
use gotham::handler::{HandlerError, HandlerFuture, IntoResponse, MapHandlerError};
use gotham::helpers::http::response::{create_empty_response, create_response};
use gotham::hyper::{Body, HeaderMap, Response, StatusCode, body};
use gotham::middleware::Middleware;
use gotham::middleware::state::StateMiddleware;
use gotham::mime::APPLICATION_JSON;
use gotham::pipeline::{finalize_pipeline_set, new_pipeline, new_pipeline_set};
use gotham::prelude::*;
use gotham::router::Router;
use gotham::router::builder::build_router;
use gotham::state::{State, client_addr};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

#[derive(Clone, StateData)]
struct App {
    shop: Arc<Shop>,
}

/// Who asks, by a token that was verified.
#[derive(StateData)]
struct User(Claims);

#[derive(Deserialize, StateData, StaticResponseExtender)]
struct ItemPath {
    id: u32,
}

fn claims(state: &State) -> Option<Claims> {
    let header = HeaderMap::borrow_from(state).get("authorization")?.to_str().ok();
    App::borrow_from(state).shop.verify(header)
}

#[derive(Clone, NewMiddleware)]
struct RequireUser;

impl Middleware for RequireUser {
    fn call<Chain>(self, mut state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        match claims(&state) {
            Some(claims) => {
                state.put(User(claims));
                chain(state)
            }
            None => {
                let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
                future::ok((state, response)).boxed()
            }
        }
    }
}

#[derive(Clone, NewMiddleware)]
struct RateLimit {
    limiter: Arc<AssertUnwindSafe<DefaultKeyedRateLimiter<IpAddr>>>,
}

impl Middleware for RateLimit {
    fn call<Chain>(self, state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        match client_addr(&state) {
            Some(peer) if self.limiter.check_key(&peer.ip()).is_ok() => chain(state),
            _ => {
                let response = create_empty_response(&state, StatusCode::TOO_MANY_REQUESTS);
                future::ok((state, response)).boxed()
            }
        }
    }
}

/// What a body holds, if it is not too long.
async fn sent<T: DeserializeOwned>(state: &mut State) -> Result<T, HandlerError> {
    let bytes = body::to_bytes(Body::take_from(state)).await?;
    if bytes.len() > ITEM_LIMIT {
        let error = gotham::anyhow::anyhow!("too large");
        return Err(HandlerError::from(error).with_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    serde_json::from_slice(&bytes).map_err_with_status(StatusCode::BAD_REQUEST)
}

fn json<T: serde::Serialize>(state: &State, value: &T) -> Response<Body> {
    let text = serde_json::to_string(value).expect("it can be written");
    create_response(state, StatusCode::OK, APPLICATION_JSON, text)
}

fn list_items(state: State) -> (State, Response<Body>) {
    let response = json(&state, &App::borrow_from(&state).shop.list());
    (state, response)
}

fn get_item(mut state: State) -> (State, Response<Body>) {
    let ItemPath { id } = ItemPath::take_from(&mut state);
    if let Some(claims) = claims(&state) {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    let response = match App::borrow_from(&state).shop.get(id) {
        Some(item) => json(&state, &item),
        None => create_empty_response(&state, StatusCode::NOT_FOUND),
    };
    (state, response)
}

async fn create_item(state: &mut State) -> Result<Response<Body>, HandlerError> {
    if claims(state).is_none() {
        return Ok(create_empty_response(state, StatusCode::UNAUTHORIZED));
    }
    let item: Item = sent(state).await?;
    let id = App::borrow_from(state).shop.add(item);
    Ok(json(state, &id))
}

fn delete_item(mut state: State) -> (State, Response<Body>) {
    let ItemPath { id } = ItemPath::take_from(&mut state);
    let User(claims) = User::borrow_from(&state);
    let status = if claims.role != Role::Admin {
        return {
            let response = create_empty_response(&state, StatusCode::FORBIDDEN);
            (state, response)
        };
    } else if App::borrow_from(&state).shop.remove(id) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    };
    let response = create_empty_response(&state, status);
    (state, response)
}

fn stats(state: State) -> (State, Response<Body>) {
    let response = json(&state, &App::borrow_from(&state).shop.count());
    (state, response)
}

async fn login(state: &mut State) -> Result<Response<Body>, HandlerError> {
    let credentials: Credentials = sent(state).await?;
    match App::borrow_from(state).shop.sign_in(&credentials) {
        Some(token) => Ok(token.into_response(state)),
        None => Ok(create_empty_response(state, StatusCode::UNAUTHORIZED)),
    }
}

fn health(state: State) -> (State, &'static str) {
    (state, "ok")
}

fn not_found(state: State) -> (State, Response<Body>) {
    let response = create_empty_response(&state, StatusCode::NOT_FOUND);
    (state, response)
}

fn router(app: App, limiter: Arc<AssertUnwindSafe<DefaultKeyedRateLimiter<IpAddr>>>) -> Router {
    let pipelines = new_pipeline_set();
    let (pipelines, shared) = pipelines.add(new_pipeline().add(StateMiddleware::new(app)).build());
    let (pipelines, users) = pipelines.add(new_pipeline().add(RequireUser).build());
    let (pipelines, limited) = pipelines.add(new_pipeline().add(RateLimit { limiter }).build());
    let pipelines = finalize_pipeline_set(pipelines);
    let all = (shared, ());
    let for_users = (users, all);
    let for_logins = (limited, all);
    build_router(all, pipelines, |route| {
        route.associate("/items", |items| {
            items.get().to(list_items);
            items.post().to_async_borrowing(create_item);
        });
        route.get("/items/:id").with_path_extractor::<ItemPath>().to(get_item);
        route.with_pipeline_chain(for_users, |route| {
            route.scope("/admin", |route| {
                route.delete("/items/:id").with_path_extractor::<ItemPath>().to(delete_item);
                route.get("/stats").to(stats);
            });
        });
        route.with_pipeline_chain(for_logins, |route| {
            route.post("/login").to_async_borrowing(login);
        });
        route.get("/health").to(health);
        route.get("/*").to(not_found);
    })
}

fn main() {
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let app = App { shop: Arc::new(Shop::from_env()) };
    let limiter = Arc::new(AssertUnwindSafe(RateLimiter::keyed(quota)));
    let router = router(app, limiter);
    gotham::start("127.0.0.1:7878", router).expect("the server runs");
}
