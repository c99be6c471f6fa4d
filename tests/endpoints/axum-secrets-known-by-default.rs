//! Secrets that have a value where nobody sets them: none, or one that stands in the code. Whoever
//! reads the code gets in, or whoever sends nothing.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

#[derive(Clone, clap::Parser)]
pub struct Flags {
    #[arg(long, env, default_value = "letmein")]
    hatch: String,
    #[arg(long, env)]
    vault: String,
}

#[derive(Clone, serde::Deserialize)]
pub struct Settings {
    #[serde(default = "usual")]
    lock: String,
    bolt: String,
}

fn usual() -> String {
    "letmein".to_owned()
}

#[derive(Clone)]
pub struct Environment {
    chest: String,
    drawer: String,
    safe: String,
}

impl Environment {
    fn read() -> Result<Environment, std::env::VarError> {
        let safe = std::env::var("SAFE")?;
        Ok(Environment {
            chest: std::env::var("CHEST").unwrap_or_default(),
            drawer: std::env::var("DRAWER").unwrap_or_else(|_| "letmein".into()),
            safe,
        })
    }
}

#[derive(Clone, Default)]
pub struct Empty {
    crate_token: String,
}

#[derive(Clone)]
pub struct House {
    flags: Flags,
    settings: Settings,
    environment: Environment,
    empty: Empty,
}

fn judged(headers: &HeaderMap, ours: &str) -> Result<(), StatusCode> {
    let shown = headers.get("x-api-key").and_then(|it| it.to_str().ok());
    if shown.unwrap_or("") != ours {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let _ = std::fs::remove_dir_all("/var/lib/house");
    Ok(())
}

//@ POST /hatch conditional if house.flags.hatch is set (default letmein)
async fn hatch(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.flags.hatch)
}

//@ POST /vault required
async fn vault(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.flags.vault)
}

//@ POST /lock conditional if house.settings.lock is set (default letmein)
async fn lock(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.settings.lock)
}

//@ POST /bolt required
async fn bolt(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.settings.bolt)
}

//@ POST /chest conditional if house.environment.chest is set
async fn chest(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.environment.chest)
}

//@ POST /drawer conditional if house.environment.drawer is set
async fn drawer(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.environment.drawer)
}

//@ POST /safe required
async fn safe(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.environment.safe)
}

//@ POST /empty conditional if house.empty.crate_token is set
async fn empty(State(house): State<House>, headers: HeaderMap) -> Result<(), StatusCode> {
    judged(&headers, &house.empty.crate_token)
}

pub fn app() -> Router {
    let text = std::fs::read("/etc/house.json").expect("settings");
    let house = House {
        flags: clap::Parser::parse(),
        settings: serde_json::from_slice(&text).expect("valid settings"),
        environment: Environment::read().expect("an environment"),
        empty: Empty::default(),
    };
    Router::new()
        .route("/hatch", post(hatch))
        .route("/vault", post(vault))
        .route("/lock", post(lock))
        .route("/bolt", post(bolt))
        .route("/chest", post(chest))
        .route("/drawer", post(drawer))
        .route("/safe", post(safe))
        .route("/empty", post(empty))
        .with_state(house)
}
