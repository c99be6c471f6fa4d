//! Client certificates: demanded by the connection, asked for, looked at in a method.

use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

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
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        let certificates = request
            .peer_certs()
            .ok_or_else(|| Status::unauthenticated("no certificate"))?;
        tracing::info!(count = certificates.len(), "charges");
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

fn identity() -> Identity {
    let read = |name: &str| std::fs::read_to_string(name).unwrap();
    Identity::from_pem(read("server.pem"), read("server.key"))
}

fn client_ca() -> Certificate {
    Certificate::from_pem(std::fs::read_to_string("clients.pem").unwrap())
}

fn mutual() -> ServerTlsConfig {
    ServerTlsConfig::new().identity(identity()).client_ca_root(client_ca())
}

/// Nobody needs a certificate.
async fn asks_for_one() {
    let tls = ServerTlsConfig::new()
        .identity(identity())
        .client_ca_root(client_ca())
        .client_auth_optional(true);
    Server::builder()
        .tls_config(tls)
        .unwrap()
        .add_service(BillingServer::new(Till))
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

/// The server shows who it is, and asks nobody.
async fn shows_its_own() {
    Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity()))
        .unwrap()
        .add_service(AccountsServer::new(People))
        .serve("[::1]:50053".parse().unwrap())
        .await
        .unwrap();
}

/// Only where clients' certificates are configured.
async fn if_configured() {
    let mut tls = ServerTlsConfig::new().identity(identity());
    if std::env::var("CLIENT_CA").is_ok() {
        tls = tls.client_ca_root(client_ca());
    }
    let mut server = Server::builder().tls_config(tls).unwrap();
    server
        .add_service(OrdersServer::new(Api))
        .serve("[::1]:50054".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::main]
async fn main() {
    tokio::spawn(asks_for_one());
    tokio::spawn(shows_its_own());
    tokio::spawn(if_configured());
    Server::builder()
        .tls_config(mutual())
        .unwrap()
        .add_service(CatalogServer::new(Shelf))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Catalog/ListItems required
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /shop.v1.Billing/Charge required
//@ POST /shop.v1.Billing/ImportInvoices none
//@ POST /accounts.v1.Accounts/Login none
//@ POST /accounts.v1.Accounts/Register none
//@ POST /accounts.v1.Accounts/GetProfile none
//@ POST /accounts.v1.Accounts/DeleteProfile none
//@ POST /shop.v1.Orders/GetOrder conditional if std::env::var("CLIENT_CA").is_ok()
//@ POST /shop.v1.Orders/WatchOrders conditional if std::env::var("CLIENT_CA").is_ok()
//@ POST /shop.v1.Orders/PlaceOrder conditional if std::env::var("CLIENT_CA").is_ok()
//@ POST /shop.v1.Orders/CancelOrder conditional if std::env::var("CLIENT_CA").is_ok()
