//! The service in salvo: hoops that verify, limit and count, and a catcher.

mod shop;

use std::sync::Arc;

use salvo::catcher::Catcher;
use salvo::http::header::AUTHORIZATION;
use salvo::prelude::*;
use salvo::rate_limiter::{BasicQuota, FixedGuard, MokaStore, RateLimiter, RemoteIpIssuer};
use shop::{Claims, Credentials, ITEM_LIMIT, Item, Role, Shop};

fn shop(depot: &Depot) -> Result<&Arc<Shop>, StatusError> {
    depot
        .obtain::<Arc<Shop>>()
        .map_err(|_| StatusError::internal_server_error())
}

fn claims(request: &Request, shop: &Shop) -> Option<Claims> {
    let header = request.headers().get(AUTHORIZATION);
    shop.verify(header.and_then(|it| it.to_str().ok()))
}

/// Refuses whoever has no token that can be verified.
#[handler]
async fn require_user(req: &mut Request, depot: &mut Depot) -> Result<(), StatusError> {
    let claims = claims(req, shop(depot)?).ok_or_else(StatusError::unauthorized)?;
    depot.inject(claims);
    Ok(())
}

#[handler]
async fn list_items(depot: &mut Depot) -> Result<Json<Vec<Item>>, StatusError> {
    Ok(Json(shop(depot)?.list()))
}

#[handler]
async fn get_item(req: &mut Request, depot: &mut Depot) -> Result<Json<Item>, StatusError> {
    let shop = shop(depot)?;
    let id = req
        .param::<u32>("id")
        .ok_or_else(StatusError::bad_request)?;
    if let Some(claims) = claims(req, shop) {
        tracing::debug!(sub = claims.sub, id, "looked at");
    }
    shop.get(id).map(Json).ok_or_else(StatusError::not_found)
}

#[handler]
async fn create_item(req: &mut Request, depot: &mut Depot) -> Result<Json<u32>, StatusError> {
    let item = req.parse_json::<Item>().await;
    let item = item.map_err(|_| StatusError::bad_request())?;
    Ok(Json(shop(depot)?.add(item)))
}

#[handler]
async fn delete_item(req: &mut Request, depot: &mut Depot) -> Result<StatusCode, StatusError> {
    let claims = depot
        .obtain::<Claims>()
        .map_err(|_| StatusError::unauthorized())?;
    if claims.role != Role::Admin {
        return Err(StatusError::forbidden());
    }
    let id = req
        .param::<u32>("id")
        .ok_or_else(StatusError::bad_request)?;
    match shop(depot)?.remove(id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(StatusError::not_found()),
    }
}

#[handler]
async fn stats(depot: &mut Depot) -> Result<Json<usize>, StatusError> {
    Ok(Json(shop(depot)?.count()))
}

#[handler]
async fn login(req: &mut Request, depot: &mut Depot) -> Result<String, StatusError> {
    let credentials = req.parse_json::<Credentials>().await;
    let credentials = credentials.map_err(|_| StatusError::bad_request())?;
    let token = shop(depot)?.sign_in(&credentials);
    token.ok_or_else(StatusError::unauthorized)
}

#[handler]
async fn health() -> &'static str {
    "ok"
}

#[handler]
async fn not_found(res: &mut Response, ctrl: &mut FlowCtrl) {
    if res.status_code == Some(StatusCode::NOT_FOUND) {
        res.render("no such page");
        ctrl.skip_rest();
    }
}

fn routes(shop: Arc<Shop>) -> Router {
    let limiter = RateLimiter::new(
        FixedGuard::new(),
        MokaStore::new(),
        RemoteIpIssuer,
        BasicQuota::per_minute(5),
    );
    Router::new()
        .hoop(affix_state::inject(shop))
        .push(
            Router::with_path("items")
                .get(list_items)
                .push(
                    Router::new()
                        .hoop(require_user)
                        .hoop(max_size(ITEM_LIMIT as u64))
                        .post(create_item),
                )
                .push(Router::with_path("{id}").get(get_item)),
        )
        .push(
            Router::with_path("admin")
                .hoop(require_user)
                .push(Router::with_path("items/{id}").delete(delete_item))
                .push(Router::with_path("stats").get(stats)),
        )
        .push(Router::with_path("login").hoop(limiter).post(login))
        .push(Router::with_path("health").get(health))
}

#[tokio::main]
async fn main() {
    let router = routes(Arc::new(Shop::from_env()));
    let service = Service::new(router).catcher(Catcher::default().hoop(not_found));
    let acceptor = TcpListener::new("127.0.0.1:8698").bind().await;
    Server::new(acceptor).serve(service).await;
}
