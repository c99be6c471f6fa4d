//! A service in several files: renamed packages, re-exports, `#[path]`, aliases, features.

mod api;
mod auth;
mod state;
#[path = "maintenance_tasks.rs"]
mod maintenance;

use state::AppState;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let state = AppState::from_environment();
    let app = api::router(&state).merge(maintenance::Maintenance::default().into_router()).with_state(state);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    web::serve(listener, app).await
}
