//! Secrets that are put into the URL of a request.

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};

struct Settings {
    api_key: String,
    base: String,
    secret: SecretString,
    project: String,
}

async fn in_the_query(client: &Client, settings: &Settings) -> reqwest::Result<String> {
    let url = format!("https://api.example.com/v1/rates?api_key={}", settings.api_key);
    client.get(url).send().await?.text().await //~ secret-in-url
}

async fn captured(api_key: &str) -> reqwest::Result<String> {
    reqwest::get(format!("https://api.example.com/v1?q=1&key={api_key}")).await?.text().await //~ secret-in-url
}

async fn exposed(client: &Client, settings: &Settings) -> reqwest::Result<String> {
    let secret = settings.secret.expose_secret();
    client.post(format!("{}/hook?secret={secret}", settings.base)).send().await?.text().await //~ secret-in-url
}

async fn as_user(client: &Client, password: &str) -> reqwest::Result<String> {
    client.get(&format!("https://app:{password}@api.example.com/")).send().await?.text().await //~ secret-in-url
}

async fn access(client: &Client, access_token: String) -> reqwest::Result<String> {
    let url = format!("https://graph.example.com/me?fields=id&access_token={}", access_token);
    client.get(&url).send().await?.text().await //~ secret-in-url
}

async fn in_a_header(client: &Client, settings: &Settings) -> reqwest::Result<String> {
    // near miss: in a header
    client.get("https://api.example.com/v1").bearer_auth(&settings.api_key).send().await?.text().await
}

async fn in_the_body(client: &Client, settings: &Settings) -> reqwest::Result<String> {
    // near miss: in the body
    client.post("https://api.example.com/v1").body(settings.api_key.clone()).send().await?.text().await
}

async fn public(client: &Client, public_key: &str) -> reqwest::Result<String> {
    // near miss: everybody may know it
    client.get(format!("https://api.example.com/v1?key={public_key}")).send().await?.text().await
}

async fn page(client: &Client, page_token: &str) -> reqwest::Result<String> {
    // near miss: where a list goes on
    client.get(format!("https://api.example.com/v1?page_token={page_token}")).send().await?.text().await
}

async fn project(client: &Client, settings: &Settings) -> reqwest::Result<String> {
    // near miss: a name
    client.get(format!("https://api.example.com/v1?project={}", settings.project)).send().await?.text().await
}

async fn counted(client: &Client, password: &str) -> reqwest::Result<String> {
    // near miss: how long it is
    client.get(format!("https://api.example.com/v1?length={}", password.len())).send().await?.text().await
}

async fn hashed(client: &Client, password_hash: &str) -> reqwest::Result<String> {
    // near miss: a hash, by its name
    client.get(format!("https://api.example.com/v1?hash={password_hash}")).send().await?.text().await
}

async fn of_path(client: &Client, api_key: &str) -> reqwest::Result<String> {
    // near miss: where an interface wants it in the path, there is no other place
    client.get(format!("https://api.example.com/bot{api_key}/send")).send().await?.text().await
}

async fn logged_in(client: &Client, csrf_token: &str) -> reqwest::Result<String> {
    // near miss: lets nobody in
    client.get(format!("https://api.example.com/v1?csrf={csrf_token}")).send().await?.text().await
}

fn only_a_text(api_key: &str) -> String {
    // near miss: nothing is asked for
    format!("https://api.example.com/v1?key={api_key}")
}

async fn signed(client: &Client, api_key: &str, text: &str) -> reqwest::Result<String> {
    let signature = sign(api_key, text);
    // near miss: made with the key, and not the key
    client.get(format!("https://api.example.com/v1?sig={signature}")).send().await?.text().await
}

fn sign(key: &str, text: &str) -> usize {
    key.len() ^ text.len()
}

fn main() {}
