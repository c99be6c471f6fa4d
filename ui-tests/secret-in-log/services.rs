//! Secrets that handlers, clients and settings write into logs.

use std::fmt;

use axum::Json;
use axum::http::{HeaderMap, header};
use log::{error as log_error, info as note};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tracing::{debug, event, info, instrument, span, trace, warn, Level};

#[derive(Debug, Clone, Deserialize)]
struct Database {
    host: String,
    password: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Settings {
    port: u16,
    database: Database,
}

#[derive(Deserialize)]
struct Mail {
    relay: String,
    smtp_password: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("relay", &self.relay).finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
struct Change {
    old_password: SecretString,
    new_password: SecretString,
}

pub fn started(settings: &Settings) {
    info!(?settings, "starting"); //~ secret-in-log
}

pub fn started_with(settings: Settings) {
    let Settings { database, port } = settings;
    note!("port {port}, database {:?}", database); //~ secret-in-log
}

pub async fn changed(Json(change): Json<Change>) {
    let new = change.new_password.expose_secret();
    trace!(password = %new, "changed"); //~ secret-in-log
}

pub fn sent(headers: &HeaderMap) {
    let credentials = headers.get(header::AUTHORIZATION);
    warn!("refused {credentials:?}"); //~ secret-in-log
}

pub fn failed(api_key: &str, status: u16) {
    let message = format!("status {status} for key {api_key}");
    log_error!("{message}"); //~ secret-in-log
}

#[instrument(skip(name))]
pub fn register(name: &str, password: &str) -> usize { //~ secret-in-log
    name.len() + password.len()
}

#[instrument(skip_all, fields(user = %name))]
pub fn register_quietly(name: &str, password: &str) -> usize {
    name.len() + password.len() // near miss: nothing is recorded of it
}

#[instrument(skip(password))]
pub fn sign_in(name: &str, password: &str) -> bool {
    name != password // near miss: skipped
}

pub fn connected(secret_key: String) {
    event!(Level::INFO, secret_key = secret_key.as_str(), "connected"); //~ secret-in-log
}

pub fn within(client_secret: &str) {
    let _span = span!(Level::DEBUG, "call", client_secret).entered(); //~ secret-in-log
}

pub fn with_own_debug(mail: &Mail) {
    debug!("mail by {mail:?}"); // near miss: its `Debug` leaves the password out
}

pub async fn wrapped(Json(change): Json<Change>) {
    debug!(?change, old = ?change.old_password); // near miss: secrecy hides it
}

pub fn missing(settings: &Settings) {
    if settings.database.password.is_empty() {
        warn!("no password for {}", settings.database.host); // near miss: the host
    }
}

pub fn asked(password: Option<&str>) {
    info!(has_password = password.is_some(), "asked"); // near miss: whether it is there
}

fn masked(key: &str) -> String {
    format!("{}***", &key[..4.min(key.len())])
}

pub fn shortened(api_key: &str) {
    info!("key {}", masked(api_key)); // near miss: masked
    info!("key of {} letters", api_key.len()); // near miss: its length
}

pub fn lives(token_ttl: u64, password_policy: &str, key_id: &str) {
    info!(token_ttl, password_policy, key_id, "settings"); // near miss: names that say something else
}

pub fn counted(tokens: usize, password_attempts: u32) {
    info!("{tokens} tokens, {password_attempts} attempts"); // near miss: numbers
}

pub fn explained() {
    warn!("password must not be empty; set DATABASE_PASSWORD"); // near miss: only said
}

pub fn failed_login(password: &str, error: &std::io::Error) {
    let _ = password;
    warn!("wrong password: {error}"); // near miss: an error
}

pub fn hashed(password_hash: &str) -> usize {
    let length = password_hash.len();
    info!("hash of {length} letters"); // near miss: a length
    length
}

pub fn header_names(headers: &HeaderMap) {
    let names: Vec<_> = headers.keys().collect();
    debug!("{names:?} without {}", header::AUTHORIZATION); // near miss: names of headers
}

pub fn public(public_key: &str) {
    info!(public_key, "published"); // near miss: public
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(password: &str) {
        info!("{password}"); // near miss: a test
    }
}

fn main() {}
