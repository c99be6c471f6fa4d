//! URLs with secrets that clients put together in steps, by structs and constants.

use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};

const HOST: &str = "https://api.example.com";

struct Maps {
    client: Client,
    api_key: String,
    base: String,
}

impl Maps {
    async fn place(&self, id: u64) -> reqwest::Result<String> {
        let url = format!("{}/places/{id}?lang=de&key={}", self.base, self.api_key);
        self.client.get(&url).send().await?.text().await //~ secret-in-url
    }

    async fn place_by_header(&self, id: u64) -> reqwest::Result<String> {
        let url = format!("{}/places/{id}", self.base);
        self.client.get(&url).header("x-api-key", &self.api_key).send().await?.text().await // near miss: a header
    }

    async fn places(&self) -> reqwest::Result<String> {
        let request = self.client.get(format!("{}/places", self.base)).query(&[("key", &self.api_key)]); //~ secret-in-url
        request.send().await?.text().await
    }
}

pub async fn reported(client: &Client, secret: &SecretString) -> reqwest::Result<()> {
    let address = format!("{HOST}/report?client_secret={}", secret.expose_secret());
    client.post(address).body("report").send().await?; //~ secret-in-url
    Ok(())
}

pub async fn with_password(host: &str, user: &str, password: &str) -> reqwest::Result<String> {
    reqwest::get(format!("https://{user}:{password}@{host}/status")).await?.text().await //~ secret-in-url
}

pub async fn pushed(client: &Client, access_token: &str) -> reqwest::Result<()> {
    let mut url = String::from("https://push.example.com/send");
    url.push_str(&format!("?access_token={access_token}"));
    client.post(url.as_str()).send().await.map(drop) //~ secret-in-url
}

pub fn by_ureq(api_secret: &str) -> Result<String, ureq::Error> {
    let url = format!("{HOST}/rates?secret={api_secret}&base=EUR");
    ureq::get(&url).call()?.body_mut().read_to_string() //~ secret-in-url
}

fn address(path: &str, auth_token: &str) -> String {
    format!("{HOST}/{path}?auth_token={auth_token}")
}

pub async fn by_helper(client: &Client, auth_token: &str) -> reqwest::Result<()> {
    client.delete(address("jobs", auth_token)).send().await.map(drop) //~ secret-in-url
}

pub async fn hooked(client: &Client, hook_token: &str) -> reqwest::Result<()> {
    client.post(format!("https://hooks.example.com/services/{hook_token}")).send().await.map(drop) // near miss: in the path
}

pub async fn paged(client: &Client, page_token: &str, next_key: u64) -> reqwest::Result<String> {
    let url = format!("{HOST}/items?page_token={page_token}&after={next_key}");
    client.get(url).send().await?.text().await // near miss: says where the next page begins
}

pub async fn by_id(client: &Client, key_id: &str) -> reqwest::Result<String> {
    client.get(format!("{HOST}/keys?key_id={key_id}")).send().await?.text().await // near miss: an id
}

pub async fn keyed(client: &Client, api_key: &str) -> reqwest::Result<String> {
    let url = format!("{HOST}/rates?key_length={}", api_key.len());
    client.get(url).bearer_auth(api_key).send().await?.text().await // near miss: its length
}

pub async fn in_the_body(client: &Client, password: &str) -> reqwest::Result<()> {
    let body = format!("grant_type=password&password={password}");
    client.post(HOST).body(body).send().await.map(drop) // near miss: a body
}

pub fn shown(reset_token: &str) -> String {
    format!("https://shop.example.com/reset?token={reset_token}") // near miss: a link in a mail
}

pub fn connection(user: &str, password: &str) -> String {
    format!("postgres://{user}:{password}@db/shop") // near miss: a connection to a database
}

pub fn mailed(token: &str, base: &Url) -> Option<Url> {
    base.join(&format!("confirm?token={token}")).ok() // near miss: no request is sent
}

#[cfg(test)]
mod tests {
    async fn fetched(api_key: &str) -> reqwest::Result<String> {
        reqwest::get(format!("http://localhost/?api_key={api_key}")).await?.text().await // near miss: a test
    }
}

fn main() {}
