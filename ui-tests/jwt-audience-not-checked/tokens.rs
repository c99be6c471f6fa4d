//! Tokens that may have been made for another service, and near misses.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: String,
}

#[derive(Deserialize)]
struct Settings {
    audience: Option<String>,
}

fn assigned(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false; //~ jwt-audience-not-checked
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn by_a_public_key(token: &str, (n, e): (&str, &str)) -> Option<String> {
    let key = DecodingKey::from_rsa_components(n, e).ok()?;
    let check = false;
    let mut validation = Validation::new(Algorithm::RS512);
    validation.validate_aud = check; //~ jwt-audience-not-checked
    Some(decode::<Claims>(token, &key, &validation).ok()?.claims.sub)
}

fn on(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    // near miss: on, as it is by itself
    validation.validate_aud = true;
    validation.set_audience(&["shop"]);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn named(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    // near miss: one audience is named
    validation.set_audience(&["shop"]);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn silent(token: &str, key: &DecodingKey) -> Option<String> {
    // near miss: the library refuses tokens with an audience where none is named
    Some(decode::<Claims>(token, key, &Validation::new(Algorithm::RS256)).ok()?.claims.sub)
}

fn issuer(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    // near miss: who wrote it
    validation.set_issuer(&["https://login.example.com"]);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn own_secret(token: &str) -> Option<String> {
    let key = DecodingKey::from_secret(b"of this service alone");
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: only who knows the service's own secret can have made it
    validation.validate_aud = false;
    Some(decode::<Claims>(token, &key, &validation).ok()?.claims.sub)
}

fn as_set(token: &str, key: &DecodingKey, settings: &Settings) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    match &settings.audience {
        Some(audience) => validation.set_audience(&[audience]),
        // near miss: where no audience is set
        None => validation.validate_aud = false,
    }
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn by_hand(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    // near miss: the program compares it itself
    validation.validate_aud = false;
    let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
    (claims.aud == "shop").then_some(claims.sub)
}

struct Checks {
    validate_aud: bool,
}

fn own() -> Checks {
    // near miss: a field of the program's own
    Checks { validate_aud: false }
}

fn not_before(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["shop"]);
    // near miss: another check
    validation.validate_nbf = false;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads() {
        let mut validation = jsonwebtoken::Validation::default();
        // near miss: a test
        validation.validate_aud = false;
        assert!(!validation.validate_aud);
    }
}

fn main() {}
