//! Middleware that is handed its exemptions: a list of items that a `main` puts together before it makes
//! the server, some of it only if a feature is on.
//!
//@ GET / none
//@ GET /health/{probe} none
//@ GET /ui/{page} unknown
//@ GET /jobs required
//@ DELETE /jobs/{id} required

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use futures_util::future::LocalBoxFuture;

#[derive(Clone, Copy)]
enum How {
    Whole,
    Below,
}

#[derive(Clone)]
struct Exempt(String, How);

impl Exempt {
    fn whole<S: Into<String>>(path: S) -> Exempt {
        Exempt(path.into(), How::Whole)
    }

    fn below(path: impl Into<String>) -> Exempt {
        Exempt(path.into(), How::Below)
    }

    fn covers(&self, path: &str) -> bool {
        match self.1 {
            How::Whole => path == self.0,
            How::Below => path.starts_with(&self.0),
        }
    }
}

struct Keyed {
    key: Arc<str>,
    exempt: Vec<Exempt>,
}

impl<S, B> Transform<S, ServiceRequest> for Keyed
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = KeyedService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let exempt = self.exempt.clone();
        ready(Ok(KeyedService { service: Rc::new(service), key: self.key.clone(), exempt }))
    }
}

struct KeyedService<S> {
    service: Rc<S>,
    key: Arc<str>,
    exempt: Vec<Exempt>,
}

impl<S> KeyedService<S> {
    fn is_exempt(&self, request: &ServiceRequest) -> bool {
        let Some(pattern) = request.match_pattern() else {
            return false;
        };
        self.exempt.iter().any(|it| it.covers(&pattern))
    }
}

impl<S, B> Service<ServiceRequest> for KeyedService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;
    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = self.service.clone();
        if self.is_exempt(&request) {
            return Box::pin(async move { Ok(service.call(request).await?.map_into_left_body()) });
        }
        let sent = request.headers().get("x-api-key").and_then(|it| it.to_str().ok());
        let is_known = sent.is_some_and(|it| it == &*self.key);
        Box::pin(async move {
            match is_known {
                true => Ok(service.call(request).await?.map_into_left_body()),
                false => Ok(request.into_response(HttpResponse::Unauthorized().finish()).map_into_right_body()),
            }
        })
    }
}

async fn answer() -> &'static str {
    "ok"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let key: Arc<str> = std::env::var("API_KEY").expect("a key").into();
    let mut exempt = vec![Exempt::whole("/"), Exempt::below("/health/")];
    if std::env::var("UI").is_ok() {
        exempt.push(Exempt::below("/ui/"));
    }
    HttpServer::new(move || {
        App::new()
            .wrap(Keyed { key: key.clone(), exempt: exempt.clone() })
            .route("/", web::get().to(answer))
            .route("/health/{probe}", web::get().to(answer))
            .route("/ui/{page}", web::get().to(answer))
            .route("/jobs", web::get().to(answer))
            .route("/jobs/{id}", web::delete().to(answer))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
