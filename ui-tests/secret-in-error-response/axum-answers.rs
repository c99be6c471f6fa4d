//! Secrets in what handlers answer when something fails, and what only looks like one.

use std::sync::Arc;

use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::Router;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Clone, Debug)]
struct Config {
    database_url: String,
    api_key: String,
    base_url: String,
    callback_url: String,
    region: String,
    token_ttl: u64,
    password_hash: String,
    public_key: String,
}

#[derive(Clone)]
struct Quiet {
    api_key: String,
}

impl std::fmt::Debug for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Quiet")
    }
}

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

#[derive(Serialize)]
struct Problem {
    message: String,
    hint: String,
}

async fn connect(config: &Config) -> Result<(), std::io::Error> {
    Ok(())
}

async fn address(State(config): State<Arc<Config>>) -> Result<&'static str, (StatusCode, String)> {
    connect(&config).await.map_err(|_| {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("cannot connect to {}", config.database_url), //~ secret-in-error-response
        )
    })?;
    Ok("up")
}

async fn key(State(config): State<Arc<Config>>) -> Response {
    let message = format!("upstream refused the key {}", config.api_key);
    (StatusCode::BAD_GATEWAY, message).into_response() //~ secret-in-error-response
}

async fn as_json(State(config): State<Arc<Config>>) -> impl IntoResponse {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        Json(json!({ "error": "upstream", "sent": { "key": config.api_key } })), //~ secret-in-error-response
    )
}

async fn whole(State(config): State<Arc<Config>>) -> Result<(), (StatusCode, String)> {
    Err((StatusCode::INTERNAL_SERVER_ERROR, format!("bad settings: {config:?}"))) //~ secret-in-error-response
}

async fn in_a_problem(State(config): State<Arc<Config>>) -> (StatusCode, Json<Problem>) {
    let problem = Problem {
        message: "no connection".to_owned(),
        hint: config.database_url.clone(),
    };
    (StatusCode::INTERNAL_SERVER_ERROR, Json(problem)) //~ secret-in-error-response
}

async fn built(State(config): State<Arc<Config>>) -> Response {
    Response::builder()
        .status(StatusCode::UNAUTHORIZED)
        .body(format!("expected {}", config.api_key).into()) //~ secret-in-error-response
        .unwrap_or_default()
}

async fn of_the_environment() -> Result<(), (StatusCode, String)> {
    let stripe_secret_key = std::env::var("STRIPE_SECRET_KEY").unwrap_or_default();
    if stripe_secret_key.len() < 20 {
        return Err((StatusCode::INTERNAL_SERVER_ERROR, format!("{stripe_secret_key} is no key"))); //~ secret-in-error-response
    }
    Ok(())
}

async fn named_status(State(config): State<Arc<Config>>) -> (StatusCode, String) {
    let status = StatusCode::FORBIDDEN;
    (status, format!("{} is not yours", config.api_key)) //~ secret-in-error-response
}

// near miss: a place is no secret
async fn where_to(State(config): State<Arc<Config>>) -> (StatusCode, String) {
    (StatusCode::BAD_GATEWAY, format!("no answer from {}", config.base_url))
}

// near miss: what is counted or named is no secret
async fn others(State(config): State<Arc<Config>>) -> (StatusCode, String) {
    let Config { token_ttl, region, .. } = &*config;
    (StatusCode::SERVICE_UNAVAILABLE, format!("{token_ttl} {region} {}", config.callback_url))
}

// near miss: the name of what is missing, not its value
async fn which() -> (StatusCode, String) {
    const API_KEY: &str = "API_KEY";
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{API_KEY} is not set"))
}

// near miss: how long it is says nothing
async fn length(State(config): State<Arc<Config>>) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{} bytes", config.api_key.len()))
}

// near miss: a type that shows nothing of itself
async fn quiet(State(config): State<Quiet>) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{config:?}"))
}

// near miss: it goes back to who has sent it
async fn echoed(Json(login): Json<Login>) -> (StatusCode, String) {
    (StatusCode::UNAUTHORIZED, format!("{} does not fit", login.password))
}

// near miss: a success is not a failure, and a token is what was asked for
async fn issued(State(config): State<Arc<Config>>) -> (StatusCode, Json<serde_json::Value>) {
    (StatusCode::OK, Json(json!({ "api_key": config.api_key })))
}

// near miss: what was logged is not sent
async fn logged(State(config): State<Arc<Config>>) -> (StatusCode, &'static str) {
    let sent = config.api_key.clone();
    drop(sent);
    (StatusCode::INTERNAL_SERVER_ERROR, "upstream refused us")
}

// near miss: another server's status, only asked for
async fn asked(config: &Config, status: StatusCode) -> String {
    if status == StatusCode::UNAUTHORIZED {
        return config.api_key.clone();
    }
    String::new()
}

// near miss: what a function has made of it
async fn masked(State(config): State<Arc<Config>>) -> (StatusCode, String) {
    let api_key = mask(&config.api_key);
    (StatusCode::INTERNAL_SERVER_ERROR, format!("refused {api_key}"))
}

fn mask(text: &str) -> String {
    text.chars().take(3).collect()
}

fn app(config: Arc<Config>) -> Router {
    Router::new()
        .route("/address", get(address))
        .route("/key", get(key))
        .route("/json", get(as_json))
        .route("/whole", get(whole))
        .route("/problem", get(in_a_problem))
        .route("/built", get(built))
        .route("/environment", get(of_the_environment))
        .route("/status", get(named_status))
        .route("/others", get(others))
        .route("/echoed", post(echoed))
        .route("/issued", get(issued))
        .with_state(config)
}

fn main() {}
