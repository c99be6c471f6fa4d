//! Sizes through constants, helpers and settings.

use openssl::pkey::Private;
use openssl::rsa::Rsa;
use rand::rngs::StdRng;
use rsa::RsaPrivateKey;
use rsa::rand_core::{CryptoRngCore, OsRng};

mod sizes {
    pub const SHORT: usize = 1024;
    pub const KIBI: u32 = 512;
    pub const LONG: usize = 4096;
}

pub fn by_constant() -> rsa::Result<RsaPrivateKey> {
    let mut random = OsRng;
    RsaPrivateKey::new(&mut random, sizes::SHORT) //~ weak-key-size
}

fn key(bits: u32) -> Result<Rsa<Private>, openssl::error::ErrorStack> {
    Rsa::generate(bits) //~ weak-key-size
}

pub fn by_parameter() -> Result<Rsa<Private>, openssl::error::ErrorStack> {
    key(2 * sizes::KIBI)
}

pub fn with_exponent(random: &mut impl CryptoRngCore) -> rsa::Result<RsaPrivateKey> {
    let bits = 1536;
    let exponent = rsa::BigUint::from(65_537u32);
    RsaPrivateKey::new_with_exp(random, bits, &exponent) //~ weak-key-size
}

struct Options {
    bits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { bits: 1024 }
    }
}

pub fn by_field() -> rsa::Result<RsaPrivateKey> {
    let options = Options::default();
    RsaPrivateKey::new(&mut OsRng, options.bits) //~ weak-key-size
}

pub fn long() -> rsa::Result<RsaPrivateKey> {
    RsaPrivateKey::new(&mut OsRng, sizes::LONG) // near miss: 4096
}

pub fn just_enough() -> Result<Rsa<Private>, openssl::error::ErrorStack> {
    Rsa::generate(4 * sizes::KIBI) // near miss: 2048
}

pub fn by_environment() -> rsa::Result<RsaPrivateKey> {
    let bits = std::env::var("RSA_BITS").ok().and_then(|it| it.parse().ok()).unwrap_or(3072);
    RsaPrivateKey::new(&mut OsRng, bits) // near miss: the environment decides
}

pub fn chosen(bits: usize) -> rsa::Result<RsaPrivateKey> {
    RsaPrivateKey::new(&mut OsRng, bits) // near miss: callers choose
}

pub fn short_or_long(short: bool) -> rsa::Result<RsaPrivateKey> {
    chosen(if short { 2048 } else { 4096 })
}

pub fn bytes() -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let mut key = vec![0; 256];
    openssl::rand::rand_bytes(&mut key)?; // near miss: another kind of key
    Ok(key)
}

pub fn too_short(key: &Rsa<Private>) -> bool {
    key.size() * 8 < 1024 // near miss: only compared
}

pub fn raised(bits: usize) -> rsa::Result<RsaPrivateKey> {
    RsaPrivateKey::new(&mut OsRng, bits.max(2048)) // near miss: raised
}

pub fn raised_small() -> rsa::Result<RsaPrivateKey> {
    raised(512)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick() -> rsa::Result<RsaPrivateKey> {
        RsaPrivateKey::new(&mut OsRng, 512) // near miss: a test
    }
}

fn main() {}
