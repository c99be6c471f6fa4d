//! hyper 1: an upgrade by hyper-tungstenite, events by hand, each where the path says so.
//@ GET /ws none
//@ GET /events none
//@ GET /plain none
//+ GET /ws websocket
//+ GET /events event-stream

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};

fn socket(mut request: Request<Incoming>) -> Response<Full<Bytes>> {
    match hyper_tungstenite::upgrade(&mut request, None) {
        Ok((response, socket)) => {
            tokio::spawn(async move {
                let _ = socket.await;
            });
            response.map(|_| Full::default())
        }
        Err(_) => refused(StatusCode::BAD_REQUEST),
    }
}

fn events() -> Response<Full<Bytes>> {
    let response = Response::builder().header(CONTENT_TYPE, "text/event-stream");
    response.body(Full::from("data: one\n\n")).expect("it is complete")
}

fn refused(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET, "/ws") => socket(request),
        (&Method::GET, "/events") => events(),
        (&Method::GET, "/plain") => Response::new(Full::from("plain")),
        _ => refused(StatusCode::NOT_FOUND),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service_fn(answer));
            let _ = connection.await;
        });
    }
}
