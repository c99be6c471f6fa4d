//! Layers of tower around tonic services: the program's own, tower-http's, for some methods only,
//! and on the server or on one service.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use subtle::ConstantTimeEq;
use tonic::service::LayerExt;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tower::{Layer, Service, ServiceBuilder};
use tower_http::trace::TraceLayer;
use tower_http::validate_request::ValidateRequestHeaderLayer;

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

#[derive(Clone)]
struct TokenLayer {
    token: Arc<String>,
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TokenService { inner, token: self.token.clone() }
    }
}

#[derive(Clone)]
struct TokenService<S> {
    inner: S,
    token: Arc<String>,
}

type Answer<S> = Pin<Box<dyn Future<Output = Result<http::Response<tonic::body::Body>, S>> + Send>>;

impl<S, B> Service<http::Request<B>> for TokenService<S>
where
    S: Service<http::Request<B>, Response = http::Response<tonic::body::Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    B: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let token = self.token.clone();
        Box::pin(async move {
            // Whoever has no account yet, and the items.
            let path = request.uri().path();
            if path == "/accounts.v1.Accounts/Register" || path.starts_with("/shop.v1.Catalog/List") {
                return inner.call(request).await;
            }
            let given = request.headers().get("authorization").map(|it| it.as_bytes());
            match given {
                Some(given) if bool::from(given.ct_eq(token.as_bytes())) => inner.call(request).await,
                _ => Ok(Status::unauthenticated("no valid token").into_http()),
            }
        })
    }
}

/// Writes down who calls what.
#[derive(Clone)]
struct AuditLayer;

impl<S> Layer<S> for AuditLayer {
    type Service = Audit<S>;

    fn layer(&self, inner: S) -> Audit<S> {
        Audit { inner }
    }
}

#[derive(Clone)]
struct Audit<S> {
    inner: S,
}

impl<S, B> Service<http::Request<B>> for Audit<S>
where
    S: Service<http::Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let who = request.headers().get("authorization");
        tracing::info!(?who, path = request.uri().path(), "call");
        self.inner.call(request)
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

async fn back_office(token: String) {
    // Only one of the two is behind tower-http's layer.
    #[allow(deprecated)]
    let billing = ServiceBuilder::new()
        .layer(ValidateRequestHeaderLayer::bearer(&token))
        .into_inner()
        .named_layer(BillingServer::new(Till));
    Server::builder()
        .layer(AuditLayer)
        .add_service(billing)
        .add_service(CatalogServer::new(Shelf))
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::main]
async fn main() {
    let token = std::env::var("API_TOKEN").unwrap();
    tokio::spawn(back_office(token.clone()));
    Server::builder()
        .layer(TraceLayer::new_for_grpc())
        .layer(TokenLayer { token: Arc::new(token) })
        .add_service(CatalogServer::new(Shelf))
        .add_service(AccountsServer::new(People))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Catalog/ListItems none
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /accounts.v1.Accounts/Login required
//@ POST /accounts.v1.Accounts/Register none
//@ POST /accounts.v1.Accounts/GetProfile required
//@ POST /accounts.v1.Accounts/DeleteProfile required
//
// On the other port:
//@ POST /shop.v1.Billing/Charge required
//@ POST /shop.v1.Billing/ImportInvoices required
//@ POST /shop.v1.Catalog/AddItem none
