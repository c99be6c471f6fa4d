//! A service on plain hyper that looks at the parts of the path.
//@ GET /items/{id} none
//@ DELETE /items/{id} required
//@ GET /users required
//@ POST /users required
//@ GET /users/me required
use std::convert::Infallible;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Answer = Response<Full<Bytes>>;

fn full(text: impl Into<Bytes>) -> Answer {
    Response::new(Full::new(text.into()))
}

fn status(code: StatusCode) -> Answer {
    let mut answer = full("");
    *answer.status_mut() = code;
    answer
}

fn is_operator<B>(req: &Request<B>) -> bool {
    let wanted = std::env::var("TOKEN").expect("a token");
    let sent = req
        .headers()
        .get(AUTHORIZATION)
        .and_then(|it| it.to_str().ok());
    sent == Some(wanted.as_str())
}

async fn remove(id: &str) -> Answer {
    std::fs::remove_file(id).expect("a disk");
    full("removed")
}

async fn items(req: Request<Incoming>) -> Result<Answer, Infallible> {
    let segments: Vec<&str> = req
        .uri()
        .path()
        .trim_start_matches('/')
        .split('/')
        .collect();
    if let ["items", id] = segments.as_slice() {
        return Ok(match *req.method() {
            Method::GET => full(std::fs::read(id).expect("a disk")),
            Method::DELETE if is_operator(&req) => remove(id).await,
            _ => status(StatusCode::METHOD_NOT_ALLOWED),
        });
    }
    Ok(status(StatusCode::NOT_FOUND))
}

/// Nobody but the operator gets past its first lines.
async fn users(req: Request<Incoming>) -> Result<Answer, Infallible> {
    if !is_operator(&req) {
        let mut answer = Response::default();
        *answer.status_mut() = StatusCode::UNAUTHORIZED;
        return Ok(answer);
    }
    let path = req.uri().path();
    if path == "/users" {
        return match *req.method() {
            Method::GET => Ok(full(std::fs::read("users").expect("a disk"))),
            Method::POST => Ok(full("added")),
            _ => Ok(status(StatusCode::METHOD_NOT_ALLOWED)),
        };
    }
    if let Some(rest) = path.strip_prefix("/users") {
        if rest == "/me" && req.method() == Method::GET {
            return Ok(full("operator"));
        }
    }
    Ok(status(StatusCode::NOT_FOUND))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let other = TcpListener::bind("127.0.0.1:3001").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(
            http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(|req| items(req))),
        );
        let (stream, _) = other.accept().await?;
        tokio::spawn(
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(users)),
        );
    }
}
