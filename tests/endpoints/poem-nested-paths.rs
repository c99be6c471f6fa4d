//! Which path middleware sees: `nest` takes its prefix away from what is inside, `nest_no_strip` does not.

use jsonwebtoken::{DecodingKey, Validation, decode};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::{Endpoint, EndpointExt, IntoResponse, Request, Response, Result, Route, Server, get, handler};
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

async fn but_for_short<E: Endpoint>(next: E, req: Request) -> Result<Response> {
    if req.uri().path() != "/open" {
        verify(&req)?;
    }
    Ok(next.call(req).await?.into_response())
}

async fn but_for_whole<E: Endpoint>(next: E, req: Request) -> Result<Response> {
    if req.uri().path() != "/around/a/open" {
        verify(&req)?;
    }
    Ok(next.call(req).await?.into_response())
}

async fn but_for_original<E: Endpoint>(next: E, req: Request) -> Result<Response> {
    if req.original_uri().path() != "/original/open" {
        verify(&req)?;
    }
    Ok(next.call(req).await?.into_response())
}

#[handler]
fn read() -> &'static str {
    "read"
}

fn both() -> Route {
    Route::new().at("/open", get(read)).at("/closed", get(read))
}

//@ GET /a/open none
//@ GET /a/closed required
//@ GET /b/open required
//@ GET /b/closed required
//@ GET /around/a/open none
//@ GET /around/a/closed required
//@ GET /original/open none
//@ GET /original/closed required
//@ GET /other/open required
//@ GET /other/closed required
#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let around = Route::new()
        .nest("/around", Route::new().nest("/a", both()))
        .around(but_for_whole);
    let app = Route::new()
        .nest("/a", both().around(but_for_short))
        .nest("/b", both().around(but_for_whole))
        .nest("/original", both().around(but_for_original))
        .nest("/other", both().around(but_for_original))
        .nest_no_strip("/around", around)
        .data(DecodingKey::from_secret(std::env::var("SECRET").unwrap_or_default().as_bytes()));
    Server::new(TcpListener::bind("127.0.0.1:3000")).run(app).await
}
