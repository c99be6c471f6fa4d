//! The service in tonic: a service for each group, an interceptor on what is for administrators.

mod shop;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shop::{Claims, Item, Role, Shop};
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tonic_health::server::health_reporter;

pub mod pb {
    tonic::include_proto!("shop.v1");
}

use pb::accounts_server::{Accounts, AccountsServer};
use pb::admin_server::{Admin, AdminServer};
use pb::items_server::{Items, ItemsServer};

fn claims(metadata: &MetadataMap, shop: &Shop) -> Option<Claims> {
    let header = metadata.get("authorization");
    shop.verify(header.and_then(|it| it.to_str().ok()))
}

struct ItemsApi {
    shop: Arc<Shop>,
}

#[tonic::async_trait]
impl Items for ItemsApi {
    async fn list_items(&self, _: Request<pb::Empty>) -> Result<Response<pb::ItemList>, Status> {
        let items = self.shop.list().into_iter();
        let items = items.map(|it| pb::Item {
            name: it.name,
            price: it.price,
        });
        Ok(Response::new(pb::ItemList {
            items: items.collect(),
        }))
    }

    async fn get_item(&self, request: Request<pb::ItemId>) -> Result<Response<pb::Item>, Status> {
        let id = request.get_ref().id;
        if let Some(claims) = claims(request.metadata(), &self.shop) {
            tracing::debug!(sub = claims.sub, id, "looked at");
        }
        let Item { name, price } = self
            .shop
            .get(id)
            .ok_or_else(|| Status::not_found("no item"))?;
        Ok(Response::new(pb::Item { name, price }))
    }

    async fn create_item(
        &self,
        request: Request<pb::Item>,
    ) -> Result<Response<pb::ItemId>, Status> {
        if claims(request.metadata(), &self.shop).is_none() {
            return Err(Status::unauthenticated("log in"));
        }
        let pb::Item { name, price } = request.into_inner();
        let id = self.shop.add(Item { name, price });
        Ok(Response::new(pb::ItemId { id }))
    }
}

struct AdminApi {
    shop: Arc<Shop>,
}

#[tonic::async_trait]
impl Admin for AdminApi {
    async fn delete_item(
        &self,
        request: Request<pb::ItemId>,
    ) -> Result<Response<pb::Empty>, Status> {
        let claims = request.extensions().get::<Claims>();
        let claims = claims.ok_or_else(|| Status::unauthenticated("log in"))?;
        if claims.role != Role::Admin {
            return Err(Status::permission_denied("not for you"));
        }
        match self.shop.remove(request.get_ref().id) {
            true => Ok(Response::new(pb::Empty {})),
            false => Err(Status::not_found("no item")),
        }
    }

    async fn stats(&self, _: Request<pb::Empty>) -> Result<Response<pb::Count>, Status> {
        let items = self.shop.count() as u64;
        Ok(Response::new(pb::Count { items }))
    }
}

struct AccountsApi {
    shop: Arc<Shop>,
    limiter: DefaultKeyedRateLimiter<IpAddr>,
}

#[tonic::async_trait]
impl Accounts for AccountsApi {
    async fn login(
        &self,
        request: Request<pb::Credentials>,
    ) -> Result<Response<pb::Token>, Status> {
        let peer = request
            .remote_addr()
            .ok_or_else(|| Status::internal("no address"))?;
        if self.limiter.check_key(&peer.ip()).is_err() {
            return Err(Status::resource_exhausted("later"));
        }
        let pb::Credentials { name, password } = request.into_inner();
        let token = self.shop.sign_in(&shop::Credentials { name, password });
        let token = token.ok_or_else(|| Status::unauthenticated("wrong credentials"))?;
        Ok(Response::new(pb::Token { token }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Arc::new(Shop::from_env());
    let quota = Quota::per_minute(NonZeroU32::new(5).expect("not zero"));
    let (_reporter, health) = health_reporter();
    let items = ItemsServer::new(ItemsApi { shop: shop.clone() });
    let accounts = AccountsServer::new(AccountsApi {
        shop: shop.clone(),
        limiter: RateLimiter::keyed(quota),
    });
    let keys = shop.clone();
    let admin = AdminServer::with_interceptor(AdminApi { shop }, move |mut request: Request<()>| {
        let Some(claims) = claims(request.metadata(), &keys) else {
            return Err(Status::unauthenticated("log in"));
        };
        request.extensions_mut().insert(claims);
        Ok(request)
    });
    Server::builder()
        .add_service(health)
        .add_service(items.max_decoding_message_size(shop::ITEM_LIMIT))
        .add_service(admin)
        .add_service(accounts)
        .serve("[::1]:50051".parse()?)
        .await?;
    Ok(())
}
