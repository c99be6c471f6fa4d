//! Middleware that keeps its public paths in a field, where its constructor put them.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use futures_util::future::LocalBoxFuture;

#[derive(Clone)]
struct Auth {
    public: Vec<&'static str>,
    key: String,
}

impl Auth {
    fn new(public: Vec<&'static str>) -> Self {
        Auth { public, key: std::env::var("KEY").expect("a key") }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Auth
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = AuthService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;
    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(AuthService { service: Rc::new(service), public: self.public.clone(), key: self.key.clone() }))
    }
}

struct AuthService<S> {
    service: Rc<S>,
    public: Vec<&'static str>,
    key: String,
}

impl<S, B> Service<ServiceRequest> for AuthService<S>
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
        let is_public = self.public.contains(&request.path());
        let is_known = request.headers().get("x-api-key").is_some_and(|it| it.as_bytes() == self.key.as_bytes());
        Box::pin(async move {
            if is_public || is_known {
                return service.call(request).await.map(|it| it.map_into_left_body());
            }
            Ok(request.into_response(HttpResponse::Unauthorized().finish()).map_into_right_body())
        })
    }
}

#[derive(Clone)]
struct Prefixes {
    open: HashSet<String>,
    reads_only: bool,
}

impl Default for Prefixes {
    fn default() -> Self {
        let mut open = HashSet::new();
        open.insert("/set/health".to_owned());
        open.insert("/set/login".to_owned());
        Prefixes { open, reads_only: true }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Prefixes
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = PrefixesService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;
    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(PrefixesService { service: Rc::new(service), settings: self.clone() }))
    }
}

struct PrefixesService<S> {
    service: Rc<S>,
    settings: Prefixes,
}

impl<S, B> Service<ServiceRequest> for PrefixesService<S>
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
        if self.settings.open.contains(request.path()) {
            return Box::pin(async move { service.call(request).await.map(|it| it.map_into_left_body()) });
        }
        let key = std::env::var("KEY").expect("a key");
        let sent = request.headers().get("authorization").and_then(|it| it.to_str().ok());
        if sent != Some(key.as_str()) {
            return Box::pin(async move {
                Ok(request.into_response(HttpResponse::Unauthorized().finish()).map_into_right_body())
            });
        }
        Box::pin(async move { service.call(request).await.map(|it| it.map_into_left_body()) })
    }
}

/// Whoever asks with GET needs no key.
async fn but_get(
    request: ServiceRequest,
    next: actix_web::middleware::Next<actix_web::body::BoxBody>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, Error> {
    if request.method() == Method::GET {
        return next.call(request).await;
    }
    let key = std::env::var("KEY").expect("a key");
    match request.headers().get("x-api-key") {
        Some(sent) if sent.as_bytes() == key.as_bytes() => next.call(request).await,
        _ => Err(actix_web::error::ErrorUnauthorized("no key")),
    }
}

async fn show() -> &'static str {
    "shown"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(
                web::scope("/list")
                    .wrap(Auth::new(vec!["/list/health", "/list/login"]))
                    .route("/health", web::get().to(show))
                    .route("/login", web::post().to(show))
                    .route("/notes", web::get().to(show)),
            )
            .service(
                web::scope("/other")
                    .wrap(Auth::new(vec!["/other/notes"]))
                    .route("/health", web::get().to(show))
                    .route("/notes", web::get().to(show)),
            )
            .service(
                web::scope("/set")
                    .wrap(Prefixes::default())
                    .route("/health", web::get().to(show))
                    .route("/login", web::post().to(show))
                    .route("/notes", web::get().to(show)),
            )
            .service(
                web::resource("/but-get")
                    .wrap(actix_web::middleware::from_fn(but_get))
                    .route(web::get().to(show))
                    .route(web::delete().to(show)),
            )
    })
    .bind("0.0.0.0:80")?
    .run()
    .await
}

//@ GET /list/health none
//@ POST /list/login none
//@ GET /list/notes required
//@ GET /other/health required
//@ GET /other/notes none
//@ GET /set/health none
//@ POST /set/login none
//@ GET /set/notes required
//@ GET /but-get none
//@ DELETE /but-get required
