//! tide 0.16: what looks guarded and is not; servers in fields, endpoints that are types, middleware under conditions, an
//! order that matters.
//@ GET /in-field none
//@ POST /in-field required
//@ GET /typed required
//@ GET /typed/open none
//@ PUT /sometimes conditional if strict
//@ GET /preflight none
//@ GET /logged none
//@ POST /early required
//@ GET /switch/a required
//@ GET /switch/b required
//@ PATCH /patched none
//@ GET /nested/first required
//@ GET /nested/second none
//@ GET /looped/one required
//@ GET /looped/two required
//@ GET /elsewhere unknown

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use tide::http::Method;
use tide::{Endpoint, Middleware, Next, Request, Response, Result, Server, StatusCode};

#[derive(Clone)]
pub struct State;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Clone)]
struct User(String);

fn user(request: &Request<State>) -> Option<User> {
    let token = request.header("authorization")?.get(0)?.as_str();
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(User(data.claims.sub))
}

#[derive(Clone)]
struct Gate;

#[tide::utils::async_trait]
impl Middleware<State> for Gate {
    async fn handle(&self, mut request: Request<State>, next: Next<'_, State>) -> Result {
        let Some(user) = user(&request) else {
            return Err(tide::Error::new(StatusCode::Forbidden, std::io::Error::other("log in")));
        };
        request.set_ext(user);
        Ok(next.run(request).await)
    }
}

/// Whoever calls it `OPTIONS`, or whatever else is no `POST`, gets through.
struct OnlyWrites;

#[tide::utils::async_trait]
impl Middleware<State> for OnlyWrites {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        if request.method() == Method::Post && user(&request).is_none() {
            return Ok(Response::new(StatusCode::Unauthorized));
        }
        Ok(next.run(request).await)
    }
}

/// Answers 401 once the work is done.
struct TooLate;

#[tide::utils::async_trait]
impl Middleware<State> for TooLate {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        let user = user(&request);
        let response = next.run(request).await;
        match user {
            Some(_) => Ok(response),
            None => Ok(Response::new(StatusCode::Unauthorized)),
        }
    }
}

/// An endpoint that is a type, and asks by itself.
struct Typed;

#[tide::utils::async_trait]
impl Endpoint<State> for Typed {
    async fn call(&self, request: Request<State>) -> Result {
        match user(&request) {
            Some(User(name)) => Ok(name.into()),
            None => Ok(Response::new(401)),
        }
    }
}

async fn open(_: Request<State>) -> Result {
    Ok("open".into())
}

async fn closed(request: Request<State>) -> Result<String> {
    match user(&request) {
        Some(User(name)) => Ok(name),
        None => Err(tide::Error::from_str(StatusCode::Unauthorized, "log in")),
    }
}

/// Nobody has put it there, as far as can be seen.
async fn elsewhere(request: Request<State>) -> Result<String> {
    match request.ext::<foreign::Account>() {
        Some(account) => Ok(account.name().to_owned()),
        None => Err(tide::Error::from_str(StatusCode::Unauthorized, "log in")),
    }
}

struct App {
    server: Server<State>,
    strict: bool,
}

impl App {
    fn new() -> App {
        App { server: tide::with_state(State), strict: std::env::var("STRICT").is_ok() }
    }

    fn serve(self) -> Server<State> {
        let mut app = self;
        app.server.at("/in-field").get(open).post(closed);
        let strict = app.strict;
        let mut sometimes = app.server.at("/sometimes");
        if strict {
            sometimes.with(Gate);
        }
        sometimes.put(open);
        app.server
    }
}

#[async_std::main]
async fn main() -> Result<()> {
    let mut app = App::new().serve();
    app.at("/typed").get(Typed);
    app.at("/typed/open").get(open);
    app.at("/preflight").with(OnlyWrites).get(open);
    app.at("/logged").with(TooLate).get(open);
    app.at("/early").with(TooLate).with(Gate).post(open);
    let mut switch = app.at("/switch");
    switch.with(Gate);
    switch.at("/a").get(open);
    switch.at("b").get(open);
    app.at("/patched").method(Method::Patch, open);
    let mut nested = tide::with_state(State);
    nested.at("/first").with(Gate).get(open);
    nested.at("/second").get(open);
    app.at("/nested").nest(nested);
    for name in ["one", "two"] {
        app.at("/looped").at(name).with(Gate).get(open);
    }
    app.at("/elsewhere").get(elsewhere);
    app.listen("0.0.0.0:8080").await?;
    Ok(())
}
