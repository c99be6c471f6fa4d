//! A gRPC server that asks nobody: one finding, in tonic.

use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::billing_server::{Billing, BillingServer};
use shop::catalog_server::{Catalog, CatalogServer};
use shop::{Item, Items, Nothing, Order};

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
        std::fs::write("/var/lib/till", request.into_inner().item)
            .map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        _request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        std::fs::remove_file("/var/lib/invoices").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

#[tokio::main]
async fn main() {
    Server::builder()
        .add_service(CatalogServer::new(Shelf)) //~ missing-authentication
        .add_service(BillingServer::new(Till)) //~| missing-authentication
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}
