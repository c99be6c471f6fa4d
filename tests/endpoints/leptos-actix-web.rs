//! leptos 0.6 on actix-web: server functions by place, mounted under a path.
//@ POST /api/save{hash} none
//@ GET /api/load required
//@ GET /health none

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get, web};
use jsonwebtoken::{DecodingKey, Validation, decode};
use leptos::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[server(Save, "/api")]
pub async fn save(text: String) -> Result<(), ServerFnError> {
    tokio::fs::write("note.txt", text).await?;
    Ok(())
}

#[server(Load, "/api", "GetJson", "load")]
pub async fn load() -> Result<String, ServerFnError> {
    let request = use_context::<HttpRequest>().ok_or_else(|| ServerFnError::new("no request"))?;
    let header = request.headers().get("authorization").and_then(|it| it.to_str().ok());
    let secret = std::env::var("JWT_SECRET")?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let token = header.ok_or_else(|| ServerFnError::new("log in"))?;
    let claims = decode::<Claims>(token, &key, &Validation::default())?;
    Ok(claims.claims.sub)
}

#[get("/health")]
async fn health() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(health)
            .route("/api/{tail:.*}", leptos_actix::handle_server_fns())
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
