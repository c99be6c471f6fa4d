//! Passwords and costs through helpers, constants, fields and settings.

use argon2::{Algorithm, Argon2, ParamsBuilder, Params, PasswordHasher, Version, password_hash::SaltString};
use hmac::Hmac;
use sha2::{Digest, Sha256, Sha512};

const COST: u32 = 4;
const ROUNDS: u32 = 1_000;
const MANY: u32 = 600 * 1_000;

struct NewUser {
    name: String,
    password: String,
}

fn salted(salt: &[u8], passphrase: &str) -> String {
    let mut hasher = Sha512::new(); //~ weak-password-hash
    hasher.update(salt);
    hasher.update(passphrase.as_bytes());
    hex::encode(hasher.finalize())
}

pub fn register(user: &NewUser, salt: &[u8]) -> (String, String) {
    (user.name.clone(), salted(salt, &user.password))
}

pub fn by_field(user: &NewUser) -> Vec<u8> {
    Sha256::digest(format!("{}:{}", user.name, user.password)).to_vec() //~ weak-password-hash
}

pub fn by_openssl(pwd: &str) -> [u8; 32] {
    openssl::sha::sha256(pwd.as_bytes()) //~ weak-password-hash
}

fn digest_all<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = D::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().to_vec()
}

pub fn by_generic(passwd: &str, salt: &[u8]) -> Vec<u8> {
    digest_all::<Sha256>(&[salt, passwd.as_bytes()]) //~ weak-password-hash
}

pub fn page_by_generic(title: &str, text: &str) -> Vec<u8> {
    digest_all::<Sha256>(&[title.as_bytes(), text.as_bytes()]) // near miss: no password
}

pub fn cheap(password: &str) -> bcrypt::BcryptResult<String> {
    bcrypt::hash(password, COST) //~ weak-password-hash
}

pub fn few_rounds(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let _ = pbkdf2::pbkdf2::<Hmac<Sha256>>(password, salt, ROUNDS, &mut key); //~ weak-password-hash
    key
}

pub fn few_rounds_by_helper(password: &[u8], salt: &[u8]) -> [u8; 20] {
    let rounds = 2 * ROUNDS;
    pbkdf2::pbkdf2_hmac_array::<Sha256, 20>(password, salt, rounds) //~ weak-password-hash
}

pub fn little_memory() -> Option<Argon2<'static>> {
    let parameters = Params::new(1024, 1, 1, None).ok()?; //~ weak-password-hash
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

pub fn enough_rounds(password: &[u8], salt: &[u8]) -> [u8; 32] {
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, MANY) // near miss: a product that is large
}

pub fn dear(password: &str) -> bcrypt::BcryptResult<String> {
    bcrypt::hash(password, bcrypt::DEFAULT_COST) // near miss: 12
}

pub fn chosen(password: &str, cost: u32) -> bcrypt::BcryptResult<String> {
    bcrypt::hash(password, cost) // near miss: callers choose
}

pub fn by_environment(password: &str) -> bcrypt::BcryptResult<String> {
    let cost = std::env::var("BCRYPT_COST").ok().and_then(|it| it.parse().ok()).unwrap_or(12);
    chosen(password, cost)
}

pub fn enough_memory() -> Option<Params> {
    Params::new(19 * 1024, 2, 1, None).ok() // near miss: 19 MiB
}

pub fn prehashed(password: &str, salt: &SaltString) -> Option<String> {
    let digest = Sha512::digest(password.as_bytes()); // near miss: Argon2 gets it
    Argon2::default().hash_password(&digest, salt).ok().map(|it| it.to_string())
}

pub fn breached(password: &str, known: &dyn Fn(&str) -> bool) -> bool {
    use sha1::Digest as _;
    let digest = hex::encode(sha1::Sha1::digest(password)); // near miss: asks a list of leaked ones
    known(&digest[..5])
}

pub fn token_digest(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec() // near miss: a token is long and random
}

pub fn fingerprint(password_hash: &str) -> Vec<u8> {
    Sha256::digest(password_hash).to_vec() // near miss: a hash is hashed
}

pub fn reset_key(password_reset_id: &str) -> Vec<u8> {
    Sha256::digest(password_reset_id).to_vec() // near miss: the last word says what it is
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes() {
        assert!(bcrypt::hash("x", 4).is_ok()); // near miss: a test
    }
}

fn main() {}
