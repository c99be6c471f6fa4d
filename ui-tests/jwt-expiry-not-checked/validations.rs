//! Validations that are shared, built by helpers and struct updates.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, errors::Error};
use serde::Deserialize;

const CHECK_EXPIRY: bool = false;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

fn rules() -> Validation {
    let mut it = Validation::new(Algorithm::EdDSA);
    it.set_issuer(&["https://login.example.com"]);
    it.validate_exp = false; //~ jwt-expiry-not-checked
    it
}

pub fn subject(token: &str, key: &DecodingKey) -> Result<String, Error> {
    Ok(decode::<Claims>(token, key, &rules())?.claims.sub)
}

pub fn by_constant(token: &str, key: &DecodingKey) -> Result<String, Error> {
    let mut validation = Validation::default();
    validation.validate_exp = CHECK_EXPIRY; //~ jwt-expiry-not-checked
    Ok(decode::<Claims>(token, key, &validation)?.claims.sub)
}

fn set_expiry(validation: &mut Validation, check: bool) {
    validation.validate_exp = check; //~ jwt-expiry-not-checked
}

pub fn by_parameter(token: &str, key: &DecodingKey) -> Result<String, Error> {
    let mut validation = Validation::new(Algorithm::RS512);
    set_expiry(&mut validation, false);
    Ok(decode::<Claims>(token, key, &validation)?.claims.sub)
}

struct Verifier {
    rules: Validation,
    key: DecodingKey,
}

impl Verifier {
    fn new(key: DecodingKey) -> Self {
        let mut verifier = Self { rules: Validation::new(Algorithm::ES384), key };
        verifier.rules.validate_exp = false; //~ jwt-expiry-not-checked
        verifier
    }

    fn subject(&self, token: &str) -> Result<String, Error> {
        decode::<Claims>(token, &self.key, &self.rules).map(|it| it.claims.sub)
    }
}

/// Tokens of sessions are asked about in the database, too.
pub fn refreshed(token: &str, key: &DecodingKey, known: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS384);
    validation.validate_exp = false; //~ jwt-expiry-not-checked
    let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
    known(&claims.sub).then_some(claims.sub)
}

/// Says when a token expired that has.
pub fn compared(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false; // near miss: compared below
    let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    if claims.exp < now {
        return None;
    }
    Some(claims.sub)
}

pub fn compared_with_leeway(token: &str, key: &DecodingKey, now: u64) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false; // near miss: compared below, the other way round
    let Claims { sub, exp } = decode::<Claims>(token, key, &validation).ok()?.claims;
    (now <= exp + 30).then_some(sub)
}

pub fn only_not_before(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_nbf = false; // near miss: another claim
    validation.validate_exp = true; // near miss: said in so many words
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

pub fn switched_on_again(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false; //~ jwt-expiry-not-checked (wrongly): what is said last counts
    validation.validate_exp = true;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

pub fn by_setting(token: &str, key: &DecodingKey, for_ever: bool) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = !for_ever; // near miss: callers decide
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

pub fn service(token: &str, key: &DecodingKey) -> Option<String> {
    by_setting(token, key, std::env::var_os("FOR_EVER").is_some())
}

pub fn not_required(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_required_spec_claims(&["iss"]); // near miss: checked where it is there
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

struct Form {
    validate_exp: bool,
}

pub fn other_type() -> Form {
    let mut form = Form { validate_exp: true };
    form.validate_exp = false; // near miss: a field of another type
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lenient() -> Validation {
        let mut validation = Validation::default();
        validation.validate_exp = false; // near miss: a test
        validation
    }
}

fn main() {}
