//! Methods that authenticate in their own bodies, in functions that they call, in a generic
//! service and in a trait's default method; and those that look at the wrong thing.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status, Streaming};

pub mod shop {
    tonic::include_proto!("shop.v1");
}
pub mod accounts {
    tonic::include_proto!("accounts.v1");
}

use accounts::accounts_server::{Accounts, AccountsServer};
use accounts::{Credentials, Name, Profile, Token};
use shop::billing_server::{Billing, BillingServer};
use shop::catalog_server::{Catalog, CatalogServer};
use shop::orders_server::{Orders, OrdersServer};
use shop::{Item, Items, Nothing, Order, OrderId};

#[derive(Deserialize)]
struct Claims {
    sub: String,
    admin: bool,
}

fn verify(metadata: &MetadataMap, key: &DecodingKey) -> Result<Claims, Status> {
    let header = metadata
        .get("authorization")
        .ok_or(Status::new(Code::Unauthenticated, "no token"))?;
    let text = header.to_str().map_err(|error| Status::unauthenticated(error.to_string()))?;
    let token = text.strip_prefix("Bearer ").ok_or(Status::unauthenticated("no bearer"))?;
    let data = decode::<Claims>(token, key, &Validation::default())
        .map_err(|_| Status::unauthenticated("invalid token"))?;
    Ok(data.claims)
}

/// Something of which a service is made.
trait Guard: Send + Sync + 'static {
    fn key(&self) -> &DecodingKey;

    fn require_admin<T>(&self, request: &Request<T>) -> Result<Claims, Status> {
        let claims = verify(request.metadata(), self.key())?;
        if !claims.admin {
            return Err(Status::permission_denied("admins only"));
        }
        Ok(claims)
    }
}

struct JwtGuard(DecodingKey);

impl Guard for JwtGuard {
    fn key(&self) -> &DecodingKey {
        &self.0
    }
}

struct Api<G> {
    guard: Arc<G>,
    db: PgPool,
}

#[tonic::async_trait]
impl<G: Guard> Orders for Api<G> {
    async fn get_order(&self, request: Request<OrderId>) -> Result<Response<Order>, Status> {
        let claims = verify(request.metadata(), self.guard.key())?;
        let id = request.into_inner().id;
        Ok(Response::new(Order { id, item: claims.sub }))
    }

    type WatchOrdersStream = tokio_stream::Iter<std::vec::IntoIter<Result<Order, Status>>>;

    async fn watch_orders(
        &self,
        request: Request<OrderId>,
    ) -> Result<Response<Self::WatchOrdersStream>, Status> {
        // The result is thrown away.
        let _ = verify(request.metadata(), self.guard.key());
        Ok(Response::new(tokio_stream::iter(Vec::new())))
    }

    async fn place_order(&self, request: Request<Order>) -> Result<Response<OrderId>, Status> {
        self.guard.require_admin(&request)?;
        sqlx::query("INSERT INTO orders (item) VALUES ($1)")
            .bind(request.into_inner().item)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(OrderId { id: 1 }))
    }

    async fn cancel_order(&self, request: Request<OrderId>) -> Result<Response<Nothing>, Status> {
        // A deadline is no credential.
        let deadline = request.metadata().get("grpc-timeout");
        if deadline.is_none() {
            return Err(Status::unauthenticated("no deadline"));
        }
        sqlx::query("DELETE FROM orders WHERE id = $1")
            .bind(request.into_inner().id as i64)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Shelf {
    db: PgPool,
}

#[tonic::async_trait]
impl Catalog for Shelf {
    async fn list_items(&self, request: Request<Nothing>) -> Result<Response<Items>, Status> {
        if request.metadata().get("authorization").is_none() {
            return Err(Status::unauthenticated("log in"));
        }
        Ok(Response::new(Items { items: Vec::new() }))
    }

    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        let key = request
            .metadata()
            .get("x-api-key")
            .and_then(|it| it.to_str().ok())
            .ok_or_else(|| Status::unauthenticated("no key"))?
            .to_owned();
        sqlx::query("SELECT id FROM keys WHERE key = $1")
            .bind(key)
            .fetch_optional(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?
            .ok_or_else(|| Status::unauthenticated("unknown key"))?;
        sqlx::query("INSERT INTO items (name) VALUES ($1)")
            .bind(request.into_inner().name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Till {
    key: DecodingKey,
}

#[tonic::async_trait]
impl Billing for Till {
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        let (metadata, _extensions, order) = request.into_parts();
        match verify(&metadata, &self.key) {
            Ok(claims) if claims.admin => {}
            Ok(_) => return Err(Status::permission_denied("admins only")),
            Err(status) => return Err(status),
        }
        std::fs::write("/var/lib/till", order.item).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        verify(request.metadata(), &self.key)?;
        let mut items = request.into_inner();
        while let Some(item) = items.message().await? {
            std::fs::write("/var/lib/invoices", item.name).map_err(|_| Status::internal("disk"))?;
        }
        Ok(Response::new(Nothing {}))
    }
}

struct People;

#[tonic::async_trait]
impl Accounts for People {
    async fn login(&self, request: Request<Credentials>) -> Result<Response<Token>, Status> {
        let wanted = request.into_inner();
        let token = std::fs::read_to_string(&wanted.name).map_err(|_| Status::not_found("who?"))?;
        Ok(Response::new(Token { token }))
    }

    async fn register(&self, request: Request<Credentials>) -> Result<Response<Token>, Status> {
        std::fs::write("/var/lib/people", request.into_inner().name)
            .map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Token { token: String::new() }))
    }

    async fn get_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        // What a message says of its sender anybody can say.
        let name = request.into_inner().name;
        if name.is_empty() {
            return Err(Status::unauthenticated("who are you?"));
        }
        Ok(Response::new(Profile { name, mail: String::new() }))
    }

    async fn delete_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.get_ref().name.clone();
        std::fs::remove_file(&name).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    let key = DecodingKey::from_secret(std::env::var("JWT_SECRET").unwrap().as_bytes());
    let guard = Arc::new(JwtGuard(key.clone()));
    let till = Arc::new(Till { key });
    Server::builder()
        .add_service(OrdersServer::new(Api { guard, db: db.clone() }))
        .add_service(CatalogServer::new(Shelf { db }).max_decoding_message_size(1024))
        .add_service(BillingServer::from_arc(till))
        .add_service(AccountsServer::new(People))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Orders/GetOrder required
//@ POST /shop.v1.Orders/WatchOrders optional
//@ POST /shop.v1.Orders/PlaceOrder required
//@ POST /shop.v1.Orders/CancelOrder none
//@ POST /shop.v1.Catalog/ListItems optional
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /shop.v1.Billing/Charge required
//@ POST /shop.v1.Billing/ImportInvoices required
//@ POST /accounts.v1.Accounts/Login none
//@ POST /accounts.v1.Accounts/Register none
//@ POST /accounts.v1.Accounts/GetProfile none
//@ POST /accounts.v1.Accounts/DeleteProfile none
