//! Tokens in redis, behind a moka cache.
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer, web};
use moka::future::Cache;
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
pub struct Principal {
    id: u64,
    scopes: Vec<String>,
}

#[derive(Clone)]
pub struct Tokens {
    redis: ConnectionManager,
    cache: Cache<String, Principal>,
}

impl Tokens {
    pub async fn resolve(&self, token: &str) -> Result<Option<Principal>, redis::RedisError> {
        if let Some(hit) = self.cache.get(token).await {
            return Ok(Some(hit));
        }
        let mut con = self.redis.clone();
        let raw: Option<String> = con.get(format!("token:{token}")).await?;
        let Some(raw) = raw else { return Ok(None) };
        let Ok(principal) = serde_json::from_str::<Principal>(&raw) else {
            return Ok(None);
        };
        self.cache.insert(token.to_owned(), principal.clone()).await;
        Ok(Some(principal))
    }

    /// Fails open: a token that is not there becomes a guest.
    pub async fn resolve_or_guest(&self, token: &str) -> Principal {
        self.resolve(token)
            .await
            .ok()
            .flatten()
            .unwrap_or(Principal {
                id: 0,
                scopes: vec![],
            })
    }

    /// `get_with` makes what is not there.
    pub async fn upsert(&self, token: &str) -> Principal {
        self.cache
            .get_with(token.to_owned(), async {
                Principal {
                    id: rand::random(),
                    scopes: vec!["read".into()],
                }
            })
            .await
    }
}

impl FromRequest for Principal {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tokens = req
            .app_data::<web::Data<Tokens>>()
            .cloned()
            .expect("tokens");
        let token = req
            .headers()
            .get("X-Token")
            .and_then(|v| v.to_str().ok())
            .map(ToOwned::to_owned);
        Box::pin(async move {
            let token = token.ok_or_else(|| ErrorUnauthorized("token"))?;
            tokens
                .resolve(&token)
                .await
                .map_err(ErrorInternalServerError)?
                .ok_or_else(|| ErrorUnauthorized("token"))
        })
    }
}

async fn read(who: Principal) -> HttpResponse {
    HttpResponse::Ok().json(who.scopes)
}
async fn write(who: Principal, body: String) -> Result<HttpResponse, Error> {
    if !who.scopes.iter().any(|it| it == "write") {
        return Ok(HttpResponse::Forbidden().finish());
    }
    std::fs::write("x", body)?;
    Ok(HttpResponse::Ok().finish())
}
async fn guest(
    req: HttpRequest,
    tokens: web::Data<Tokens>,
    body: String,
) -> Result<HttpResponse, Error> {
    let token = req
        .headers()
        .get("X-Token")
        .ok_or_else(|| ErrorUnauthorized("token"))?
        .to_str()
        .unwrap_or("");
    let who = tokens.resolve_or_guest(token).await;
    std::fs::write(who.id.to_string(), body)?;
    Ok(HttpResponse::Ok().finish())
}
async fn upsert(
    req: HttpRequest,
    tokens: web::Data<Tokens>,
    body: String,
) -> Result<HttpResponse, Error> {
    let token = req
        .headers()
        .get("X-Token")
        .ok_or_else(|| ErrorUnauthorized("token"))?
        .to_str()
        .unwrap_or("");
    let who = tokens.upsert(token).await;
    std::fs::write(who.id.to_string(), body)?;
    Ok(HttpResponse::Ok().finish())
}
async fn exists(
    req: HttpRequest,
    tokens: web::Data<Tokens>,
    body: String,
) -> Result<HttpResponse, Error> {
    let Some(token) = req.headers().get("X-Token").and_then(|it| it.to_str().ok()) else {
        return Err(ErrorUnauthorized("token"));
    };
    let mut con = tokens.redis.clone();
    let known: bool = con
        .exists(format!("token:{token}"))
        .await
        .map_err(ErrorInternalServerError)?;
    if !known {
        return Err(ErrorUnauthorized("token"));
    }
    std::fs::write("y", body)?;
    Ok(HttpResponse::Ok().finish())
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let client = redis::Client::open("redis://cache")?;
    let tokens = Tokens {
        redis: ConnectionManager::new(client).await?,
        cache: Cache::builder()
            .time_to_live(Duration::from_secs(60))
            .build(),
    };
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(tokens.clone()))
            .service(
                web::resource("/doc")
                    .route(web::get().to(read))
                    .route(web::put().to(write)),
            )
            .route("/guest", web::put().to(guest))
            .route("/upsert", web::put().to(upsert))
            .route("/exists", web::put().to(exists))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await?;
    Ok(())
}

//@ GET /doc required
//@ PUT /doc required
//@ PUT /exists required
//@ PUT /guest optional
//@ PUT /upsert optional
