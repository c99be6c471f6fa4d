//! Tokens that count for ever, and near misses.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

#[derive(Deserialize)]
struct Settings {
    check_expiry: bool,
}

const CHECKED: bool = false;

fn assigned(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false; //~ jwt-expiry-not-checked
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn constant(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::default();
    validation.validate_exp = CHECKED; //~ jwt-expiry-not-checked
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn built(check: bool) -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = check; //~ jwt-expiry-not-checked
    validation
}

fn used(token: &str, key: &DecodingKey) -> Option<String> {
    Some(decode::<Claims>(token, key, &built(false)).ok()?.claims.sub)
}

fn on(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: on, as it is by itself
    validation.validate_exp = true;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn default(token: &str, key: &DecodingKey) -> Option<String> {
    // near miss: the library checks it where nothing is said
    Some(decode::<Claims>(token, key, &Validation::default()).ok()?.claims.sub)
}

fn not_before(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: from when on, not until when
    validation.validate_nbf = false;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn tolerant(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: a minute for clocks that differ
    validation.leeway = 60;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn as_set(token: &str, key: &DecodingKey, settings: &Settings) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: a setting decides
    validation.validate_exp = settings.check_expiry;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn in_a_branch(token: &str, key: &DecodingKey, settings: &Settings) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    if !settings.check_expiry {
        // near miss: only where a setting asks for it
        validation.validate_exp = false;
    }
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn required(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: more is required, not less
    validation.set_required_spec_claims(&["exp", "sub"]);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn not_required(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    let none: [&str; 0] = [];
    // near miss: an expiry that is there is still checked, which is for auditors to know
    validation.set_required_spec_claims(&none);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

struct Checks {
    validate_exp: bool,
}

fn own() -> Checks {
    let mut checks = Checks { validate_exp: true };
    // near miss: a field of the program's own
    checks.validate_exp = false;
    checks
}

fn by_hand(token: &str, key: &DecodingKey, now: u64) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: the program compares it itself
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
    if claims.exp < now {
        return None;
    }
    Some(claims.sub)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads() {
        let mut validation = jsonwebtoken::Validation::default();
        // near miss: a test with a token that has long expired
        validation.validate_exp = false;
        assert!(!validation.validate_exp);
    }
}

fn main() {}
