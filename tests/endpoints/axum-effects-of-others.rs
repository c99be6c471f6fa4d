//! Work that is done by services which are only known by their interface: gRPC clients and trait
//! objects without an implementation in sight, before the token is looked at, and after.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use tonic::transport::Channel;

pub mod shop {
    tonic::include_proto!("shop.v1");
}
use shop::catalog_client::CatalogClient;
use shop::{Item, Nothing, Order, OrderId};

#[async_trait]
pub trait Orders: Send + Sync {
    async fn place(&self, what: &str) -> Result<u64, StatusCode>;
    async fn cancel_all(&self) -> Result<(), StatusCode>;
    async fn find(&self, what: &str) -> Result<u64, StatusCode>;
    async fn process(&self, what: &str) -> Result<u64, StatusCode>;
    async fn validate(&self, what: &str) -> Result<(), StatusCode>;
    fn name(&self) -> String;
}
#[async_trait]
pub trait Keys: Send + Sync {
    async fn submit(&self, key: &str) -> Result<u64, StatusCode>;
}

#[derive(Clone)]
struct App {
    orders: Arc<dyn Orders>,
    keys: Arc<dyn Keys>,
    channel: Channel,
    billing: shop::billing_client::BillingClient<Channel>,
    secret: Arc<str>,
}
type Outcome = Result<StatusCode, StatusCode>;
const DOWN: StatusCode = StatusCode::BAD_GATEWAY;
const NO: StatusCode = StatusCode::UNAUTHORIZED;

fn key(headers: &HeaderMap) -> Result<&str, StatusCode> {
    headers.get("x-api-key").and_then(|it| it.to_str().ok()).ok_or(NO)
}
fn check(app: &App, headers: &HeaderMap) -> Result<(), StatusCode> {
    match key(headers)?.as_bytes() == app.secret.as_bytes() {
        true => Ok(()),
        false => Err(NO),
    }
}

async fn placed_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.orders.place(&body).await?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn placed_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.orders.validate(&body).await?;
    check(&app, &headers)?;
    app.orders.place(&body).await?;
    Ok(StatusCode::ACCEPTED)
}
async fn cancelled_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    app.orders.cancel_all().await?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn found_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let _name = app.orders.name();
    let found = app.orders.find(&body).await?;
    check(&app, &headers)?;
    Ok(if found > 0 { StatusCode::OK } else { StatusCode::NO_CONTENT })
}
/// What that does nobody can tell.
async fn processed_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    app.orders.process(&body).await?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
/// Whoever is handed the key may be who checks it.
async fn handed_the_key(State(app): State<App>, headers: HeaderMap) -> Outcome {
    app.keys.submit(key(&headers)?).await?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}

async fn called_before(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let mut client = shop::orders_client::OrdersClient::new(app.channel.clone());
    let order = Order { id: 0, item: body };
    client.place_order(order).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn called_after(State(app): State<App>, headers: HeaderMap, body: String) -> Outcome {
    let mut client = shop::orders_client::OrdersClient::new(app.channel.clone());
    let known = client.get_order(OrderId { id: 1 }).await.is_ok();
    check(&app, &headers)?;
    let order = Order { id: u64::from(known), item: body };
    client.place_order(order).await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}
async fn imported_before(State(app): State<App>, headers: HeaderMap, name: String) -> Outcome {
    let mut client = CatalogClient::new(app.channel.clone()).max_decoding_message_size(1 << 20);
    client.add_item(Item { name }).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn listed_before(State(app): State<App>, headers: HeaderMap) -> Outcome {
    let items = CatalogClient::new(app.channel.clone()).list_items(Nothing {}).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(if items.get_ref().items.is_empty() { StatusCode::OK } else { StatusCode::ACCEPTED })
}
async fn charged_before(State(mut app): State<App>, headers: HeaderMap, item: String) -> Outcome {
    app.billing.charge(Order { id: 0, item }).await.map_err(|_| DOWN)?;
    check(&app, &headers)?;
    Ok(StatusCode::ACCEPTED)
}
async fn charged_after(State(mut app): State<App>, headers: HeaderMap, item: String) -> Outcome {
    check(&app, &headers)?;
    app.billing.charge(Order { id: 0, item }).await.map_err(|_| DOWN)?;
    Ok(StatusCode::ACCEPTED)
}

pub fn routes(orders: Arc<dyn Orders>, keys: Arc<dyn Keys>, channel: Channel) -> Router {
    let app = App {
        orders,
        keys,
        billing: shop::billing_client::BillingClient::new(channel.clone()),
        channel,
        secret: std::env::var("SECRET").unwrap().into(),
    };
    Router::new()
        .route("/placed-before", post(placed_before))
        .route("/placed-after", post(placed_after))
        .route("/cancelled-before", post(cancelled_before))
        .route("/found-before", post(found_before))
        .route("/processed-before", post(processed_before))
        .route("/handed-the-key", post(handed_the_key))
        .route("/called-before", post(called_before))
        .route("/called-after", post(called_after))
        .route("/imported-before", post(imported_before))
        .route("/listed-before", post(listed_before))
        .route("/charged-before", post(charged_before))
        .route("/charged-after", post(charged_after))
        .with_state(app)
}

//@ POST /placed-before optional
//@ POST /placed-after required
//@ POST /cancelled-before optional
//@ POST /found-before required
//@ POST /processed-before unknown
//@ POST /handed-the-key required
//@ POST /called-before optional
//@ POST /called-after required
//@ POST /imported-before optional
//@ POST /listed-before required
//@ POST /charged-before optional
//@ POST /charged-after required
