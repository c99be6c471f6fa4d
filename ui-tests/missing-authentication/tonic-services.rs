//! Which of a program's gRPC services ask who is calling, in tonic.

use sqlx::PgPool;
use subtle::ConstantTimeEq;
use tonic::service::InterceptorLayer;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};
use tonic_health::server::health_reporter;
use tonic_reflection::server::Builder as Reflection;

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

fn verify<T>(request: &Request<T>) -> Result<(), Status> {
    let token = std::env::var("API_TOKEN").map_err(|_| Status::internal("no token"))?;
    match request.metadata().get("authorization") {
        Some(given) if bool::from(given.as_bytes().ct_eq(token.as_bytes())) => Ok(()),
        _ => Err(Status::unauthenticated("no valid token")),
    }
}

fn check(request: Request<()>) -> Result<Request<()>, Status> {
    verify(&request)?;
    Ok(request)
}

#[derive(Clone)]
struct Caller;

fn identify(mut request: Request<()>) -> Result<Request<()>, Status> {
    if verify(&request).is_ok() {
        request.extensions_mut().insert(Caller);
    }
    Ok(request)
}

struct Shelf {
    db: PgPool,
}

#[tonic::async_trait]
impl Catalog for Shelf {
    // near miss: its name says that it reads, although all are called by POST
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Ok(Response::new(Items { items: Vec::new() }))
    }

    // near miss: it asks in its own body, before anything is done
    async fn add_item(&self, request: Request<Item>) -> Result<Response<Nothing>, Status> {
        verify(&request)?;
        sqlx::query("INSERT INTO items (name) VALUES ($1)")
            .bind(request.into_inner().name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }
}

/// Nothing of it is there yet.
struct Plan;

#[tonic::async_trait]
impl Catalog for Plan {
    async fn list_items(&self, _request: Request<Nothing>) -> Result<Response<Items>, Status> {
        Err(Status::unimplemented("later"))
    }

    // near miss: it only says that it does nothing
    async fn add_item(&self, _request: Request<Item>) -> Result<Response<Nothing>, Status> {
        Err(Status::unimplemented("later"))
    }
}

struct Till {
    db: PgPool,
}

#[tonic::async_trait]
impl Billing for Till {
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        sqlx::query("INSERT INTO charges (item) VALUES ($1)")
            .bind(request.into_inner().item)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        let mut items = request.into_inner();
        while let Some(item) = items.message().await? {
            sqlx::query("INSERT INTO invoices (name) VALUES ($1)")
                .bind(item.name)
                .execute(&self.db)
                .await
                .map_err(|_| Status::internal("database"))?;
        }
        Ok(Response::new(Nothing {}))
    }
}

struct OwnTill {
    db: PgPool,
}

#[tonic::async_trait]
impl Billing for OwnTill {
    // near miss: who is there in the extensions was verified by the interceptor
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        request
            .extensions()
            .get::<Caller>()
            .ok_or_else(|| Status::unauthenticated("log in first"))?;
        sqlx::query("INSERT INTO charges (item) VALUES ($1)")
            .bind(request.into_inner().item)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }

    async fn import_invoices(
        &self,
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        let Some(_caller) = request.extensions().get::<Caller>() else {
            return Err(Status::unauthenticated("log in first"));
        };
        sqlx::query("DELETE FROM invoices")
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Nothing {}))
    }
}

struct People {
    db: PgPool,
}

#[tonic::async_trait]
impl Accounts for People {
    // near miss: who logs in has no token yet
    async fn login(&self, request: Request<Credentials>) -> Result<Response<Token>, Status> {
        let given = request.into_inner();
        sqlx::query("INSERT INTO logins (name) VALUES ($1)")
            .bind(given.name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Token { token: String::new() }))
    }

    // near miss: who registers has no account yet
    async fn register(&self, request: Request<Credentials>) -> Result<Response<Token>, Status> {
        sqlx::query("INSERT INTO people (name) VALUES ($1)")
            .bind(request.into_inner().name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Token { token: String::new() }))
    }

    async fn get_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }

    async fn delete_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        verify(&request)?;
        let name = request.into_inner().name;
        sqlx::query("DELETE FROM people WHERE name = $1")
            .bind(&name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }
}

async fn with_certificates(db: PgPool) {
    let read = |name: &str| std::fs::read_to_string(name).unwrap();
    // near miss: connections without a client certificate are refused
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(read("server.pem"), read("server.key")))
        .client_ca_root(Certificate::from_pem(read("clients.pem")));
    Server::builder()
        .tls_config(tls)
        .unwrap()
        .add_service(BillingServer::new(Till { db }))
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

async fn behind_a_layer(db: PgPool) {
    Server::builder()
        // near miss: a layer of the server is around all of its services
        .layer(InterceptorLayer::new(check))
        .add_service(BillingServer::new(Till { db }))
        .serve("[::1]:50053".parse().unwrap())
        .await
        .unwrap();
}

/// near miss: nobody serves it
fn unused(db: PgPool) -> BillingServer<Till> {
    BillingServer::new(Till { db })
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    tokio::spawn(with_certificates(db.clone()));
    tokio::spawn(behind_a_layer(db.clone()));
    let (_reporter, health) = health_reporter();
    let reflection = Reflection::configure().build_v1().unwrap();
    tokio::spawn(
        Server::builder()
            .add_service(CatalogServer::new(Plan))
            .add_service(BillingServer::with_interceptor(OwnTill { db: db.clone() }, identify))
            // near miss: anybody may ask whether it is well
            .add_service(health)
            // near miss: it describes the services
            .add_service(reflection)
            .serve("[::1]:50054".parse().unwrap()),
    );
    Server::builder()
        .add_service(AccountsServer::new(People { db: db.clone() }))
        .add_service(CatalogServer::new(Shelf { db: db.clone() }))
        .add_service(BillingServer::new(Till { db })) //~ missing-authentication
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}
