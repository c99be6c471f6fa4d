//! gotham 0.7: routes of a closure, scopes, associated methods, pipelines and their order, chains in the place of
//! others, routers under a path, files.
//@ GET / none
//@ HEAD / none
//@ GET /items none
//@ POST /items required
//@ GET /items/{id} none
//@ DELETE /items/{id} required
//@ GET /admin/stats required
//@ PUT /admin/users/{name}/role required
//@ GET /admin/open none
//@ GET /shop/cart/{*rest} none
//@ POST /shop/cart/checkout required
//@ GET /other/list required
//@ GET /bare/list none
//@ GET /either none
//@ POST /either none
//@ GET /static/{*rest} none
//@ GET /logo none
//@ GET /from-function required

use std::pin::Pin;

use gotham::handler::{FileOptions, HandlerFuture, IntoResponse};
use gotham::helpers::http::response::create_empty_response;
use gotham::hyper::{Body, HeaderMap, Method, Response, StatusCode};
use gotham::middleware::{Middleware, NewMiddleware};
use gotham::middleware::logger::RequestLogger;
use gotham::pipeline::{new_pipeline, new_pipeline_set, finalize_pipeline_set, PipelineHandleChain};
use gotham::prelude::*;
use gotham::router::builder::{RouterBuilder, build_router, build_simple_router};
use gotham::router::Router;
use gotham::state::State;
use gotham_derive::{StateData, StaticResponseExtender};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize, Clone, StateData)]
struct Claims {
    sub: String,
}

#[derive(Deserialize, StateData, StaticResponseExtender)]
struct ById {
    id: i64,
}

fn verified(state: &State) -> Option<Claims> {
    let token = HeaderMap::borrow_from(state).get("authorization")?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(data.claims)
}

#[derive(Clone)]
struct Gate;

impl NewMiddleware for Gate {
    type Instance = Self;

    fn new_middleware(&self) -> gotham::anyhow::Result<Self> {
        Ok(self.clone())
    }
}

impl Middleware for Gate {
    fn call<Chain>(self, mut state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        match verified(&state) {
            Some(claims) => {
                state.put(claims);
                chain(state)
            }
            None => {
                let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
                Box::pin(async move { Ok((state, response)) })
            }
        }
    }
}

fn index(state: State) -> (State, &'static str) {
    (state, "index")
}

fn item(mut state: State) -> (State, String) {
    let ById { id } = ById::take_from(&mut state);
    (state, id.to_string())
}

/// Asks by itself.
fn change(state: State) -> (State, Response<Body>) {
    let Some(claims) = verified(&state) else {
        let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
        return (state, response);
    };
    let response = claims.sub.into_response(&state);
    (state, response)
}

async fn stats(state: &mut State) -> Result<String, gotham::handler::HandlerError> {
    Ok(state.borrow::<Claims>().sub.clone())
}

fn shop() -> Router {
    build_simple_router(|route| {
        route.scope("/cart", |route| {
            route.get("/*").to(index);
            route.post("/checkout").to(change);
        });
    })
}

fn listed() -> Router {
    build_simple_router(|route| {
        route.get("/list").to(index);
    })
}

fn router() -> Router {
    let pipelines = new_pipeline_set();
    let (pipelines, default) = pipelines.add(new_pipeline().add(RequestLogger::new(log::Level::Info)).build());
    let (pipelines, guarded) = pipelines.add(new_pipeline().add(Gate).build());
    let pipelines = finalize_pipeline_set(pipelines);
    let default_chain = (default, ());
    let guarded_chain = (guarded, default_chain);
    build_router(default_chain, pipelines, |route| {
        route.get_or_head("/").to(index);
        route.associate("/items", |assoc| {
            assoc.get().to(index);
            assoc.post().to(change);
        });
        route.associate("/items/:id:[0-9]+", |assoc| {
            let mut assoc = assoc.with_path_extractor::<ById>();
            assoc.get().to(item);
            assoc.delete().to(change);
        });
        route.with_pipeline_chain(guarded_chain, |route| {
            route.scope("/admin", |route| {
                route.get("/stats").to_async_borrowing(stats);
                route.put("/users/:name/role").to(index);
                // In the place of the other.
                route.with_pipeline_chain(default_chain, |route| {
                    route.get("/open").to(index);
                });
            });
            route.delegate("/other").to_router(listed());
            route.delegate_without_pipelines("/bare").to_router(listed());
        });
        route.delegate("/shop").to_router(shop());
        route.request(vec![Method::GET, Method::POST], "/either").to(index);
        route.get("static/*").to_dir(FileOptions::new("public").build());
        route.get("logo").to_file("public/logo.png");
        from_function(route, (guarded, ()));
    })
}

fn from_function<C, C2, P>(route: &mut RouterBuilder<'_, C, P>, chain: C2)
where
    C: PipelineHandleChain<P> + Copy + Send + Sync + 'static,
    C2: PipelineHandleChain<P> + Copy + Send + Sync + 'static,
    P: std::panic::RefUnwindSafe + Send + Sync + 'static,
{
    route.with_pipeline_chain(chain, |route| {
        route.get("/from-function").to(index);
    });
}

fn main() {
    gotham::start("127.0.0.1:7878", router()).expect("the server runs");
}
