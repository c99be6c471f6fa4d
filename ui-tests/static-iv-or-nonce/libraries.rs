//! Nonces and IVs that are always the same: RustCrypto, ring, openssl.

use aes_gcm::aead::{Aead, AeadCore, KeyInit, OsRng};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305, XNonce};
use openssl::symm::{Cipher, Crypter, Mode, encrypt};
use rand::RngCore;
use ring::aead;

const NONCE: &[u8; 12] = b"unique nonce";
static IV: [u8; 16] = [7; 16];

fn literal(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    let nonce = Nonce::from_slice(b"unique nonce"); //~ static-iv-or-nonce
    cipher.encrypt(nonce, text).unwrap_or_default()
}

fn constant(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    cipher.encrypt(Nonce::from_slice(NONCE), text).unwrap_or_default() //~ static-iv-or-nonce
}

fn zeroes(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    let nonce = Nonce::from([0u8; 12]); //~ static-iv-or-nonce
    cipher.encrypt(&nonce, text).unwrap_or_default()
}

fn in_a_variable(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    cipher.encrypt(Nonce::from_slice(&bytes), text).unwrap_or_default() //~ static-iv-or-nonce
}

fn extended(cipher: &XChaCha20Poly1305, text: &[u8]) -> Vec<u8> {
    let nonce = XNonce::from_slice(&[0; 24]); //~ static-iv-or-nonce
    cipher.encrypt(nonce, text).unwrap_or_default()
}

fn chacha(cipher: &ChaCha20Poly1305, text: &[u8]) -> Vec<u8> {
    let nonce = chacha20poly1305::Nonce::from_slice(b"other nonce!"); //~ static-iv-or-nonce
    cipher.encrypt(nonce, text).unwrap_or_default()
}

fn by_ring() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([0; 12]) //~ static-iv-or-nonce
}

fn by_openssl(key: &[u8], text: &[u8]) -> Vec<u8> {
    encrypt(Cipher::aes_256_cbc(), key, Some(&IV), text).unwrap_or_default() //~ static-iv-or-nonce
}

fn by_crypter(key: &[u8]) -> bool {
    Crypter::new(Cipher::aes_256_ctr(), Mode::Encrypt, key, Some(b"0123456789abcdef")).is_ok() //~ static-iv-or-nonce
}

fn fixed() -> [u8; 12] {
    [9; 12]
}

fn of_a_function(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    cipher.encrypt(Nonce::from_slice(&fixed()), text).unwrap_or_default() //~ static-iv-or-nonce
}

fn generated(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    // near miss: random, by the library
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    cipher.encrypt(&nonce, text).unwrap_or_default()
}

fn filled(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    let mut bytes = [0u8; 12];
    rand::rng().fill_bytes(&mut bytes);
    // near miss: zeroes that are filled at random
    cipher.encrypt(Nonce::from_slice(&bytes), text).unwrap_or_default()
}

fn counted(cipher: &Aes256Gcm, counter: u64, text: &[u8]) -> Vec<u8> {
    let mut bytes = [0u8; 12];
    bytes[4..].copy_from_slice(&counter.to_be_bytes());
    // near miss: a counter is written into it
    cipher.encrypt(Nonce::from_slice(&bytes), text).unwrap_or_default()
}

fn stored(cipher: &Aes256Gcm, message: &[u8]) -> Vec<u8> {
    let (nonce, text) = message.split_at(12);
    // near miss: the one that stands before the message
    cipher.decrypt(Nonce::from_slice(nonce), text).unwrap_or_default()
}

fn given(cipher: &Aes256Gcm, nonce: &[u8; 12], text: &[u8]) -> Vec<u8> {
    // near miss: what the caller says
    cipher.encrypt(Nonce::from_slice(nonce), text).unwrap_or_default()
}

fn random() -> [u8; 12] {
    let mut bytes = [0; 12];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn of_random(cipher: &Aes256Gcm, text: &[u8]) -> Vec<u8> {
    // near miss: a function that gives another one each time
    cipher.encrypt(Nonce::from_slice(&random()), text).unwrap_or_default()
}

fn random_iv(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut iv = [0; 16];
    if openssl::rand::rand_bytes(&mut iv).is_err() {
        return Vec::new();
    }
    // near miss: filled by openssl
    encrypt(Cipher::aes_256_cbc(), key, Some(&iv), text).unwrap_or_default()
}

fn none(key: &[u8], text: &[u8]) -> Vec<u8> {
    // near miss: a cipher that takes none
    encrypt(Cipher::aes_256_ecb(), key, None, text).unwrap_or_default()
}

fn text(key: &[u8], iv: &[u8]) -> Vec<u8> {
    // near miss: what is encrypted may be fixed
    encrypt(Cipher::aes_256_cbc(), key, Some(iv), b"unique nonce").unwrap_or_default()
}

fn unique(value: u64) -> aead::Nonce {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&value.to_le_bytes());
    // near miss: another one for each value
    aead::Nonce::assume_unique_for_key(bytes)
}

#[test]
fn vectors() {
    // near miss: a test vector
    let nonce: &Nonce<aes_gcm::aead::consts::U12> = Nonce::from_slice(b"unique nonce");
    assert_eq!(nonce.len(), 12);
}

fn main() {}
