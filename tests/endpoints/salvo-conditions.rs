//! Hoops that are there only sometimes.

use salvo::prelude::*;

struct Config {
    protect: bool,
    metrics: bool,
}

fn config() -> Config {
    Config { protect: std::env::var("PROTECT").is_ok(), metrics: std::env::var("METRICS").is_ok() }
}

#[handler]
async fn auth(req: &mut Request, res: &mut Response) {
    let key = std::env::var("KEY").unwrap();
    if req.header::<String>("x-key") != Some(key) {
        res.render(StatusError::unauthorized());
    }
}

#[handler]
async fn store() -> &'static str {
    std::fs::write("x", "y").unwrap();
    "stored"
}

#[handler]
async fn metrics() -> &'static str {
    "0"
}

#[tokio::main]
async fn main() {
    let config = config();
    let mut optional = Router::with_path("optional").post(store);
    if config.protect {
        optional = optional.hoop(auth);
    }
    let by_path = Router::with_path("when")
        .hoop_when(auth, |req, _| req.uri().path().starts_with("/when/private"))
        .push(Router::with_path("private").post(store))
        .push(Router::with_path("public").post(store));
    let router = Router::new().push(optional).push(by_path).then(|router| {
        if config.metrics {
            router.push(Router::with_path("metrics").get(metrics))
        } else {
            router
        }
    });
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ POST /optional conditional if config.protect
//@ POST /when/private conditional if |req, _| req.uri().path().starts_with("/when/private")
//@ POST /when/public conditional if |req, _| req.uri().path().starts_with("/when/private")
//@ GET /metrics none
