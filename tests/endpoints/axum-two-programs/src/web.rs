//! The server, as a module of both programs.

use axum::Router;
use axum::routing::{get, post};

pub const SCHEMA: &str = "{}";

async fn answer() -> &'static str {
    SCHEMA
}

pub fn run(address: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async move {
        let app = Router::new().route("/health", get(answer)).route("/things", post(answer));
        let listener = tokio::net::TcpListener::bind(address).await.expect("an address");
        axum::serve(listener, app).await.expect("a server");
    });
}
