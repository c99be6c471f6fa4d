//! Client certificates that were verified when a connection was accepted, and are found by handlers
//! and extractors in what is known of the connection.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::connect_info::{Connected, IntoMakeServiceWithConnectInfo};
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{RequestExt, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

#[derive(Clone)]
pub struct Certificate {
    fingerprint: [u8; 32],
}

#[derive(Clone)]
pub struct Peer {
    address: SocketAddr,
    certificate: Option<Certificate>,
    label: Option<String>,
}

impl Connected<Peer> for Peer {
    fn connect_info(target: Peer) -> Self {
        target
    }
}

fn fingerprint(certificate: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(certificate).into()
}

async fn accept(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
    app: IntoMakeServiceWithConnectInfo<Router, Peer>,
) -> Result<(), std::io::Error> {
    let wait = std::time::Duration::from_secs(5);
    let stream = match tokio::time::timeout(wait, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(error),
        Err(_) => return Err(std::io::Error::from(std::io::ErrorKind::TimedOut)),
    };
    let certificates = stream.get_ref().1.peer_certificates();
    let first = certificates.and_then(|all| all.first());
    let certificate = if let Some(first) = first {
        let fingerprint = fingerprint(first);
        Some(Certificate { fingerprint })
    } else {
        None
    };
    let peer = Peer {
        address,
        certificate,
        label: Some(address.to_string()),
    };
    serve(TokioIo::new(stream), app, peer).await
}

async fn accept_plain(
    stream: TcpStream,
    address: SocketAddr,
    app: IntoMakeServiceWithConnectInfo<Router, Peer>,
) -> Result<(), std::io::Error> {
    let peer = Peer {
        address,
        certificate: None,
        label: None,
    };
    serve(TokioIo::new(stream), app, peer).await
}

async fn serve<T>(
    stream: TokioIo<T>,
    mut app: IntoMakeServiceWithConnectInfo<Router, Peer>,
    peer: Peer,
) -> Result<(), std::io::Error> {
    let service = tower::MakeService::<Peer, hyper::Request<Body>>::make_service(&mut app, peer);
    let service = service.await.map_err(std::io::Error::other)?;
    let service = hyper_util::service::TowerToHyperService::new(service);
    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    builder
        .serve_connection(stream, service)
        .await
        .map_err(std::io::Error::other)
}

/// What is known of the connection, but for where it comes from: in front there may be a proxy.
async fn peer_of(request: &mut Request) -> Result<Peer, StatusCode> {
    let ConnectInfo(Peer {
        address,
        certificate,
        label,
    }) = request
        .extract_parts::<ConnectInfo<Peer>>()
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let forwarded = request.headers().get("x-forwarded-for");
    let address = match forwarded.and_then(|it| it.to_str().ok()) {
        Some(text) => text.parse().map_err(|_| StatusCode::BAD_REQUEST)?,
        None => address,
    };
    Ok(Peer {
        address,
        certificate,
        label,
    })
}

async fn hand_on(mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let peer = peer_of(&mut request).await?;
    request.extensions_mut().insert(peer);
    Ok(next.run(request).await)
}

pub struct Known(Peer);

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let peer = parts.extensions.remove::<Peer>();
        Ok(Known(peer.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?))
    }
}

//@ POST /orders required
async fn order(ConnectInfo(peer): ConnectInfo<Peer>) -> Result<String, StatusCode> {
    let certificate = peer.certificate.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(hex::encode(certificate.fingerprint))
}

// By way of a middleware and an extractor.
//@ POST /orders/known required
async fn order_known(Known(peer): Known) -> Result<String, StatusCode> {
    match peer.certificate {
        Some(certificate) => Ok(hex::encode(certificate.fingerprint)),
        None => Err(StatusCode::UNAUTHORIZED),
    }
}

// Who has no certificate is somebody, too.
//@ POST /orders/anybody optional
async fn order_of_anybody(ConnectInfo(peer): ConnectInfo<Peer>) -> String {
    match peer.certificate {
        Some(certificate) => hex::encode(certificate.fingerprint),
        None => peer.address.to_string(),
    }
}

// Everybody has an address.
//@ POST /orders/labelled none
async fn order_labelled(ConnectInfo(peer): ConnectInfo<Peer>) -> Result<String, StatusCode> {
    peer.label.ok_or(StatusCode::UNAUTHORIZED)
}

/// Where a proxy in front says who it is.
#[derive(Clone)]
pub struct Proxied {
    certificate: Option<Certificate>,
}

async fn accept_from_proxy(acceptor: TlsAcceptor, stream: TcpStream, said: &str) -> Proxied {
    let stream = acceptor.accept(stream).await.unwrap();
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(|all| all.first()).map(|it| Certificate {
        fingerprint: fingerprint(it),
    });
    let mut proxied = Proxied { certificate };
    if proxied.certificate.is_none() {
        proxied.certificate = Some(Certificate {
            fingerprint: fingerprint(said.as_bytes()),
        });
    }
    proxied
}

// It is written over with what anybody says.
//@ POST /orders/proxied none
async fn order_proxied(ConnectInfo(peer): ConnectInfo<Proxied>) -> Result<String, StatusCode> {
    let certificate = peer.certificate.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(hex::encode(certificate.fingerprint))
}

/// What the other end of a connection of the service's own shows.
#[derive(Clone)]
pub struct Upstream {
    certificate: Option<Certificate>,
}

async fn connect(connector: tokio_rustls::TlsConnector, stream: TcpStream) -> Upstream {
    let name = "upstream".try_into().unwrap();
    let stream = connector.connect(name, stream).await.unwrap();
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(|all| all.first()).map(|it| Certificate {
        fingerprint: fingerprint(it),
    });
    Upstream { certificate }
}

// That is the certificate of a server.
//@ POST /orders/upstream none
async fn order_upstream(ConnectInfo(peer): ConnectInfo<Upstream>) -> Result<String, StatusCode> {
    let certificate = peer.certificate.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(hex::encode(certificate.fingerprint))
}

//@ GET /health none
async fn health() -> &'static str {
    "ok"
}

pub fn app() -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/orders", post(order))
        .route("/orders/known", post(order_known).layer(from_fn(hand_on)))
        .route("/orders/anybody", post(order_of_anybody))
        .route("/orders/labelled", post(order_labelled))
        .route("/orders/proxied", post(order_proxied))
        .route("/orders/upstream", post(order_upstream))
}
