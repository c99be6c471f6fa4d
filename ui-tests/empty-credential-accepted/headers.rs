//! Secrets that are empty if nobody sets them, and near misses.

use std::sync::LazyLock;

use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use subtle::ConstantTimeEq;

static ADMIN_TOKEN: LazyLock<String> =
    LazyLock::new(|| std::env::var("ADMIN_TOKEN").unwrap_or_default());

static METRICS_TOKEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("METRICS_TOKEN").ok());

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    api_key: String,
    #[serde(default = "generated")]
    root_token: String,
    webhook_secret: Option<String>,
    service_token: String,
    #[serde(default)]
    internal_token: String,
    #[serde(default)]
    page_token: String,
}

fn generated() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
}

fn by_environment(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").unwrap_or_default();
    let header = header(headers, "x-api-token");
    header == api_token //~ empty-credential-accepted
}

fn by_empty_text(headers: &HeaderMap) -> Result<(), StatusCode> {
    let secret = std::env::var("WEBHOOK_SECRET").unwrap_or_else(|_| String::new());
    let provided = header(headers, "x-secret");
    if provided != secret { //~ empty-credential-accepted
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(())
}

fn by_static(headers: &HeaderMap) -> bool {
    let provided = header(headers, "authorization");
    provided.as_bytes().ct_eq(ADMIN_TOKEN.as_bytes()).into() //~ empty-credential-accepted
}

fn by_settings(settings: &Settings, headers: &HeaderMap) -> bool {
    let header = headers.get("x-api-key").and_then(|it| it.to_str().ok());
    header == Some(settings.api_key.as_str()) //~ empty-credential-accepted
}

fn by_option(settings: &Settings, headers: &HeaderMap) -> bool {
    let secret = settings.webhook_secret.as_deref().unwrap_or("");
    let provided = header(headers, "x-hook");
    provided == secret //~ empty-credential-accepted
}

struct State {
    access_key: String,
}

impl State {
    fn new() -> State {
        State {
            access_key: std::env::var("ACCESS_KEY").unwrap_or(String::new()),
        }
    }
}

fn by_field(state: &State, headers: &HeaderMap) -> bool {
    header(headers, "x-access-key") == state.access_key //~ empty-credential-accepted
}

fn required(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").expect("API_TOKEN must be set");
    // near miss: the program ends without it
    header(headers, "x-api-token") == api_token
}

fn none_lets_nobody_in(headers: &HeaderMap) -> bool {
    let Ok(api_token) = std::env::var("API_TOKEN") else {
        return false;
    };
    // near miss: an unset one admits nobody
    header(headers, "x-api-token") == api_token
}

fn asked(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").unwrap_or_default();
    // near miss: the empty one is refused
    !api_token.is_empty() && header(headers, "x-api-token") == api_token
}

fn asked_of_the_client(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").unwrap_or_default();
    let provided = header(headers, "x-api-token");
    if provided.is_empty() {
        return false;
    }
    // near miss: the client must send something
    provided == api_token
}

fn compared_with_nothing(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").unwrap_or_default();
    if api_token == "" {
        return false;
    }
    // near miss: the empty one is refused
    header(headers, "x-api-token") == api_token
}

fn switched_off(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").unwrap_or_default();
    match api_token.as_str() {
        "" => false,
        // near miss: the empty one is refused
        api_token => header(headers, "x-api-token") == api_token,
    }
}

fn filtered(headers: &HeaderMap) -> bool {
    let secret = std::env::var("SECRET").ok().filter(|it| !it.is_empty());
    // near miss: an empty one counts as none
    secret.is_some_and(|secret| header(headers, "x-secret") == secret)
}

fn optional(headers: &HeaderMap) -> bool {
    match METRICS_TOKEN.as_deref() {
        // near miss: who has set none has no such check
        Some(metrics_token) => header(headers, "x-token") == metrics_token,
        None => true,
    }
}

fn of_a_generator(settings: &Settings, headers: &HeaderMap) -> bool {
    // near miss: the default is random
    header(headers, "x-root-token") == settings.root_token
}

fn of_a_setting(settings: &Settings, headers: &HeaderMap) -> bool {
    // near miss: it must be set
    header(headers, "x-service-token") == settings.service_token
}

fn validate(settings: &Settings) -> Result<(), String> {
    if settings.internal_token.is_empty() {
        return Err("internal-token must not be empty".into());
    }
    Ok(())
}

fn validated(settings: &Settings, headers: &HeaderMap) -> bool {
    // near miss: checked when the program starts
    header(headers, "x-internal-token") == settings.internal_token
}

fn another_default(headers: &HeaderMap) -> bool {
    let api_token = std::env::var("API_TOKEN").unwrap_or_else(|_| generated());
    // near miss: the default is random
    header(headers, "x-api-token") == api_token
}

fn page(settings: &Settings, query_token: &str) -> bool {
    // near miss: no secret
    settings.page_token == query_token
}

fn changed(old: &Settings, new: &Settings) -> bool {
    // near miss: both are the service's own
    old.api_key != new.api_key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares() {
        let api_token = std::env::var("API_TOKEN").unwrap_or_default();
        // near miss: a test
        assert!(header(&HeaderMap::new(), "x-api-token") == api_token);
    }
}

fn main() {}
