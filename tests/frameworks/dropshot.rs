//! The service in dropshot: an extractor of its own, and a check that handlers call; it has no
//! groups and no middleware.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;

use dropshot::{
    ApiDescription, ApiEndpointBodyContentType, ClientErrorStatusCode, ConfigDropshot,
    ExtractorMetadata, HttpError, HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, Path,
    RequestContext, ServerBuilder, ServerContext, SharedExtractor, TypedBody, endpoint,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jsonwebtoken::{DecodingKey, Validation, decode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop::{Claims, Credentials, Item, Role, Shop};

struct Context {
    shop: Shop,
    limiter: DefaultKeyedRateLimiter<IpAddr>,
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    id: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct ItemBody {
    name: String,
    price: u32,
}

impl From<Item> for ItemBody {
    fn from(Item { name, price }: Item) -> Self {
        ItemBody { name, price }
    }
}

#[derive(Deserialize, JsonSchema)]
struct LoginBody {
    name: String,
    password: String,
}

fn refused(code: ClientErrorStatusCode) -> HttpError {
    HttpError::for_client_error_with_status(None, code)
}

fn header(headers: &http::HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()
}

/// Who asks, by a token that was verified. An extractor serves any context, and so has the key
/// from the environment.
struct User;

#[async_trait::async_trait]
impl SharedExtractor for User {
    async fn from_request<C: ServerContext>(rqctx: &RequestContext<C>) -> Result<Self, HttpError> {
        let secret = std::env::var("JWT_SECRET")
            .map_err(|_| HttpError::for_internal_error("no secret".to_owned()))?;
        let key = DecodingKey::from_secret(secret.as_bytes());
        let token = header(rqctx.request.headers()).and_then(|it| it.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| refused(ClientErrorStatusCode::UNAUTHORIZED))?;
        decode::<Claims>(token, &key, &Validation::default())
            .map(|_| User)
            .map_err(|_| refused(ClientErrorStatusCode::UNAUTHORIZED))
    }

    fn metadata(_: ApiEndpointBodyContentType) -> ExtractorMetadata {
        ExtractorMetadata {
            extension_mode: dropshot::ExtensionMode::None,
            parameters: vec![],
        }
    }
}

/// What whatever is below `/admin` asks first.
fn require_user(rqctx: &RequestContext<Context>) -> Result<Claims, HttpError> {
    let claims = rqctx.context().shop.verify(header(rqctx.request.headers()));
    claims.ok_or_else(|| refused(ClientErrorStatusCode::UNAUTHORIZED))
}

#[endpoint { method = GET, path = "/items" }]
async fn list_items(
    rqctx: RequestContext<Context>,
) -> Result<HttpResponseOk<Vec<ItemBody>>, HttpError> {
    let items = rqctx.context().shop.list();
    Ok(HttpResponseOk(
        items.into_iter().map(ItemBody::from).collect(),
    ))
}

#[endpoint { method = GET, path = "/items/{id}" }]
async fn get_item(
    rqctx: RequestContext<Context>,
    path: Path<ById>,
) -> Result<HttpResponseOk<ItemBody>, HttpError> {
    let shop = &rqctx.context().shop;
    if let Some(claims) = shop.verify(header(rqctx.request.headers())) {
        slog::debug!(rqctx.log, "looked at"; "sub" => claims.sub);
    }
    let item = shop.get(path.into_inner().id);
    let item = item.ok_or_else(|| HttpError::for_not_found(None, "no such item".to_owned()))?;
    Ok(HttpResponseOk(item.into()))
}

#[endpoint { method = POST, path = "/items", request_body_max_bytes = 16 * 1024 }]
async fn create_item(
    rqctx: RequestContext<Context>,
    _user: User,
    body: TypedBody<ItemBody>,
) -> Result<HttpResponseCreated<u32>, HttpError> {
    let ItemBody { name, price } = body.into_inner();
    Ok(HttpResponseCreated(
        rqctx.context().shop.add(Item { name, price }),
    ))
}

#[endpoint { method = DELETE, path = "/admin/items/{id}" }]
async fn delete_item(
    rqctx: RequestContext<Context>,
    path: Path<ById>,
) -> Result<HttpResponseDeleted, HttpError> {
    let claims = require_user(&rqctx)?;
    if claims.role != Role::Admin {
        return Err(refused(ClientErrorStatusCode::FORBIDDEN));
    }
    match rqctx.context().shop.remove(path.into_inner().id) {
        true => Ok(HttpResponseDeleted()),
        false => Err(HttpError::for_not_found(None, "no such item".to_owned())),
    }
}

#[endpoint { method = GET, path = "/admin/stats" }]
async fn stats(rqctx: RequestContext<Context>) -> Result<HttpResponseOk<usize>, HttpError> {
    require_user(&rqctx)?;
    Ok(HttpResponseOk(rqctx.context().shop.count()))
}

#[endpoint { method = POST, path = "/login" }]
async fn login(
    rqctx: RequestContext<Context>,
    body: TypedBody<LoginBody>,
) -> Result<HttpResponseOk<String>, HttpError> {
    let Context { shop, limiter } = rqctx.context();
    if limiter
        .check_key(&rqctx.request.remote_addr().ip())
        .is_err()
    {
        return Err(refused(ClientErrorStatusCode::TOO_MANY_REQUESTS));
    }
    let LoginBody { name, password } = body.into_inner();
    let token = shop.sign_in(&Credentials { name, password });
    token
        .map(HttpResponseOk)
        .ok_or_else(|| refused(ClientErrorStatusCode::UNAUTHORIZED))
}

#[endpoint { method = GET, path = "/health" }]
async fn health(_rqctx: RequestContext<Context>) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk("ok".to_owned()))
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let mut api = ApiDescription::new();
    api.register(list_items).expect("its own path");
    api.register(get_item).expect("its own path");
    api.register(create_item).expect("its own path");
    api.register(delete_item).expect("its own path");
    api.register(stats).expect("its own path");
    api.register(login).expect("its own path");
    api.register(health).expect("its own path");
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let context = Context {
        shop: Shop::from_env(),
        limiter: RateLimiter::keyed(quota),
    };
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let server = ServerBuilder::new(api, context, log)
        .config(ConfigDropshot::default())
        .start()
        .map_err(|error| error.to_string())?;
    server.await
}
