//! By what limiters around actix-web's endpoints tell their clients apart.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::LazyLock;

use actix_governor::{Governor, GovernorConfigBuilder, GlobalKeyExtractor, KeyExtractor, PeerIpKeyExtractor, SimpleKeyExtractionError};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::X_FORWARDED_FOR;
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpResponse, Responder, web};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

async fn login() -> impl Responder {
    HttpResponse::Ok()
}

type Refused = SimpleKeyExtractionError<&'static str>;

#[derive(Clone)]
struct Forwarded;

impl KeyExtractor for Forwarded {
    type Key = String;
    type KeyExtractionError = Refused;

    fn extract(&self, request: &ServiceRequest) -> Result<String, Refused> {
        let info = request.connection_info();
        let address = info.realip_remote_addr(); //~ spoofable-rate-limit-key
        address.map(str::to_owned).ok_or(SimpleKeyExtractionError::new("no address"))
    }
}

#[derive(Clone)]
struct ByHeader;

impl KeyExtractor for ByHeader {
    type Key = String;
    type KeyExtractionError = Refused;

    fn extract(&self, request: &ServiceRequest) -> Result<String, Refused> {
        let header = request.headers().get(X_FORWARDED_FOR); //~ spoofable-rate-limit-key
        let header = header.and_then(|it| it.to_str().ok());
        header.map(str::to_owned).ok_or(SimpleKeyExtractionError::new("no header"))
    }
}

static LIMITER: LazyLock<RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock>> =
    LazyLock::new(|| RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(5).expect("not zero"))));

async fn slowly(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let header = request.headers().get("x-real-ip"); //~ spoofable-rate-limit-key
    let client = header.and_then(|it| it.to_str().ok()).unwrap_or("unknown").to_owned();
    if LIMITER.check_key(&client).is_err() {
        return Err(InternalError::new("later", StatusCode::TOO_MANY_REQUESTS).into());
    }
    next.call(request).await
}

fn findings(config: &mut web::ServiceConfig) {
    let own = GovernorConfigBuilder::default().key_extractor(Forwarded).finish().expect("the defaults are not zero");
    let header = GovernorConfigBuilder::default()
        .seconds_per_request(4)
        .key_extractor(ByHeader)
        .finish()
        .expect("neither is zero");
    config
        .service(web::scope("/own").wrap(Governor::new(&own)).route("/login", web::post().to(login)))
        .service(web::scope("/header").wrap(Governor::new(&header)).route("/login", web::post().to(login)))
        .service(web::scope("/middleware").wrap(from_fn(slowly)).route("/login", web::post().to(login)));
}

// What follows counts by something else.

#[derive(Clone)]
struct ByProxy {
    proxies: Vec<IpAddr>,
}

impl KeyExtractor for ByProxy {
    type Key = IpAddr;
    type KeyExtractionError = Refused;

    // near miss: the header counts only if the peer is a proxy of ours
    fn extract(&self, request: &ServiceRequest) -> Result<IpAddr, Refused> {
        let peer = request.peer_addr().map(|it| it.ip()).ok_or(SimpleKeyExtractionError::new("no peer"))?;
        let info = request.connection_info();
        match info.realip_remote_addr().and_then(|it| it.parse().ok()) {
            Some(client) if self.proxies.contains(&peer) => Ok(client),
            _ => Ok(peer),
        }
    }
}

#[derive(Clone)]
struct ByPeer;

impl KeyExtractor for ByPeer {
    type Key = IpAddr;
    type KeyExtractionError = Refused;

    // near miss: the address of the connection
    fn extract(&self, request: &ServiceRequest) -> Result<IpAddr, Refused> {
        request.peer_addr().map(|it| it.ip()).ok_or(SimpleKeyExtractionError::new("no peer"))
    }
}

#[derive(Clone)]
struct ByPath;

impl KeyExtractor for ByPath {
    type Key = String;
    type KeyExtractionError = Refused;

    // near miss: one limit for each path, whoever asks
    fn extract(&self, request: &ServiceRequest) -> Result<String, Refused> {
        Ok(request.path().to_owned())
    }
}

async fn noted(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // near miss: the header is only noted in the log
    tracing::info!("for {:?}", request.headers().get("x-forwarded-for"));
    next.call(request).await
}

async fn by_address(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // near miss: middleware of its own that counts by the connection
    let peer = request.peer_addr().map(|it| it.ip().to_string()).unwrap_or_default();
    if LIMITER.check_key(&peer).is_err() {
        return Err(InternalError::new("later", StatusCode::TOO_MANY_REQUESTS).into());
    }
    next.call(request).await
}

fn near_misses(config: &mut web::ServiceConfig) {
    let proxy = ByProxy { proxies: vec![IpAddr::from([10, 0, 0, 1])] };
    let proxy = GovernorConfigBuilder::default().key_extractor(proxy).finish().expect("the defaults are not zero");
    let peer = GovernorConfigBuilder::default().key_extractor(ByPeer).finish().expect("the defaults are not zero");
    // near miss: the limiter's own extractor of the peer
    let own_peer = GovernorConfigBuilder::default().key_extractor(PeerIpKeyExtractor).finish().expect("the defaults are not zero");
    // near miss: the default, which is the peer too
    let default = GovernorConfigBuilder::default().finish().expect("the defaults are not zero");
    // near miss: one limit for all together
    let global = GovernorConfigBuilder::default().key_extractor(GlobalKeyExtractor).finish().expect("the defaults are not zero");
    let path = GovernorConfigBuilder::default().key_extractor(ByPath).finish().expect("the defaults are not zero");
    let header = GovernorConfigBuilder::default().key_extractor(ByHeader).finish().expect("the defaults are not zero");
    config
        .service(web::scope("/proxy").wrap(Governor::new(&proxy)).route("/login", web::post().to(login)))
        .service(web::scope("/peer").wrap(Governor::new(&peer)).route("/login", web::post().to(login)))
        .service(web::scope("/peer-too").wrap(Governor::new(&own_peer)).route("/login", web::post().to(login)))
        .service(web::scope("/default").wrap(Governor::new(&default)).route("/login", web::post().to(login)))
        .service(web::scope("/global").wrap(Governor::new(&global)).route("/login", web::post().to(login)))
        .service(web::scope("/path").wrap(Governor::new(&path)).route("/login", web::post().to(login)))
        .service(web::scope("/logged").wrap(from_fn(noted)).route("/login", web::post().to(login)))
        .service(web::scope("/address").wrap(from_fn(by_address)).route("/login", web::post().to(login)))
        // near miss: nothing is limited
        .service(web::scope("/open").route("/login", web::post().to(login)))
        .service(
            web::scope("/twice")
                // near miss: another limiter counts by the peer
                .wrap(Governor::new(&header))
                .wrap(Governor::new(&default))
                .route("/login", web::post().to(login)),
        );
}

fn main() {}
