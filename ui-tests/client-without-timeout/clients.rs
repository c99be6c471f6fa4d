//! Clients that wait for ever, and near misses.
//@ persona: auditor

use std::time::Duration;

fn new() -> reqwest::Client {
    reqwest::Client::new() //~ client-without-timeout
}

fn built() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().user_agent("shop").build() //~ client-without-timeout
}

fn by_a_variable() -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::ClientBuilder::new(); //~ client-without-timeout
    let builder = builder.connect_timeout(Duration::from_secs(3));
    builder.build()
}

async fn once(url: &str) -> reqwest::Result<String> {
    reqwest::get(url).await?.text().await //~ client-without-timeout
}

async fn for_one_request(url: &str) -> reqwest::Result<String> {
    let client = reqwest::Client::new(); // near miss: its one request has a timeout
    let request = client.get(url).timeout(Duration::from_secs(3));
    request.send().await?.text().await
}

async fn around_the_rest(url: &str) -> Option<String> {
    let client = reqwest::Client::new(); //~ client-without-timeout
    let sent = tokio::time::timeout(Duration::from_secs(3), tokio::task::yield_now()).await;
    sent.ok()?;
    client.get(url).send().await.ok()?.text().await.ok()
}

fn whole() -> reqwest::Result<reqwest::Client> {
    // near miss: for the whole of a request
    reqwest::Client::builder().timeout(Duration::from_secs(10)).build()
}

fn between_reads() -> reqwest::Result<reqwest::Client> {
    // near miss: for each read
    reqwest::Client::builder().read_timeout(Duration::from_secs(10)).build()
}

fn set_later() -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    // near miss: a step of its own
    builder = builder.timeout(Duration::from_secs(10));
    builder.build()
}

fn base() -> reqwest::ClientBuilder {
    reqwest::Client::builder().timeout(Duration::from_secs(10))
}

fn on_a_base() -> reqwest::Result<reqwest::Client> {
    // near miss: a function has set it
    base().user_agent("shop").build()
}

fn given(builder: reqwest::ClientBuilder) -> reqwest::Result<reqwest::Client> {
    // near miss: whoever made it
    builder.build()
}

fn constant() -> reqwest::Result<reqwest::Client> {
    const LIMIT: Duration = Duration::from_secs(5);
    // near miss: by a constant
    reqwest::Client::builder().timeout(LIMIT).build()
}

fn in_a_branch(slow: bool) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    // near miss: one of two timeouts
    builder = if slow { builder.timeout(Duration::from_secs(60)) } else { builder.timeout(Duration::from_secs(5)) };
    builder.build()
}

struct Client;

impl Client {
    fn new() -> Client {
        Client
    }
}

fn own() -> Client {
    // near miss: a type of the program's own
    Client::new()
}

fn cloned(client: &reqwest::Client) -> reqwest::Client {
    // near miss: not made here
    client.clone()
}

#[cfg(test)]
mod tests {
    #[test]
    fn asks() {
        // near miss: a test
        let _ = reqwest::Client::new();
    }
}

fn main() {}
