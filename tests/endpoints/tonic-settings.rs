//! Interceptors and layers that a setting switches off, and what is not served at all.

use std::sync::Arc;

use serde::Deserialize;
use subtle::ConstantTimeEq;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tower::ServiceBuilder;
use tower_http::validate_request::ValidateRequestHeaderLayer;

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::billing_server::{Billing, BillingServer};
use shop::catalog_server::{Catalog, CatalogServer};
use shop::{Item, Items, Nothing, Order};

#[derive(Clone, Deserialize)]
struct Settings {
    token: Option<String>,
    require_token: bool,
}

#[derive(Clone)]
struct CheckToken {
    settings: Arc<Settings>,
}

impl tonic::service::Interceptor for CheckToken {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        if !self.settings.require_token {
            return Ok(request);
        }
        let token = self.settings.token.as_deref().ok_or_else(|| Status::internal("no token"))?;
        match request.metadata().get("authorization") {
            Some(given) if bool::from(given.as_bytes().ct_eq(token.as_bytes())) => Ok(request),
            _ => Err(Status::unauthenticated("no valid token")),
        }
    }
}

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

#[tokio::main]
async fn main() {
    let text = std::fs::read_to_string("/etc/shop.json").unwrap();
    let require_token = text.contains("require");
    let token = std::env::var("API_TOKEN").unwrap();
    #[allow(deprecated)]
    let strict = require_token.then(|| ValidateRequestHeaderLayer::bearer(&token));
    let settings = Arc::new(Settings { token: Some(text), require_token });
    let layer = ServiceBuilder::new().option_layer(strict).into_inner();
    tokio::spawn(
        Server::builder()
            .layer(layer)
            .add_service(BillingServer::new(Till))
            .serve("[::1]:50052".parse().unwrap()),
    );
    Server::builder()
        .add_service(CatalogServer::with_interceptor(Shelf, CheckToken { settings }))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

/// Nobody serves what this makes.
fn unused() -> CatalogServer<Shelf> {
    CatalogServer::new(Shelf)
}

//@ POST /shop.v1.Catalog/ListItems conditional if self.settings.require_token
//@ POST /shop.v1.Catalog/AddItem conditional if self.settings.require_token
//@ POST /shop.v1.Billing/Charge conditional if the layer is configured
//@ POST /shop.v1.Billing/ImportInvoices conditional if the layer is configured
