//! Clients that send in plain text, wherever the address was put together.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio_tungstenite::connect_async;

const BASE: &str = "http://api.example-shop.com"; //~ plain-http-client
const STOCK: &str = concat!("http://stock.example-shop.com", "/v2"); //~ plain-http-client
static HOOKS: &[&str] = &["https://hooks.example-shop.com", "http://hooks.partner-shop.net"]; //~ plain-http-client

#[derive(Clone)]
struct Api {
    client: Arc<reqwest::Client>,
    base: String,
}

impl Api {
    fn new() -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        Ok(Api { client: Arc::new(client), base: "http://prices.example-shop.com".to_owned() }) //~ plain-http-client
    }

    async fn prices(&self) -> reqwest::Result<String> {
        self.client.get(format!("{}/prices", self.base)).send().await?.text().await
    }

    async fn orders(&self, token: &str) -> reqwest::Result<String> {
        let url = format!("{BASE}/orders");
        self.client.get(url).bearer_auth(token).send().await?.text().await
    }

    async fn stock(&self) -> reqwest::Result<String> {
        self.client.get([STOCK, "items"].join("/")).send().await?.text().await
    }

    async fn notify(&self) -> reqwest::Result<()> {
        for hook in HOOKS {
            self.client.post(*hook).send().await?;
        }
        Ok(())
    }
}

async fn free_function() -> reqwest::Result<String> {
    reqwest::get("http://rates.example-shop.com/latest").await?.text().await //~ plain-http-client
}

async fn by_host(client: &reqwest::Client, customer: &str) -> reqwest::Result<String> {
    client.get(format!("http://billing.example-shop.com/{customer}")).send().await?.text().await //~ plain-http-client
}

async fn by_function(client: reqwest::Client) -> reqwest::Result<String> {
    let client = client.clone();
    client.put(endpoint("search")).send().await?.text().await
}

fn endpoint(path: &str) -> String {
    format!("http://search.example-shop.com/{path}") //~ plain-http-client
}

async fn by_request() -> reqwest::Result<reqwest::Response> {
    let client = reqwest::Client::new();
    let url = reqwest::Url::parse("http://audit.example-shop.com/events").expect("a URL"); //~ plain-http-client
    let request = client.request(reqwest::Method::POST, url).body("event").build()?;
    client.execute(request).await
}

fn blocking() -> Result<String, ureq::Error> {
    ureq::get("http://mirror.example-shop.com/index").call()?.body_mut().read_to_string() //~ plain-http-client
}

async fn awc() -> Result<(), awc::error::SendRequestError> {
    let client = awc::Client::default();
    client.get("http://legacy.example-shop.com/ping").send().await.map(|_| ()) //~ plain-http-client
}

async fn grpc() -> Result<tonic::transport::Channel, tonic::transport::Error> {
    tonic::transport::Endpoint::from_static("http://grpc.example-shop.com:50051").connect().await //~ plain-http-client
}

async fn websocket() -> Result<(), tokio_tungstenite::tungstenite::Error> {
    let (_stream, _response) = connect_async("ws://events.example-shop.com/feed").await?; //~ plain-http-client
    Ok(())
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default = "default_geocoder")]
    geocoder: String,
}

fn default_geocoder() -> String {
    "http://geo.example-shop.com/v1".to_owned() //~ plain-http-client
}

async fn geocode(settings: &Settings, client: &reqwest::Client) -> reqwest::Result<String> {
    client.get(&settings.geocoder).send().await?.text().await
}

async fn from_environment(client: &reqwest::Client) -> reqwest::Result<String> {
    let base = std::env::var("TRANSLATE_URL").unwrap_or_else(|_| "http://translate.example-shop.com".into()); //~ plain-http-client
    client.get(format!("{base}/languages")).send().await?.text().await
}

#[tokio::main]
async fn main() {
    let api = Api::new().expect("a client");
    println!("{:?} {:?} {:?}", api.prices().await, api.orders("token").await, api.stock().await);
}
