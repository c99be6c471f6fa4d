//! Digests that vouch and digests that do not, through helpers, traits and aliases.

use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use openssl::hash::{MessageDigest, hash};
use openssl::sign::Signer;
use sha1::Sha1 as Fingerprint;

struct Request {
    body: Vec<u8>,
    signature: String,
}

fn sign(payload: &[u8], secret: &str) -> String {
    let mut hasher = Md5::new(); //~ weak-hash
    hasher.update(payload);
    hasher.update(secret.as_bytes());
    hex::encode(hasher.finalize())
}

pub fn verify(request: &Request, secret: &str) -> bool {
    sign(&request.body, secret) == request.signature
}

pub fn token_digest(token: &str) -> String {
    hex::encode(Fingerprint::digest(token.as_bytes())) //~ weak-hash
}

struct Session {
    token_hash: Vec<u8>,
}

pub fn session(raw: &[u8]) -> Result<Session, openssl::error::ErrorStack> {
    let token_hash = hash(MessageDigest::md5(), raw)?.to_vec(); //~ weak-hash
    Ok(Session { token_hash })
}

pub fn signature_by_ring(message: &[u8]) -> Vec<u8> {
    let signature = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, message); //~ weak-hash
    signature.as_ref().to_vec()
}

fn digest_of<D: Digest>(parts: &[&[u8]]) -> String {
    let mut digest = D::new();
    parts.iter().for_each(|it| digest.update(it));
    hex::encode(digest.finalize())
}

pub fn api_signature(key: &[u8], body: &[u8]) -> String {
    digest_of::<Md5>(&[key, body]) //~ weak-hash
}

pub fn content_md5(body: &[u8]) -> String {
    hex::encode(Md5::digest(body)) // near miss: a checksum
}

pub fn etag(body: &[u8]) -> String {
    let tag = digest_of::<Fingerprint>(&[body]); // near miss: tells versions apart
    format!("\"{tag}\"")
}

pub fn cache_key(url: &str) -> String {
    let mut hasher = Fingerprint::new(); // near miss: a name of a file
    hasher.update(url);
    hex::encode(hasher.finalize())
}

pub fn gravatar(email: &str) -> String {
    format!("https://www.gravatar.com/avatar/{}", hex::encode(Md5::digest(email.trim().to_lowercase()))) // near miss: a picture's name
}

pub fn legacy_mac(secret: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let mut signature = <Hmac<Fingerprint> as Mac>::new_from_slice(secret).ok()?; // near miss: part of an HMAC
    signature.update(body);
    Some(signature.finalize().into_bytes().to_vec())
}

pub fn ring_mac(secret: &[u8], body: &[u8]) -> ring::hmac::Tag {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret); // near miss: part of an HMAC
    ring::hmac::sign(&key, body)
}

pub fn signature(token: &[u8]) -> String {
    hex::encode(sha2::Sha256::digest(token)) // near miss: SHA-256
}

pub fn accept_key(secret: &[u8]) -> Vec<u8> {
    let mut hash = Fingerprint::new(); // near miss: the handshake of WebSockets has it so
    hash.update(secret);
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    hash.finalize().to_vec()
}

pub fn signed_info_hash(token: &[u8]) -> Vec<u8> {
    Fingerprint::digest(token).to_vec() // near miss: what a torrent is known by
}

pub fn is_in_leaked_list(secret: &str, leaked: &[Vec<u8>]) -> bool {
    leaked.contains(&Fingerprint::digest(secret).to_vec()) // near miss: a list that others made
}

pub fn git_blob(content: &[u8]) -> String {
    let mut id = Fingerprint::new(); // near miss: an id of content
    id.update(format!("blob {}\0", content.len()));
    id.update(content);
    hex::encode(id.finalize())
}

mod own {
    pub struct Md5;

    impl Md5 {
        pub fn digest(token: &str) -> usize {
            token.len()
        }
    }
}

pub fn token_length(token: &str) -> usize {
    own::Md5::digest(token) // near miss: a type of this program
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(token: &str) -> Vec<u8> {
        Md5::digest(token).to_vec() // near miss: a test
    }
}

fn main() {}
