//! Keys of the program itself that go into cryptography: what other modules and functions give.

use aes_gcm::aead::KeyInit;
use aes_gcm::{Aes256Gcm, Key};
use chacha20poly1305::ChaCha20Poly1305;
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::aead::{AES_256_GCM, UnboundKey};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::Sha256;

mod settings {
    pub const SIGNING: [u8; 4] = [0x13, 0x37, 0xc0, 0xde];

    pub fn random() -> [u8; 4] {
        // Chosen by a fair die.
        [4, 4, 4, 4]
    }

    pub fn signing() -> &'static [u8] {
        &[0xde, 0xad, 0xbe, 0xef]
    }

    pub static COOKIES: &[u8; 32] = &[3; 32];

    pub fn sealing() -> [u8; 32] {
        KEY
    }

    const KEY: [u8; 32] = [5; 32];

    pub struct Settings {
        pub key: [u8; 32],
    }
}

fn zeroes() -> Aes256Gcm {
    // near miss: `hardcoded-secret` reports it where it is written
    Aes256Gcm::new(&Key::<Aes256Gcm>::from([0u8; 32]))
}

fn from_slice() -> Option<Aes256Gcm> {
    // near miss: `hardcoded-secret` reports it where it is written
    Aes256Gcm::new_from_slice(&[1; 32]).ok()
}

fn chacha() -> Option<ChaCha20Poly1305> {
    let key = [7u8; 32];
    // near miss: `hardcoded-secret` reports it where it is written
    ChaCha20Poly1305::new_from_slice(&key).ok()
}

fn of_another_module() -> EncodingKey {
    EncodingKey::from_secret(&settings::SIGNING) //~ hardcoded-key
}

fn of_a_function() -> DecodingKey {
    DecodingKey::from_secret(settings::signing()) //~ hardcoded-key
}

fn by_ring() -> bool {
    // near miss: `hardcoded-secret` reports it where it is written
    UnboundKey::new(&AES_256_GCM, &[0; 32]).is_ok()
}

fn of_a_static() -> Option<ChaCha20Poly1305> {
    // near miss: and where a constant of the same file is
    ChaCha20Poly1305::new_from_slice(settings::COOKIES).ok()
}

fn of_a_variable() -> EncodingKey {
    let bytes = settings::random();
    let key = bytes.as_slice();
    EncodingKey::from_secret(key) //~ hardcoded-key
}

fn from_environment() -> Option<EncodingKey> {
    // near miss: of the environment
    let key = std::env::var("JWT_KEY").ok()?;
    Some(EncodingKey::from_secret(key.as_bytes()))
}

fn given(key: &[u8; 32]) -> Option<Aes256Gcm> {
    // near miss: what the caller says
    Aes256Gcm::new_from_slice(key).ok()
}

fn of_settings(settings: &settings::Settings) -> Option<Aes256Gcm> {
    // near miss: of the settings
    Aes256Gcm::new_from_slice(&settings.key).ok()
}

fn filled() -> Option<Aes256Gcm> {
    let mut key = [0u8; 32];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut key);
    // near miss: zeroes that are filled at random
    Aes256Gcm::new_from_slice(&key).ok()
}

fn generated() -> Aes256Gcm {
    // near miss: random
    Aes256Gcm::new(&Aes256Gcm::generate_key(&mut aes_gcm::aead::OsRng))
}

fn derived(password: &[u8]) -> Option<Aes256Gcm> {
    let mut key = [0; 32];
    argon2::Argon2::default().hash_password_into(password, b"some salt", &mut key).ok()?;
    // near miss: derived from a password
    Aes256Gcm::new_from_slice(&key).ok()
}

fn empty() -> Vec<u8> {
    // near miss: no key at all
    Vec::new()
}

fn read() -> Option<Aes256Gcm> {
    let key = std::fs::read("key.bin").ok()?;
    // near miss: of a file
    Aes256Gcm::new_from_slice(&key).ok()
}

fn public() -> UnparsedPublicKey<[u8; 32]> {
    // near miss: everybody may know the public key
    UnparsedPublicKey::new(&ED25519, [1; 32])
}

fn of_message(text: &[u8], key: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).ok()?;
    // near miss: the message may be fixed
    mac.update(&[0; 32]);
    Some(mac)
}

#[test]
fn vectors() {
    // near miss: a test vector
    assert!(Aes256Gcm::new_from_slice(&[0; 32]).is_ok());
}

fn main() {}
