//! Keys of tokens that are shorter than the hash, and near misses.

use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::distr::{Alphanumeric, SampleString};
use rand::{Rng, RngCore};

const BYTES: usize = 16;

fn random() -> EncodingKey {
    let mut secret = [0u8; 16];
    rand::rng().fill_bytes(&mut secret);
    EncodingKey::from_secret(&secret) //~ jwt-weak-key
}

fn random_list() -> EncodingKey {
    let mut secret = vec![0u8; BYTES];
    rand::rng().fill_bytes(&mut secret);
    EncodingKey::from_secret(&secret) //~ jwt-weak-key
}

fn both() -> (EncodingKey, DecodingKey) {
    let secret = Alphanumeric.sample_string(&mut rand::rng(), 8);
    let encoding = EncodingKey::from_secret(secret.as_bytes()); //~ jwt-weak-key
    // near miss: the same key, which was told of
    let decoding = DecodingKey::from_secret(secret.as_bytes());
    (encoding, decoding)
}

fn characters() -> DecodingKey {
    let secret: String = rand::rng().sample_iter(&Alphanumeric).take(BYTES).map(char::from).collect();
    DecodingKey::from_secret(secret.as_bytes()) //~ jwt-weak-key
}

fn made() -> [u8; 20] {
    let mut secret = [0; 20];
    rand::rng().fill_bytes(&mut secret);
    secret
}

fn by_function() -> EncodingKey {
    EncodingKey::from_secret(&made()) //~ jwt-weak-key
}

struct Signer {
    key: [u8; 12],
}

impl Signer {
    fn new() -> Signer {
        let mut key = [0; 12];
        rand::rng().fill_bytes(&mut key);
        Signer { key }
    }

    fn encoding(&self) -> EncodingKey {
        EncodingKey::from_secret(&self.key) //~ jwt-weak-key
    }
}

fn signing(secret: &str) -> EncodingKey {
    EncodingKey::from_secret(secret.as_bytes()) //~ jwt-weak-key
}

fn signs() -> EncodingKey {
    signing("only short")
}

fn written() -> EncodingKey {
    // near miss: `hardcoded-secret` reports it
    EncodingKey::from_secret(b"secret")
}

fn of_a_variable() -> EncodingKey {
    let secret = "change me";
    // near miss: `hardcoded-secret` reports it where it is written
    EncodingKey::from_secret(secret.as_bytes())
}

fn long() -> EncodingKey {
    let mut secret = [0u8; 32];
    rand::rng().fill_bytes(&mut secret);
    // near miss: as long as the hash
    EncodingKey::from_secret(&secret)
}

fn longer() -> EncodingKey {
    let secret = Alphanumeric.sample_string(&mut rand::rng(), 4 * BYTES);
    // near miss: longer than the hash
    EncodingKey::from_secret(secret.as_bytes())
}

fn environment() -> Option<EncodingKey> {
    let secret = std::env::var("JWT_SECRET").ok()?;
    // near miss: nobody knows how long it is
    Some(EncodingKey::from_secret(secret.as_bytes()))
}

fn default() -> EncodingKey {
    let secret = std::env::var("JWT_SECRET").unwrap_or("short".to_owned());
    // near miss: the environment decides, and `hardcoded-secret` speaks of the default
    EncodingKey::from_secret(secret.as_bytes())
}

fn given(secret: &[u8]) -> EncodingKey {
    // near miss: who calls decides
    EncodingKey::from_secret(secret)
}

fn grown() -> EncodingKey {
    let mut secret = vec![0u8; 16];
    rand::rng().fill_bytes(&mut secret);
    secret.extend_from_slice(&made());
    // near miss: more was added
    EncodingKey::from_secret(&secret)
}

fn joined(more: &str) -> EncodingKey {
    let mut secret = String::from("prefix");
    secret.push_str(more);
    // near miss: the longer part comes then
    EncodingKey::from_secret(secret.as_bytes())
}

fn hashed(secret: &str) -> EncodingKey {
    use sha2::Digest;
    let mut short = [0u8; 8];
    rand::rng().fill_bytes(&mut short);
    let mut hasher = sha2::Sha256::new();
    hasher.update(short);
    hasher.update(secret);
    // near miss: what is made of the short one is long
    EncodingKey::from_secret(&hasher.finalize())
}

fn either(long: bool) -> EncodingKey {
    let mut short = [0u8; 16];
    rand::rng().fill_bytes(&mut short);
    let whole = [7u8; 32];
    // near miss: a setting decides
    EncodingKey::from_secret(if long { &whole[..] } else { &short[..] })
}

fn private(der: &[u8]) -> EncodingKey {
    // near miss: another kind of key
    EncodingKey::from_rsa_der(der)
}

fn salt() -> [u8; 16] {
    let mut salt = [0u8; 16];
    rand::rng().fill_bytes(&mut salt);
    // near miss: no key at all
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs() {
        let mut secret = [0u8; 4];
        rand::rng().fill_bytes(&mut secret);
        // near miss: a test
        let _ = EncodingKey::from_secret(&secret);
    }
}

fn main() {}
