//! Secrets that are compared byte by byte, and near misses.

use axum::http::HeaderMap;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

struct Config {
    api_key: String,
    admin_token: String,
    webhook_secret: Vec<u8>,
    name: String,
}

#[derive(PartialEq)]
enum Token {
    Open,
    Close,
}

#[derive(PartialEq)]
struct Credentials {
    secret: String,
}

fn mac(config: &Config, body: &[u8], signature: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(&config.webhook_secret).unwrap();
    mac.update(body);
    mac.finalize().into_bytes().as_slice() == signature //~ timing-unsafe-comparison
}

fn mac_as_text(config: &Config, body: &[u8], signature: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(&config.webhook_secret).unwrap();
    mac.update(body);
    let expected = hex::encode(mac.finalize().into_bytes());
    if expected != signature { //~ timing-unsafe-comparison
        return false;
    }
    true
}

fn key(config: &Config, headers: &HeaderMap) -> bool {
    let header = headers.get("x-api-key").and_then(|it| it.to_str().ok());
    header == Some(config.api_key.as_str()) //~ timing-unsafe-comparison
}

fn token(config: &Config, headers: &HeaderMap) -> bool {
    let Some(provided) = headers.get("authorization").and_then(|it| it.to_str().ok()) else {
        return false;
    };
    provided == config.admin_token //~ timing-unsafe-comparison
}

fn parameter(config: &Config, candidate: &str) -> bool {
    candidate == config.api_key //~ timing-unsafe-comparison
}

fn constant_time(config: &Config, candidate: &str) -> bool {
    // near miss: compares all of it
    config.api_key.as_bytes().ct_eq(candidate.as_bytes()).into()
}

fn verified(config: &Config, body: &[u8], signature: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(&config.webhook_secret).unwrap();
    mac.update(body);
    // near miss: the library compares
    mac.verify_slice(signature).is_ok()
}

fn is_set(config: &Config) -> bool {
    // near miss: compared with nothing
    config.api_key != ""
}

fn length(config: &Config, candidate: &str) -> bool {
    // near miss: lengths
    config.api_key.len() == candidate.len()
}

fn parsed(token: &Token) -> bool {
    // near miss: another kind of token
    *token == Token::Open
}

fn changed(old: &Config, new: &Config) -> bool {
    // near miss: both are the service's own
    old.api_key != new.api_key
}

fn reloaded(old: &Credentials, new: &Credentials) -> bool {
    // near miss: a type of the program's own
    old == new
}

fn name(config: &Config, candidate: &str) -> bool {
    // near miss: no secret
    config.name == candidate
}

fn header_name(name: &str) -> bool {
    // near miss: which header it is
    name == "x-api-key"
}

fn page(next_token: &str, page_token: &str) -> bool {
    // near miss: where a list goes on
    next_token == page_token
}

fn key_of_a_map(key: &str, entries: &[(String, u32)]) -> Option<u32> {
    // near miss: the key of an entry
    entries.iter().find(|(name, _)| name == key).map(|it| it.1)
}

impl PartialEq for Config {
    fn eq(&self, other: &Config) -> bool {
        // near miss: what equality is
        self.api_key == other.api_key && self.name == other.name
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs() {
        let (expected_signature, signature) = (vec![1], vec![1]);
        // near miss: a test
        assert!(expected_signature == signature);
    }
}

fn main() {}
