//! tide: what middleware of servers and of routes covers. Order, nested servers, prefixes, what is handed on, what only looks.
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
//! live: absent GET /users/7/8

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use moat_live::{RateLimiter, reached};
use tide::http::Method;
use tide::utils::Before;
use tide::{
    Endpoint, Error, Middleware, Next, Request, Response, Result, Route, Server, StatusCode,
};

#[derive(Clone)]
struct State {
    sessions: Arc<HashMap<String, String>>,
}

/// Who asks.
#[derive(Clone)]
struct Name(String);

fn name_of(request: &Request<State>) -> Option<String> {
    let header = request.header("authorization")?.last().as_str();
    let token = header.strip_prefix("Bearer ")?;
    request.state().sessions.get(token).cloned()
}

fn unauthorized() -> Error {
    Error::from_str(StatusCode::Unauthorized, "who are you?")
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result> + Send + 'a>>;

fn require_session<'a>(mut request: Request<State>, next: Next<'a, State>) -> Answer<'a> {
    Box::pin(async move {
        match name_of(&request) {
            Some(name) => {
                request.set_ext(Name(name));
                Ok(next.run(request).await)
            }
            None => Ok(Response::new(StatusCode::Unauthorized)),
        }
    })
}

/// By its error.
struct RequireByError;

#[tide::utils::async_trait]
impl Middleware<State> for RequireByError {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        name_of(&request).ok_or_else(unauthorized)?;
        Ok(next.run(request).await)
    }
}

/// Looks, and lets everybody pass.
struct PretendSession;

#[tide::utils::async_trait]
impl Middleware<State> for PretendSession {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        if name_of(&request).is_none() {
            tide::log::warn!("nobody");
        }
        Ok(next.run(request).await)
    }
}

/// Any header will do.
struct RequireHeader;

#[tide::utils::async_trait]
impl Middleware<State> for RequireHeader {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        if request.header("authorization").is_none() {
            return Err(unauthorized());
        }
        Ok(next.run(request).await)
    }
}

/// Only `POST` has to say who it is.
struct RequireForWrites;

#[tide::utils::async_trait]
impl Middleware<State> for RequireForWrites {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        if request.method() == Method::Post && name_of(&request).is_none() {
            return Err(unauthorized());
        }
        Ok(next.run(request).await)
    }
}

struct LimitRate {
    limiter: RateLimiter,
}

#[tide::utils::async_trait]
impl Middleware<State> for LimitRate {
    async fn handle(&self, request: Request<State>, next: Next<'_, State>) -> Result {
        let client = request.header("x-client").map_or("", |it| it.as_str());
        if !self.limiter.check_key(client) {
            return Ok(Response::new(StatusCode::TooManyRequests));
        }
        Ok(next.run(request).await)
    }
}

async fn root(_: Request<State>) -> Result {
    reached("root");
    Ok("root".into())
}

async fn items(_: Request<State>) -> Result {
    reached("items");
    Ok("items".into())
}

async fn create_item(request: Request<State>) -> Result {
    let Some(name) = name_of(&request) else {
        return Ok(Response::new(401));
    };
    reached("create_item");
    Ok(name.into())
}

async fn late_open(_: Request<State>) -> Result {
    reached("late_open");
    Ok("open".into())
}

async fn late_closed(_: Request<State>) -> Result {
    reached("late_closed");
    Ok("closed".into())
}

async fn late_reset(_: Request<State>) -> Result {
    reached("late_reset");
    Ok("open".into())
}

async fn guarded_me(request: Request<State>) -> Result {
    reached("guarded_me");
    let Name(name) = request.ext::<Name>().cloned().ok_or_else(unauthorized)?;
    Ok(name.into())
}

async fn guarded_deep(_: Request<State>) -> Result {
    reached("guarded_deep");
    Ok("deep".into())
}

