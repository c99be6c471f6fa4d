//! Lists of public paths that code goes on to fill in ways that are not all seen: then nothing is
//! said of what is not in them.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use futures_util::future::LocalBoxFuture;

#[derive(Clone)]
struct Auth {
    public: HashSet<String>,
}

fn fill(public: &mut HashSet<String>) {
    public.insert("/filled/health".to_owned());
}

impl Auth {
    fn filled() -> Self {
        let mut public = HashSet::new();
        fill(&mut public);
        Auth { public }
    }

    fn by_closure(paths: &[&str]) -> Self {
        let mut public = HashSet::new();
        paths.iter().for_each(|it| {
            public.insert(it.to_string());
        });
        Auth { public }
    }

    fn by_loop(paths: &[&str]) -> Self {
        let mut public = HashSet::new();
        for path in paths {
            public.insert(path.to_string());
        }
        Auth { public }
    }

    fn none() -> Self {
        Auth { public: HashSet::new() }
    }

    fn but(mut self, path: &str) -> Self {
        self.public.insert(path.to_owned());
        self
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
        ready(Ok(AuthService { service: Rc::new(service), public: self.public.clone() }))
    }
}

struct AuthService<S> {
    service: Rc<S>,
    public: HashSet<String>,
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
        let key = std::env::var("KEY").expect("a key");
        let is_known = request.headers().get("x-api-key").is_some_and(|it| it.as_bytes() == key.as_bytes());
        if self.public.contains(request.path()) || is_known {
            return Box::pin(async move { service.call(request).await.map(|it| it.map_into_left_body()) });
        }
        Box::pin(async move {
            Ok(request.into_response(HttpResponse::Unauthorized().finish()).map_into_right_body())
        })
    }
}

async fn show() -> &'static str {
    "shown"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        let mut later = Auth::none();
        later.public.insert("/later/health".to_owned());
        App::new()
            .service(web::scope("/filled").wrap(Auth::filled()).route("/health", web::get().to(show)))
            .service(web::scope("/closure").wrap(Auth::by_closure(&["/closure/health"])).route("/health", web::get().to(show)))
            .service(web::scope("/loop").wrap(Auth::by_loop(&["/loop/health"])).route("/health", web::get().to(show)))
            .service(web::scope("/later").wrap(later).route("/health", web::get().to(show)))
            .service(
                web::scope("/built")
                    .wrap(Auth::none().but("/built/health"))
                    .route("/health", web::get().to(show))
                    .route("/notes", web::get().to(show)),
            )
            .service(web::scope("/none").wrap(Auth::none()).route("/notes", web::get().to(show)))
    })
    .bind("0.0.0.0:80")?
    .run()
    .await
}

//@ GET /filled/health conditional if self.public.contains(request.path())
//@ GET /closure/health conditional if self.public.contains(request.path())
//@ GET /loop/health none
//@ GET /later/health none
//@ GET /built/health none
//@ GET /built/notes required
//@ GET /none/notes required
