//! gotham: what chains of pipelines cover. Scopes, associated routes, delegated routers, the state, what only passes on.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: invented Authorization: Basic dGluOnRpbg==
//! live: presence by_presence: any header will do
//! live: fill rest a/b
//! live: body upload text/plain hello
//! live: absent GET /guarded/never
//! live: absent DELETE /items
//! live: absent GET /numbers/seven

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::{self, FutureExt};
use gotham::handler::{HandlerError, HandlerFuture, IntoResponse};
use gotham::helpers::http::response::create_empty_response;
use gotham::hyper::{Body, HeaderMap, Method, Response, StatusCode, body};
use gotham::middleware::Middleware;
use gotham::middleware::state::StateMiddleware;
use gotham::pipeline::{
    PipelineHandleChain, finalize_pipeline_set, new_pipeline, new_pipeline_set,
};
use gotham::prelude::*;
use gotham::router::Router;
use gotham::router::builder::{RouterBuilder, build_router, build_simple_router};
use gotham::state::State;
use moat_live::{RateLimiter, reached};
use serde::Deserialize;

type Answer = (State, Response<Body>);

#[derive(Clone, StateData)]
struct Sessions {
    names: Arc<HashMap<String, String>>,
}

/// Who asks.
#[derive(Clone, StateData)]
struct Name(String);

#[derive(Deserialize, StateData, StaticResponseExtender)]
struct ById {
    id: u32,
}

fn name_of(state: &State) -> Option<String> {
    let header = HeaderMap::borrow_from(state).get("authorization")?;
    let token = header.to_str().ok()?.strip_prefix("Bearer ")?;
    Sessions::borrow_from(state).names.get(token).cloned()
}

fn refused(state: State) -> Pin<Box<HandlerFuture>> {
    let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
    future::ok((state, response)).boxed()
}

fn answer(state: State, text: &'static str) -> Answer {
    let response = text.into_response(&state);
    (state, response)
}

#[derive(Clone, NewMiddleware)]
struct RequireSession;

impl Middleware for RequireSession {
    fn call<Chain>(self, mut state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        match name_of(&state) {
            Some(name) => {
                state.put(Name(name));
                chain(state)
            }
            None => refused(state),
        }
    }
}

/// Looks, and lets everybody pass.
#[derive(Clone, NewMiddleware)]
struct PretendSession;

impl Middleware for PretendSession {
    fn call<Chain>(self, mut state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        if name_of(&state).is_none() {
            state.put(ById { id: 0 });
        }
        chain(state)
    }
}

/// Any header will do.
#[derive(Clone, NewMiddleware)]
struct RequireHeader;

impl Middleware for RequireHeader {
    fn call<Chain>(self, state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        if HeaderMap::borrow_from(&state).contains_key("authorization") {
            return chain(state);
        }
        refused(state)
    }
}

#[derive(Clone, NewMiddleware)]
struct LimitRate {
    limiter: Arc<RateLimiter>,
}

impl Middleware for LimitRate {
    fn call<Chain>(self, state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        let client = HeaderMap::borrow_from(&state).get("x-client");
        let client = client.and_then(|it| it.to_str().ok()).unwrap_or_default();
        if self.limiter.check_key(client) {
            return chain(state);
        }
        let response = create_empty_response(&state, StatusCode::TOO_MANY_REQUESTS);
        future::ok((state, response)).boxed()
    }
}

fn root(state: State) -> Answer {
    reached("root");
    answer(state, "root")
}

fn items(state: State) -> Answer {
    reached("items");
    answer(state, "items")
}

fn create_item(state: State) -> Answer {
    if name_of(&state).is_none() {
        let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
        return (state, response);
    }
    reached("create_item");
    answer(state, "created")
}

fn number(mut state: State) -> (State, String) {
    reached("number");
    let ById { id } = ById::take_from(&mut state);
    (state, id.to_string())
}

fn guarded_me(state: State) -> (State, String) {
    reached("guarded_me");
    let Name(name) = Name::borrow_from(&state).clone();
    (state, name)
}

fn guarded_deep(state: State) -> Answer {
    reached("guarded_deep");
    answer(state, "deep")
}

fn replaced(state: State) -> Answer {
    reached("replaced");
    answer(state, "open")
}

fn pretended(state: State) -> Answer {
    reached("pretended");
    answer(state, "pretended")
}

