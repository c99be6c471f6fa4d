//! Secrets that can be foretold, and near misses.

use rand::rngs::{SmallRng, StdRng};
use rand::{Rng, SeedableRng};

struct Session {
    session_id: String,
    shard: usize,
}

fn token() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(32).collect() //~ weak-random-for-secret
}

fn api_key() -> String {
    let mut rng = SmallRng::from_os_rng(); //~ weak-random-for-secret
    (0..40).map(|_| char::from(rng.random_range(b'a'..=b'z'))).collect()
}

fn session(shard: usize) -> Session {
    Session {
        session_id: format!("{:016x}", fastrand::u64(..)), //~ weak-random-for-secret
        shard,
    }
}

fn invite(seed: u64) -> String {
    let mut rng = StdRng::seed_from_u64(seed); //~ weak-random-for-secret
    let reset_token: u128 = rng.random();
    format!("{reset_token:x}")
}

fn fill() -> [u8; 12] {
    let mut nonce = [0; 12];
    fastrand::fill(&mut nonce); //~ weak-random-for-secret
    nonce
}

fn by_the_clock() -> String {
    let token = uuid::Uuid::now_v1(&[1, 2, 3, 4, 5, 6]); //~ weak-random-for-secret
    token.to_string()
}

fn good_token() -> String {
    // near miss: a generator for it
    let mut rng = rand::rng();
    (0..40).map(|_| char::from(rng.random_range(b'a'..=b'z'))).collect()
}

fn random_token() -> String {
    // near miss: 122 random bits
    uuid::Uuid::new_v4().to_string()
}

fn jitter() -> u64 {
    // near miss: spreads attempts over time
    fastrand::u64(0..100)
}

fn refresh_token_delay() -> u64 {
    // near miss: when a token is renewed, not what it is
    fastrand::u64(30..60)
}

fn pick<'s>(servers: &[&'s str]) -> Option<&'s str> {
    // near miss: spreads work over servers
    fastrand::choice(servers).copied()
}

fn sample(tokens: &[String]) -> usize {
    // near miss: how many
    let token_count = fastrand::usize(..tokens.len());
    token_count
}

fn shuffle(cards: &mut [u8]) {
    // near miss: the order of things that nobody hides
    fastrand::shuffle(cards);
}

fn request_id() -> String {
    // near miss: a name for a line of the log
    format!("{:x}", fastrand::u64(..))
}

fn ordered() -> uuid::Uuid {
    // near miss: a name for a row, ordered by time
    uuid::Uuid::now_v1(&[1, 2, 3, 4, 5, 6])
}

fn simulated(seed: u64) -> f64 {
    // near miss: the same numbers again
    StdRng::seed_from_u64(seed).random()
}

fn cancellation_token() -> u32 {
    // near miss: another kind of token
    fastrand::u32(..)
}

fn mock_token() -> u32 {
    // near miss: made up for tests
    fastrand::u32(..)
}

fn main() {}
