//! Commands out of what other servers and messages say.

use std::process::Command;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio_tungstenite::tungstenite::Message;

#[derive(Deserialize)]
struct Release {
    name: String,
    number: u32,
}

async fn text(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    let name = answer.text().await.ok()?;
    Command::new("sh").arg("-c").arg(format!("install {name}")).status().ok()?; //~ command-injection
    Some(())
}

async fn json(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    let release: Release = answer.json().await.ok()?;
    Command::new("sh").arg("-c").arg(format!("install {}", release.name)).status().ok()?; //~ command-injection
    Some(())
}

async fn number(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    let release: Release = answer.json().await.ok()?;
    Command::new("sh").arg("-c").arg(format!("install {}", release.number)).status().ok()?; // near miss: number
    Some(())
}

async fn header(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    let tool = answer.headers().get("x-tool")?.to_str().ok()?.to_owned();
    Command::new(tool).status().ok()?; //~ command-injection
    Some(())
}

async fn status(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    Command::new("sh").arg("-c").arg(format!("report {}", answer.status())).status().ok()?; // near miss: status
    Some(())
}

async fn argument(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    let name = answer.text().await.ok()?;
    Command::new("install").arg("--").arg(name).status().ok()?; // near miss: argument
    Some(())
}

async fn known(client: &reqwest::Client) -> Option<()> {
    let answer = client.get("https://releases.example.com/latest").send().await.ok()?;
    let name = answer.text().await.ok()?;
    if !["stable", "beta"].contains(&name.as_str()) {
        return None;
    }
    Command::new("sh").arg("-c").arg(format!("install {name}")).status().ok()?; // near miss: known
    Some(())
}

fn blocking() -> Option<()> {
    let name = ureq::get("https://releases.example.com/latest").call().ok()?.body_mut().read_to_string().ok()?;
    Command::new("sh").arg("-c").arg(format!("install {name}")).status().ok()?; // missed: command-injection
    Some(())
}

async fn message() -> Option<()> {
    let (mut socket, _) = tokio_tungstenite::connect_async("wss://jobs.example.com/").await.ok()?;
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(job) = message {
            Command::new("sh").arg("-c").arg(job.as_str()).status().ok()?; //~ command-injection
        }
    }
    Some(())
}

async fn sent_message() -> Option<()> {
    let (mut socket, _) = tokio_tungstenite::connect_async("wss://jobs.example.com/").await.ok()?;
    while let Some(Ok(message)) = socket.next().await {
        if message.is_text() {
            Command::new("sh").arg("-c").arg("run-job").status().ok()?; // near miss: sent message
        }
    }
    Some(())
}

async fn environment() -> Option<()> {
    let tool = std::env::var("INSTALLER").ok()?;
    Command::new(tool).status().ok()?; // near miss: environment
    Some(())
}

async fn arguments() -> Option<()> {
    let tool = std::env::args().nth(1)?;
    Command::new(tool).status().ok()?; // near miss: arguments
    Some(())
}

async fn run(State(client): State<reqwest::Client>, Json(_): Json<Release>) {
    let _ = (text(&client).await, json(&client).await, number(&client).await, header(&client).await);
    let _ = (status(&client).await, argument(&client).await, known(&client).await);
    let _ = (blocking(), message().await, sent_message().await, environment().await, arguments().await);
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/run", post(run))
        .with_state(reqwest::Client::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