fn by_presence(state: State) -> Answer {
    reached("by_presence");
    answer(state, "somebody")
}

fn limited(state: State) -> Answer {
    reached("limited");
    answer(state, "limited")
}

fn unlimited(state: State) -> Answer {
    reached("unlimited");
    answer(state, "unlimited")
}

fn delegated(state: State) -> Answer {
    reached("delegated");
    answer(state, "delegated")
}

fn below(state: State) -> Answer {
    reached("below");
    answer(state, "below")
}

fn either(state: State) -> Answer {
    reached("either");
    answer(state, "either")
}

fn filed(state: State) -> Answer {
    reached("filed");
    answer(state, "file")
}

async fn upload(state: &mut State) -> Result<String, HandlerError> {
    if name_of(state).is_none() {
        let error = gotham::anyhow::anyhow!("who are you?");
        return Err(HandlerError::from(error).with_status(StatusCode::UNAUTHORIZED));
    }
    let bytes = body::to_bytes(Body::take_from(state)).await?;
    reached("upload");
    Ok(bytes.len().to_string())
}

fn apart(state: State) -> Answer {
    reached("apart");
    answer(state, "apart")
}

fn delegate() -> Router {
    build_simple_router(|route| {
        route.get("/here").to(delegated);
    })
}

fn deeper() -> Router {
    build_simple_router(|route| {
        route.scope("/deep", |route| {
            route.get("/below").to(below);
        });
    })
}

fn drawn_apart<C, P, G>(route: &mut RouterBuilder<'_, C, P>, chain: G)
where
    C: PipelineHandleChain<P> + Copy + Send + Sync + 'static,
    G: PipelineHandleChain<P> + Copy + Send + Sync + 'static,
    P: std::panic::RefUnwindSafe + Send + Sync + 'static,
{
    route.with_pipeline_chain(chain, |route| {
        route.get("/apart").to(apart);
    });
}

fn router() -> Router {
    let names = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let sessions = Sessions {
        names: Arc::new(names),
    };
    let limiter = Arc::new(RateLimiter::new(5));
    let pipelines = new_pipeline_set();
    let (pipelines, shared) =
        pipelines.add(new_pipeline().add(StateMiddleware::new(sessions)).build());
    let (pipelines, session) = pipelines.add(
        new_pipeline()
            .add(PretendSession)
            .add(RequireSession)
            .build(),
    );
    let (pipelines, pretend) = pipelines.add(new_pipeline().add(PretendSession).build());
    let (pipelines, header) = pipelines.add(new_pipeline().add(RequireHeader).build());
    let (pipelines, limit) = pipelines.add(new_pipeline().add(LimitRate { limiter }).build());
    let pipelines = finalize_pipeline_set(pipelines);
    let all = (shared, ());
    let guarded = (session, all);
    build_router(all, pipelines, |route| {
        route.get("/").to(root);
        route.associate("/items", |items_of| {
            items_of.get().to(items);
            items_of.post().to(create_item);
        });
        route
            .get("/numbers/:id:[0-9]+")
            .with_path_extractor::<ById>()
            .to(number);
        route.with_pipeline_chain(guarded, |route| {
            route.scope("/guarded", |route| {
                route.get("/me").to(guarded_me);
                route.scope("/deep", |route| {
                    route.get("/er").to(guarded_deep);
                });
                // In the place of the other.
                route.with_pipeline_chain((shared, ()), |route| {
                    route.get("/open").to(replaced);
                });
            });
            route.delegate("/delegated").to_router(delegate());
        });
        route.delegate("/below").to_router(deeper());
        route.with_pipeline_chain((pretend, all), |route| {
            route.get("/pretended").to(pretended);
        });
        route.with_pipeline_chain((header, all), |route| {
            route.get("/presence").to(by_presence);
        });
        route.with_pipeline_chain((limit, all), |route| {
            route.get("/limited").to(limited);
        });
        route.get("/unlimited").to(unlimited);
        route
            .request(vec![Method::GET, Method::POST], "/either")
            .to(either);
        route.get("/files/*").to(filed);
        route.post("/upload").to_async_borrowing(upload);
        drawn_apart(route, (session, (shared, ())));
    })
}

fn main() {
    gotham::start(moat_live::address(), router()).expect("the server runs");
}
