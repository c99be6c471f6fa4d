//! Keys through modules, wrappers, parameters and settings.

use std::env;

use aes::cipher::KeyIvInit;
use aes_gcm::{Aes256Gcm, Key, KeyInit};
use axum_extra::extract::cookie::Key as CookieKey;
use chacha20poly1305::ChaCha20Poly1305;
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::RngCore;
use sha2::Sha256;

mod keys {
    pub const STORE: [u8; 32] = [
        0x3a, 0x91, 0x0c, 0x7e, 0x55, 0xd2, 0x18, 0xb4, 0x6f, 0x20, 0xee, 0x83, 0x49, 0x07, 0xca, 0x9d, 0x31, 0x76,
        0xf8, 0x1b, 0x62, 0xad, 0x04, 0xe9, 0x5c, 0x8f, 0x13, 0xb7, 0x40, 0xd6, 0x2e, 0x9a,
    ];
    pub static ZEROES: &[u8] = &[0; 64];

    pub fn store() -> &'static [u8; 32] {
        &STORE
    }

    pub fn seed() -> [u8; 32] {
        [0x6b; 32]
    }

    fn zeroes() -> Vec<u8> {
        vec![0; 64]
    }

    pub fn session() -> Vec<u8> {
        zeroes()
    }

    pub fn stored() -> Option<Vec<u8>> {
        std::fs::read("/run/secrets/store").ok()
    }
}

use keys::STORE as AT_REST;

pub fn by_alias() -> Aes256Gcm {
    Aes256Gcm::new(&AT_REST.into())
}

pub fn by_function() -> ChaCha20Poly1305 {
    let key = keys::store();
    ChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key))
}

pub fn cookies() -> CookieKey {
    CookieKey::from(keys::ZEROES)
}

pub fn tokens() -> (EncodingKey, DecodingKey) {
    let secret = &AT_REST;
    let encoding = EncodingKey::from_secret(secret);
    (encoding, DecodingKey::from_secret(&keys::STORE))
}

pub fn by_openssl(iv: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    openssl::symm::encrypt(openssl::symm::Cipher::aes_256_cbc(), keys::store(), Some(iv), text)
}

pub fn mac(body: &[u8]) -> Option<Vec<u8>> {
    let key = [9u8; 32];
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).ok()?;
    mac.update(body);
    Some(mac.finalize().into_bytes().to_vec())
}

pub fn by_text() -> Aes256Gcm {
    let key = keys::seed();
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&key)) //~ hardcoded-key
}

pub fn sessions() -> CookieKey {
    CookieKey::from(&keys::session()) //~ hardcoded-key
}

pub fn signing(body: &[u8]) -> ring::hmac::Tag {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &keys::seed()); // near miss: told of at its first use
    ring::hmac::sign(&key, body)
}

pub fn random() -> Option<Aes256Gcm> {
    let mut key = [0; 32];
    rand::rng().fill_bytes(&mut key); // near miss: filled
    Aes256Gcm::new_from_slice(&key).ok()
}

pub fn generated() -> CookieKey {
    CookieKey::generate() // near miss: generated
}

pub fn by_environment() -> Option<EncodingKey> {
    let secret = env::var("TOKEN_SECRET").ok()?;
    Some(EncodingKey::from_secret(secret.as_bytes())) // near miss: the environment
}

pub fn by_file() -> Option<Aes256Gcm> {
    Aes256Gcm::new_from_slice(&keys::stored()?).ok() // near miss: a file
}

pub fn handed_in(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into()) // near miss: callers hand it in
}

pub fn derived(secret: &[u8], salt: &[u8]) -> CookieKey {
    let mut key = vec![0; 64];
    pbkdf2::pbkdf2_hmac::<Sha256>(secret, salt, 600_000, &mut key);
    CookieKey::from(&key) // near miss: filled
}

pub fn nonce() -> [u8; 32] {
    *keys::store() // near miss: no key is made
}

pub fn public(pem: &[u8]) -> Option<DecodingKey> {
    const PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
    DecodingKey::from_rsa_components(PUBLIC, "AQAB").ok() // near miss: a public key
}

pub fn digest() -> Vec<u8> {
    use sha2::Digest;
    Sha256::digest(keys::STORE).to_vec() // near miss: a hash takes no key
}

pub fn blocks(iv: &[u8; 16], text: &[u8]) -> Vec<u8> {
    use aes::cipher::BlockEncryptMut;
    use aes::cipher::block_padding::Pkcs7;
    let key = [0x21; 16];
    cbc::Encryptor::<aes::Aes128>::new(&key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text) //~ hardcoded-key
}

pub fn half(text: &[u8]) -> ring::hmac::Tag {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &halves()[..16]); //~ hardcoded-key
    ring::hmac::sign(&key, text)
}

fn halves() -> [u8; 32] {
    [0x35; 32]
}

pub fn half_of(keys: &[u8; 32], text: &[u8]) -> ring::hmac::Tag {
    // near miss: a parameter
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &keys[..16]);
    ring::hmac::sign(&key, text)
}

pub fn blocks_of(key: &[u8; 16], iv: &[u8; 16], text: &[u8]) -> Vec<u8> {
    use aes::cipher::BlockEncryptMut;
    use aes::cipher::block_padding::Pkcs7;
    // near miss: a parameter
    cbc::Encryptor::<aes::Aes128>::new(key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> Aes256Gcm {
        Aes256Gcm::new(&[0; 32].into()) // near miss: a test
    }
}

fn main() {}