async fn user(request: Request<State>) -> Result {
    reached("user");
    Ok(request.param("id")?.into())
}

async fn filed(_: Request<State>) -> Result {
    reached("filed");
    Ok("file".into())
}

async fn filed_closed(_: Request<State>) -> Result {
    reached("filed_closed");
    Ok("file".into())
}

async fn pretended(_: Request<State>) -> Result {
    reached("pretended");
    Ok("pretended".into())
}

async fn by_presence(_: Request<State>) -> Result {
    reached("by_presence");
    Ok("somebody".into())
}

async fn reads(_: Request<State>) -> Result {
    reached("reads");
    Ok("read".into())
}

async fn writes(_: Request<State>) -> Result {
    reached("writes");
    Ok("written".into())
}

async fn limited(_: Request<State>) -> Result {
    reached("limited");
    Ok("limited".into())
}

async fn unlimited(_: Request<State>) -> Result {
    reached("unlimited");
    Ok("unlimited".into())
}

async fn upload(mut request: Request<State>) -> Result {
    name_of(&request).ok_or_else(unauthorized)?;
    let bytes = request.body_bytes().await?;
    reached("upload");
    Ok(bytes.len().to_string().into())
}

async fn every_method(_: Request<State>) -> Result {
    reached("every_method");
    Ok("any".into())
}

async fn before(_: Request<State>) -> Result {
    reached("before");
    Ok("before".into())
}

async fn branch(_: Request<State>) -> Result {
    reached("branch");
    Ok("branch".into())
}

async fn leaf(_: Request<State>) -> Result {
    reached("leaf");
    Ok("leaf".into())
}

/// An endpoint that is a type.
struct Typed;

#[tide::utils::async_trait]
impl Endpoint<State> for Typed {
    async fn call(&self, request: Request<State>) -> Result {
        name_of(&request).ok_or_else(unauthorized)?;
        reached("call");
        Ok("typed".into())
    }
}

fn guarded(state: State) -> Server<State> {
    let mut guarded = tide::with_state(state.clone());
    guarded.at("/me").get(guarded_me);
    let mut deep = tide::with_state(state);
    deep.at("/deep").get(guarded_deep);
    guarded.at("/below").nest(deep);
    // It covers what was added before it, too.
    guarded.with(require_session);
    guarded
}

fn branches(mut route: Route<'_, State>) {
    route.get(branch);
    route.with(RequireByError);
    route.at("leaf").get(leaf);
}

#[async_std::main]
async fn main() -> std::io::Result<()> {
    let sessions = HashMap::from([("gold".to_owned(), "ann".to_owned())]);
    let state = State {
        sessions: Arc::new(sessions),
    };
    let mut app = tide::with_state(state.clone());
    app.at("/").get(root);
    app.at("/items").get(items).post(create_item);
    app.at("/late")
        .get(late_open)
        .with(RequireByError)
        .put(late_closed)
        .reset_middleware()
        .patch(late_reset);
    app.at("/guarded").nest(guarded(state));
    app.at("/users/:id").get(user);
    app.at("/files").at("*").get(filed);
    app.at("/closed-files/*rest")
        .with(RequireByError)
        .get(filed_closed);
    app.at("/pretended").with(PretendSession).get(pretended);
    app.at("/presence").with(RequireHeader).get(by_presence);
    app.at("/writes")
        .with(RequireForWrites)
        .get(reads)
        .post(writes);
    let limiter = RateLimiter::new(5);
    app.at("/limited").with(LimitRate { limiter }).get(limited);
    app.at("/unlimited").get(unlimited);
    app.at("/upload").post(upload);
    app.at("/every").all(every_method);
    app.at("/before")
        .with(Before(|mut request: Request<State>| async move {
            request.set_ext(std::time::Instant::now());
            request
        }))
        .get(before);
    branches(app.at("/branch"));
    app.at("/typed").get(Typed);
    app.listen(moat_live::address()).await
}
