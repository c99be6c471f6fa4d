//! A service under the path of one of its methods answers that one only.

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response as HttpResponse;
use subtle::ConstantTimeEq;
use tonic::{Request, Response, Status};

pub mod shop {
    tonic::include_proto!("shop.v1");
}

use shop::catalog_server::{Catalog, CatalogServer};
use shop::{Item, Items, Nothing};

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

async fn require_token(request: HttpRequest, next: Next) -> Result<HttpResponse, StatusCode> {
    let token = std::env::var("API_TOKEN").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let given = request.headers().get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
    if bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
        Ok(next.run(request).await)
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

//@ POST /shop.v1.Catalog/AddItem required
//@ POST /shop.v1.Catalog/ListItems none
#[tokio::main]
async fn main() {
    let router = Router::new()
        .route_service("/shop.v1.Catalog/AddItem", CatalogServer::new(Shelf))
        .route_layer(from_fn(require_token))
        .route_service("/shop.v1.Catalog/ListItems", CatalogServer::new(Shelf));
    let listener = tokio::net::TcpListener::bind("[::1]:8080").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}
