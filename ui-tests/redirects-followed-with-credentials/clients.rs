//! Keys in headers of their own that go along with redirects, and near misses.
//@ persona: auditor

use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Client, RequestBuilder};

const KEY_HEADER: &str = "X-Vault-Token";

async fn rates(client: &Client, key: &str) -> reqwest::Result<String> {
    client
        .get("https://api.example-shop.io/rates")
        .header("x-api-key", key) //~ redirects-followed-with-credentials
        .send()
        .await?
        .text()
        .await
}

fn secret(client: &Client, token: &str) -> RequestBuilder {
    // near miss: the same client, which was told of
    client.get("https://vault.example-shop.io/v1/secret").header(KEY_HEADER, token)
}

fn bearer(client: &Client, token: &str) -> RequestBuilder {
    // near miss: reqwest leaves `Authorization` out where a redirect leads to another host
    client.get("https://api.example-shop.io/orders").bearer_auth(token)
}

fn basic(client: &Client, user: &str, password: &str) -> RequestBuilder {
    // near miss: the same
    client.get("https://api.example-shop.io/orders").basic_auth(user, Some(password))
}

fn by_name(client: &Client, token: &str) -> RequestBuilder {
    // near miss: the same
    client.get("https://api.example-shop.io/orders").header(AUTHORIZATION, token)
}

fn by_text(client: &Client, token: &str) -> RequestBuilder {
    // near miss: the same
    client.get("https://api.example-shop.io/orders").header("Authorization", token)
}

fn cookie(client: &Client, session: &str) -> RequestBuilder {
    // near miss: and `Cookie`
    client.get("https://api.example-shop.io/cart").header("Cookie", session)
}

fn request_id(client: &Client, id: &str) -> RequestBuilder {
    // near miss: no credential
    client.get("https://api.example-shop.io/orders").header("x-request-id", id)
}

fn accept(client: &Client) -> RequestBuilder {
    // near miss: no credential
    client.get("https://api.example-shop.io/orders").header("Accept", "application/json")
}

fn key_of_a_request(key: &str) -> RequestBuilder {
    // near miss: no credential
    Client::new().post("https://api.example-shop.io/orders").header("Idempotency-Key", key)
}

fn received(headers: &HeaderMap) -> Option<&str> {
    // near miss: what was sent to us
    headers.get("x-api-key")?.to_str().ok()
}

fn body(client: &Client, key: &str) -> RequestBuilder {
    // near miss: a redirect that keeps the method sends the body again, but that is another matter
    client.post("https://api.example-shop.io/orders").body(format!("x-api-key={key}"))
}

fn main() {}
