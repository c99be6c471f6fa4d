//! What leaves tonic's limit of 4 MB on messages as it is, or sets another.

use tonic::transport::Server;
use tonic::{Request, Response, Status};

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::catalog_server::{Catalog, CatalogServer};
use shop::{Item, Items, Nothing};

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

async fn raised() -> Result<(), tonic::transport::Error> {
    // near miss: the limit is raised, and is one
    let catalog = CatalogServer::new(Shelf).max_decoding_message_size(64 * 1024 * 1024);
    Server::builder().add_service(catalog).serve(([127, 0, 0, 1], 50053).into()).await
}

async fn answers() -> Result<(), tonic::transport::Error> {
    // near miss: only the answers may be long
    let catalog = CatalogServer::new(Shelf).max_encoding_message_size(usize::MAX);
    Server::builder().add_service(catalog).serve(([127, 0, 0, 1], 50054).into()).await
}

async fn default() -> Result<(), tonic::transport::Error> {
    // near miss: the default is as it was
    Server::builder().add_service(CatalogServer::new(Shelf)).serve(([127, 0, 0, 1], 50055).into()).await
}

async fn setting(bytes: usize) -> Result<(), tonic::transport::Error> {
    // near miss: from the settings
    let catalog = CatalogServer::new(Shelf).max_decoding_message_size(bytes);
    Server::builder().add_service(catalog).serve(([127, 0, 0, 1], 50056).into()).await
}

async fn set_again() -> Result<(), tonic::transport::Error> {
    // near miss: what is set last counts
    let catalog = CatalogServer::new(Shelf)
        .max_decoding_message_size(usize::MAX)
        .max_decoding_message_size(1024 * 1024);
    Server::builder().add_service(catalog).serve(([127, 0, 0, 1], 50057).into()).await
}

async fn frames() -> Result<(), tonic::transport::Error> {
    Server::builder()
        // near miss: frames and streams of connections
        .max_frame_size(Some(16_777_215))
        // near miss: how many streams a connection has
        .max_concurrent_streams(Some(u32::MAX))
        .add_service(CatalogServer::new(Shelf))
        .serve(([127, 0, 0, 1], 50058).into())
        .await
}

async fn client() -> Result<(), Box<dyn std::error::Error>> {
    // near miss: a client takes long answers
    let mut catalog = shop::catalog_client::CatalogClient::connect("https://catalog.example.com")
        .await?
        .max_decoding_message_size(usize::MAX);
    catalog.list_items(Nothing {}).await?;
    Ok(())
}

fn never_served() -> CatalogServer<Shelf> {
    // near miss: nobody serves it
    CatalogServer::new(Shelf).max_decoding_message_size(usize::MAX)
}

const SMALL: usize = 1 << 20;

async fn small() -> Result<(), tonic::transport::Error> {
    // near miss: by a constant
    let catalog = CatalogServer::new(Shelf).max_decoding_message_size(SMALL);
    Server::builder().add_service(catalog).serve(([127, 0, 0, 1], 50059).into()).await
}

fn main() {}
