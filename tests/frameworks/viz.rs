//! The service in viz: an extractor of its own, a function around a nested router, limits.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};
use viz::middleware::limits;
use viz::types::{Json, Limits, Params, State};
use viz::{
    Error, FromRequest, Handler, HandlerExt, IntoHandler, IntoResponse, Next, Request, RequestExt,
    RequestLimitsExt, Response, Result, Router, StatusCode, any, get, serve,
};

type Limiter = Arc<DefaultKeyedRateLimiter<IpAddr>>;

fn claims(request: &Request) -> Option<Claims> {
    let shop = request.state::<Arc<Shop>>()?;
    let header = request.headers().get("authorization")?.to_str().ok();
    shop.verify(header)
}

/// Who asks, by a token that was verified.
struct User(Claims);

impl FromRequest for User {
    type Error = Error;

    async fn extract(request: &mut Request) -> Result<Self, Self::Error> {
        claims(request)
            .map(User)
            .ok_or_else(|| StatusCode::UNAUTHORIZED.into_error())
    }
}

async fn require_user<H>((mut request, next): Next<Request, H>) -> Result<Response>
where
    H: Handler<Request, Output = Result<Response>>,
{
    let Some(claims) = claims(&request) else {
        return Err(StatusCode::UNAUTHORIZED.into_error());
    };
    request.set_state(claims);
    next.call(request).await
}

async fn list_items(State(shop): State<Arc<Shop>>) -> Result<Json<Vec<Item>>> {
    Ok(Json(shop.list()))
}

async fn get_item(
    user: Option<User>,
    State(shop): State<Arc<Shop>>,
    Params(id): Params<u32>,
) -> Result<Json<Item>> {
    if let Some(User(claims)) = user {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    shop.get(id)
        .map(Json)
        .ok_or_else(|| StatusCode::NOT_FOUND.into_error())
}

/// `Json` as an extractor does not ask for the limits; `json_with_limit` does.
async fn create_item(mut request: Request) -> Result<Json<u32>> {
    let User(_) = request.extract::<User>().await?;
    let State(shop) = request.extract::<State<Arc<Shop>>>().await?;
    let item = request.json_with_limit::<Item>().await?;
    Ok(Json(shop.add(item)))
}

async fn delete_item(
    State(claims): State<Claims>,
    State(shop): State<Arc<Shop>>,
    Params(id): Params<u32>,
) -> Result<StatusCode> {
    if claims.role != Role::Admin {
        return Err(StatusCode::FORBIDDEN.into_error());
    }
    match shop.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(StatusCode::NOT_FOUND.into_error()),
    }
}

async fn stats(State(shop): State<Arc<Shop>>) -> Result<Json<usize>> {
    Ok(Json(shop.count()))
}

async fn login(mut request: Request) -> Result<String> {
    let State(limiter) = request.extract::<State<Limiter>>().await?;
    match request.remote_addr() {
        Some(peer) if limiter.check_key(&peer.ip()).is_ok() => {}
        _ => return Err(StatusCode::TOO_MANY_REQUESTS.into_error()),
    }
    let State(shop) = request.extract::<State<Arc<Shop>>>().await?;
    let credentials = request.json::<Credentials>().await?;
    shop.sign_in(&credentials)
        .ok_or_else(|| StatusCode::UNAUTHORIZED.into_error())
}

async fn health(_: Request) -> Result<&'static str> {
    Ok("ok")
}

async fn not_found(_: Request) -> Result<impl IntoResponse> {
    Ok(StatusCode::NOT_FOUND)
}

fn app(shop: Arc<Shop>, limiter: Limiter) -> Router {
    let small = limits::Config::new().limits(Limits::new().set("json", ITEM_LIMIT as u64));
    let admin = Router::new()
        .delete("/items/:id", delete_item.into_handler())
        .get("/stats", stats.into_handler())
        .with_handler(require_user);
    Router::new()
        .route(
            "/items",
            get(list_items.into_handler()).post(create_item.with(small)),
        )
        .get("/items/:id", get_item.into_handler())
        .nest("/admin", admin)
        .post("/login", login)
        .get("/health", health)
        .route("/*", any(not_found))
        .with(State::new(shop))
        .with(State::new(limiter))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let app = app(
        Arc::new(Shop::from_env()),
        Arc::new(RateLimiter::keyed(quota)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    serve(listener, app).await
}
