//! Headers of tokens that come to validations by variables, patterns and helpers.
//@ persona: auditor

use jsonwebtoken::{Algorithm, DecodingKey, Header, TokenData, Validation, decode, decode_header as head};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

const ACCEPTED: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];

pub fn by_variable(token: &str, key: &DecodingKey) -> Option<String> {
    let algorithm = head(token).ok()?.alg;
    let rules = Validation::new(algorithm); //~ jwt-algorithm-from-token
    Some(decode::<Claims>(token, key, &rules).ok()?.claims.sub)
}

pub fn by_pattern(token: &str, key: &DecodingKey) -> Option<String> {
    let Header { alg, .. } = head(token).ok()?;
    let rules = Validation::new(alg); // missed: jwt-algorithm-from-token
    Some(decode::<Claims>(token, key, &rules).ok()?.claims.sub)
}

fn rules_for(algorithm: Algorithm) -> Validation {
    Validation::new(algorithm) //~ jwt-algorithm-from-token
}

pub fn by_helper(token: &str, key: &DecodingKey) -> Option<String> {
    let header = head(token).ok()?;
    Some(decode::<Claims>(token, key, &rules_for(header.alg)).ok()?.claims.sub)
}

pub fn by_list(token: &str, key: &DecodingKey) -> Option<String> {
    let header = head(token).ok()?;
    let mut rules = Validation::default();
    rules.algorithms = vec![header.alg]; //~ jwt-algorithm-from-token
    Some(decode::<Claims>(token, key, &rules).ok()?.claims.sub)
}

pub fn compared(token: &str, key: &DecodingKey) -> Option<String> {
    let header = head(token).ok()?;
    if header.alg != Algorithm::RS256 {
        return None;
    }
    let rules = Validation::new(header.alg); // near miss: compared above
    Some(decode::<Claims>(token, key, &rules).ok()?.claims.sub)
}

pub fn listed(token: &str, key: &DecodingKey) -> Option<String> {
    let header = head(token).ok()?;
    if !ACCEPTED.contains(&header.alg) {
        return None;
    }
    let rules = Validation::new(header.alg); // near miss: found in a list
    Some(decode::<Claims>(token, key, &rules).ok()?.claims.sub)
}

pub fn matched(token: &str, key: &DecodingKey) -> Option<String> {
    let header = head(token).ok()?;
    let algorithm = match header.alg {
        Algorithm::RS256 | Algorithm::RS512 => header.alg,
        _ => return None,
    };
    let rules = Validation::new(algorithm); // near miss: matched above
    Some(decode::<Claims>(token, key, &rules).ok()?.claims.sub)
}

struct Key {
    alg: Algorithm,
    key: DecodingKey,
}

pub fn of_the_key(token: &str, keys: &[Key]) -> Option<String> {
    let kid = head(token).ok()?.kid?;
    let key = keys.get(kid.parse::<usize>().ok()?)?;
    let rules = Validation::new(key.alg); // near miss: the key says which
    Some(decode::<Claims>(token, &key.key, &rules).ok()?.claims.sub)
}

pub fn afterwards(token: &str, key: &DecodingKey) -> Option<Algorithm> {
    let data: TokenData<Claims> = decode(token, key, &Validation::new(Algorithm::HS256)).ok()?;
    Some(data.header.alg) // near miss: read once it is verified
}

fn main() {}
