//! tonic and axum on one port: routes become an axum router, and services are services of one.

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response as HttpResponse;
use axum::routing::{get, post};
use subtle::ConstantTimeEq;
use tonic::service::Routes;
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

async fn require_token(request: HttpRequest, next: Next) -> Result<HttpResponse, StatusCode> {
    let token = std::env::var("API_TOKEN").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let given = request.headers().get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
    if bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
        Ok(next.run(request).await)
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

async fn root() -> &'static str {
    "hello"
}

async fn purge() -> StatusCode {
    std::fs::remove_dir_all("/var/lib/items").unwrap();
    StatusCode::NO_CONTENT
}

/// What is merged after the layer is not behind it.
fn merged() -> Router {
    let catalog = Routes::new(CatalogServer::new(Shelf)).into_axum_router();
    let people = Routes::new(AccountsServer::new(People)).prepare().into_axum_router();
    Router::new()
        .route("/purge", post(purge))
        .merge(catalog)
        .layer(from_fn(require_token))
        .merge(people)
        .route("/", get(root))
}

/// A service under its own name; and routes that answer what no other does, which `route_layer`
/// passes over.
fn as_services() -> Router {
    let rest = Routes::default().add_service(BillingServer::new(Till));
    Router::new()
        .route_service("/shop.v1.Catalog/{*rest}", CatalogServer::new(Shelf))
        .fallback_service(rest.into_axum_router())
        .route_layer(from_fn(require_token))
}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("[::1]:8080").await.unwrap();
    let other = tokio::net::TcpListener::bind("[::1]:8081").await.unwrap();
    tokio::spawn(async move { axum::serve(other, as_services()).await.unwrap() });
    axum::serve(listener, merged()).await.unwrap();
}

//@ POST /purge required
//@ POST /shop.v1.Catalog/ListItems required
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /accounts.v1.Accounts/Login none
//@ POST /accounts.v1.Accounts/Register none
//@ POST /accounts.v1.Accounts/GetProfile none
//@ POST /accounts.v1.Accounts/DeleteProfile none
//@ GET / none
//@ POST /shop.v1.Billing/Charge none
//@ POST /shop.v1.Billing/ImportInvoices none
