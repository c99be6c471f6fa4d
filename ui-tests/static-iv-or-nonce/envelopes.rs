//! Nonces in constants, helpers, fields and buffers.

use std::sync::LazyLock;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockEncryptMut, Iv, KeyIvInit};
use aes_gcm::aead::{Aead, AeadCore, AeadInPlace, OsRng};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305, XNonce};
use openssl::symm::{Cipher, Crypter, Mode, decrypt, encrypt as seal};
use rand::RngCore;

mod format {
    pub const IV: &[u8] = b"0123456789abcdef";
    pub static ZEROES: [u8; 12] = [0; 12];

    pub fn nonce() -> [u8; 12] {
        *b"shop-nonce-1"
    }
}

const PREFIX: &[u8; 4] = b"shop";

pub fn by_function(cipher: &Aes256Gcm, text: &[u8]) -> Option<Vec<u8>> {
    let nonce = format::nonce();
    cipher.encrypt(Nonce::from_slice(&nonce), text).ok() //~ static-iv-or-nonce
}

pub fn by_static(cipher: &ChaCha20Poly1305, text: &[u8]) -> Option<Vec<u8>> {
    let nonce = chacha20poly1305::Nonce::from_slice(&format::ZEROES); //~ static-iv-or-nonce
    cipher.encrypt(nonce, text).ok()
}

pub fn by_array(cipher: &XChaCha20Poly1305, text: &[u8]) -> Option<Vec<u8>> {
    let nonce: XNonce = [7u8; 24].into();
    cipher.encrypt(&nonce, text).ok() //~ static-iv-or-nonce
}

pub fn by_default(cipher: &ChaCha20Poly1305, text: &[u8]) -> Option<Vec<u8>> {
    cipher.encrypt(&chacha20poly1305::Nonce::default(), text).ok() //~ static-iv-or-nonce
}

pub fn by_openssl(key: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    seal(Cipher::aes_256_cbc(), key, Some(format::IV), text) //~ static-iv-or-nonce
}

pub fn by_crypter(key: &[u8]) -> Result<Crypter, openssl::error::ErrorStack> {
    let iv = [0u8; 16];
    Crypter::new(Cipher::aes_128_cbc(), Mode::Encrypt, key, Some(&iv)) //~ static-iv-or-nonce
}

pub fn by_ring(key: &ring::aead::LessSafeKey, text: &mut Vec<u8>) -> Result<(), ring::error::Unspecified> {
    let nonce = ring::aead::Nonce::assume_unique_for_key([1; 12]); //~ static-iv-or-nonce
    key.seal_in_place_append_tag(nonce, ring::aead::Aad::empty(), text)
}

fn seal_with(cipher: &Aes256Gcm, nonce: &[u8; 12], text: &[u8]) -> Option<Vec<u8>> {
    cipher.encrypt(Nonce::from_slice(nonce), text).ok() // near miss: callers hand it in
}

pub fn filled(cipher: &Aes256Gcm, text: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0; 12];
    rand::rng().fill_bytes(&mut nonce); // near miss: filled
    let mut sealed = seal_with(cipher, &nonce, text)?;
    sealed.extend_from_slice(&nonce);
    Some(sealed)
}

pub fn counted(cipher: &Aes256Gcm, counter: u64, text: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0; 12];
    nonce[..4].copy_from_slice(PREFIX);
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    cipher.encrypt(Nonce::from_slice(&nonce), text).ok() // near miss: a counter is part of it
}

pub fn generated(cipher: &Aes256Gcm, text: &[u8]) -> Option<Vec<u8>> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng); // near miss: generated
    cipher.encrypt(&nonce, text).ok()
}

pub fn opened(cipher: &Aes256Gcm, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(12)?;
    cipher.decrypt(Nonce::from_slice(nonce), text).ok() // near miss: stored beside the text
}

pub fn opened_by_openssl(key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    decrypt(Cipher::aes_256_cbc(), key, Some(&sealed[..16]), &sealed[16..]) // near miss: stored beside the text
}

pub fn without(key: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt_by(Cipher::aes_256_gcm(), key, None, text) // near miss: none
}

fn encrypt_by(cipher: Cipher, key: &[u8], iv: Option<&[u8]>, text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    seal(cipher, key, iv, text)
}

pub fn data_beside(cipher: &Aes256Gcm, buffer: &mut Vec<u8>) -> Option<()> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    cipher.encrypt_in_place(&nonce, b"shop/v1/invoices", buffer).ok() // near miss: data beside the nonce is fixed
}

fn zeroes() -> [u8; 12] {
    [0; 12]
}

pub fn length() -> usize {
    zeroes().len() // near miss: not a nonce
}

type Blocks = cbc::Encryptor<aes::Aes128>;

pub fn blocks(key: &[u8; 16], text: &[u8]) -> Vec<u8> {
    let iv = [0x24; 16];
    Blocks::new(key.into(), &iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text) //~ static-iv-or-nonce
}

pub fn blocks_of_zeroes(key: &[u8; 16], text: &[u8]) -> Vec<u8> {
    let iv = Iv::<Blocks>::default();
    Blocks::new(key.into(), &iv).encrypt_padded_vec_mut::<Pkcs7>(text) //~ static-iv-or-nonce
}

pub fn blocks_at_random(key: &[u8; 16], text: &[u8]) -> Vec<u8> {
    let mut iv = [0x24; 16];
    rand::rng().fill_bytes(&mut iv);
    // near miss: filled at random
    let mut sealed = Blocks::new(key.into(), &iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text);
    sealed.extend(iv);
    sealed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(cipher: &Aes256Gcm) -> Option<Vec<u8>> {
        cipher.encrypt(Nonce::from_slice(&[0; 12]), b"a".as_ref()).ok() // near miss: a test
    }
}

fn main() {}
