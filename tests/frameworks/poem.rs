//! The service in poem: an extractor of its own, a function around a nested route, middleware.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::error::NotFoundError;
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::SizeLimit;
use poem::web::{Data, Json, Path, RealIp};
use poem::{
    Endpoint, EndpointExt, Error, FromRequest, IntoResponse, Request, RequestBody, Response,
    Result, Route, Server, delete, get, handler, post,
};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

type Limiter = DefaultKeyedRateLimiter<IpAddr>;

/// Who asks, by a token that was verified.
struct User(Claims);

fn claims(request: &Request) -> Option<Claims> {
    let shop = request.data::<Arc<Shop>>()?;
    shop.verify(request.header("Authorization"))
}

impl<'a> FromRequest<'a> for User {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        let claims = claims(request).ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
        Ok(User(claims))
    }
}

async fn require_user<E: Endpoint>(next: E, mut request: Request) -> Result<Response> {
    let Some(claims) = claims(&request) else {
        return Err(Error::from_status(StatusCode::UNAUTHORIZED));
    };
    request.set_data(claims);
    Ok(next.call(request).await?.into_response())
}

async fn rate_limit<E: Endpoint>(next: E, request: Request) -> Result<Response> {
    let limiter = request.data::<Arc<Limiter>>();
    let limiter = limiter.ok_or_else(|| Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let RealIp(ip) = RealIp::from_request_without_body(&request).await?;
    match ip {
        Some(ip) if limiter.check_key(&ip).is_ok() => {}
        _ => return Err(Error::from_status(StatusCode::TOO_MANY_REQUESTS)),
    }
    Ok(next.call(request).await?.into_response())
}

#[handler]
async fn list_items(shop: Data<&Arc<Shop>>) -> Json<Vec<Item>> {
    Json(shop.list())
}

#[handler]
async fn get_item(
    user: Option<User>,
    shop: Data<&Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<Json<Item>> {
    if let Some(User(claims)) = user {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    let item = shop
        .get(id)
        .ok_or_else(|| Error::from_status(StatusCode::NOT_FOUND))?;
    Ok(Json(item))
}

#[handler]
async fn create_item(_user: User, shop: Data<&Arc<Shop>>, item: Json<Item>) -> Json<u32> {
    Json(shop.add(item.0))
}

#[handler]
async fn delete_item(
    claims: Data<&Claims>,
    shop: Data<&Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<StatusCode> {
    if claims.role != Role::Admin {
        return Err(Error::from_status(StatusCode::FORBIDDEN));
    }
    match shop.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::from_status(StatusCode::NOT_FOUND)),
    }
}

#[handler]
async fn stats(shop: Data<&Arc<Shop>>) -> Json<usize> {
    Json(shop.count())
}

#[handler]
async fn login(shop: Data<&Arc<Shop>>, credentials: Json<Credentials>) -> Result<String> {
    shop.sign_in(&credentials)
        .ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))
}

#[handler]
fn health() -> &'static str {
    "ok"
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let limiter: Arc<Limiter> = Arc::new(RateLimiter::keyed(quota));
    let admin = Route::new()
        .at("/items/:id", delete(delete_item))
        .at("/stats", get(stats))
        .around(require_user);
    let app = Route::new()
        .at(
            "/items",
            get(list_items).post(create_item.with(SizeLimit::new(ITEM_LIMIT))),
        )
        .at("/items/:id", get(get_item))
        .nest("/admin", admin)
        .at("/login", post(login.around(rate_limit)))
        .at("/health", get(health))
        .data(Arc::new(Shop::from_env()))
        .data(limiter)
        .catch_error(|_: NotFoundError| async {
            Response::builder()
                .status(StatusCode::NOT_FOUND)
                .body("no such page")
        });
    Server::new(TcpListener::bind("127.0.0.1:3000"))
        .run(app)
        .await
}
