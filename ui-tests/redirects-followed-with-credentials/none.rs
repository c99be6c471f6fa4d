//! A client that follows no redirects.
//@ persona: auditor

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};

fn client() -> reqwest::Result<Client> {
    Client::builder().redirect(Policy::none()).build()
}

fn rates(client: &Client, key: &str) -> RequestBuilder {
    // near miss: no redirect is followed
    client.get("https://api.example-shop.io/rates").header("x-api-key", key)
}

fn main() {}
