//! Interceptors of tonic, validators of salvo, middleware of poem, that look like checks.

use poem::endpoint::Endpoint;
use poem::{EndpointExt, Middleware, Route};
use salvo::basic_auth::{BasicAuth, BasicAuthValidator};
use salvo::prelude::{Depot, Router, Service, handler};
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
        std::fs::write("/var/lib/items", request.into_inner().name).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct Till;

#[tonic::async_trait]
impl Billing for Till {
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        std::fs::write("/var/lib/till", request.into_inner().item).map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(&self, _request: Request<Streaming<Item>>) -> Result<Response<Nothing>, Status> {
        std::fs::remove_file("/var/lib/invoices").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

fn authorize_call(request: Request<()>) -> Result<Request<()>, Status> { //~ noop-validator
    let _token = request.metadata().get("authorization");
    Ok(request)
}

fn authenticate(request: Request<()>) -> Result<Request<()>, Status> {
    match request.metadata().get("authorization") {
        Some(token) if token == "Bearer made-up" => Ok(request),
        _ => Err(Status::unauthenticated("log in first")), // near miss: it refuses some
    }
}

pub async fn serve() -> Result<(), tonic::transport::Error> {
    Server::builder()
        .add_service(CatalogServer::with_interceptor(Shelf, authorize_call))
        .add_service(BillingServer::with_interceptor(Till, authenticate))
        .serve(([127, 0, 0, 1], 50051).into())
        .await
}

struct Everybody;

impl BasicAuthValidator for Everybody {
    async fn validate(&self, username: &str, _password: &str, _depot: &mut Depot) -> bool { //~ noop-validator
        tracing::info!(username, "log in");
        true
    }
}

struct OneUser;

impl BasicAuthValidator for OneUser {
    async fn validate(&self, username: &str, _password: &str, _depot: &mut Depot) -> bool {
        username == "root" // near miss: bad, but not everybody
    }
}

struct MockValidator;

impl BasicAuthValidator for MockValidator {
    async fn validate(&self, _username: &str, _password: &str, _depot: &mut Depot) -> bool {
        true // near miss: a mock, by its name
    }
}

#[handler]
async fn write() -> &'static str {
    std::fs::write("log", "x").map_or("failed", |()| "done")
}

pub fn salvo_service() -> Service {
    Service::new(
        Router::new()
            .push(Router::with_path("1").hoop(BasicAuth::new(Everybody)).post(write))
            .push(Router::with_path("2").hoop(BasicAuth::new(OneUser)).post(write))
            .push(Router::with_path("3").hoop(BasicAuth::new(MockValidator)).post(write)),
    )
}

struct Authentication;

impl<E: Endpoint> Middleware<E> for Authentication {
    type Output = Authenticated<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Authenticated { inner }
    }
}

struct Authenticated<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Authenticated<E> {
    type Output = E::Output;

    async fn call(&self, request: poem::Request) -> poem::Result<Self::Output> { //~ noop-validator
        self.inner.call(request).await
    }
}

#[poem::handler]
fn remove() -> &'static str {
    std::fs::remove_file("log").map_or("failed", |()| "done")
}

pub fn poem_app() -> impl Endpoint {
    Route::new().at("/log", poem::delete(remove)).with(Authentication)
}

fn main() {}
