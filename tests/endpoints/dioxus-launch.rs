//! dioxus 0.6 and 0.7: a program that leaves all to `launch`, checks in bodies.
//@ POST /api/count{hash} none
//@ POST /api/add{hash} required

use axum::http::HeaderMap;
use dioxus::prelude::*;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[server]
async fn count() -> Result<usize, ServerFnError> {
    Ok(3)
}

#[server(Add)]
async fn add(name: String) -> Result<String, ServerFnError> {
    let headers: HeaderMap = extract().await?;
    let token = headers.get("authorization").and_then(|it| it.to_str().ok());
    let token = token.ok_or_else(|| ServerFnError::new("log in"))?;
    let secret = std::env::var("JWT_SECRET").map_err(ServerFnError::new)?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).map_err(ServerFnError::new)?;
    tokio::fs::write(format!("{}.txt", data.claims.sub), name).await.map_err(ServerFnError::new)?;
    Ok(data.claims.sub)
}

fn app() -> Element {
    rsx! { p { "hello" } }
}

fn main() {
    dioxus::launch(app);
}
