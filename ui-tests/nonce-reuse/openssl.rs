//! Initialisation vectors of openssl.

use openssl::error::ErrorStack;
use openssl::symm::{Cipher, encrypt, encrypt_aead};

fn all(key: &[u8], rows: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, ErrorStack> {
    let mut iv = [0; 16];
    openssl::rand::rand_bytes(&mut iv)?;
    rows.iter().map(|row| encrypt(Cipher::aes_256_cbc(), key, Some(&iv), row)).collect() //~ nonce-reuse
}

fn with_tags(key: &[u8], iv: &[u8], rows: &[Vec<u8>]) -> Result<(), ErrorStack> {
    for row in rows {
        let mut tag = [0; 16];
        encrypt_aead(Cipher::aes_256_gcm(), key, Some(iv), b"", row, &mut tag)?; //~ nonce-reuse
    }
    Ok(())
}

fn one(key: &[u8], row: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut iv = [0; 16];
    openssl::rand::rand_bytes(&mut iv)?;
    // near miss: one message
    encrypt(Cipher::aes_256_cbc(), key, Some(&iv), row)
}

fn many_keys(keys: &[Vec<u8>], row: &[u8]) -> Result<Vec<Vec<u8>>, ErrorStack> {
    let mut iv = [0; 16];
    openssl::rand::rand_bytes(&mut iv)?;
    // near miss: another key each time
    keys.iter().map(|key| encrypt(Cipher::aes_256_cbc(), key, Some(&iv), row)).collect()
}

fn main() {}
