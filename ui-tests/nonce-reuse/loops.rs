//! Nonces that are made once and used for many messages, and near misses.

use aes_gcm::aead::{Aead, AeadCore, AeadInPlace, Error, KeyInit, OsRng};
use aes_gcm::{Aes256Gcm, Nonce};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore;

type Texts = Vec<Vec<u8>>;

fn in_a_loop(cipher: &Aes256Gcm, texts: &Texts) -> Result<Texts, Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    let mut sealed = Vec::new();
    for text in texts {
        sealed.push(cipher.encrypt(&nonce, text.as_slice())?); //~ nonce-reuse
    }
    Ok(sealed)
}

fn in_a_closure(cipher: &Aes256Gcm, texts: &Texts) -> Result<Texts, Error> {
    let mut bytes = [0u8; 12];
    rand::rng().fill_bytes(&mut bytes);
    let nonce = Nonce::from_slice(&bytes);
    texts.iter().map(|text| cipher.encrypt(nonce, text.as_slice())).collect() //~ nonce-reuse
}

fn wrapped_in_the_loop(cipher: &XChaCha20Poly1305, texts: &mut Texts, random: [u8; 24]) -> Result<(), Error> {
    for text in texts.iter_mut() {
        let nonce = XNonce::from_slice(&random);
        cipher.encrypt_in_place(nonce, b"", text)?; //~ nonce-reuse
    }
    Ok(())
}

fn twice(cipher: &Aes256Gcm, head: &[u8], body: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    let head = cipher.encrypt(&nonce, head)?;
    let body = cipher.encrypt(&nonce, body)?; //~ nonce-reuse
    Ok((head, body))
}

fn while_there_is_something(cipher: &Aes256Gcm, texts: &mut Texts) -> Result<Texts, Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    let mut sealed = Vec::new();
    while let Some(text) = texts.pop() {
        sealed.push(cipher.encrypt(&nonce, text.as_ref())?); //~ nonce-reuse
    }
    Ok(sealed)
}

fn another_each_time(cipher: &Aes256Gcm, texts: &Texts) -> Result<Texts, Error> {
    let mut sealed = Vec::new();
    for text in texts {
        let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
        // near miss: made in the loop
        sealed.push(cipher.encrypt(&nonce, text.as_slice())?);
    }
    Ok(sealed)
}

fn filled_each_time(cipher: &Aes256Gcm, texts: &Texts) -> Result<Texts, Error> {
    let mut bytes = [0u8; 12];
    let mut sealed = Vec::new();
    for text in texts {
        rand::rng().fill_bytes(&mut bytes);
        // near miss: filled in the loop
        sealed.push(cipher.encrypt(Nonce::from_slice(&bytes), text.as_slice())?);
    }
    Ok(sealed)
}

fn counted(cipher: &Aes256Gcm, texts: &Texts, start: u64) -> Result<Texts, Error> {
    let mut bytes = [0u8; 12];
    let mut sealed = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        bytes[..8].copy_from_slice(&(start + at as u64).to_be_bytes());
        // near miss: a counter
        sealed.push(cipher.encrypt(Nonce::from_slice(&bytes), text.as_slice())?);
    }
    Ok(sealed)
}

fn for_each_recipient(keys: &[[u8; 32]], message: &[u8]) -> Vec<Vec<u8>> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    let mut sealed = Vec::new();
    for key in keys {
        let cipher = Aes256Gcm::new(key.into());
        // near miss: another key each time
        sealed.extend(cipher.encrypt(&nonce, message));
    }
    sealed
}

fn two_keys(one: &Aes256Gcm, other: &Aes256Gcm, text: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    // near miss: two keys
    Ok(vec![one.encrypt(&nonce, text)?, other.encrypt(&nonce, text)?])
}

fn either(cipher: &Aes256Gcm, packed: bool, text: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    match packed {
        true => cipher.encrypt(&nonce, &text[1..]),
        // near miss: only one of them runs
        false => cipher.encrypt(&nonce, text),
    }
}

fn once(cipher: &Aes256Gcm, text: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    // near miss: one message
    cipher.encrypt(&nonce, text)
}

fn opened(cipher: &Aes256Gcm, nonce: &[u8], texts: &Texts) -> Vec<Vec<u8>> {
    // near miss: nothing is encrypted
    texts.iter().filter_map(|text| cipher.decrypt(Nonce::from_slice(nonce), text.as_slice()).ok()).collect()
}

fn checked(cipher: &Aes256Gcm, text: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    let sealed = cipher.encrypt(&nonce, text)?;
    // near miss: opened again
    cipher.decrypt(&nonce, sealed.as_slice())?;
    Ok(sealed)
}

fn first(ciphers: &[Aes256Gcm], text: &[u8]) -> Option<Vec<u8>> {
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    for cipher in ciphers {
        // near miss: the first that can ends it, and each has a key of its own
        if let Ok(sealed) = cipher.encrypt(&nonce, text) {
            return Some(sealed);
        }
    }
    None
}

fn of_a_list(cipher: &Aes256Gcm, nonces: &[[u8; 12]], texts: &Texts) -> Result<Texts, Error> {
    let mut sealed = Vec::new();
    for (nonce, text) in nonces.iter().zip(texts) {
        // near miss: each has its own
        sealed.push(cipher.encrypt(Nonce::from_slice(nonce), text.as_slice())?);
    }
    Ok(sealed)
}

fn fixed(cipher: &Aes256Gcm, texts: &Texts) -> Result<Texts, Error> {
    let nonce = Nonce::from_slice(b"unique nonce");
    // near miss: for `static-iv-or-nonce`
    texts.iter().map(|text| cipher.encrypt(nonce, text.as_slice())).collect()
}

fn main() {}
