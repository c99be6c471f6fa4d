//! Secrets that macros of `tracing` and `log` write, and what only looks like one.

use std::fmt;

use axum::http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tracing::{debug, error, info, instrument, warn};

#[derive(Deserialize, Debug, Clone)]
struct Login {
    user: String,
    password: String,
}

#[derive(Deserialize, Clone)]
struct Settings {
    api_key: String,
    client_secret: SecretString,
    jwt_secret: String,
    webhook_url: String,
    page_token: Option<String>,
    token_ttl: u64,
    password_hash: String,
    public_key: String,
}

struct Masked {
    password: String,
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masked").finish_non_exhaustive()
    }
}

fn captured(password: &str) {
    info!("password is {password}"); //~ secret-in-log
}

fn of_a_field(settings: &Settings) {
    debug!("using key {}", settings.api_key); //~ secret-in-log
}

fn as_a_field(settings: &Settings) {
    info!(key = %settings.jwt_secret, "started"); //~ secret-in-log
}

fn debugged(access_token: Option<String>) {
    warn!("got {:?}", access_token); //~ secret-in-log
}

fn exposed(settings: &Settings) {
    error!("refused: {}", settings.client_secret.expose_secret()); //~ secret-in-log
}

fn by_log(refresh: &str, refresh_token: &str) {
    log::warn!("refresh with {}", refresh_token); //~ secret-in-log
}

fn renamed(settings: &Settings) {
    let key = settings.api_key.clone();
    info!("using {key}"); //~ secret-in-log
}

fn in_a_text(login: &Login) {
    let line = format!("{}:{}", login.user, login.password);
    debug!("{}", line); //~ secret-in-log
}

fn whole(login: &Login) {
    debug!("login: {:?}", login); //~ secret-in-log
}

fn whole_as_a_field(login: &Login) {
    debug!(?login, "login"); //~ secret-in-log
}

fn header(headers: &HeaderMap) {
    debug!("auth: {:?}", headers.get("authorization")); //~ secret-in-log
}

fn left_behind(api_key: &str) -> usize {
    dbg!(api_key).len() //~ secret-in-log
}

#[instrument]
fn recorded(user: &str, password: &str) { //~ secret-in-log
    info!("called");
}

#[tracing::instrument(skip(user))]
fn recorded_whole(user: &str, login: Login) { //~ secret-in-log
    info!("called");
}

fn masked(settings: &Settings) {
    // near miss: masked by a function of that name
    info!("using {}", mask(&settings.api_key));
}

fn mask(text: &str) -> String {
    "*".repeat(text.len().min(8))
}

fn counted(password: &str) {
    // near miss: how long it is
    info!("a password of {} characters", password.len());
}

fn present(access_token: Option<&str>) {
    // near miss: whether it is there
    info!("token given: {}", access_token.is_some());
}

fn shortened(settings: &Settings) {
    // near miss: its beginning alone
    info!("using {}..", &settings.api_key[..4]);
}

fn wrapped(settings: &Settings) {
    // near miss: `secrecy` shows nothing of it
    info!("using {:?}", settings.client_secret);
}

fn hashed(settings: &Settings) {
    // near miss: a hash, by its name
    debug!("stored {}", settings.password_hash);
}

fn under_the_same_name(password: &str) {
    let password = hash_password(password);
    // near miss: what a function of that name has made of it
    info!("stored {password}");
}

fn hash_password(password: &str) -> String {
    password.len().to_string()
}

fn public(settings: &Settings) {
    // near miss: everybody may know it
    info!("key {}", settings.public_key);
}

fn pages(settings: &Settings) {
    // near miss: where a list goes on
    debug!("next {:?}", settings.page_token);
}

fn how_long(settings: &Settings) {
    // near miss: how long a token lives
    info!("tokens live {}s", settings.token_ttl);
}

fn own_debug(login: &Masked) {
    // near miss: its own `Debug` leaves it out
    debug!("{login:?}");
}

fn only_named(settings: &Settings) {
    // near miss: the word is the program's own
    warn!("no api_key for {}", settings.webhook_url);
}

fn user(login: &Login) {
    // near miss: who it is
    info!("login of {}", login.user);
}

fn compared(login: &Login, stored: &str) {
    // near miss: what comes of a comparison
    debug!("matches: {}", login.password == stored);
}

#[instrument(skip(password))]
fn skipped(user: &str, password: &str) {
    // near miss: left out of the span
    info!("called");
}

#[instrument(skip_all, fields(user = %login.user))]
fn all_skipped(login: Login) {
    // near miss: nothing but what is named
    info!("called");
}

#[instrument]
fn wrapped_parameter(secret: SecretString) {
    // near miss: its `Debug` shows nothing
    info!("called");
}

fn other_header(headers: &HeaderMap) {
    // near miss: no header that lets anybody in
    debug!("agent: {:?}", headers.get("user-agent"));
}

fn tokens(tokens: &[u32], max_tokens: usize) {
    // near miss: numbers of a language model
    debug!("{} of {max_tokens} tokens", tokens.len());
}

fn failed(password: &str) {
    let checked = password.parse::<u32>();
    // near miss: an error says nothing of it
    if let Err(error) = checked {
        warn!("not accepted: {error}");
    }
}

fn main() {}
