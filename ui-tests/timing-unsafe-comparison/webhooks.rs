//! Signatures, keys and tokens that are compared in helpers, extractors and closures.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

#[derive(Clone)]
struct Settings {
    admin_token: String,
    webhook_secret: Vec<u8>,
    api_keys: Vec<String>,
    token_ttl: u64,
}

fn mac(secret: &[u8], body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(body);
    Some(hex::encode(mac.finalize().into_bytes()))
}

pub fn webhook(settings: &Settings, headers: &HeaderMap, body: &[u8]) -> Option<()> {
    let sent = headers.get("x-signature")?.to_str().ok()?;
    let expected = mac(&settings.webhook_secret, body)?;
    (sent == expected).then_some(()) //~ timing-unsafe-comparison
}

pub fn webhook_bytes(settings: &Settings, headers: &HeaderMap, body: &[u8]) -> Result<(), StatusCode> {
    let sent = headers.get("x-signature").ok_or(StatusCode::UNAUTHORIZED)?.as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(&settings.webhook_secret).map_err(|_| StatusCode::UNAUTHORIZED)?;
    mac.update(body);
    let computed = mac.finalize().into_bytes();
    if computed.as_slice() != sent { //~ timing-unsafe-comparison
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(())
}

pub fn by_ring(key: &ring::hmac::Key, body: &[u8], sent: &[u8]) -> bool {
    let tag = ring::hmac::sign(key, body);
    tag.as_ref() == sent //~ timing-unsafe-comparison
}

pub async fn admins(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let provided = request.headers().get("x-admin-token").and_then(|it| it.to_str().ok());
    match provided {
        Some(token) if token == settings.admin_token => Ok(next.run(request).await), //~ timing-unsafe-comparison
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

pub async fn admins_in_time(State(settings): State<Settings>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let provided = request.headers().get("x-admin-token").map(|it| it.as_bytes()).unwrap_or_default();
    if provided.ct_eq(settings.admin_token.as_bytes()).into() { // near miss: constant time
        return Ok(next.run(request).await);
    }
    Err(StatusCode::UNAUTHORIZED)
}

pub fn verified(settings: &Settings, body: &[u8], sent: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&settings.webhook_secret) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(sent).is_ok() // near miss: the library compares
}

pub fn rotated(old: &Settings, new: &Settings) -> bool {
    old.admin_token != new.admin_token // near miss: two of the service's own
}

pub fn is_set(settings: &Settings) -> bool {
    settings.admin_token != "" // near miss: a literal
}

pub fn fits(settings: &Settings, sent_token: &str) -> bool {
    settings.admin_token.len() == sent_token.len() // near miss: lengths
}

pub fn lives(settings: &Settings, requested_ttl: u64) -> bool {
    settings.token_ttl == requested_ttl // near miss: a time
}

#[derive(PartialEq)]
enum TokenKind {
    Access,
    Refresh,
}

pub fn kind(token_kind: TokenKind, provided_kind: TokenKind) -> bool {
    token_kind == provided_kind // near miss: a type of this program
}

pub fn scheme(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|it| it == "Bearer") // near miss: a literal
}

pub fn changed(settings: &Settings, headers: &HeaderMap) -> bool {
    let key_id = headers.get("x-key-id").and_then(|it| it.to_str().ok());
    key_id == Some(settings.api_keys.len().to_string().as_str()) // near miss: an id of a key
}

struct Upload {
    checksum: String,
}

pub fn in_a_guard(settings: &Settings, given: &str, body: &[u8]) -> bool {
    match mac(&settings.webhook_secret, body) {
        Some(expected) if expected == given => true, //~ timing-unsafe-comparison
        _ => false,
    }
}

pub fn by_method(settings: &Settings, given: &[u8], body: &[u8]) -> bool {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &settings.webhook_secret);
    ring::hmac::sign(&key, body).as_ref().eq(given) //~ timing-unsafe-comparison
}

pub fn by_method_of_length(settings: &Settings, given: &[u8], body: &[u8]) -> bool {
    let Some(expected) = mac(&settings.webhook_secret, body) else {
        return false;
    };
    // near miss: lengths are compared, and the rest in constant time
    expected.len().eq(&given.len()) && expected.as_bytes().ct_eq(given).into()
}

pub fn intact(upload: &Upload, body: &[u8]) -> bool {
    use sha2::Digest;
    hex::encode(Sha256::digest(body)) == upload.checksum // near miss: a checksum
}

pub fn position(headers: &HeaderMap, csrf_header: &str) -> bool {
    headers.keys().any(|name| name == csrf_header) // near miss: a name of a header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(settings: &Settings, provided_token: &str) -> bool {
        settings.admin_token == provided_token // near miss: a test
    }
}

fn main() {}
