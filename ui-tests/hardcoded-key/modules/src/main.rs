//! Keys that stand in one file and are used in another.

mod settings;

use jsonwebtoken::{DecodingKey, EncodingKey};

fn sign() -> EncodingKey {
    EncodingKey::from_secret(settings::SIGNATURES) //~ hardcoded-key
}

fn verify() -> DecodingKey {
    DecodingKey::from_secret(settings::text().as_bytes()) //~ hardcoded-key
}

fn own(settings: &settings::Settings) -> EncodingKey {
    // near miss: of the settings
    EncodingKey::from_secret(settings.signatures.as_bytes())
}

fn loaded() -> Option<EncodingKey> {
    // near miss: of a function that reads the environment
    Some(EncodingKey::from_secret(settings::load()?.as_bytes()))
}

fn main() {}
