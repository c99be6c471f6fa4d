//! dioxus 0.7: server functions with and without a path, behind the layers of a router of the service's own.
//@ POST /api/save{hash} required
//@ GET /api/users/{id} required
//@ DELETE /api/users/{id} required
//@ POST /v2/echo required

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use dioxus::prelude::*;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[server]
async fn save(text: String) -> Result<(), ServerFnError> {
    tokio::fs::write("note.txt", text).await.map_err(ServerFnError::new)
}

#[get("/api/users/{id}?verbose")]
async fn user(id: i32, verbose: bool) -> Result<String> {
    Ok(format!("{id} {verbose}"))
}

#[delete("/api/users/:id")]
async fn remove(id: i32) -> Result<()> {
    tokio::fs::remove_file(format!("{id}.txt")).await?;
    Ok(())
}

#[server(prefix = "/v2", endpoint = "echo")]
async fn echo(text: String) -> Result<String, ServerFnError> {
    Ok(text)
}

async fn guard(headers: HeaderMap, request: Request, next: Next) -> Result<Response, StatusCode> {
    let token = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
    let secret = std::env::var("JWT_SECRET").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Claims>(token, &key, &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(next.run(request).await)
}

fn app() -> Element {
    rsx! { p { "hello" } }
}

fn main() {
    dioxus::serve(|| async move {
        let router = dioxus::server::router(app).layer(middleware::from_fn(guard));
        Ok(router)
    });
}
