//! The service in poem-openapi: a security scheme with a checker, operations with transforms, a
//! second API below `/admin`.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::SizeLimit;
use poem::web::{Data, RealIp};
use poem::{
    Endpoint, EndpointExt, Error, FromRequest, IntoResponse, Request, Response, Result, Route,
    Server,
};
use poem_openapi::auth::Bearer;
use poem_openapi::param::Path;
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::{Object, OpenApi, OpenApiService, SecurityScheme};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

type Limiter = DefaultKeyedRateLimiter<IpAddr>;

#[derive(Object)]
struct ItemBody {
    name: String,
    price: u32,
}

impl From<Item> for ItemBody {
    fn from(Item { name, price }: Item) -> Self {
        ItemBody { name, price }
    }
}

#[derive(Object)]
struct LoginBody {
    name: String,
    password: String,
}

/// Who asks, by a token that was verified.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", bearer_format = "JWT", checker = "verify_bearer")]
struct User(Claims);

async fn verify_bearer(request: &Request, bearer: Bearer) -> Option<Claims> {
    let shop = request.data::<Arc<Shop>>()?;
    shop.verify(Some(&format!("Bearer {}", bearer.token)))
}

/// Who asks, if they say so.
#[derive(SecurityScheme)]
enum MaybeUser {
    User(User),
    #[oai(fallback)]
    Anonymous,
}

async fn require_user<E: Endpoint>(next: E, mut request: Request) -> Result<Response> {
    let shop = request.data::<Arc<Shop>>();
    let claims = shop.and_then(|it| it.verify(request.header("Authorization")));
    let Some(claims) = claims else {
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

fn small(endpoint: impl Endpoint) -> impl Endpoint {
    endpoint.with(SizeLimit::new(ITEM_LIMIT))
}

fn slowly(endpoint: impl Endpoint) -> impl Endpoint {
    endpoint.around(rate_limit)
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/items", method = "get")]
    async fn list_items(&self, shop: Data<&Arc<Shop>>) -> Json<Vec<ItemBody>> {
        Json(shop.list().into_iter().map(ItemBody::from).collect())
    }

    #[oai(path = "/items/:id", method = "get")]
    async fn get_item(
        &self,
        user: MaybeUser,
        shop: Data<&Arc<Shop>>,
        id: Path<u32>,
    ) -> Result<Json<ItemBody>> {
        if let MaybeUser::User(User(claims)) = user {
            tracing::debug!(sub = claims.sub, "looked at");
        }
        let item = shop
            .get(id.0)
            .ok_or_else(|| Error::from_status(StatusCode::NOT_FOUND))?;
        Ok(Json(item.into()))
    }

    #[oai(path = "/items", method = "post", transform = "small")]
    async fn create_item(
        &self,
        _user: User,
        shop: Data<&Arc<Shop>>,
        item: Json<ItemBody>,
    ) -> Json<u32> {
        let Json(ItemBody { name, price }) = item;
        Json(shop.add(Item { name, price }))
    }

    #[oai(path = "/login", method = "post", transform = "slowly")]
    async fn login(
        &self,
        shop: Data<&Arc<Shop>>,
        body: Json<LoginBody>,
    ) -> Result<PlainText<String>> {
        let Json(LoginBody { name, password }) = body;
        let token = shop.sign_in(&Credentials { name, password });
        token
            .map(PlainText)
            .ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))
    }

    #[oai(path = "/health", method = "get")]
    async fn health(&self) -> PlainText<&'static str> {
        PlainText("ok")
    }
}

struct AdminApi;

#[OpenApi]
impl AdminApi {
    #[oai(path = "/items/:id", method = "delete")]
    async fn delete_item(
        &self,
        claims: Data<&Claims>,
        shop: Data<&Arc<Shop>>,
        id: Path<u32>,
    ) -> Result<()> {
        if claims.role != Role::Admin {
            return Err(Error::from_status(StatusCode::FORBIDDEN));
        }
        match shop.remove(id.0) {
            true => Ok(()),
            false => Err(Error::from_status(StatusCode::NOT_FOUND)),
        }
    }

    #[oai(path = "/stats", method = "get")]
    async fn stats(&self, shop: Data<&Arc<Shop>>) -> Json<u64> {
        Json(shop.count() as u64)
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let limiter: Arc<Limiter> = Arc::new(RateLimiter::keyed(quota));
    let admin = OpenApiService::new(AdminApi, "Administration", "1.0");
    let app = Route::new()
        .nest("/admin", admin.around(require_user))
        .nest("/", OpenApiService::new(Api, "Items", "1.0"))
        .data(Arc::new(Shop::from_env()))
        .data(limiter);
    Server::new(TcpListener::bind("127.0.0.1:3000"))
        .run(app)
        .await
}
