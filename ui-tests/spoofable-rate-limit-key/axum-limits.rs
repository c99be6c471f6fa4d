//! By what limiters around axum's endpoints tell their clients apart.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::LazyLock;

use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use axum::Router;
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::{GlobalKeyExtractor, KeyExtractor, PeerIpKeyExtractor, SmartIpKeyExtractor};
use tower_governor::{GovernorError, GovernorLayer};

async fn login() -> &'static str {
    "welcome"
}

fn by_headers() -> Router {
    let limits = GovernorConfigBuilder::default()
        .per_second(4)
        .burst_size(2)
        .key_extractor(SmartIpKeyExtractor) //~ spoofable-rate-limit-key
        .finish()
        .expect("neither is zero");
    Router::new().route("/smart", post(login)).layer(GovernorLayer::new(limits))
}

#[derive(Clone)]
struct Forwarded;

impl KeyExtractor for Forwarded {
    type Key = String;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<String, GovernorError> {
        let header = request.headers().get("X-Forwarded-For"); //~ spoofable-rate-limit-key
        let header = header.and_then(|it| it.to_str().ok());
        header.map(str::to_owned).ok_or(GovernorError::UnableToExtractKey)
    }
}

fn by_own_type() -> Router {
    let mut builder = GovernorConfigBuilder::default().key_extractor(Forwarded);
    let limits = builder.per_second(4).burst_size(2).finish().expect("neither is zero");
    Router::new().route("/own", post(login)).layer(GovernorLayer::new(limits))
}

static LIMITER: LazyLock<RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock>> =
    LazyLock::new(|| RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(5).expect("not zero"))));

async fn slowly(request: Request, next: Next) -> Result<Response, StatusCode> {
    let client = client(&request).unwrap_or_default();
    match LIMITER.check_key(&client) {
        Ok(()) => Ok(next.run(request).await),
        Err(_) => Err(StatusCode::TOO_MANY_REQUESTS),
    }
}

fn client(request: &Request) -> Option<String> {
    let header = request.headers().get("cf-connecting-ip")?; //~ spoofable-rate-limit-key
    header.to_str().ok().map(str::to_owned)
}

fn by_middleware() -> Router {
    Router::new().route("/middleware", post(login)).layer(from_fn(slowly))
}

// What follows counts by something else.

#[derive(Clone)]
struct ByProxy {
    trusted: Vec<IpAddr>,
}

impl KeyExtractor for ByProxy {
    type Key = IpAddr;

    // near miss: the header counts only if the peer is a proxy of ours
    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<IpAddr, GovernorError> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|it| it.0.ip()).ok_or(GovernorError::UnableToExtractKey)?;
        let header = request.headers().get("x-forwarded-for").and_then(|it| it.to_str().ok());
        match header.and_then(|it| it.rsplit(',').next()?.trim().parse().ok()) {
            Some(client) if self.trusted.contains(&peer) => Ok(client),
            _ => Ok(peer),
        }
    }
}

#[derive(Clone)]
struct ByPeer;

impl KeyExtractor for ByPeer {
    type Key = IpAddr;

    // near miss: the address of the connection
    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<IpAddr, GovernorError> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        peer.map(|it| it.0.ip()).ok_or(GovernorError::UnableToExtractKey)
    }
}

fn by_proxy() -> Router {
    let key = ByProxy { trusted: vec![IpAddr::from([10, 0, 0, 1])] };
    let limits = GovernorConfigBuilder::default().key_extractor(key).finish().expect("the defaults are not zero");
    Router::new().route("/proxy", post(login)).layer(GovernorLayer::new(limits))
}

fn by_peer() -> Router {
    let limits = GovernorConfigBuilder::default().key_extractor(ByPeer).finish().expect("the defaults are not zero");
    // near miss: the limiter's own extractor of the peer
    let own = GovernorConfigBuilder::default().key_extractor(PeerIpKeyExtractor).finish().expect("the defaults are not zero");
    // near miss: the default, which is the peer too
    let default = GovernorConfigBuilder::default().per_second(4).burst_size(2).finish().expect("neither is zero");
    // near miss: one limit for all together
    let global = GovernorConfigBuilder::default().key_extractor(GlobalKeyExtractor).finish().expect("the defaults are not zero");
    Router::new()
        .merge(Router::new().route("/peer", post(login)).layer(GovernorLayer::new(limits)))
        .merge(Router::new().route("/peer-too", post(login)).layer(GovernorLayer::new(own)))
        .merge(Router::new().route("/default", post(login)).layer(GovernorLayer::new(default)))
        .merge(Router::new().route("/global", post(login)).layer(GovernorLayer::new(global)))
}

fn twice() -> Router {
    let smart = GovernorConfigBuilder::default().key_extractor(SmartIpKeyExtractor).finish().expect("the defaults are not zero");
    let peer = GovernorConfigBuilder::default().finish().expect("the defaults are not zero");
    Router::new()
        .route("/twice", post(login))
        // near miss: another limiter counts by the peer
        .layer(GovernorLayer::new(smart))
        .layer(GovernorLayer::new(peer))
}

fn set_again() -> Router {
    // near miss: what is set last counts
    let mut builder = GovernorConfigBuilder::default().key_extractor(SmartIpKeyExtractor);
    let limits = builder.key_extractor(PeerIpKeyExtractor).finish().expect("the defaults are not zero");
    Router::new().route("/again", post(login)).layer(GovernorLayer::new(limits))
}

async fn noted(request: Request, next: Next) -> Response {
    // near miss: the header is only noted in the log
    tracing::info!("for {:?}", request.headers().get("x-forwarded-for"));
    next.run(request).await
}

fn logged() -> Router {
    Router::new().route("/logged", get(login)).layer(from_fn(noted))
}

fn before() -> Router {
    let limits = GovernorConfigBuilder::default().key_extractor(SmartIpKeyExtractor).finish().expect("the defaults are not zero");
    // near miss: added before the route, which it does not cover
    Router::new().layer(GovernorLayer::new(limits)).route("/before", post(login))
}

async fn by_address(ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request, next: Next) -> Result<Response, StatusCode> {
    // near miss: middleware of its own that counts by the connection
    match LIMITER.check_key(&peer.ip().to_string()) {
        Ok(()) => Ok(next.run(request).await),
        Err(_) => Err(StatusCode::TOO_MANY_REQUESTS),
    }
}

fn own_by_address() -> Router {
    Router::new().route("/address", post(login)).layer(from_fn(by_address))
}

fn main() {}
