//! A program that takes no passwords.
//@ persona: auditor

use axum::Router;
use axum::routing::get;

async fn page() -> &'static str {
    "a page"
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/", get(page));
    // near miss: nobody sends it a password
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app).await
}
