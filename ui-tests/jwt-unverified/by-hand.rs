//! Tokens whose middle is decoded by hand, and texts that only look like them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use sha2::Sha256;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

pub fn by_place(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok() //~ jwt-unverified
}

pub fn by_list(token: &str) -> Option<Claims> {
    let parts: Vec<&str> = token.split('.').collect();
    if parts.len() != 3 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(parts[1]).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    serde_json::from_str(&text).ok() //~ jwt-unverified
}

pub fn by_pattern(token: &str) -> Option<Claims> {
    let parts: Vec<&str> = token.splitn(3, '.').collect();
    let [_, body, _] = parts[..] else { return None };
    URL_SAFE_NO_PAD.decode(body).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) // missed: jwt-unverified
}

pub fn verified_after(token: &str, key: &DecodingKey) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&bytes).ok()?; // near miss: verified right after
    let known = decode::<Claims>(token, key, &Validation::new(Algorithm::RS256)).ok()?;
    (known.claims.sub == claims.sub).then_some(claims)
}

pub fn verified_by_hand(token: &str, key: &[u8]) -> Option<Claims> {
    let parts: Vec<&str> = token.split('.').collect();
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).ok()?;
    mac.update(parts[0].as_bytes());
    mac.update(b".");
    mac.update(parts[1].as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(parts[2]).ok()?).ok()?;
    let bytes = URL_SAFE_NO_PAD.decode(parts[1]).ok()?;
    serde_json::from_slice(&bytes).ok() // near miss: its signature was checked here
}

fn claims_of(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok() // near miss: who calls it has verified
}

pub fn verified_before(token: &str, key: &DecodingKey) -> Option<Claims> {
    decode::<serde_json::Value>(token, key, &Validation::new(Algorithm::RS256)).ok()?;
    claims_of(token)
}

pub fn header_of(token: &str) -> Option<serde_json::Value> {
    let header = token.split('.').next()?;
    let bytes = URL_SAFE_NO_PAD.decode(header).ok()?;
    serde_json::from_slice(&bytes).ok() // near miss: the header, which says by which key to verify
}

pub fn of_a_file(line: &str) -> Option<Claims> {
    let text = line.split(':').nth(1)?;
    let bytes = STANDARD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok() // near miss: no token
}

pub fn signature_of(token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(2)?).ok()?; // near miss: the signature
    Some(bytes)
}

pub fn of_an_upload(text: &str) -> Option<Claims> {
    let bytes = STANDARD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok() // near miss: a whole text
}

fn main() {}
