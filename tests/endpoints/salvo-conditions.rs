//! Hoops that are there only sometimes.

use salvo::http::Method;
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

fn is_private(req: &Request, _depot: &Depot) -> bool {
    !req.uri().path().starts_with("/public")
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
    let by_method = Router::with_path("methods")
        .hoop_when(auth, |req, _| req.method() != Method::GET)
        .get(metrics)
        .post(store);
    let by_function = Router::with_path("function").hoop_when(auth, is_private).post(store);
    let by_header = Router::with_path("other")
        .hoop_when(auth, |req, _| req.header::<String>("x-internal").is_none())
        .post(store);
    let router = Router::new().push(optional).push(by_path).push(by_method).push(by_function).push(by_header).then(|router| {
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
//@ POST /when/private required
//@ POST /when/public none
//@ GET /methods none
//@ POST /methods required
//@ POST /function required
//@ POST /other conditional if |req, _| req.header::<String>("x-internal").is_none()
//@ GET /metrics none
