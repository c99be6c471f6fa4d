//! By what limiters around salvo's endpoints tell their clients apart.

use std::net::IpAddr;

use salvo::prelude::*;
use salvo::rate_limiter::{
    BasicQuota, FixedGuard, ForwardedHeaderIssuer, MokaStore, RateIssuer, RateLimiter, RemoteIpIssuer, TrustedProxyIssuer,
};

#[handler]
async fn login() -> &'static str {
    "welcome"
}

#[allow(deprecated)]
fn by_headers() -> Router {
    let issuer = ForwardedHeaderIssuer::new(); //~ spoofable-rate-limit-key
    let limiter = RateLimiter::new(FixedGuard::new(), MokaStore::new(), issuer, BasicQuota::per_minute(5));
    Router::with_path("headers").hoop(limiter).post(login)
}

struct Forwarded;

impl RateIssuer for Forwarded {
    type Key = String;

    async fn issue(&self, request: &mut Request, _depot: &Depot) -> Option<String> {
        request.header::<String>("X-Forwarded-For") //~ spoofable-rate-limit-key
    }
}

fn by_own_type() -> Router {
    let limiter = RateLimiter::new(FixedGuard::new(), MokaStore::new(), Forwarded, BasicQuota::per_minute(5));
    Router::with_path("own").hoop(limiter).post(login)
}

struct ByTrusted {
    trusted: Vec<IpAddr>,
}

impl RateIssuer for ByTrusted {
    type Key = String;

    // near miss: the header counts only if the peer is a proxy of ours
    async fn issue(&self, request: &mut Request, _depot: &Depot) -> Option<String> {
        let peer = request.remote_addr().ip()?;
        match request.header::<String>("x-forwarded-for") {
            Some(client) if self.trusted.contains(&peer) => Some(client),
            _ => Some(peer.to_string()),
        }
    }
}

struct ByPeer;

impl RateIssuer for ByPeer {
    type Key = IpAddr;

    // near miss: the address of the connection
    async fn issue(&self, request: &mut Request, _depot: &Depot) -> Option<IpAddr> {
        request.remote_addr().ip()
    }
}

struct ByPath;

impl RateIssuer for ByPath {
    type Key = String;

    // near miss: one limit for each path, whoever asks
    async fn issue(&self, request: &mut Request, _depot: &Depot) -> Option<String> {
        Some(request.uri().path().to_owned())
    }
}

struct ByUser;

impl RateIssuer for ByUser {
    type Key = String;

    // near miss: who has signed in
    async fn issue(&self, _request: &mut Request, depot: &Depot) -> Option<String> {
        depot.get::<String>("user").ok().cloned()
    }
}

#[handler]
async fn noted(request: &mut Request) {
    // near miss: the header is only noted in the log
    tracing::info!("for {:?}", request.headers().get("x-forwarded-for"));
}

#[allow(deprecated)]
fn near_misses() -> Router {
    // near miss: the peer's address by the library's own
    let remote = RateLimiter::new(FixedGuard::new(), MokaStore::new(), RemoteIpIssuer, BasicQuota::per_minute(5));
    // near miss: proxies are named
    let proxies = TrustedProxyIssuer::new(vec![IpAddr::from([10, 0, 0, 1])]);
    let proxies = RateLimiter::new(FixedGuard::new(), MokaStore::new(), proxies, BasicQuota::per_minute(5));
    let trusted = ByTrusted { trusted: vec![IpAddr::from([10, 0, 0, 1])] };
    let trusted = RateLimiter::new(FixedGuard::new(), MokaStore::new(), trusted, BasicQuota::per_minute(5));
    let peer = RateLimiter::new(FixedGuard::new(), MokaStore::new(), ByPeer, BasicQuota::per_minute(5));
    let path = RateLimiter::new(FixedGuard::new(), MokaStore::new(), ByPath, BasicQuota::per_minute(5));
    let user = RateLimiter::new(FixedGuard::new(), MokaStore::new(), ByUser, BasicQuota::per_minute(5));
    let outer = RateLimiter::new(FixedGuard::new(), MokaStore::new(), RemoteIpIssuer, BasicQuota::per_minute(50));
    // near miss: another limiter counts by the peer
    let inner = RateLimiter::new(FixedGuard::new(), MokaStore::new(), ForwardedHeaderIssuer::new(), BasicQuota::per_minute(5));
    // near miss: made and never used
    let unused = RateLimiter::new(FixedGuard::new(), MokaStore::<String, FixedGuard>::new(), Forwarded, BasicQuota::per_minute(5));
    Router::new()
        .push(Router::with_path("remote").hoop(remote).post(login))
        .push(Router::with_path("proxies").hoop(proxies).post(login))
        .push(Router::with_path("trusted").hoop(trusted).post(login))
        .push(Router::with_path("peer").hoop(peer).post(login))
        .push(Router::with_path("path").hoop(path).post(login))
        .push(Router::with_path("user").hoop(user).post(login))
        .push(Router::with_path("twice").hoop(outer).hoop(inner).post(login))
        .push(Router::with_path("logged").hoop(noted).post(login))
        // near miss: nothing is limited
        .push(Router::with_path("open").post(login))
}

fn main() {}
