//! Middleware that is a function: around the rest, before it, after it.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::error::NotFoundError;
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::{
    Endpoint, EndpointExt, Error, IntoResponse, Request, Response, Result, Route, Server, handler, post,
};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: i64,
}

fn verify(req: &Request) -> Result<Claims> {
    let key = req.data::<DecodingKey>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let header = req.header("Authorization").unwrap_or_default();
    let token = header.strip_prefix("Bearer ").ok_or(StatusCode::UNAUTHORIZED)?;
    let data = decode::<Claims>(token, key, &Validation::default());
    Ok(data.map_err(|_| StatusCode::UNAUTHORIZED)?.claims)
}

async fn authenticated<E: Endpoint>(next: E, req: Request) -> Result<Response> {
    verify(&req)?;
    Ok(next.call(req).await?.into_response())
}

async fn by_another_name<E>(ep: Arc<E>, mut request: Request) -> Result<E::Output>
where
    E: Endpoint,
{
    match verify(&request) {
        Ok(claims) => {
            request.set_data(claims);
            ep.call(request).await
        }
        Err(error) => {
            tracing::warn!("refused: {error}");
            Err(error)
        }
    }
}

async fn first_the_rest(ep: impl Endpoint, req: Request) -> Result<Response> {
    let outcome = verify(&req);
    let response = ep.get_response(req).await;
    outcome?;
    Ok(response)
}

async fn only_looks(ep: impl Endpoint, req: Request) -> Result<Response> {
    if verify(&req).is_err() {
        tracing::warn!("anonymous request");
    }
    Ok(ep.get_response(req).await)
}

async fn check_before(req: Request) -> Result<Request> {
    verify(&req)?;
    Ok(req)
}

async fn log_before(req: Request) -> Result<Request> {
    tracing::info!("{}", req.uri());
    Ok(req)
}

#[handler]
async fn write(body: String) -> String {
    body
}

fn one() -> Route {
    Route::new().at("/x", post(write))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
    let app = Route::new()
        .nest("/function", one().around(authenticated))
        .nest("/renamed", one().around(by_another_name))
        .nest("/first", one().around(first_the_rest))
        .nest("/looks", one().around(only_looks))
        .nest(
            "/closure",
            one().around(|ep, req| async move {
                verify(&req)?;
                ep.call(req).await
            }),
        )
        .nest(
            "/closure-first",
            one().around(|ep, req| async move {
                let outcome = verify(&req);
                let response = ep.get_response(req).await;
                outcome.map(|_| response)
            }),
        )
        .nest("/before", one().before(check_before))
        .nest("/before-log", one().before(log_before))
        .nest(
            "/before-closure",
            one().before(|req| async move {
                verify(&req)?;
                Ok(req)
            }),
        )
        .nest(
            "/after",
            one().after(|result: Result<Response>| async move {
                let response = result?;
                if response.header("x-user").is_none() {
                    return Err(Error::from_status(StatusCode::UNAUTHORIZED));
                }
                Ok(response)
            }),
        )
        .at("/handler", post(write.around(authenticated)))
        .at("/method", post(write).before(check_before))
        .catch_error(|_: NotFoundError| async move { StatusCode::NOT_FOUND })
        .inspect_all_err(|error| tracing::warn!("{error}"))
        .data(DecodingKey::from_secret(secret.as_bytes()));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /function/x required
//@ POST /renamed/x required
//@ POST /first/x none
//@ POST /looks/x none
//@ POST /closure/x required
//@ POST /closure-first/x none
//@ POST /before/x required
//@ POST /before-log/x none
//@ POST /before-closure/x required
//@ POST /after/x none
//@ POST /handler required
//@ POST /method required
