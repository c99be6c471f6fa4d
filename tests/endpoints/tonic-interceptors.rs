//! Interceptors as functions and closures: one verifies, others only look, and each is for one
//! service of several.

use sqlx::PgPool;
use subtle::ConstantTimeEq;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::billing_server::{Billing, BillingServer};
use shop::catalog_server::{Catalog, CatalogServer};
use shop::orders_server::{Orders, OrdersServer};
use shop::{Item, Items, Nothing, Order, OrderId};

fn check_token(request: Request<()>) -> Result<Request<()>, Status> {
    let expected = std::env::var("API_TOKEN").map_err(|_| Status::internal("no token"))?;
    let given = request
        .metadata()
        .get("authorization")
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.strip_prefix("Bearer "))
        .ok_or_else(|| Status::unauthenticated("no token"))?;
    if bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
        Ok(request)
    } else {
        Err(Status::unauthenticated("wrong token"))
    }
}

/// An invented token gets through.
fn has_token(request: Request<()>) -> Result<Request<()>, Status> {
    match request.metadata().get("authorization") {
        Some(_) => Ok(request),
        None => Err(Status::unauthenticated("no token")),
    }
}

struct Api {
    db: PgPool,
}

#[tonic::async_trait]
impl Orders for Api {
    async fn get_order(&self, request: Request<OrderId>) -> Result<Response<Order>, Status> {
        let id = request.into_inner().id;
        Ok(Response::new(Order { id, item: String::new() }))
    }

    type WatchOrdersStream = tokio_stream::Iter<std::vec::IntoIter<Result<Order, Status>>>;

    async fn watch_orders(
        &self,
        _request: Request<OrderId>,
    ) -> Result<Response<Self::WatchOrdersStream>, Status> {
        Ok(Response::new(tokio_stream::iter(Vec::new())))
    }

    async fn place_order(&self, request: Request<Order>) -> Result<Response<OrderId>, Status> {
        sqlx::query("INSERT INTO orders (item) VALUES ($1)")
            .bind(request.into_inner().item)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(OrderId { id: 1 }))
    }

    async fn cancel_order(&self, request: Request<OrderId>) -> Result<Response<Nothing>, Status> {
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
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Ok(Response::new(Items { items: Vec::new() }))
    }

    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        sqlx::query("INSERT INTO items (name) VALUES ($1)")
            .bind(request.into_inner().name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Till {
    db: PgPool,
}

#[tonic::async_trait]
impl Billing for Till {
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        sqlx::query("INSERT INTO charges (item) VALUES ($1)")
            .bind(request.into_inner().item)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        let mut items = request.into_inner();
        while let Some(item) = items.message().await? {
            sqlx::query("INSERT INTO invoices (name) VALUES ($1)")
                .bind(item.name)
                .execute(&self.db)
                .await
                .map_err(|_| Status::internal("database"))?;
        }
        Ok(Response::new(Nothing {}))
    }
}

async fn with_a_closure(db: PgPool) {
    let token = std::env::var("ADMIN_TOKEN").unwrap();
    let check = move |request: Request<()>| -> Result<Request<()>, Status> {
        match request.metadata().get("x-admin-token") {
            Some(given) if given.as_bytes() == token.as_bytes() => Ok(request),
            _ => Err(Status::permission_denied("not for you")),
        }
    };
    // The same service elsewhere, behind a closure that verifies; and one that only logs.
    let items = CatalogServer::with_interceptor(Shelf { db: db.clone() }, check);
    let orders = OrdersServer::with_interceptor(Api { db }, |request: Request<()>| {
        tracing::info!(headers = ?request.metadata(), "call");
        Ok(request)
    });
    Server::builder()
        .add_service(items)
        .add_service(orders)
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    tokio::spawn(with_a_closure(db.clone()));
    let orders = OrdersServer::with_interceptor(Api { db: db.clone() }, check_token);
    let billing = BillingServer::with_interceptor(Till { db: db.clone() }, has_token);
    Server::builder()
        .add_service(orders)
        .add_service(CatalogServer::new(Shelf { db }))
        .add_service(billing)
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Orders/GetOrder required
//@ POST /shop.v1.Orders/WatchOrders required
//@ POST /shop.v1.Orders/PlaceOrder required
//@ POST /shop.v1.Orders/CancelOrder required
//@ POST /shop.v1.Catalog/ListItems none
//@ POST /shop.v1.Catalog/AddItem none
// What only looks on the way, and takes anything, is nothing of the endpoint's:
//@ POST /shop.v1.Billing/Charge none
//@ POST /shop.v1.Billing/ImportInvoices none
//
// On the other port:
//@ POST /shop.v1.Catalog/ListItems required
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /shop.v1.Orders/GetOrder none
//@ POST /shop.v1.Orders/WatchOrders none
//@ POST /shop.v1.Orders/PlaceOrder none
//@ POST /shop.v1.Orders/CancelOrder none
