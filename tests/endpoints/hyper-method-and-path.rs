//! Services on plain hyper 1 that match on method and path.
//@ GET / none
//@ GET /index.html none
//@ GET /me required
//@ POST /items required
//@ GET /files/{*rest} none
//@ GET /admin/stats required
//@ POST /admin/reset required
//@ POST /late optional
//@ GET /after required
//@ ANY /legacy none
//@ GET /struct none
//@ POST /struct required
use std::convert::Infallible;
use std::pin::Pin;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
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

async fn add_item(req: Request<Incoming>) -> Answer {
    if !is_operator(&req) {
        return status(StatusCode::UNAUTHORIZED);
    }
    let body = req.collect().await.expect("a body").to_bytes();
    std::fs::write("item", body).expect("a disk");
    full("added")
}

async fn late(req: Request<Incoming>) -> Answer {
    std::fs::write("item", "late").expect("a disk");
    if !is_operator(&req) {
        return status(StatusCode::UNAUTHORIZED);
    }
    full("added")
}

/// Below `/admin`, whatever it is.
async fn admin(req: Request<Incoming>) -> Answer {
    if !is_operator(&req) {
        return status(StatusCode::FORBIDDEN);
    }
    match (req.method(), req.uri().path()) {
        (&Method::GET, "/admin/stats") => full(std::fs::read("stats").expect("a disk")),
        (&Method::POST, "/admin/reset") => {
            std::fs::remove_file("stats").expect("a disk");
            full("reset")
        }
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn route(req: Request<Incoming>) -> Result<Answer, Infallible> {
    if req.uri().path().starts_with("/admin") {
        return Ok(admin(req).await);
    }
    if req.method() == Method::GET && req.uri().path() == "/me" {
        if !is_operator(&req) {
            return Ok(status(StatusCode::UNAUTHORIZED));
        }
        return Ok(full("operator"));
    }
    Ok(match (req.method(), req.uri().path()) {
        (&Method::GET, "/") | (&Method::GET, "/index.html") => full("hello"),
        (&Method::POST, "/items") => add_item(req).await,
        (&Method::POST, "/late") => late(req).await,
        (&Method::GET, "/after") if is_operator(&req) => full("for the operator"),
        (_, "/legacy") => full("gone"),
        (&Method::GET, path) if path.starts_with("/files/") => {
            full(std::fs::read(&path[1..]).expect("a disk"))
        }
        _ => status(StatusCode::NOT_FOUND),
    })
}

#[derive(Clone)]
struct Counter {
    name: String,
}

impl Service<Request<Incoming>> for Counter {
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn call(&self, req: Request<Incoming>) -> Self::Future {
        let name = self.name.clone();
        Box::pin(async move {
            Ok(match (req.method().as_str(), req.uri().path()) {
                ("GET", "/struct") => full(name.clone()),
                ("POST", "/struct") => match is_operator(&req) {
                    true => full("counted"),
                    false => status(StatusCode::UNAUTHORIZED),
                },
                _ => status(StatusCode::NOT_FOUND),
            })
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let counter = Counter {
        name: "counter".into(),
    };
    loop {
        let (stream, _) = listener.accept().await?;
        let (other, _) = listener.accept().await?;
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(other), counter.clone()));
        tokio::spawn(async move {
            let served =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(route));
            if let Err(error) = served.await {
                eprintln!("{error}");
            }
        });
    }
}
