//! Secrets that come into URLs piece by piece, as pairs, and through helpers.

use std::fmt::Write;

use reqwest::{Client, Url};
use url::form_urlencoded;

struct Maps {
    client: Client,
    api_key: String,
}

impl Maps {
    fn address(&self, place: &str) -> String {
        let mut url = String::from("https://maps.example.com/search?");
        let _ = write!(url, "place={place}&api_key={}", self.api_key);
        url
    }

    fn bot(&self, method: &str) -> String {
        let mut url = String::from("https://bots.example.com/bot");
        let _ = write!(url, "{}/{method}?limit=1", self.api_key);
        url
    }

    async fn find(&self, place: &str) -> reqwest::Result<String> {
        self.client.get(self.address(place)).send().await?.text().await //~ secret-in-url
    }

    async fn call(&self, method: &str) -> reqwest::Result<String> {
        self.client.get(self.bot(method)).send().await?.text().await // near miss: in the path
    }

    async fn routes(&self) -> reqwest::Result<String> {
        let request = self.client.get("https://maps.example.com/routes");
        request.query(&[("api_key", &self.api_key)]).send().await?.text().await //~ secret-in-url
    }

    async fn sizes(&self) -> reqwest::Result<String> {
        let request = self.client.get("https://maps.example.com/sizes");
        request.query(&[("length", self.api_key.len())]).send().await?.text().await // near miss: a length
    }

    async fn sent(&self) -> reqwest::Result<String> {
        let request = self.client.post("https://maps.example.com/routes");
        request.form(&[("api_key", &self.api_key)]).send().await?.text().await // near miss: in the body
    }
}

async fn pushed(client: &Client, access_token: &str) -> reqwest::Result<()> {
    let mut url = String::from("https://push.example.com/send");
    url.push_str("?access_token=");
    url.push_str(access_token);
    client.post(url.as_str()).send().await.map(drop) //~ secret-in-url
}

async fn added(client: &Client, access_token: &str) -> reqwest::Result<()> {
    let mut url = String::from("https://push.example.com/send?access_token=");
    url += access_token;
    client.post(url).send().await.map(drop) //~ secret-in-url
}

async fn joined(client: &Client, access_token: &str) -> reqwest::Result<()> {
    let url = ["https://push.example.com/send?access_token=", access_token].concat();
    client.post(url).send().await.map(drop) //~ secret-in-url
}

async fn reset(client: &Client, new_password: &str) -> Result<(), Box<dyn std::error::Error>> {
    let url = Url::parse_with_params("https://id.example.com/reset", [("password", new_password)])?;
    client.get(url).send().await?; //~ secret-in-url
    Ok(())
}

async fn appended(client: &Client, api_secret: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut url = Url::parse("https://id.example.com/check")?;
    url.query_pairs_mut().append_pair("lang", "de").append_pair("secret", api_secret);
    client.get(url).send().await?; //~ secret-in-url
    Ok(())
}

async fn set(client: &Client, api_secret: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut url = Url::parse("https://id.example.com/check")?;
    url.set_query(Some(&format!("secret={api_secret}")));
    client.get(url).send().await?; //~ secret-in-url
    Ok(())
}

async fn by_password(client: &Client, password: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut url = Url::parse("https://id.example.com/check")?;
    let _ = url.set_password(Some(password));
    client.get(url).send().await?; //~ secret-in-url
    Ok(())
}

async fn encoded(client: &Client, api_secret: &str) -> reqwest::Result<()> {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("secret", api_secret).finish();
    client.get(format!("https://id.example.com/check?{query}")).send().await.map(drop) //~ secret-in-url
}

async fn fetched(client: &Client, url: &str) -> reqwest::Result<String> {
    client.get(url).send().await?.text().await //~ secret-in-url
}

async fn through_both(client: &Client, auth_token: &str) -> reqwest::Result<String> {
    fetched(client, &format!("https://id.example.com/me?auth_token={auth_token}")).await
}

async fn fetched_quietly(client: &Client, url: &str, key: &str) -> reqwest::Result<String> {
    client.get(url).bearer_auth(key).send().await?.text().await // near miss: the key is in a header
}

async fn in_a_header(client: &Client, auth_token: &str) -> reqwest::Result<String> {
    fetched_quietly(client, "https://id.example.com/me", auth_token).await
}

fn refresh(refresh_token: &str) -> String {
    let mut form = String::from("grant_type=refresh_token");
    form.push_str("&refresh_token=");
    form.push_str(refresh_token);
    form
}

async fn refreshed(client: &Client, refresh_token: &str) -> reqwest::Result<()> {
    let form = refresh(refresh_token);
    client.post("https://id.example.com/token").body(form).send().await.map(drop) // near miss: a body
}

async fn signed(client: &Client, signing_key: &str) -> reqwest::Result<()> {
    let mut url = Url::parse("https://id.example.com/check").expect("a URL");
    url.query_pairs_mut().append_pair("signature", &signature(signing_key));
    client.get(url).send().await.map(drop) // near miss: what was made with the key
}

fn signature(key: &str) -> String {
    key.len().to_string()
}

fn link(base: &Url, reset_token: &str, password: &str) -> Url {
    let mut url = base.clone();
    url.query_pairs_mut().append_pair("token", reset_token).append_pair("kind", &password.len().to_string());
    url // near miss: a link, of which no request is made
}

fn main() {}
