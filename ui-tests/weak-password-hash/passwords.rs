//! Passwords whose hashes can be tried by the billion, and near misses.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};
use sha2::{Digest, Sha256, Sha512};

struct NewUser {
    name: String,
    password: String,
}

const COST: u32 = 4;

fn hashed(password: &str) -> String {
    hex::encode(Sha256::digest(password)) //~ weak-password-hash
}

fn salted(user: &NewUser, salt: &[u8]) -> Vec<u8> {
    let mut hasher = Sha512::new(); //~ weak-password-hash
    hasher.update(salt);
    hasher.update(user.password.as_bytes());
    hasher.finalize().to_vec()
}

fn formatted(password: &str, salt: &str) -> String {
    let text = format!("{:x}", md5::Md5::digest(format!("{salt}{password}"))); //~ weak-password-hash
    text
}

fn chained(user: &NewUser) -> Vec<u8> {
    Sha256::new() //~ weak-password-hash
        .chain_update(&user.name)
        .chain_update(&user.password)
        .finalize()
        .to_vec()
}

fn cheap(password: &str) -> Result<String, bcrypt::BcryptError> {
    bcrypt::hash(password, COST) //~ weak-password-hash
}

fn few_rounds(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let rounds = 1_000;
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, rounds) //~ weak-password-hash
}

fn little_memory() -> argon2::Result<argon2::Params> {
    argon2::Params::new(1024, 2, 1, None) //~ weak-password-hash
}

fn strong(password: &[u8], salt: &SaltString) -> Option<String> {
    // near miss: made for passwords
    Some(Argon2::default().hash_password(password, salt).ok()?.to_string())
}

fn default_cost(password: &str) -> Result<String, bcrypt::BcryptError> {
    // near miss: twelve, as the library has it
    bcrypt::hash(password, bcrypt::DEFAULT_COST)
}

fn high_cost(password: &str) -> Result<String, bcrypt::BcryptError> {
    // near miss: a cost that will do
    bcrypt::hash(password, 3 * COST)
}

fn shortened(password: &str) -> Result<String, bcrypt::BcryptError> {
    // near miss: bcrypt looks at 72 bytes only, so a hash goes in
    let short = hex::encode(Sha256::digest(password));
    bcrypt::hash(short, 12)
}

fn many_rounds(password: &[u8], salt: &[u8]) -> [u8; 32] {
    // near miss: rounds enough
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, 600_000)
}

fn is_pwned(password: &str, list: &[String]) -> bool {
    // near miss: asked for in a list of passwords that leaked
    let hash = hex::encode(sha1::Sha1::digest(password));
    list.contains(&hash)
}

fn token_hash(token: &str) -> Vec<u8> {
    // near miss: a token is long and random
    Sha256::digest(token).to_vec()
}

fn reset_token_hash(password_reset_token: &str) -> Vec<u8> {
    // near miss: a token again
    Sha256::digest(password_reset_token).to_vec()
}

fn fingerprint(password_hash: &str) -> Vec<u8> {
    // near miss: the hash of a hash that was made by another function
    Sha256::digest(password_hash).to_vec()
}

fn checksum(passwords_file: &[u8]) -> Vec<u8> {
    // near miss: of a file
    Sha256::digest(passwords_file).to_vec()
}

fn as_set(password: &str, cost: u32) -> Result<String, bcrypt::BcryptError> {
    // near miss: whoever calls decides
    bcrypt::hash(password, cost)
}

fn much_memory() -> argon2::Result<argon2::Params> {
    // near miss: as is recommended
    argon2::Params::new(19 * 1024, 2, 1, None)
}

#[cfg(test)]
mod tests {
    #[test]
    fn hashes() {
        // near miss: a test must be fast
        let _ = bcrypt::hash("x", 4);
    }
}

fn main() {}
