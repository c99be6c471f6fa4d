//! Services that functions, fields, macros and settings add; reflection and health beside them.

use std::sync::Arc;

use subtle::ConstantTimeEq;
use tonic::codec::CompressionEncoding;
use tonic::service::interceptor::InterceptedService;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::server::health_reporter;
use tonic_reflection::server::Builder as Reflection;

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

#[derive(Clone)]
struct Shelf;

#[tonic::async_trait]
impl Catalog for Shelf {
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Ok(Response::new(Items { items: Vec::new() }))
    }

    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        std::fs::write("/var/lib/items", request.into_inner().name)
            .map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Till;

#[tonic::async_trait]
impl Billing for Till {
    async fn charge(&self, _request: Request<Order>) -> Result<Response<Nothing>, Status> {
        std::fs::write("/var/lib/till", "charged").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        _request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        std::fs::write("/var/lib/invoices", "new").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct People;

#[tonic::async_trait]
impl Accounts for People {
    async fn login(&self, _request: Request<Credentials>) -> Result<Response<Token>, Status> {
        Err(Status::unimplemented("later"))
    }

    async fn register(&self, _request: Request<Credentials>) -> Result<Response<Token>, Status> {
        Err(Status::unimplemented("later"))
    }

    async fn get_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }

    async fn delete_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        std::fs::remove_file(&name).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }
}

struct Api;

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

    async fn place_order(&self, _request: Request<Order>) -> Result<Response<OrderId>, Status> {
        std::fs::write("/var/lib/orders", "new").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(OrderId { id: 1 }))
    }

    async fn cancel_order(&self, request: Request<OrderId>) -> Result<Response<Nothing>, Status> {
        let id = request.into_inner().id;
        std::fs::remove_file(format!("/var/lib/orders/{id}")).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

type Check = fn(Request<()>) -> Result<Request<()>, Status>;

fn check(request: Request<()>) -> Result<Request<()>, Status> {
    let token = std::env::var("API_TOKEN").map_err(|_| Status::internal("no token"))?;
    match request.metadata().get("authorization") {
        Some(given) if bool::from(given.as_bytes().ct_eq(token.as_bytes())) => Ok(request),
        _ => Err(Status::unauthenticated("no valid token")),
    }
}

/// The services of a process.
struct Services {
    catalog: InterceptedService<CatalogServer<Shelf>, Check>,
    people: Option<AccountsServer<People>>,
}

impl Services {
    fn new(with_people: bool) -> Services {
        Services {
            catalog: CatalogServer::with_interceptor(Shelf, check as Check),
            people: with_people.then(|| AccountsServer::new(People)),
        }
    }

    fn into_router(self) -> Router {
        Server::builder()
            .add_service(self.catalog)
            .add_optional_service(self.people)
    }
}

macro_rules! add_guarded {
    ($routes:expr, $($server:ident: $service:expr),+ $(,)?) => {
        $($routes.add_service($server::with_interceptor($service, check));)+
    };
}

fn billing(routes: &mut RoutesBuilder, enabled: bool) {
    if enabled {
        let service = BillingServer::new(Till)
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(64 * 1024);
        routes.add_service(service);
    }
}

async fn others() {
    let (reporter, health) = health_reporter();
    reporter.set_serving::<OrdersServer<Api>>().await;
    let reflection = Reflection::configure()
        .with_service_name("shop.v1.Orders")
        .build_v1()
        .unwrap();
    let guarded = Reflection::configure().build_v1alpha().unwrap();
    let mut routes = Routes::builder();
    add_guarded!(routes, OrdersServer: Api);
    billing(&mut routes, std::env::args().len() > 1);
    routes
        .add_service(health)
        .add_service(reflection)
        .add_service(InterceptedService::new(guarded, check));
    Server::builder()
        .add_routes(routes.routes())
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::main]
async fn main() {
    tokio::spawn(others());
    let services = Services::new(true);
    let router = services.into_router();
    router.serve("[::1]:50051".parse().unwrap()).await.unwrap();
}

//@ POST /shop.v1.Catalog/ListItems required
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /accounts.v1.Accounts/Login none
//@ POST /accounts.v1.Accounts/Register none
//@ POST /accounts.v1.Accounts/GetProfile none
//@ POST /accounts.v1.Accounts/DeleteProfile none
//@ POST /shop.v1.Orders/GetOrder required
//@ POST /shop.v1.Orders/WatchOrders required
//@ POST /shop.v1.Orders/PlaceOrder required
//@ POST /shop.v1.Orders/CancelOrder required
//@ POST /shop.v1.Billing/Charge none
//@ POST /shop.v1.Billing/ImportInvoices none
//@ POST /grpc.health.v1.Health/Check none
//@ POST /grpc.health.v1.Health/Watch none
//@ POST /grpc.reflection.v1.ServerReflection/ServerReflectionInfo none
//@ POST /grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo required
