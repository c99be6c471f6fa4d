//! Tokens that say how they want to be verified, and near misses.
//@ persona: auditor

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

fn direct(token: &str, key: &DecodingKey) -> Option<String> {
    let header = decode_header(token).ok()?;
    let validation = Validation::new(header.alg); //~ jwt-algorithm-from-token
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn through_a_variable(token: &str, key: &DecodingKey) -> Option<String> {
    let algorithm = decode_header(token).ok()?.alg;
    let mut validation = Validation::new(algorithm); //~ jwt-algorithm-from-token
    validation.leeway = 5;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn listed(token: &str, key: &DecodingKey) -> Option<String> {
    let header = decode_header(token).ok()?;
    let mut validation = Validation::default();
    validation.algorithms = vec![header.alg]; //~ jwt-algorithm-from-token
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn fixed(token: &str, key: &DecodingKey) -> Option<String> {
    // near miss: one algorithm, whatever the token says
    let validation = Validation::new(Algorithm::RS256);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn compared(token: &str, key: &DecodingKey) -> Option<String> {
    let header = decode_header(token).ok()?;
    if header.alg != Algorithm::RS256 {
        return None;
    }
    // near miss: it can only be what it was compared with
    let validation = Validation::new(header.alg);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn one_of(token: &str, key: &DecodingKey) -> Option<String> {
    let header = decode_header(token).ok()?;
    if ![Algorithm::RS256, Algorithm::RS512].contains(&header.alg) {
        return None;
    }
    // near miss: one of a list
    let validation = Validation::new(header.alg);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn matched(token: &str, key: &DecodingKey) -> Option<String> {
    let header = decode_header(token).ok()?;
    let algorithm = match header.alg {
        Algorithm::RS256 => Algorithm::RS256,
        Algorithm::ES256 => Algorithm::ES256,
        _ => return None,
    };
    // near miss: one of two
    let validation = Validation::new(algorithm);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn of_the_key(token: &str, keys: &[(String, Algorithm, DecodingKey)]) -> Option<String> {
    let kid = decode_header(token).ok()?.kid?;
    let (_, algorithm, key) = keys.iter().find(|it| it.0 == kid)?;
    // near miss: the key knows its algorithm
    let validation = Validation::new(*algorithm);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn default(token: &str, key: &DecodingKey) -> Option<String> {
    // near miss: HS256, as the library has it
    Some(decode::<Claims>(token, key, &Validation::default()).ok()?.claims.sub)
}

fn parsed(token: &str, key: &DecodingKey, set: &str) -> Option<String> {
    // near miss: a setting names it
    let validation = Validation::new(set.parse().ok()?);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn written(claims: &Claims, key: &EncodingKey) -> Option<String> {
    // near miss: the header of a token that is made here
    let header = Header { alg: Algorithm::HS512, ..Header::default() };
    encode(&header, claims, key).ok()
}

fn shown(token: &str) -> Option<String> {
    // near miss: shown, and nothing is verified by it
    decode_header(token).ok().map(|it| format!("{:?}", it.alg))
}

fn several(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::default();
    // near miss: the program's own list
    validation.algorithms = vec![Algorithm::RS256, Algorithm::RS384];
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

struct Plan {
    alg: Algorithm,
}

fn planned(token: &str, key: &DecodingKey, plan: &Plan) -> Option<String> {
    // near miss: a field of the program's own
    let validation = Validation::new(plan.alg);
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn main() {}
