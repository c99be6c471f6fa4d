//! Keys that a middleware compares in constant time; the header is fetched by a closure.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_extras::middleware::Condition as ConditionEx;
use futures_util::future::LocalBoxFuture;

mod describe {
    use std::fmt;
    /// It has a method that `Option` has too, and is not in scope outside.
    pub trait WriteExt: fmt::Write {
        fn map<K, V>(&mut self, map: impl IntoIterator<Item = (K, V)>) -> fmt::Result {
            write!(self, "{{")
        }
    }
    impl<W: fmt::Write> WriteExt for W {}
}

#[derive(Clone)]
pub struct Keys {
    key: Option<String>,
}
impl Keys {
    pub fn try_create(key: Option<String>) -> Option<Self> {
        match (key.clone(), key) {
            (None, None) => None,
            (_, key) => Some(Self { key }),
        }
    }
    pub async fn validate<'a>(
        &self,
        header: impl Fn(&'a str) -> Option<&'a str>,
    ) -> Result<String, String> {
        let Some(key) = header("api-key")
            .or_else(|| header("authorization").and_then(|it| it.strip_prefix("Bearer ")))
        else {
            return Err("a key is missing".into());
        };
        if self.may_write(key) {
            return Ok("full".into());
        }
        Err("invalid".into())
    }
    fn may_write(&self, key: &str) -> bool {
        self.key.as_ref().is_some_and(|it| same(it, key))
    }
}
fn same(one: impl AsRef<[u8]>, other: impl AsRef<[u8]>) -> bool {
    constant_time_eq::constant_time_eq(one.as_ref(), other.as_ref())
}

pub struct Auth {
    keys: Keys,
}
impl Auth {
    pub fn new(keys: Keys) -> Self {
        Self { keys }
    }
}
impl<S, B> Transform<S, ServiceRequest> for Auth
where
    S: Service<ServiceRequest, Response = ServiceResponse<EitherBody<B>>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = AuthMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;
    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(AuthMiddleware {
            keys: Arc::new(self.keys.clone()),
            service: Arc::new(service),
        }))
    }
}
pub struct AuthMiddleware<S> {
    keys: Arc<Keys>,
    service: Arc<S>,
}
impl<S, B> Service<ServiceRequest> for AuthMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<EitherBody<B>>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;
    forward_ready!(service);
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let keys = self.keys.clone();
        let service = self.service.clone();
        Box::pin(async move {
            let header = |key| {
                let value = request.headers().get(key);
                value.and_then(|it| it.to_str().ok())
            };
            match keys.validate(header).await {
                Ok(_) => service.call(request).await,
                Err(e) => Ok(request
                    .into_response(HttpResponse::Unauthorized().body(e))
                    .map_into_right_body()),
            }
        })
    }
}

async fn wipe() -> String {
    String::new()
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a [u8] {
    request.headers().get(name).map_or(b"", |it| it.as_bytes())
}

/// Both come from the client.
async fn twice(request: HttpRequest) -> HttpResponse {
    let (one, other) = (header(&request, "authorization"), header(&request, "x-api-key"));
    if !constant_time_eq::constant_time_eq(one, other) {
        return HttpResponse::Unauthorized().finish();
    }
    sqlx::query("DELETE FROM a").execute(&pool()).await;
    HttpResponse::Ok().finish()
}

/// The key comes first, or second.
async fn first(request: HttpRequest, keys: web::Data<Keys>) -> HttpResponse {
    let Some(key) = &keys.key else {
        return HttpResponse::Unauthorized().finish();
    };
    if !constant_time_eq::constant_time_eq(key.as_bytes(), header(&request, "x-api-key")) {
        return HttpResponse::Unauthorized().finish();
    }
    sqlx::query("DELETE FROM a").execute(&pool()).await;
    HttpResponse::Ok().finish()
}
async fn second(request: HttpRequest, keys: web::Data<Keys>) -> HttpResponse {
    let Some(key) = &keys.key else {
        return HttpResponse::Unauthorized().finish();
    };
    if subtle::ConstantTimeEq::ct_eq(header(&request, "x-api-key"), key.as_bytes()).into() {
        sqlx::query("DELETE FROM a").execute(&pool()).await;
        return HttpResponse::Ok().finish();
    }
    HttpResponse::Unauthorized().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let keys = Keys::try_create(std::env::var("API_KEY").ok());
    HttpServer::new(move || {
        App::new()
            .service(
                web::scope("/keys")
                    .wrap(ConditionEx::from_option(
                        keys.as_ref().map(|keys| Auth::new(keys.clone())),
                    ))
                    .route("/wipe", web::delete().to(wipe)),
            )
            .route("/twice", web::delete().to(twice))
            .route("/first", web::delete().to(first))
            .route("/second", web::delete().to(second))
    })
    .bind("0.0.0.0:80")?
    .run()
    .await
}

//@ DELETE /keys/wipe conditional if keys is set
//@ DELETE /twice optional
//@ DELETE /first required
//@ DELETE /second required
