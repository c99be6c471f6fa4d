//! What becomes of tonic's limit of 4 MB on messages.

use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::billing_server::{Billing, BillingServer};
use shop::catalog_server::{Catalog, CatalogServer};
use shop::{Item, Items, Nothing, Order};

#[derive(Clone)]
struct Shelf;

#[tonic::async_trait]
impl Catalog for Shelf {
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Ok(Response::new(Items { items: Vec::new() }))
    }

    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        Err(Status::unimplemented(request.into_inner().name))
    }
}

#[tonic::async_trait]
impl Billing for Shelf {
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        Err(Status::unimplemented(request.into_inner().item))
    }

    async fn import_invoices(&self, _request: Request<Streaming<Item>>) -> Result<Response<Nothing>, Status> {
        Err(Status::unimplemented("later"))
    }
}

async fn boundless() -> Result<(), tonic::transport::Error> {
    let catalog = CatalogServer::new(Shelf)
        .max_decoding_message_size(usize::MAX) //~ body-limit-disabled
        .max_encoding_message_size(usize::MAX);
    Server::builder().add_service(catalog).serve(([127, 0, 0, 1], 50051).into()).await
}

const ALL: usize = u32::MAX as usize;

async fn by_constant() -> Result<(), tonic::transport::Error> {
    Server::builder()
        .add_service(BillingServer::new(Shelf).max_decoding_message_size(ALL)) //~ body-limit-disabled
        .serve(([127, 0, 0, 1], 50052).into())
        .await
}

fn main() {}
