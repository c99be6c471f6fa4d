//! Tokens of which nobody knows who wrote them, and near misses.

use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use serde::Deserialize;

#[derive(Deserialize, Clone)]
struct Claims {
    sub: String,
    exp: u64,
}

#[derive(Deserialize)]
struct Settings {
    skip_signature: bool,
}

fn switched_off(token: &str) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.insecure_disable_signature_validation(); //~ jwt-unverified
    let data = decode::<Claims>(token, &DecodingKey::from_secret(&[]), &validation).ok()?;
    Some(data.claims.sub)
}

fn by_default(token: &str) -> Option<String> {
    let key = DecodingKey::from_secret(b"");
    let validation = {
        let mut validation = Validation::default();
        validation.validate_exp = true;
        validation.insecure_disable_signature_validation(); //~ jwt-unverified
        validation
    };
    Some(decode::<Claims>(token, &key, &validation).ok()?.claims.sub)
}

fn dangerous(token: &str) -> Option<String> {
    let data: TokenData<Claims> = jsonwebtoken::dangerous::insecure_decode(token).ok()?; //~ jwt-unverified
    Some(data.claims.sub)
}

fn aliased(token: &str) -> Option<u64> {
    use jsonwebtoken::dangerous::insecure_decode as parse;
    Some(parse::<Claims>(token).ok()?.claims.exp) //~ jwt-unverified
}

fn verified(token: &str, key: &DecodingKey) -> Option<String> {
    // near miss: the signature is checked
    let data = decode::<Claims>(token, key, &Validation::new(Algorithm::RS256)).ok()?;
    Some(data.claims.sub)
}

fn keyed(token: &str, keys: &[(String, DecodingKey)]) -> Option<String> {
    // near miss: the header says which key it is, and that one verifies
    let kid = decode_header(token).ok()?.kid?;
    let key = keys.iter().find(|it| it.0 == kid)?;
    let data = decode::<Claims>(token, &key.1, &Validation::new(Algorithm::RS256)).ok()?;
    Some(data.claims.sub)
}

fn issuer_first(token: &str, keys: &[(String, DecodingKey)]) -> Option<String> {
    // near miss: who is said to have written it tells whose key verifies it
    let said: TokenData<Claims> = jsonwebtoken::dangerous::insecure_decode(token).ok()?;
    let key = keys.iter().find(|it| it.0 == said.claims.sub)?;
    let data = decode::<Claims>(token, &key.1, &Validation::new(Algorithm::RS256)).ok()?;
    Some(data.claims.sub)
}

fn peeked(token: &str, key: &DecodingKey) -> Option<String> {
    let mut peek = Validation::new(Algorithm::HS256);
    // near miss: read once without and then once with its signature
    peek.insecure_disable_signature_validation();
    let said = decode::<Claims>(token, key, &peek).ok()?;
    let data = decode::<Claims>(token, key, &Validation::new(Algorithm::HS256)).ok()?;
    (said.claims.sub == data.claims.sub).then_some(data.claims.sub)
}

struct Checks {
    on: bool,
}

impl Checks {
    fn insecure_disable_signature_validation(&mut self) {
        self.on = false;
    }
}

fn own() -> bool {
    let mut checks = Checks { on: true };
    // near miss: a method of the program's own
    checks.insecure_disable_signature_validation();
    checks.on
}

fn as_set(token: &str, key: &DecodingKey, settings: &Settings) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    if settings.skip_signature {
        // near miss: a setting decides
        validation.insecure_disable_signature_validation();
    }
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn header_only(token: &str) -> Option<Algorithm> {
    // near miss: the header, and nothing that it vouches for
    decode_header(token).ok().map(|it| it.alg)
}

fn relaxed(token: &str, key: &DecodingKey) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    // near miss: another check is switched off, the signature is verified
    validation.validate_nbf = false;
    Some(decode::<Claims>(token, key, &validation).ok()?.claims.sub)
}

fn insecure_decode(token: &str) -> Option<&str> {
    token.split('.').next()
}

fn named_alike(token: &str) -> Option<&str> {
    // near miss: a function of the program's own
    insecure_decode(token)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads() {
        // near miss: a test reads what it has made
        let read = jsonwebtoken::dangerous::insecure_decode::<super::Claims>("a.b.c");
        assert!(read.is_err());
    }
}

fn main() {}
