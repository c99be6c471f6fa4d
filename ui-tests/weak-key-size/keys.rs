//! Keys that can be broken by whoever pays for it, and near misses.

use openssl::rsa::Rsa;
use rsa::RsaPrivateKey;
use rsa::rand_core::OsRng;

const BITS: usize = 1024;

fn short() -> rsa::Result<RsaPrivateKey> {
    RsaPrivateKey::new(&mut OsRng, 1024) //~ weak-key-size
}

fn constant() -> rsa::Result<RsaPrivateKey> {
    RsaPrivateKey::new(&mut OsRng, BITS) //~ weak-key-size
}

fn of_openssl() -> Result<Rsa<openssl::pkey::Private>, openssl::error::ErrorStack> {
    let bits = 512;
    Rsa::generate(bits) //~ weak-key-size
}

fn product() -> rsa::Result<RsaPrivateKey> {
    let bytes = 64;
    RsaPrivateKey::new(&mut OsRng, bytes * 8) //~ weak-key-size
}

fn long() -> rsa::Result<RsaPrivateKey> {
    // near miss: as is recommended
    RsaPrivateKey::new(&mut OsRng, 3072)
}

fn enough() -> rsa::Result<RsaPrivateKey> {
    // near miss: just enough
    RsaPrivateKey::new(&mut OsRng, 2048)
}

fn doubled() -> rsa::Result<RsaPrivateKey> {
    // near miss: twice the constant
    RsaPrivateKey::new(&mut OsRng, BITS * 2)
}

fn longest() -> Result<Rsa<openssl::pkey::Private>, openssl::error::ErrorStack> {
    // near miss: more than enough
    Rsa::generate(4096)
}

fn given(bits: usize) -> rsa::Result<RsaPrivateKey> {
    // near miss: whoever calls decides
    RsaPrivateKey::new(&mut OsRng, bits)
}

fn from_environment() -> Option<RsaPrivateKey> {
    let bits = std::env::var("BITS").ok()?.parse().ok()?;
    // near miss: the environment decides
    RsaPrivateKey::new(&mut OsRng, bits).ok()
}

fn at_least(bits: usize) -> rsa::Result<RsaPrivateKey> {
    // near miss: not less than enough
    RsaPrivateKey::new(&mut OsRng, bits.max(2048))
}

fn symmetric() -> [u8; 32] {
    // near miss: 256 bits are enough for other keys
    [0; 32]
}

struct Maker;

impl Maker {
    fn generate(_bits: u32) {}
}

fn own() {
    // near miss: a type of the program's own
    Maker::generate(512);
}

fn read(pem: &[u8]) -> Result<Rsa<openssl::pkey::Private>, openssl::error::ErrorStack> {
    // near miss: read, not made
    Rsa::private_key_from_pem(pem)
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs() {
        // near miss: a test must be fast
        let _ = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 512);
    }
}

fn main() {}
