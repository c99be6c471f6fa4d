//! Interceptors that are types, that functions make, that wrap any service, and that stand in
//! stacks of layers.

use std::collections::HashMap;
use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sqlx::PgPool;
use tonic::service::interceptor::InterceptedService;
use tonic::service::{Interceptor, InterceptorLayer, LayerExt};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tower::ServiceBuilder;

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

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Clone)]
struct JwtInterceptor {
    key: Arc<DecodingKey>,
}

impl Interceptor for JwtInterceptor {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let header = request
            .metadata()
            .get("authorization")
            .ok_or_else(|| Status::unauthenticated("no token"))?;
        let token = header
            .to_str()
            .map_err(|_| Status::unauthenticated("no text"))?
            .trim_start_matches("Bearer ");
        decode::<Claims>(token, &self.key, &Validation::default())
            .map_err(|_| Status::unauthenticated("invalid token"))?;
        Ok(request)
    }
}

/// Counts calls by their client.
#[derive(Clone)]
struct Counting {
    calls: Arc<std::sync::Mutex<HashMap<String, u64>>>,
}

impl Interceptor for Counting {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let client = request.metadata().get("x-client").and_then(|it| it.to_str().ok());
        let client = client.unwrap_or("unknown").to_owned();
        *self.calls.lock().unwrap().entry(client).or_default() += 1;
        Ok(request)
    }
}

/// An interceptor for the keys that it is given.
fn keys(known: Vec<String>) -> impl Fn(Request<()>) -> Result<Request<()>, Status> + Clone {
    let known = Arc::new(known);
    move |request: Request<()>| {
        let key = request
            .metadata()
            .get("x-api-key")
            .and_then(|it| it.to_str().ok())
            .ok_or_else(|| Status::unauthenticated("no key"))?;
        if !known.iter().any(|it| it == key) {
            return Err(Status::unauthenticated("unknown key"));
        }
        Ok(request)
    }
}

fn authenticated<S>(service: S, key: Arc<DecodingKey>) -> InterceptedService<S, JwtInterceptor> {
    InterceptedService::new(service, JwtInterceptor { key })
}

struct Shelf {
    db: PgPool,
}

#[tonic::async_trait]
impl Catalog for Shelf {
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Ok(Response::new(Items { items: Vec::new() }))
    }

    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        sqlx::query("INSERT INTO items (name) VALUES ($1)")
            .bind(request.into_inner().name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
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
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        let mut items = request.into_inner();
        while let Some(item) = items.message().await? {
            std::fs::write("/var/lib/invoices", item.name).map_err(|_| Status::internal("disk"))?;
        }
        Ok(Response::new(Nothing {}))
    }
}

#[derive(Default)]
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

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    let key = Arc::new(DecodingKey::from_secret(std::env::var("JWT_SECRET").unwrap().as_bytes()));
    let known = std::env::var("KEYS").unwrap().split(',').map(str::to_owned).collect();

    // A stack around one service.
    let people = ServiceBuilder::new()
        .layer(InterceptorLayer::new(keys(known)))
        .into_inner()
        .named_layer(AccountsServer::new(People));
    let layer = ServiceBuilder::new()
        .layer(InterceptorLayer::new(Counting { calls: Arc::default() }))
        .into_inner();
    Server::builder()
        .layer(layer)
        .add_service(authenticated(CatalogServer::new(Shelf { db }), key))
        .add_service(BillingServer::new(Till))
        .add_service(people)
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Catalog/ListItems required
//@ POST /shop.v1.Catalog/AddItem required
//@ POST /shop.v1.Billing/Charge none
//@ POST /shop.v1.Billing/ImportInvoices none
//@ POST /accounts.v1.Accounts/Login required
//@ POST /accounts.v1.Accounts/Register required
//@ POST /accounts.v1.Accounts/GetProfile required
//@ POST /accounts.v1.Accounts/DeleteProfile required
