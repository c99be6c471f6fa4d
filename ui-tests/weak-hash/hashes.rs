//! MD5 and SHA-1 where others are believed by them, and where nobody is.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

struct Signed {
    payload: String,
    signature: String,
}

fn sign(payload: &str, secret: &str) -> Signed {
    let signature = hex::encode(Md5::digest(format!("{payload}{secret}"))); //~ weak-hash
    Signed { payload: payload.to_owned(), signature }
}

fn api_signature(body: &[u8]) -> String {
    let mut hasher = Sha1::new(); //~ weak-hash
    hasher.update(body);
    hex::encode(hasher.finalize())
}

fn checked(query: &str, secret: &str, sent: &str) -> bool {
    let mut hasher = Md5::new(); //~ weak-hash
    hasher.update(query.as_bytes());
    hasher.update(secret.as_bytes());
    hex::encode(hasher.finalize()) == sent
}

fn of_openssl(document: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let signed = openssl::hash::hash(openssl::hash::MessageDigest::sha1(), document)?; //~ weak-hash
    Ok(signed.to_vec())
}

fn etag(body: &[u8]) -> String {
    // near miss: a cache asks whether it has the same
    hex::encode(Md5::digest(body))
}

fn cache_key(url: &str) -> String {
    // near miss: a name for a file
    let key = hex::encode(Sha1::digest(url));
    format!("cache/{key}")
}

fn checksum(file: &[u8]) -> String {
    // near miss: whether it arrived whole
    hex::encode(Md5::digest(file))
}

fn blob_id(content: &[u8]) -> String {
    let mut hasher = Sha1::new();
    // near miss: what git calls it
    hasher.update(format!("blob {}\0", content.len()));
    hasher.update(content);
    hex::encode(hasher.finalize())
}

fn gravatar(email: &str) -> String {
    // near miss: another service's name for a picture
    format!("https://www.gravatar.com/avatar/{}", hex::encode(Md5::digest(email.trim().to_lowercase())))
}

fn content_md5(body: &[u8]) -> [u8; 16] {
    // near miss: a header that says what is in the body
    Md5::digest(body).into()
}

fn shard(name: &str) -> u8 {
    // near miss: spreads names over folders
    Sha1::digest(name)[0]
}

fn signature(payload: &[u8]) -> String {
    // near miss: a hash that holds
    hex::encode(Sha256::digest(payload))
}

fn websocket_accept(nonce: &str) -> Vec<u8> {
    // near miss: as the protocol has it
    Sha1::digest(format!("{nonce}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")).to_vec()
}

fn duplicate(image: &[u8], known: &[Vec<u8>]) -> bool {
    // near miss: whether it is there already
    let digest = Md5::digest(image).to_vec();
    known.contains(&digest)
}

fn color(name: &str) -> [u8; 3] {
    let hash = Md5::digest(name);
    // near miss: a colour for a name
    [hash[0], hash[1], hash[2]]
}

fn main() {}
