//! Nonces that are kept beside the key, and near misses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use aes_gcm::aead::{Aead, AeadCore, Error, KeyInit, OsRng};
use aes_gcm::{Aes256Gcm, Nonce};
use ring::aead::{Aad, LessSafeKey};

static NONCE: LazyLock<[u8; 12]> = LazyLock::new(rand::random);

struct Vault {
    cipher: Aes256Gcm,
    nonce: [u8; 12],
}

impl Vault {
    fn new(key: &[u8; 32]) -> Vault {
        Vault {
            cipher: Aes256Gcm::new(key.into()),
            nonce: rand::random(),
        }
    }

    fn seal(&self, text: &[u8]) -> Result<Vec<u8>, Error> {
        self.cipher.encrypt(Nonce::from_slice(&self.nonce), text) //~ nonce-reuse
    }

    fn open(&self, text: &[u8]) -> Result<Vec<u8>, Error> {
        // near miss: nothing is encrypted
        self.cipher.decrypt(Nonce::from_slice(&self.nonce), text)
    }
}

struct AppState {
    vault: Arc<Vault>,
    sealer: Sealer,
    counted: Counted,
    rotated: Rotated,
    session: Session,
}

struct Sealer {
    key: LessSafeKey,
    nonce: [u8; 12],
}

impl Sealer {
    fn made(key: LessSafeKey) -> Sealer {
        let nonce = rand::random();
        Sealer { key, nonce }
    }

    fn seal(&self, text: &mut Vec<u8>) -> Result<(), ring::error::Unspecified> {
        let nonce = ring::aead::Nonce::assume_unique_for_key(self.nonce);
        self.key.seal_in_place_append_tag(nonce, Aad::empty(), text) //~ nonce-reuse
    }
}

fn of_the_process(cipher: &Aes256Gcm, text: &[u8]) -> Result<Vec<u8>, Error> {
    cipher.encrypt(Nonce::from_slice(&*NONCE), text) //~ nonce-reuse
}

struct Counted {
    cipher: Aes256Gcm,
    prefix: [u8; 4],
    count: AtomicU64,
}

impl Counted {
    fn seal(&self, text: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&self.prefix);
        nonce[4..].copy_from_slice(&self.count.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        // near miss: only a part of it is kept
        self.cipher.encrypt(Nonce::from_slice(&nonce), text)
    }
}

struct Rotated {
    cipher: Aes256Gcm,
    nonce: [u8; 12],
}

impl Rotated {
    fn seal(&mut self, text: &[u8]) -> Result<Vec<u8>, Error> {
        // near miss: another one afterwards
        let sealed = self.cipher.encrypt(Nonce::from_slice(&self.nonce), text);
        self.nonce = Aes256Gcm::generate_nonce(&mut OsRng).into();
        sealed
    }
}

struct Session {
    cipher: Aes256Gcm,
    nonce: [u8; 12],
}

impl Session {
    fn seal(&mut self, text: &[u8]) -> Result<Vec<u8>, Error> {
        // near miss: counted on afterwards
        let sealed = self.cipher.encrypt(Nonce::from_slice(&self.nonce), text);
        next(&mut self.nonce);
        sealed
    }
}

fn next(nonce: &mut [u8; 12]) {
    for byte in nonce.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return;
        }
    }
}

struct Message {
    key: [u8; 32],
    nonce: [u8; 12],
}

impl Message {
    fn new() -> Message {
        Message {
            key: rand::random(),
            nonce: rand::random(),
        }
    }

    fn seal(self, text: &[u8]) -> Result<Vec<u8>, Error> {
        // near miss: it can be called once
        Aes256Gcm::new(&self.key.into()).encrypt(Nonce::from_slice(&self.nonce), text)
    }
}

struct Part {
    nonce: [u8; 12],
    text: Vec<u8>,
}

fn seal_part(cipher: &Aes256Gcm, part: &Part) -> Result<Vec<u8>, Error> {
    // near miss: the nonce belongs to the message
    cipher.encrypt(Nonce::from_slice(&part.nonce), part.text.as_slice())
}

struct Request<'r> {
    vault: &'r Vault,
    nonce: [u8; 12],
}

impl Request<'_> {
    fn seal(&self, text: &[u8]) -> Result<Vec<u8>, Error> {
        // near miss: the key is somebody else's, and the nonce may be made for this message
        self.vault.cipher.encrypt(Nonce::from_slice(&self.nonce), text)
    }
}

fn main() {}
