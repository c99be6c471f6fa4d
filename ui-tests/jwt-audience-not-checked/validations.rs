//! Audiences that helpers, structs and settings leave out.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::JwkSet};
use serde::Deserialize;

const ANY_AUDIENCE: bool = true;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: String,
}

fn rules(algorithm: Algorithm) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.validate_aud = false; //~ jwt-audience-not-checked
    rules.set_issuer(&["https://id.example.com"]);
    rules
}

pub fn by_helper(token: &str, key: &DecodingKey) -> Option<String> {
    Some(decode::<Claims>(token, key, &rules(Algorithm::RS256)).ok()?.claims.sub)
}

pub fn by_negated_constant(token: &str, keys: &JwkSet) -> Option<String> {
    let key = DecodingKey::from_jwk(keys.find("current")?).ok()?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_aud = !ANY_AUDIENCE; //~ jwt-audience-not-checked
    decode::<Claims>(token, &key, &validation).map(|it| it.claims.sub).ok()
}

struct Verifier {
    validation: Validation,
    key: DecodingKey,
}

impl Verifier {
    fn from_modulus(modulus: &str) -> Option<Self> {
        let key = DecodingKey::from_rsa_components(modulus, "AQAB").ok()?;
        let validation = {
            let mut validation = Validation::new(Algorithm::PS256);
            validation.leeway = 10;
            validation.validate_aud = false; //~ jwt-audience-not-checked
            validation
        };
        Some(Self { validation, key })
    }

    fn subject(&self, token: &str) -> Option<String> {
        Some(decode::<Claims>(token, &self.key, &self.validation).ok()?.claims.sub)
    }
}

pub fn of_a_list(token: &str, keys: &[DecodingKey]) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS384);
    validation.algorithms = vec![Algorithm::RS384, Algorithm::RS512];
    validation.validate_aud = false; //~ jwt-audience-not-checked
    keys.iter().find_map(|key| decode::<Claims>(token, key, &validation).ok()).map(|it| it.claims.sub)
}

pub fn compared(token: &str, key: &DecodingKey, audience: &str) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false; // near miss: compared below
    let data = decode::<Claims>(token, key, &validation).ok()?;
    if data.claims.aud != audience {
        return None;
    }
    Some(data.claims.sub)
}

pub fn found_in_a_list(token: &str, key: &DecodingKey, audiences: &[String]) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false; // near miss: looked up below
    let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
    audiences.contains(&claims.aud).then_some(claims.sub)
}

pub fn own_tokens(token: &str, secret: &[u8]) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_aud = false; // near miss: the service's own secret
    Some(decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation).ok()?.claims.sub)
}

pub fn named(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["shop", "shop-admin"]); // near miss: named
    validation.validate_aud = true; // near miss: said in so many words
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

pub fn where_configured(token: &str, key: &DecodingKey, audience: Option<&str>) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    match audience {
        Some(audience) => validation.set_audience(&[audience]),
        None => validation.validate_aud = false, // near miss: a setting decides
    }
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

pub fn by_emptiness(token: &str, key: &DecodingKey, audiences: &[String]) -> Option<String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = !audiences.is_empty(); // near miss: what is configured decides
    validation.set_audience(audiences);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

pub fn untouched(token: &str, key: &DecodingKey) -> Option<String> {
    let validation = Validation::new(Algorithm::RS256); // near miss: tokens with an audience are refused
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

struct Report {
    validate_aud: bool,
}

pub fn other_type(report: &mut Report) {
    report.validate_aud = false; // near miss: a field of another type
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lenient() -> Validation {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_aud = false; // near miss: a test
        validation
    }
}

fn main() {}
