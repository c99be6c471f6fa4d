//! The service in actix-web: an extractor of its own, `from_fn` on a scope, actix-governor.

mod shop;

use std::future::{Ready, ready};

use actix_governor::{Governor, GovernorConfigBuilder};
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorForbidden, ErrorNotFound, ErrorUnauthorized};
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpServer, web};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

/// Who asks, by a token that was verified.
struct User(Claims);

impl FromRequest for User {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let shop = request.app_data::<web::Data<Shop>>();
        let header = request.headers().get(header::AUTHORIZATION);
        let header = header.and_then(|it| it.to_str().ok());
        ready(match shop.and_then(|it| it.verify(header)) {
            Some(claims) => Ok(User(claims)),
            None => Err(ErrorUnauthorized("log in")),
        })
    }
}

async fn require_user(
    shop: web::Data<Shop>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let header = request.headers().get(header::AUTHORIZATION);
    let header = header.and_then(|it| it.to_str().ok());
    let Some(claims) = shop.verify(header) else {
        return Err(ErrorUnauthorized("log in"));
    };
    request.extensions_mut().insert(claims);
    next.call(request).await
}

async fn list_items(shop: web::Data<Shop>) -> HttpResponse {
    HttpResponse::Ok().json(shop.list())
}

async fn get_item(
    user: Option<User>,
    shop: web::Data<Shop>,
    id: web::Path<u32>,
) -> Result<HttpResponse, Error> {
    if let Some(User(claims)) = user {
        tracing::debug!(sub = claims.sub, "looked at");
    }
    let item = shop.get(*id).ok_or_else(|| ErrorNotFound("no such item"))?;
    Ok(HttpResponse::Ok().json(item))
}

async fn create_item(_user: User, shop: web::Data<Shop>, item: web::Json<Item>) -> HttpResponse {
    HttpResponse::Created().json(shop.add(item.into_inner()))
}

async fn delete_item(
    claims: web::ReqData<Claims>,
    shop: web::Data<Shop>,
    id: web::Path<u32>,
) -> Result<HttpResponse, Error> {
    if claims.role != Role::Admin {
        return Err(ErrorForbidden("not for you"));
    }
    match shop.remove(*id) {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(ErrorNotFound("no such item")),
    }
}

async fn stats(shop: web::Data<Shop>) -> HttpResponse {
    HttpResponse::Ok().json(shop.count())
}

async fn login(
    shop: web::Data<Shop>,
    credentials: web::Json<Credentials>,
) -> Result<String, Error> {
    shop.sign_in(&credentials)
        .ok_or_else(|| ErrorUnauthorized("wrong credentials"))
}

async fn health() -> &'static str {
    "ok"
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().body("no such page")
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let shop = web::Data::new(Shop::from_env());
    let rate = GovernorConfigBuilder::default()
        .seconds_per_request(10)
        .burst_size(5)
        .finish()
        .expect("a valid rate");
    HttpServer::new(move || {
        App::new()
            .app_data(shop.clone())
            .service(
                web::resource("/items")
                    .app_data(web::JsonConfig::default().limit(ITEM_LIMIT))
                    .route(web::get().to(list_items))
                    .route(web::post().to(create_item)),
            )
            .route("/items/{id}", web::get().to(get_item))
            .service(
                web::scope("/admin")
                    .wrap(from_fn(require_user))
                    .route("/items/{id}", web::delete().to(delete_item))
                    .route("/stats", web::get().to(stats)),
            )
            .service(
                web::resource("/login")
                    .wrap(Governor::new(&rate))
                    .route(web::post().to(login)),
            )
            .route("/health", web::get().to(health))
            .default_service(web::to(not_found))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
