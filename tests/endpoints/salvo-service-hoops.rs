//! A hoop of the service runs before those of its router, and on all of it; a hoop of a handler only on that.

use salvo::catcher::Catcher;
use salvo::prelude::*;

#[handler]
async fn auth(req: &mut Request, res: &mut Response, ctrl: &mut FlowCtrl) {
    let key = std::env::var("SERVICE_KEY").expect("a key");
    match req.header::<String>("authorization") {
        Some(sent) if sent == key => {}
        _ => {
            res.status_code(StatusCode::UNAUTHORIZED);
            ctrl.skip_rest();
        }
    }
}

#[handler]
async fn handle404(res: &mut Response, ctrl: &mut FlowCtrl) {
    if let Some(StatusCode::NOT_FOUND) = res.status_code {
        res.render("Custom 404 Error Page");
        ctrl.skip_rest();
    }
}

#[handler]
async fn hello() -> &'static str {
    "hello"
}

#[handler]
async fn write(req: &mut Request) -> String {
    let body = req.payload().await.unwrap().to_vec();
    std::fs::write("out", body).unwrap();
    "ok".into()
}

fn inner() -> Service {
    let router = Router::new().get(hello).push(Router::with_path("write").post(write));
    Service::new(router).catcher(Catcher::default().hoop(handle404)).hoop(auth).hoop(Logger::new())
}

fn outer() -> Router {
    Router::with_path("outer")
        .push(Router::with_path("write").post(write.hoop(auth)))
        .push(Router::with_path("open").post(write).get(hello.hoop(Logger::new())))
}

#[tokio::main]
async fn main() {
    let one = TcpListener::new("0.0.0.0:8698").bind().await;
    let two = TcpListener::new("0.0.0.0:8699").bind().await;
    tokio::join!(Server::new(one).serve(inner()), Server::new(two).serve(outer()));
}

//@ GET / required
//@ POST /write required
//@ POST /outer/write required
//@ POST /outer/open none
//@ GET /outer/open none
