//! What only an auditor wants to see: hosts that may lie within one network.
//@ persona: auditor

async fn single_label(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://orders:8080/orders").send().await?.text().await //~ plain-http-client
}

async fn internal(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://orders.shop.internal/orders").send().await?.text().await //~ plain-http-client
}

async fn cluster(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://orders.shop.svc:8080/orders").send().await?.text().await //~ plain-http-client
}

async fn private(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://192.168.7.4/orders").send().await?.text().await //~ plain-http-client
}

async fn loopback(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://127.0.0.1:9100/metrics").send().await?.text().await // near miss: loopback, even for auditors
}

#[tokio::main]
async fn main() {
    let client = reqwest::Client::new();
    println!("{:?} {:?}", single_label(&client).await, private(&client).await);
}
