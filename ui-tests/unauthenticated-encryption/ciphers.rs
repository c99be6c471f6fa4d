//@ persona: auditor
//! Modes that encrypt and do not tell whether anything was changed.

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{AsyncStreamCipher, BlockDecryptMut, BlockEncryptMut, KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use openssl::symm::{Cipher, encrypt, encrypt_aead};
use sha2::Sha256;

type Encrypts = cbc::Encryptor<Aes256>;
type Counter = ctr::Ctr128BE<Aes256>;

fn by_cbc(key: &[u8; 32], iv: &[u8; 16], text: &[u8]) -> Vec<u8> {
    Encrypts::new(key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text) //~ unauthenticated-encryption
}

fn by_counter(key: &[u8; 32], iv: &[u8; 16], text: &mut [u8]) {
    Counter::new(key.into(), iv.into()).apply_keystream(text); //~ unauthenticated-encryption
}

fn by_feedback(key: &[u8; 32], iv: &[u8; 16], text: &mut [u8]) {
    cfb_mode::Encryptor::<Aes256>::new(key.into(), iv.into()).encrypt(text); //~ unauthenticated-encryption
}

// near miss: what others have encrypted so, by the same crate
fn of_others(key: &[u8; 32], iv: &[u8; 16], text: &mut [u8]) {
    cfb_mode::Decryptor::<Aes256>::new(key.into(), iv.into()).decrypt(text);
}

fn by_output(key: &[u8; 32], iv: &[u8; 16], text: &mut [u8]) {
    ofb::Ofb::<Aes256>::new(key.into(), iv.into()).apply_keystream(text); //~ unauthenticated-encryption
}

fn by_openssl(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt(Cipher::aes_256_cbc(), key, Some(iv), text) //~ unauthenticated-encryption
}

// near miss: a code over what was encrypted
fn with_a_code(key: &[u8; 32], iv: &[u8; 16], mac_key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut message = Encrypts::new(key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text);
    let mut code = <Hmac<Sha256> as Mac>::new_from_slice(mac_key).expect("any length will do");
    code.update(&message);
    message.extend(code.finalize().into_bytes());
    message
}

// near miss: GCM has a tag
fn by_gcm(key: &[u8], nonce: &[u8], text: &[u8], tag: &mut [u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt_aead(Cipher::aes_256_gcm(), key, Some(nonce), b"", text, tag)
}

// near miss: what others have encrypted so, nobody here has chosen
fn decrypted(key: &[u8; 32], iv: &[u8; 16], message: &[u8]) -> Option<Vec<u8>> {
    let cipher = cbc::Decryptor::<Aes256>::new(key.into(), iv.into());
    cipher.decrypt_padded_vec_mut::<Pkcs7>(message).ok()
}

struct Encryptor;

impl Encryptor {
    fn new() -> Encryptor {
        Encryptor
    }
}

// near miss: a type of the program's own
fn own() -> Encryptor {
    Encryptor::new()
}

// near miss: a cipher of which nobody here says in which mode it runs
fn handed(cipher: Cipher, key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt(cipher, key, Some(iv), text)
}

// near miss: ChaCha20-Poly1305 of openssl has a tag
fn by_chacha(key: &[u8], nonce: &[u8], text: &[u8], tag: &mut [u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt_aead(Cipher::chacha20_poly1305(), key, Some(nonce), b"", text, tag)
}

// near miss: CCM has a tag
fn by_ccm(key: &[u8], nonce: &[u8], text: &[u8], tag: &mut [u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt_aead(Cipher::aes_128_ccm(), key, Some(nonce), b"", text, tag)
}

// near miss: GCM of RustCrypto
fn by_aes_gcm(cipher: &aes_gcm::Aes256Gcm, nonce: &aes_gcm::Nonce<aes_gcm::aes::cipher::consts::U12>, text: &[u8]) -> Option<Vec<u8>> {
    use aes_gcm::aead::Aead;
    cipher.encrypt(nonce, text).ok()
}

// near miss: only how long its key is
fn key_length() -> usize {
    Cipher::aes_256_gcm().key_len()
}

// near miss: signed afterwards
fn signed(key: &[u8], iv: &[u8], text: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> Result<(Vec<u8>, Vec<u8>), openssl::error::ErrorStack> {
    let message = encrypt(Cipher::aes_256_cbc(), key, Some(iv), text)?;
    let signature = sign(&message);
    Ok((message, signature))
}

fn main() {}
