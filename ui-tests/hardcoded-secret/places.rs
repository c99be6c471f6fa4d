//! Places that want a secret, and what stands there.

use actix_session::SessionMiddleware;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::Key;
use argon2::password_hash::{PasswordHasher, SaltString};
use clap::Parser;
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, encode};
use lettre::transport::smtp::authentication::Credentials;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sqlx::postgres::PgConnectOptions;

const JWT_SECRET: &str = "r8Tq2vXk9LmZ4nWc7YbJ5sDf"; //~ hardcoded-secret

static COOKIE_KEY: [u8; 32] = *b"K3v9QzX7mT2pLw8RbN5sYc4HdJ6gFa1U"; //~ hardcoded-secret

#[derive(Serialize)]
struct Claims {
    sub: i64,
}

fn sign(user: i64) -> jsonwebtoken::errors::Result<String> {
    encode(&Header::default(), &Claims { sub: user }, &EncodingKey::from_secret(JWT_SECRET.as_bytes()))
}

fn verify_key() -> DecodingKey {
    DecodingKey::from_secret(b"nB6yT1wQ9eKx3ZrVm8Lp5Jd2") //~ hardcoded-secret
}

fn sessions() -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::new(CookieSessionStore::default(), Key::derive_from(&COOKIE_KEY))
}

fn signature(body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"7hG2kPz9QwXv4TnM").expect("any length"); //~ hardcoded-secret
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

fn hash(password: &str) -> argon2::password_hash::Result<String> {
    let salt = SaltString::from_b64("c2FsdHlzYWx0c2FsdDEyMw")?; //~ hardcoded-secret
    Ok(argon2::Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

fn database() -> PgConnectOptions {
    PgConnectOptions::new()
        .host("db.internal.example-shop.com")
        .username("shop")
        .password("vR7-mK2x!Qp9") //~ hardcoded-secret
}

fn mail() -> Credentials {
    Credentials::new("shop".to_owned(), "Wt5#nL8q-Zc3".to_owned()) //~ hardcoded-secret
}

async fn orders(client: &reqwest::Client) -> reqwest::Result<String> {
    let request = client.get("https://api.example-shop.com/orders");
    request.bearer_auth("Jx7Vq2Nn8Rt4Zk9Wm3Pb6Lc1").send().await?.text().await //~ hardcoded-secret
}

async fn reports(client: &reqwest::Client) -> reqwest::Result<String> {
    let request = client.get("https://api.example-shop.com/reports");
    request.basic_auth("reports", Some("Tk4-Xw9z!Lm2Q")).send().await?.text().await //~ hardcoded-secret
}

async fn cache() -> redis::RedisResult<redis::Client> {
    redis::Client::open("rediss://default:pX6wVr2Zk8Qn@cache.example-shop.io:6380") //~ hardcoded-secret
}

#[derive(Parser)]
struct Arguments {
    #[arg(long, env, default_value = "Gd5Rk1Vx8Mq3Zt7W")] //~ hardcoded-secret
    admin_token: String,
    // near miss: a default that is a path
    #[arg(long, env, default_value = "/run/secrets/api_key")]
    api_key_file: String,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default = "default_api_key")]
    api_key: String,
    // near miss: a default that is a host
    #[serde(default = "default_host")]
    host: String,
}

fn default_api_key() -> String {
    "q9Zt4Xm7Lk2Vw8Rn5Bp3".to_owned() //~ hardcoded-secret
}

fn default_host() -> String {
    "shop.example.com".to_owned()
}

struct Smtp {
    user: String,
    password: String,
}

impl Default for Smtp {
    fn default() -> Self {
        Smtp { user: "mailer".to_owned(), password: "h7Qw2-Zx9kT".to_owned() } //~ hardcoded-secret
    }
}

fn signing_key() -> String {
    std::env::var("SIGNING_KEY").unwrap_or("mZ8xK3vT6qW1nR9p".to_owned()) //~ hardcoded-secret
}

fn is_admin(password: &str) -> bool {
    password == "Lq8!vK3-zT5x" //~ hardcoded-secret
}

fn main() {
    let _ = (Arguments::parse(), Smtp::default(), signing_key());
}
