//! Route attributes under other names than their own, and a limiter of which no name says so.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{Error, InternalError};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpResponse, HttpServer, Responder, get as fetch, post, web};

const WINDOW: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Buckets {
    taken: Mutex<HashMap<String, (Instant, u32)>>,
}

impl Buckets {
    fn allow(&self, peer: &str) -> bool {
        let mut taken = self.taken.lock().expect("no thread panics with it");
        let (since, requests) = taken.entry(peer.to_owned()).or_insert((Instant::now(), 0));
        if since.elapsed() > WINDOW {
            (*since, *requests) = (Instant::now(), 0);
        }
        *requests += 1;
        *requests <= 10
    }
}

async fn slow_down(
    buckets: web::Data<Buckets>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let peer = request.peer_addr().map(|it| it.ip().to_string()).unwrap_or_default();
    if !buckets.allow(&peer) {
        return Err(InternalError::new("later", StatusCode::TOO_MANY_REQUESTS).into());
    }
    next.call(request).await
}

//@ GET /health none
#[fetch("/health")]
async fn health() -> impl Responder {
    HttpResponse::Ok().body("ok")
}

//@ POST /session none
//= POST /session rate_limit required
#[post("/session")]
async fn open() -> impl Responder {
    HttpResponse::Created().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let buckets = web::Data::new(Buckets::default());
    HttpServer::new(move || {
        App::new()
            .app_data(buckets.clone())
            .service(health)
            .service(web::scope("").wrap(from_fn(slow_down)).service(open))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
