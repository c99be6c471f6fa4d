//! gotham 0.7: what looks guarded and is not; the order of pipelines, middleware that only passes on, handlers that are
//! types, matchers, a router in two places, settings.
//@ GET /two/pipelines required
//@ GET /replaced none
//@ GET /passing none
//@ POST /typed required
//@ GET /closure none
//@ GET /matched none
//@ GET /a/list none
//@ GET /b/list required
//@ GET /cookie none
//@ PUT /session/profile required
//@ DELETE /users/{id} required
//@ GET /users/{id} none
//@ GET /reader none

use std::pin::Pin;

use futures_util::future::{self, FutureExt};
use gotham::handler::{Handler, HandlerFuture, IntoResponse, NewHandler};
use gotham::helpers::http::response::create_empty_response;
use gotham::hyper::{Body, HeaderMap, Response, StatusCode, Uri};
use gotham::middleware::cookie::CookieParser;
use gotham::middleware::session::{NewSessionMiddleware, SessionData};
use gotham::middleware::{Middleware, NewMiddleware};
use gotham::pipeline::{finalize_pipeline_set, new_pipeline, new_pipeline_set};
use gotham::prelude::*;
use gotham::router::Router;
use gotham::router::builder::{build_router, build_simple_router};
use gotham::router::route::matcher::AcceptHeaderRouteMatcher;
use gotham::state::State;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[derive(StateData, Clone)]
struct Name(String);

#[derive(Deserialize, StateData, StaticResponseExtender)]
struct ById {
    id: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct Visitor {
    user_id: Option<i64>,
}

fn name(state: &State) -> Option<String> {
    let token = state.borrow::<HeaderMap>().get("authorization")?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(data.claims.sub)
}

fn refused(state: State) -> Pin<Box<HandlerFuture>> {
    let response = create_empty_response(&state, StatusCode::FORBIDDEN);
    future::ok((state, response)).boxed()
}

#[derive(Clone, NewMiddleware)]
struct Gate;

impl Middleware for Gate {
    fn call<Chain>(self, state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        if name(&state).is_none() {
            return refused(state);
        }
        chain(state)
    }
}

/// Notes who it is, and lets everybody pass.
#[derive(Clone, NewMiddleware)]
struct Passing;

impl Middleware for Passing {
    fn call<Chain>(self, mut state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        let name = name(&state).unwrap_or_else(|| "nobody".to_owned());
        state.put(Name(name));
        chain(state)
    }
}

#[derive(Clone)]
struct Typed;

impl Handler for Typed {
    fn handle(self, state: State) -> Pin<Box<HandlerFuture>> {
        match name(&state) {
            Some(name) => {
                let response = name.into_response(&state);
                future::ok((state, response)).boxed()
            }
            None => refused(state),
        }
    }
}

impl NewHandler for Typed {
    type Instance = Self;

    fn new_handler(&self) -> gotham::anyhow::Result<Self> {
        Ok(self.clone())
    }
}

fn hello(state: State) -> (State, &'static str) {
    (state, "hello")
}

fn greet(state: State) -> (State, String) {
    let Name(name) = state.borrow::<Name>().clone();
    (state, name)
}

fn by_id(mut state: State) -> (State, String) {
    let path = state.take::<ById>();
    (state, path.id.to_string())
}

fn remove(mut state: State) -> (State, Response<Body>) {
    if name(&state).is_none() {
        let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
        return (state, response);
    }
    let ById { id } = ById::take_from(&mut state);
    let response = id.to_string().into_response(&state);
    (state, response)
}

fn profile(state: State) -> (State, Response<Body>) {
    let visitor: &Visitor = SessionData::<Visitor>::borrow_from(&state);
    let Some(id) = visitor.user_id else {
        let response = create_empty_response(&state, StatusCode::UNAUTHORIZED);
        return (state, response);
    };
    let response = id.to_string().into_response(&state);
    (state, response)
}

fn cookie(state: State) -> (State, String) {
    let jar = CookieParser::from_state(&state);
    let theme = jar.get("theme").map_or_else(String::new, |it| it.value().to_owned());
    (state, theme)
}

fn reader(state: State) -> (State, String) {
    let path = Uri::borrow_from(&state).path().to_owned();
    (state, path)
}

fn listed() -> Router {
    build_simple_router(|route| {
        route.get("/list").to(hello);
    })
}

fn router() -> Router {
    let pipelines = new_pipeline_set();
    let (pipelines, gate) = pipelines.add(new_pipeline().add(Passing).add(Gate).build());
    let (pipelines, passing) = pipelines.add(new_pipeline().add(Passing).build());
    let (pipelines, session) = pipelines.add(
        new_pipeline().add(NewSessionMiddleware::default().with_session_type::<Visitor>()).build(),
    );
    let pipelines = finalize_pipeline_set(pipelines);
    let gated = (gate, (passing, ()));
    build_router((), pipelines, |route| {
        route.with_pipeline_chain(gated, |route| {
            route.scope("/two", |route| {
                route.get("/pipelines").to(hello);
            });
            route.with_pipeline_chain((passing, ()), |route| {
                route.get("/replaced").to(greet);
            });
            route.delegate("/b").to_router(listed());
        });
        route.with_pipeline_chain((passing, ()), |route| {
            route.get("/passing").to(greet);
        });
        route.post("/typed").to_new_handler(Typed);
        route.get("/closure").to(|state: State| (state, "closure"));
        let matcher = AcceptHeaderRouteMatcher::new(vec![gotham::mime::APPLICATION_JSON]);
        route.get("/matched").add_route_matcher(matcher).to(hello);
        route.delegate("/a").to_router(listed());
        route.get("/cookie").to(cookie);
        route.with_pipeline_chain((session, ()), |route| {
            route.put("/session/profile").to(profile);
        });
        route.associate("/users/:id", |users| {
            users.delete().with_path_extractor::<ById>().to(remove);
            users.get().with_path_extractor::<ById>().to(by_id);
        });
        route.get("/reader").to(reader);
    })
}

fn main() {
    gotham::start("0.0.0.0:7878", router()).expect("the server runs");
}
