//! The service in ntex: an extractor of its own, middleware on a scope, a limiter that handlers ask.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ntex::http::{HeaderMap, Payload, header::AUTHORIZATION};
use ntex::service::{Middleware, Service, ServiceCtx, cfg::SharedCfg};
use ntex::web::types::{Json, JsonConfig, Path, State};
use ntex::web::{
    self, App, Error, ErrorRenderer, FromRequest, HttpRequest, HttpResponse, HttpServer,
    WebRequest, WebResponse, error,
};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

type Limiter = Arc<DefaultKeyedRateLimiter<IpAddr>>;

fn claims(headers: &HeaderMap, shop: Option<&Arc<Shop>>) -> Option<Claims> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok();
    shop?.verify(header)
}

/// Who asks, by a token that was verified.
struct User(Claims);

impl<Err: ErrorRenderer> FromRequest<Err> for User {
    type Error = Error;

    async fn from_request(request: &HttpRequest, _: &mut Payload) -> Result<Self, Self::Error> {
        match claims(request.headers(), request.app_state::<Arc<Shop>>()) {
            Some(claims) => Ok(User(claims)),
            None => Err(error::ErrorUnauthorized("log in").into()),
        }
    }
}

/// Lets nobody past without a token that can be verified.
struct RequireUser;

struct RequireUserService<S> {
    service: S,
}

impl<S> Middleware<S, SharedCfg> for RequireUser {
    type Service = RequireUserService<S>;

    fn create(&self, service: S, _: SharedCfg) -> Self::Service {
        RequireUserService { service }
    }
}

impl<S, Err> Service<WebRequest<Err>> for RequireUserService<S>
where
    S: Service<WebRequest<Err>, Response = WebResponse, Error = Error>,
    Err: ErrorRenderer,
{
    type Response = WebResponse;
    type Error = Error;

    async fn call(
        &self,
        request: WebRequest<Err>,
        ctx: ServiceCtx<'_, Self>,
    ) -> Result<Self::Response, Self::Error> {
        let Some(claims) = claims(request.headers(), request.app_state::<Arc<Shop>>()) else {
            return Ok(request.into_response(HttpResponse::Unauthorized().finish()));
        };
        request.extensions_mut().insert(claims);
        ctx.call(&self.service, request).await
    }
}

async fn list_items(shop: State<Arc<Shop>>) -> HttpResponse {
    HttpResponse::Ok().json(&shop.list())
}

async fn get_item(user: Option<User>, shop: State<Arc<Shop>>, id: Path<u32>) -> HttpResponse {
    if let Some(User(claims)) = user {
        log::debug!("{} looked at {}", claims.sub, *id);
    }
    match shop.get(*id) {
        Some(item) => HttpResponse::Ok().json(&item),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn create_item(_user: User, shop: State<Arc<Shop>>, item: Json<Item>) -> HttpResponse {
    HttpResponse::Created().json(&shop.add(item.into_inner()))
}

async fn delete_item(request: HttpRequest, shop: State<Arc<Shop>>, id: Path<u32>) -> HttpResponse {
    let claims = request.extensions().get::<Claims>().cloned();
    let Some(claims) = claims else {
        return HttpResponse::Unauthorized().finish();
    };
    if claims.role != Role::Admin {
        return HttpResponse::Forbidden().finish();
    }
    match shop.remove(*id) {
        true => HttpResponse::NoContent().finish(),
        false => HttpResponse::NotFound().finish(),
    }
}

async fn stats(shop: State<Arc<Shop>>) -> HttpResponse {
    HttpResponse::Ok().json(&shop.count())
}

async fn login(
    request: HttpRequest,
    limiter: State<Limiter>,
    shop: State<Arc<Shop>>,
    credentials: Json<Credentials>,
) -> HttpResponse {
    match request.peer_addr() {
        Some(peer) if limiter.check_key(&peer.ip()).is_ok() => {}
        _ => return HttpResponse::TooManyRequests().finish(),
    }
    match shop.sign_in(&credentials) {
        Some(token) => HttpResponse::Ok().body(token),
        None => HttpResponse::Unauthorized().finish(),
    }
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().body("ok")
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().body("no such page")
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    let shop = Arc::new(Shop::from_env());
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let limiter: Limiter = Arc::new(RateLimiter::keyed(quota));
    HttpServer::new(async move || {
        App::new()
            .state(shop.clone())
            .state(limiter.clone())
            .service(
                web::resource("/items")
                    .state(JsonConfig::default().limit(ITEM_LIMIT))
                    .route(web::get().to(list_items))
                    .route(web::post().to(create_item)),
            )
            .route("/items/{id}", web::get().to(get_item))
            .service(
                web::scope("/admin")
                    .middleware(RequireUser)
                    .route("/items/{id}", web::delete().to(delete_item))
                    .route("/stats", web::get().to(stats)),
            )
            .route("/login", web::post().to(login))
            .route("/health", web::get().to(health))
            .default_service(web::to(not_found))
    })
    .bind("127.0.0.1:8080")?
    .run()
    .await
}
