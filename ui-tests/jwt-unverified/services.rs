//! Readers of tokens in services: shared validations, wrappers, claims of others.

use axum::extract::FromRequestParts;
use axum::http::{StatusCode, header, request::Parts};
use jsonwebtoken::dangerous::{insecure_decode, insecure_decode as peek};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize, Clone)]
struct Claims {
    sub: String,
    iss: String,
    exp: u64,
}

fn relaxed() -> Validation {
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&["shop"]);
    rules.insecure_disable_signature_validation(); //~ jwt-unverified
    rules
}

pub fn subject(token: &str, key: &DecodingKey) -> Option<String> {
    decode::<Claims>(token, key, &relaxed()).ok().map(|it| it.claims.sub)
}

fn claims_of<T: DeserializeOwned + Clone>(token: &str) -> Result<T, StatusCode> {
    let data: TokenData<T> = insecure_decode(token).map_err(|_| StatusCode::UNAUTHORIZED)?; //~ jwt-unverified
    Ok(data.claims)
}

struct Caller(String);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
        claims_of::<Claims>(token).map(|it| Caller(it.sub))
    }
}

pub fn tenant(token: &str) -> Option<String> {
    peek::<Claims>(token).ok().map(|it| it.claims.iss) //~ jwt-unverified
}

struct Tokens {
    rules: Validation,
    key: DecodingKey,
}

impl Tokens {
    fn new(key: DecodingKey) -> Self {
        let mut tokens = Tokens { rules: Validation::default(), key };
        Validation::insecure_disable_signature_validation(&mut tokens.rules); //~ jwt-unverified
        tokens
    }

    fn read(&self, token: &str) -> Option<Claims> {
        decode(token, &self.key, &self.rules).ok().map(|it| it.claims)
    }
}

/// The issuer says whose key it is.
pub fn verified_afterwards(token: &str, keys: &dyn Fn(&str) -> Option<DecodingKey>) -> Option<Claims> {
    let issuer = jsonwebtoken::dangerous::insecure_decode::<Claims>(token).ok()?.claims.iss; // near miss: verified below
    let key = keys(&issuer)?;
    decode::<Claims>(token, &key, &Validation::new(Algorithm::ES256)).ok().map(|it| it.claims)
}

pub fn by_key_id(token: &str, keys: &dyn Fn(&str) -> Option<DecodingKey>) -> Option<Claims> {
    let header = decode_header(token).ok()?; // near miss: the header alone, to choose the key
    let key = keys(header.kid.as_deref()?)?;
    decode::<Claims>(token, &key, &Validation::new(Algorithm::RS256)).ok().map(|it| it.claims)
}

mod own {
    pub struct Rules;

    impl Rules {
        pub fn insecure_disable_signature_validation(&mut self) {}
    }

    pub fn insecure_decode(token: &str) -> &str {
        token
    }
}

pub fn of_this_program(token: &str) -> &str {
    own::Rules.insecure_disable_signature_validation(); // near miss: a method of another type
    own::insecure_decode(token) // near miss: a function of another module
}

pub fn leeway(token: &str, key: &DecodingKey) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.leeway = 60; // near miss: the signature is verified
    rules.validate_nbf = true;
    decode(token, key, &rules).ok().map(|it| it.claims)
}

pub fn in_development(token: &str, key: &DecodingKey, development: bool) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::HS256);
    if development {
        rules.insecure_disable_signature_validation(); // near miss: a branch decides
    }
    decode(token, key, &rules).ok().map(|it| it.claims)
}

#[cfg(debug_assertions)]
pub fn shown(token: &str) -> Option<Claims> {
    peek::<Claims>(token).ok().map(|it| it.claims) // near miss: not in a release
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let claims = insecure_decode::<Claims>("a.b.c"); // near miss: a test
        assert!(claims.is_err());
    }
}

fn main() {}
