//! Listeners of a program that takes passwords, and near misses.
//@ persona: auditor

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpStream, UdpSocket, UnixListener};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

async fn login(Json(login): Json<Login>) -> Result<String, StatusCode> {
    let hash = std::fs::read_to_string(&login.user).map_err(|_| StatusCode::UNAUTHORIZED)?;
    match bcrypt::verify(&login.password, &hash) {
        Ok(true) => Ok("welcome".to_owned()),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

fn app() -> Router {
    Router::new().route("/login", post(login))
}

const ADDRESS: &str = "0.0.0.0:8080";
const LOCAL: &str = "127.0.0.1:8080";

async fn by_text() -> std::io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:8080").await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn by_constant() -> std::io::Result<()> {
    let listener = TcpListener::bind(ADDRESS).await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn by_port(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn by_pair(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", port)).await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn by_numbers(port: u16) -> std::io::Result<()> {
    let address = SocketAddr::from(([0, 0, 0, 0], port));
    let listener = TcpListener::bind(address).await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn by_name(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn of_version_six() -> std::io::Result<()> {
    let listener = TcpListener::bind("[::]:8080").await?; //~ plain-http-server
    axum::serve(listener, app()).await
}

async fn local() -> std::io::Result<()> {
    // near miss: this machine alone
    axum::serve(TcpListener::bind("127.0.0.1:8080").await?, app()).await
}

async fn local_six() -> std::io::Result<()> {
    // near miss: this machine alone
    axum::serve(TcpListener::bind("[::1]:8080").await?, app()).await
}

async fn local_constant() -> std::io::Result<()> {
    // near miss: this machine alone
    axum::serve(TcpListener::bind(LOCAL).await?, app()).await
}

async fn local_name(port: u16) -> std::io::Result<()> {
    // near miss: this machine alone
    axum::serve(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?, app()).await
}

async fn local_numbers(port: u16) -> std::io::Result<()> {
    // near miss: this machine alone
    axum::serve(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?, app()).await
}

async fn private() -> std::io::Result<()> {
    // near miss: one network, where a proxy may be
    axum::serve(TcpListener::bind("10.0.0.7:8080").await?, app()).await
}

async fn set() -> std::io::Result<()> {
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "0.0.0.0:8080".to_owned());
    // near miss: a setting says where
    axum::serve(TcpListener::bind(address).await?, app()).await
}

async fn given(address: SocketAddr) -> std::io::Result<()> {
    // near miss: whoever calls says where
    axum::serve(TcpListener::bind(address).await?, app()).await
}

async fn socket_file() -> std::io::Result<()> {
    // near miss: a file
    axum::serve(UnixListener::bind("/run/app.sock")?, app()).await
}

async fn datagrams() -> std::io::Result<UdpSocket> {
    // near miss: nothing of HTTP
    UdpSocket::bind("0.0.0.0:0").await
}

async fn client() -> std::io::Result<TcpStream> {
    // near miss: goes out
    TcpStream::connect("0.0.0.0:5432").await
}

fn main() {}
