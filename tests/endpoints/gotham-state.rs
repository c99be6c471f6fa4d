//! gotham 0.7: a single pipeline, what middleware puts into the state, middleware that lets pass, bodies, sessions.
//@ GET /me required
//@ POST /notes required
//@ GET /maybe required
//@ POST /webhook required
//@ POST /echo required

use std::pin::Pin;

use futures_util::future::{self, FutureExt};
use gotham::handler::{HandlerError, HandlerFuture, HandlerResult, IntoResponse, MapHandlerError};
use gotham::helpers::http::response::{create_empty_response, create_response};
use gotham::hyper::{Body, HeaderMap, Response, StatusCode, body};
use gotham::middleware::Middleware;
use gotham::pipeline::{new_pipeline, single_pipeline};
use gotham::prelude::*;
use gotham::router::builder::build_router;
use gotham::router::Router;
use gotham::state::State;
use gotham_derive::{NewMiddleware, StateData};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[derive(StateData)]
struct User(String);

#[derive(Clone, NewMiddleware)]
struct Authentication;

impl Middleware for Authentication {
    fn call<Chain>(self, mut state: State, chain: Chain) -> Pin<Box<HandlerFuture>>
    where
        Chain: FnOnce(State) -> Pin<Box<HandlerFuture>> + Send + 'static,
    {
        async move {
            let header = HeaderMap::borrow_from(&state).get("authorization");
            let token = header.and_then(|it| it.to_str().ok()).and_then(|it| it.strip_prefix("Bearer "));
            let secret = std::env::var("JWT_SECRET").expect("a secret");
            let key = DecodingKey::from_secret(secret.as_bytes());
            let claims = token.and_then(|it| decode::<Claims>(it, &key, &Validation::default()).ok());
            match claims {
                Some(data) => {
                    state.put(User(data.claims.sub));
                    chain(state).await
                }
                None => {
                    let response = create_response(
                        &state,
                        StatusCode::UNAUTHORIZED,
                        mime::TEXT_PLAIN,
                        "log in",
                    );
                    Ok((state, response))
                }
            }
        }
        .boxed()
    }
}

fn me(state: State) -> (State, String) {
    let User(name) = User::borrow_from(&state);
    let name = name.clone();
    (state, name)
}

async fn add_note(mut state: State) -> HandlerResult {
    let user = state.take::<User>();
    let text = match body::to_bytes(Body::take_from(&mut state)).await {
        Ok(text) => text,
        Err(error) => return Err((state, HandlerError::from(error).with_status(StatusCode::BAD_REQUEST))),
    };
    let response = format!("{}: {}", user.0, text.len()).into_response(&state);
    Ok((state, response))
}

fn maybe(state: State) -> (State, String) {
    let name = state.try_borrow::<User>().map_or_else(String::new, |it| it.0.clone());
    (state, name)
}

async fn webhook(state: &mut State) -> Result<Response<Body>, HandlerError> {
    let bytes = body::to_bytes(Body::take_from(state)).await.map_err_with_status(StatusCode::BAD_REQUEST)?;
    Ok(create_response(state, StatusCode::OK, mime::TEXT_PLAIN, bytes))
}

fn echo(mut state: State) -> Pin<Box<HandlerFuture>> {
    let _ = Body::take_from(&mut state);
    let response = create_empty_response(&state, StatusCode::OK);
    future::ok((state, response)).boxed()
}

fn router() -> Router {
    let (chain, pipelines) = single_pipeline(new_pipeline().add(Authentication).build());
    build_router(chain, pipelines, |route| {
        route.get("/me").to(me);
        route.post("/notes").to_async(add_note);
        route.get("/maybe").to(maybe);
        route.post("/webhook").to_async_borrowing(webhook);
        route.post("/echo").to(echo);
    })
}

#[tokio::main]
async fn main() {
    gotham::init_server("127.0.0.1:7878", router()).await.expect("the server runs");
}
