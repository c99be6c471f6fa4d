//! Middleware whose exemptions are put together by a builder that starts from a derived default, and kept
//! in what an `Arc` shares.
//!
//@ GET /version none
//@ OPTIONS /things none
//@ GET /things required
//@ POST /things required
//@ GET /public/{kind} none
//@ GET /publications required
//@ PUT /strict/{id} required

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use futures_util::future::LocalBoxFuture;
use jsonwebtoken::{DecodingKey, Validation, decode};

#[derive(Clone, Default)]
struct Skips {
    whole: Vec<String>,
    below: Vec<String>,
    methods: Vec<Method>,
}

impl Skips {
    fn none() -> Self {
        Self::default()
    }

    fn whole(mut self, path: &str) -> Self {
        self.whole.push(path.to_owned());
        self
    }

    fn below(mut self, path: &str) -> Self {
        self.below.push(path.to_owned());
        self
    }

    fn method(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    fn apply(&self, request: &ServiceRequest) -> bool {
        let path = request.path();
        self.methods.contains(request.method())
            || self.whole.iter().any(|it| it == path)
            || self.below.iter().any(|it| path.starts_with(it.as_str()))
    }
}

struct Shared {
    key: DecodingKey,
    skips: Skips,
}

#[derive(Clone)]
struct Tokens {
    inner: Arc<Shared>,
}

impl Tokens {
    fn new(key: &str, skips: Skips) -> Result<Tokens, String> {
        let key = DecodingKey::from_secret(key.as_bytes());
        Ok(Tokens { inner: Arc::new(Shared { key, skips }) })
    }

    fn strict(&self) -> Tokens {
        let shared = Shared { key: self.inner.key.clone(), skips: Skips::none() };
        Tokens { inner: Arc::new(shared) }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Tokens
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = TokensService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(TokensService { service: Rc::new(service), inner: self.inner.clone() }))
    }
}

struct TokensService<S> {
    service: Rc<S>,
    inner: Arc<Shared>,
}

enum Found {
    Exempt,
    Known,
    Refused(HttpResponse),
}

impl Shared {
    fn look(&self, request: &ServiceRequest) -> Found {
        if self.skips.apply(request) {
            return Found::Exempt;
        }
        let header = request.headers().get("authorization").and_then(|it| it.to_str().ok());
        let Some(token) = header.and_then(|it| it.strip_prefix("Bearer ")) else {
            return Found::Refused(HttpResponse::Unauthorized().finish());
        };
        match decode::<String>(token, &self.key, &Validation::default()) {
            Ok(_) => Found::Known,
            Err(_) => Found::Refused(HttpResponse::Unauthorized().finish()),
        }
    }
}

impl<S, B> Service<ServiceRequest> for TokensService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;
    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let found = self.inner.look(&request);
        Box::pin(async move {
            match found {
                Found::Exempt | Found::Known => {}
                Found::Refused(answer) => return Ok(request.into_response(answer).map_into_right_body()),
            }
            service.call(request).await.map(ServiceResponse::map_into_left_body)
        })
    }
}

async fn answer() -> &'static str {
    "ok"
}

fn skips() -> Skips {
    Skips::none().method(Method::OPTIONS).whole("/version").below("/public/")
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let key = std::env::var("JWT_KEY").expect("a key");
    let tokens = Tokens::new(&key, skips()).expect("tokens");
    HttpServer::new(move || {
        App::new()
            .service(
                web::scope("/strict").wrap(tokens.strict()).route("/{id}", web::put().to(answer)),
            )
            .service(
                web::scope("")
                    .wrap(tokens.clone())
                    .route("/version", web::get().to(answer))
                    .route("/things", web::get().to(answer))
                    .route("/things", web::post().to(answer))
                    .route("/things", web::method(Method::OPTIONS).to(answer))
                    .route("/public/{kind}", web::get().to(answer))
                    .route("/publications", web::get().to(answer)),
            )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
