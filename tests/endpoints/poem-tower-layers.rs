//! Layers of tower's as middleware, and endpoints that libraries bring.

use std::time::Duration;

use poem::listener::TcpListener;
use poem::middleware::TowerLayerCompatExt;
use poem::{EndpointExt, Route, Server, get, handler};
use tower::limit::RateLimitLayer;

#[handler]
fn index() -> &'static str {
    "hello"
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let app = Route::new()
        .at("/limited", get(index.with(RateLimitLayer::new(5, Duration::from_secs(30)).compat())))
        .at("/free", get(index));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ GET /limited none
//@ GET /free none
