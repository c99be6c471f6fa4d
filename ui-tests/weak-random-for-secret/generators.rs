//! Generators in helpers, fields, traits and aliases.

use std::time::Duration;

use fastrand::Rng as Fast;
use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::{SmallRng, StdRng};
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore, SeedableRng};
use uuid::Uuid;

const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

fn random_text(length: usize) -> String {
    (0..length).map(|_| fastrand::alphanumeric()).collect()
}

struct Invitation {
    token: String,
    retries: u8,
}

pub fn invitation() -> Invitation {
    let mut random = SmallRng::from_os_rng(); //~ weak-random-for-secret
    Invitation {
        token: Alphanumeric.sample_string(&mut random, 24),
        retries: 3,
    }
}

pub fn one_time_password(user: u64) -> String {
    let mut random = StdRng::seed_from_u64(user); //~ weak-random-for-secret
    format!("{:06}", random.random_range(0..1_000_000))
}

pub fn api_key() -> String {
    let mut random = Fast::new(); //~ weak-random-for-secret
    let letters = (0..32).map(|_| char::from(ALPHABET[random.usize(..ALPHABET.len())]));
    letters.collect()
}

pub fn session_id() -> String {
    Uuid::now_v1(&[1, 2, 3, 4, 5, 6]).simple().to_string() //~ weak-random-for-secret
}

struct Cipher {
    key: [u8; 32],
}

impl Cipher {
    fn fresh() -> Self {
        let mut key = [0; 32];
        SmallRng::seed_from_u64(7).fill_bytes(&mut key); // missed: weak-random-for-secret
        Self { key }
    }
}

pub fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    fastrand::fill(&mut salt); //~ weak-random-for-secret
    salt
}

pub fn jitter() -> Duration {
    Duration::from_millis(fastrand::u64(0..250)) // near miss: a delay
}

pub fn sampled() -> bool {
    SmallRng::from_os_rng().random_bool(0.01) // near miss: a sample
}

pub fn shard<'a>(shards: &'a [String]) -> Option<&'a String> {
    shards.choose(&mut SmallRng::seed_from_u64(7)) // near miss: load is spread
}

pub fn request_id() -> String {
    random_text(12) // near miss: names a request
}

pub fn reset_token() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 32) // near miss: seeded by the system
}

pub fn secret_key() -> [u8; 32] {
    let mut key = [0; 32];
    StdRng::from_os_rng().fill_bytes(&mut key); // near miss: seeded by the system
    key
}

pub fn access_token() -> Uuid {
    Uuid::new_v4() // near miss: 122 random bits
}

pub fn token_bucket_start() -> u32 {
    fastrand::u32(0..100) // near miss: a bucket of a limiter
}

pub fn order_id() -> Uuid {
    Uuid::now_v1(&[1, 2, 3, 4, 5, 6]) // near miss: names an order
}

pub fn password_hint(hints: &[&'static str]) -> &'static str {
    hints[fastrand::usize(..hints.len())] // near miss: chooses a hint
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> u64 {
        SmallRng::seed_from_u64(1).random() // near miss: a test
    }
}

fn main() {}
