//! Which limits reach the methods that invite guessing, in tonic.

use std::net::IpAddr;
use std::sync::LazyLock;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use sqlx::{PgPool, Row};
use subtle::ConstantTimeEq;
use tonic::service::InterceptorLayer;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::server::health_reporter;

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

static LIMITER: LazyLock<RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>> =
    LazyLock::new(|| RateLimiter::keyed(Quota::per_minute(std::num::NonZeroU32::new(5).unwrap())));

/// An interceptor of ours that limits.
fn slowly(request: Request<()>) -> Result<Request<()>, Status> {
    let address = request.remote_addr().ok_or_else(|| Status::internal("no address"))?;
    match LIMITER.check_key(&address.ip()) {
        Ok(()) => Ok(request),
        Err(_) => Err(Status::resource_exhausted("later")),
    }
}

fn check(request: Request<()>) -> Result<Request<()>, Status> {
    let token = std::env::var("API_TOKEN").map_err(|_| Status::internal("no token"))?;
    match request.metadata().get("authorization") {
        Some(given) if bool::from(given.as_bytes().ct_eq(token.as_bytes())) => Ok(request),
        _ => Err(Status::unauthenticated("no valid token")),
    }
}

async fn log_in(db: &PgPool, given: &Credentials) -> Result<(), Status> {
    let row = sqlx::query("SELECT hash FROM people WHERE name = $1")
        .bind(&given.name)
        .fetch_one(db)
        .await
        .map_err(|_| Status::unauthenticated("wrong name or password"))?;
    let hash: String = row.get("hash");
    let hash = PasswordHash::new(&hash).map_err(|_| Status::internal("hash"))?;
    Argon2::default()
        .verify_password(given.password.as_bytes(), &hash)
        .map_err(|_| Status::unauthenticated("wrong name or password"))
}

#[derive(Clone)]
struct People {
    db: PgPool,
}

#[tonic::async_trait]
impl Accounts for People {
    async fn login(&self, request: Request<Credentials>) -> Result<Response<Token>, Status> {
        log_in(&self.db, request.get_ref()).await?;
        Ok(Response::new(Token { token: uuid::Uuid::new_v4().to_string() }))
    }

    async fn register(&self, _request: Request<Credentials>) -> Result<Response<Token>, Status> {
        Err(Status::unimplemented("by invitation"))
    }

    async fn get_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }

    async fn delete_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        sqlx::query("DELETE FROM people WHERE name = $1")
            .bind(&name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }
}

/// Asks the limiter itself.
struct CarefulPeople {
    db: PgPool,
}

#[tonic::async_trait]
impl Accounts for CarefulPeople {
    // near miss: it asks a limiter before it compares anything
    async fn login(&self, request: Request<Credentials>) -> Result<Response<Token>, Status> {
        let address = request.remote_addr().ok_or_else(|| Status::internal("no address"))?;
        LIMITER
            .check_key(&address.ip())
            .map_err(|_| Status::resource_exhausted("later"))?;
        log_in(&self.db, request.get_ref()).await?;
        Ok(Response::new(Token { token: uuid::Uuid::new_v4().to_string() }))
    }

    // near miss: nothing is registered here
    async fn register(&self, _request: Request<Credentials>) -> Result<Response<Token>, Status> {
        Err(Status::unimplemented("by invitation"))
    }

    // near miss: a read of a profile is no login
    async fn get_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }

    // near miss: a lone change without a limit, among methods that have none either
    async fn delete_profile(&self, request: Request<Name>) -> Result<Response<Profile>, Status> {
        let name = request.into_inner().name;
        sqlx::query("DELETE FROM people WHERE name = $1")
            .bind(&name)
            .execute(&self.db)
            .await
            .map_err(|_| Status::internal("database"))?;
        Ok(Response::new(Profile { name, mail: String::new() }))
    }
}

struct Shelf;

#[tonic::async_trait]
impl Catalog for Shelf {
    // near miss: a list of items gives nothing to guess
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
    // near miss: who pays has shown a token
    async fn charge(&self, request: Request<Order>) -> Result<Response<Nothing>, Status> {
        std::fs::write("/var/lib/till", request.into_inner().item)
            .map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }

    // near miss: a stream of messages is no upload of a form
    async fn import_invoices(
        &self,
        _request: Request<Streaming<Item>>,
    ) -> Result<Response<Nothing>, Status> {
        std::fs::remove_file("/var/lib/invoices").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(Nothing {}))
    }
}

async fn limited(people: People) {
    Server::builder()
        // near miss: a layer of the server is around all of its services
        .layer(InterceptorLayer::new(slowly))
        .add_service(AccountsServer::new(people))
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

async fn one_limited(people: People) {
    // near miss: an interceptor that limits, around this service
    let people = AccountsServer::with_interceptor(people, slowly);
    // near miss: nobody guesses whether it is well
    let (_reporter, health) = health_reporter();
    Server::builder()
        .add_service(people)
        .add_service(health)
        .serve("[::1]:50053".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    let people = People { db: db.clone() };
    tokio::spawn(limited(people.clone()));
    tokio::spawn(one_limited(people.clone()));
    tokio::spawn(
        Server::builder()
            .add_service(AccountsServer::new(CarefulPeople { db }))
            .serve("[::1]:50054".parse().unwrap()),
    );
    Server::builder()
        .add_service(AccountsServer::new(people)) //~ missing-rate-limit
        .add_service(CatalogServer::with_interceptor(Shelf, check))
        .add_service(BillingServer::with_interceptor(Till, check))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}
