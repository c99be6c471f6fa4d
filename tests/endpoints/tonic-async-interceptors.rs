//! Interceptors that wait: tonic-middleware's and tonic-async-interceptor's.

use sqlx::PgPool;
use tonic::body::Body;
use tonic::codegen::http::Request as HttpRequest;
use tonic::codegen::http::Response as HttpResponse;
use tonic::service::LayerExt;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};
use tonic_async_interceptor::async_interceptor;
use tonic_middleware::{
    InterceptorFor, Middleware, MiddlewareFor, RequestInterceptor, RequestInterceptorLayer,
    ServiceBound,
};

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

/// Looks a token up among the sessions.
#[derive(Clone)]
struct Sessions {
    db: PgPool,
}

#[tonic::async_trait]
impl RequestInterceptor for Sessions {
    async fn intercept(&self, request: HttpRequest<Body>) -> Result<HttpRequest<Body>, Status> {
        match request.headers().get("authorization").map(|it| it.to_str()) {
            Some(Ok(token)) => {
                sqlx::query("SELECT 1 FROM sessions WHERE token = $1")
                    .bind(token)
                    .fetch_optional(&self.db)
                    .await
                    .map_err(|_| Status::internal("database"))?
                    .ok_or_else(|| Status::unauthenticated("unknown token"))?;
                Ok(request)
            }
            _ => Err(Status::unauthenticated("no token")),
        }
    }
}

/// Lets everybody through.
#[derive(Clone)]
struct Lenient;

#[tonic::async_trait]
impl RequestInterceptor for Lenient {
    async fn intercept(&self, request: HttpRequest<Body>) -> Result<HttpRequest<Body>, Status> {
        if request.headers().get("authorization").is_none() {
            tracing::warn!("somebody without a token");
        }
        Ok(request)
    }
}

#[derive(Clone)]
struct Timing;

#[tonic::async_trait]
impl<S> Middleware<S> for Timing
where
    S: ServiceBound,
    S::Future: Send,
{
    async fn call(
        &self,
        request: HttpRequest<Body>,
        mut service: S,
    ) -> Result<HttpResponse<Body>, S::Error> {
        let start = std::time::Instant::now();
        let answer = service.call(request).await?;
        tracing::info!(elapsed = ?start.elapsed(), "call");
        Ok(answer)
    }
}

async fn check(request: Request<()>) -> Result<Request<()>, Status> {
    let given = request
        .metadata()
        .get("x-api-key")
        .ok_or_else(|| Status::unauthenticated("no key"))?;
    let known = tokio::fs::read_to_string("/etc/shop/key")
        .await
        .map_err(|_| Status::internal("disk"))?;
    if given.as_bytes() != known.trim().as_bytes() {
        return Err(Status::unauthenticated("wrong key"));
    }
    Ok(request)
}

#[derive(Clone)]
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

async fn keyed() {
    Server::builder()
        .layer(async_interceptor(check))
        .add_service(AccountsServer::new(People))
        .serve("[::1]:50052".parse().unwrap())
        .await
        .unwrap();
}

async fn behind_a_layer(db: PgPool) {
    Server::builder()
        .layer(RequestInterceptorLayer::new(Sessions { db }))
        .add_service(CatalogServer::new(Shelf))
        .serve("[::1]:50053".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::main]
async fn main() {
    let db = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await.unwrap();
    tokio::spawn(keyed());
    tokio::spawn(behind_a_layer(db.clone()));
    let billing = InterceptorFor::new(BillingServer::new(Till), Sessions { db });
    let people = MiddlewareFor::new(AccountsServer::new(People), Timing);
    let catalog = InterceptorFor::new(CatalogServer::new(Shelf), Lenient);
    Server::builder()
        .add_service(billing)
        .add_service(people)
        .add_service(catalog)
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /shop.v1.Billing/Charge required
//@ POST /shop.v1.Billing/ImportInvoices required
//@ POST /accounts.v1.Accounts/Login none
//@ POST /accounts.v1.Accounts/Register none
//@ POST /accounts.v1.Accounts/GetProfile none
//@ POST /accounts.v1.Accounts/DeleteProfile none
//@ POST /shop.v1.Catalog/ListItems none
//@ POST /shop.v1.Catalog/AddItem none
//
// On other ports:
//@ POST /accounts.v1.Accounts/Login required
//@ POST /accounts.v1.Accounts/Register required
//@ POST /accounts.v1.Accounts/GetProfile required
//@ POST /accounts.v1.Accounts/DeleteProfile required
//@ POST /shop.v1.Catalog/ListItems required
//@ POST /shop.v1.Catalog/AddItem required
