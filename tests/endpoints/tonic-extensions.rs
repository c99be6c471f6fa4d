//! Who calls travels in the extensions of a request: put there by an interceptor that verifies,
//! by one that lets everybody through, and by one that believes what a header says.

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::billing_server::{Billing, BillingServer};
use shop::catalog_server::{Catalog, CatalogServer};
use shop::orders_server::{Orders, OrdersServer};
use shop::{Item, Items, Nothing, Order, OrderId};

#[derive(Clone, Deserialize)]
struct User {
    sub: String,
}

/// The tenant that the client says it is.
#[derive(Clone)]
struct Tenant(String);

fn user_of(request: &Request<()>) -> Option<User> {
    let token = request.metadata().get("authorization")?.to_str().ok()?;
    let token = token.strip_prefix("Bearer ")?;
    let key = DecodingKey::from_secret(std::env::var("JWT_SECRET").ok()?.as_bytes());
    let data = decode::<User>(token, &key, &Validation::default()).ok()?;
    Some(data.claims)
}

/// Who comes without a token is let in, too.
fn identify(mut request: Request<()>) -> Result<Request<()>, Status> {
    if let Some(user) = user_of(&request) {
        request.extensions_mut().insert(user);
    }
    Ok(request)
}

fn tenant(mut request: Request<()>) -> Result<Request<()>, Status> {
    let name = request
        .metadata()
        .get("x-tenant")
        .and_then(|it| it.to_str().ok())
        .ok_or_else(|| Status::invalid_argument("no tenant"))?
        .to_owned();
    request.extensions_mut().insert(Tenant(name));
    Ok(request)
}

fn caller<T>(request: &Request<T>) -> Result<&User, Status> {
    request
        .extensions()
        .get::<User>()
        .ok_or_else(|| Status::unauthenticated("log in first"))
}

struct Api;

#[tonic::async_trait]
impl Orders for Api {
    async fn get_order(&self, request: Request<OrderId>) -> Result<Response<Order>, Status> {
        let greeting = match request.extensions().get::<User>() {
            Some(user) => format!("hello {}", user.sub),
            None => "hello".to_owned(),
        };
        Ok(Response::new(Order { id: 1, item: greeting }))
    }

    type WatchOrdersStream = tokio_stream::Iter<std::vec::IntoIter<Result<Order, Status>>>;

    async fn watch_orders(
        &self,
        request: Request<OrderId>,
    ) -> Result<Response<Self::WatchOrdersStream>, Status> {
        let user = caller(&request)?;
        tracing::info!(user.sub, "watches");
        Ok(Response::new(tokio_stream::iter(Vec::new())))
    }

    async fn place_order(&self, request: Request<Order>) -> Result<Response<OrderId>, Status> {
        let Some(user) = request.extensions().get::<User>().cloned() else {
            return Err(Status::unauthenticated("log in first"));
        };
        std::fs::write("/var/lib/orders", user.sub).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(OrderId { id: 1 }))
    }

    async fn cancel_order(&self, request: Request<OrderId>) -> Result<Response<Nothing>, Status> {
        let id = request.into_inner().id;
        std::fs::remove_file(format!("/var/lib/orders/{id}")).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Shelf;

#[tonic::async_trait]
impl Catalog for Shelf {
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Ok(Response::new(Items { items: Vec::new() }))
    }

    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        let tenant = request
            .extensions()
            .get::<Tenant>()
            .ok_or_else(|| Status::unauthenticated("no tenant"))?;
        std::fs::write(format!("/var/lib/{}", tenant.0), &request.get_ref().name)
            .map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Till;

#[tonic::async_trait]
impl Billing for Till {
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        let user = request.extensions().get::<User>().unwrap();
        std::fs::write("/var/lib/till", &user.sub).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        // Too late.
        std::fs::write("/var/lib/invoices", "started").map_err(|_| Status::internal("disk"))?;
        caller(&request)?;
        Ok(Response::new(Nothing {}))
    }
}

#[tokio::main]
async fn main() {
    Server::builder()
        .add_service(OrdersServer::with_interceptor(Api, identify))
        .add_service(CatalogServer::with_interceptor(Shelf, tenant))
        .add_service(BillingServer::with_interceptor(Till, identify))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Orders/GetOrder optional
//@ POST /shop.v1.Orders/WatchOrders required
//@ POST /shop.v1.Orders/PlaceOrder required
//@ POST /shop.v1.Orders/CancelOrder none
//@ POST /shop.v1.Catalog/ListItems none
//@ POST /shop.v1.Catalog/AddItem none
//@ POST /shop.v1.Billing/Charge required
//@ POST /shop.v1.Billing/ImportInvoices optional
