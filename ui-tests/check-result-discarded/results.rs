//! What is verified, and what becomes of the answer.

use std::num::NonZeroU32;

use argon2::password_hash::{PasswordHash, PasswordVerifier};
use argon2::Argon2;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, Validation};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use validator::Validate;

#[derive(Debug)]
pub enum Refused {
    Credentials,
    Busy,
}

#[derive(serde::Deserialize)]
pub struct Claims {
    pub sub: i64,
}

#[derive(Validate)]
pub struct Form {
    #[validate(length(min = 3))]
    pub name: String,
}

pub fn dropped_by_underscore(password: &str, hash: &PasswordHash<'_>) -> Result<(), Refused> {
    let _ = Argon2::default().verify_password(password.as_bytes(), hash); //~ check-result-discarded
    Ok(())
}

pub fn dropped_by_ok(password: &str, hash: &PasswordHash<'_>) -> Result<(), Refused> {
    Argon2::default().verify_password(password.as_bytes(), hash).ok(); //~ check-result-discarded
    Ok(())
}

pub fn dropped_by_name(token: &str, key: &DecodingKey) -> Result<(), Refused> {
    let _data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default()); //~ check-result-discarded
    Ok(())
}

pub fn dropped_by_function(body: &[u8], sent: &[u8], key: &[u8]) -> Result<(), Refused> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Refused::Credentials)?;
    mac.update(body);
    drop(mac.verify_slice(sent)); //~ check-result-discarded
    Ok(())
}

pub fn dropped_truth(password: &str, hash: &str) -> Result<(), bcrypt::BcryptError> {
    bcrypt::verify(password, hash)?; //~ check-result-discarded
    Ok(())
}

pub fn only_made(password: &str, hash: &str) -> bool {
    bcrypt::verify(password, hash).is_ok() //~ check-result-discarded
}

pub fn only_made_by_condition(password: &str, hash: &str) -> Result<(), Refused> {
    if bcrypt::verify(password, hash).is_err() { //~ check-result-discarded
        return Err(Refused::Credentials);
    }
    Ok(())
}

pub fn only_made_by_pattern(password: &str, hash: &str) -> Result<(), Refused> {
    match bcrypt::verify(password, hash) { //~ check-result-discarded
        Ok(_) => Ok(()),
        Err(_) => Err(Refused::Credentials),
    }
}

pub fn only_made_by_let(password: &str, hash: &str) -> Result<(), Refused> {
    if let Ok(_) = bcrypt::verify(password, hash) { //~ check-result-discarded
        return Ok(());
    }
    Err(Refused::Credentials)
}

pub fn error_passes(password: &str, hash: &str) -> bool {
    bcrypt::verify(password, hash).unwrap_or(true) //~ check-result-discarded
}

pub fn unlimited(limiter: &DefaultDirectRateLimiter) {
    let _ = limiter.check(); //~ check-result-discarded
}

pub fn compared(sent: &[u8], kept: &[u8]) -> Result<(), Refused> {
    let _ = sent.ct_eq(kept); //~ check-result-discarded
    Ok(())
}

pub fn unvalidated(form: Form) -> String {
    let _ = form.validate(); //~ check-result-discarded
    form.name
}

/// A check of the program's own, which others call.
fn verify_password(password: &str, hash: &str) -> Result<(), Refused> {
    match bcrypt::verify(password, hash) {
        Ok(true) => Ok(()), // near miss: the pattern looks inside
        _ => Err(Refused::Credentials),
    }
}

pub fn own_check_dropped(password: &str, hash: &str) -> &'static str {
    let _ = verify_password(password, hash); //~ check-result-discarded
    "welcome"
}

pub fn own_check(password: &str, hash: &str) -> Result<&'static str, Refused> {
    verify_password(password, hash)?; // near miss: `?` is enough where success says nothing more
    Ok("welcome")
}

pub fn tried(password: &str, hash: &PasswordHash<'_>) -> Result<(), Refused> {
    Argon2::default().verify_password(password.as_bytes(), hash).map_err(|_| Refused::Credentials)?; // near miss: an error returns
    Ok(())
}

pub fn expected(password: &str, hash: &PasswordHash<'_>) {
    Argon2::default().verify_password(password.as_bytes(), hash).expect("the password of the operator"); // near miss: an error ends the program
}

pub fn asked(password: &str, hash: &PasswordHash<'_>) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok() // near miss: success is the whole answer
}

pub fn truth(password: &str, hash: &str) -> Result<bool, bcrypt::BcryptError> {
    let same = bcrypt::verify(password, hash)?; // near miss: the truth value is returned
    Ok(same)
}

pub fn default_is_no(password: &str, hash: &str) -> bool {
    bcrypt::verify(password, hash).unwrap_or(false) // near miss: an error is a refusal
}

pub fn matched(password: &str, hash: &str) -> bool {
    matches!(bcrypt::verify(password, hash), Ok(true)) // near miss: `matches!` looks inside
}

pub fn bound(password: &str, hash: &str) -> Result<(), Refused> {
    if let Ok(same) = bcrypt::verify(password, hash) { // near miss: what is inside is looked at
        return if same { Ok(()) } else { Err(Refused::Credentials) };
    }
    Err(Refused::Credentials)
}

pub fn claims(token: &str, key: &DecodingKey) -> Option<i64> {
    let data = jsonwebtoken::decode::<Claims>(token, key, &Validation::default()).ok()?; // near miss: nothing is left to do without the claims
    Some(data.claims.sub)
}

/// Takes as long for names that nobody has.
pub fn login(password: &str, stored: Option<&str>) -> Result<(), Refused> {
    let Some(hash) = stored else {
        let _ = bcrypt::verify(password, "$2b$12$abcdefghijklmnopqrstuv"); // near miss: what follows refuses in any case
        return Err(Refused::Credentials);
    };
    verify_password(password, hash)
}

/// The same beside the request.
pub async fn login_by_name(password: String, stored: Result<String, Refused>) -> Result<(), Refused> {
    let hash = match stored {
        Ok(hash) => hash,
        Err(refused) => {
            let waited = tokio::task::spawn_blocking(move || {
                let _ = bcrypt::verify(&password, "$2b$12$abcdefghijklmnopqrstuv"); // near miss: in a closure, and what follows refuses
            });
            waited.await.map_err(|_| Refused::Busy)?;
            return Err(refused);
        }
    };
    verify_password(&password, &hash)
}

const DUMMY_HASH: &str = "$2b$12$abcdefghijklmnopqrstuv";

pub fn take_as_long(password: &str) {
    let _ = bcrypt::verify(password, DUMMY_HASH); // near miss: only the time that it takes is wanted
}

pub fn limited(limiter: &DefaultDirectRateLimiter) -> Result<(), Refused> {
    limiter.check().map_err(|_| Refused::Busy) // near miss: the answer is returned
}

pub async fn waits(limiter: &DefaultDirectRateLimiter) {
    limiter.until_ready().await; // near miss: it waits, and has no answer
}

pub fn compared_and_used(sent: &[u8], kept: &[u8]) -> bool {
    sent.ct_eq(kept).into() // near miss: the answer is returned
}

pub fn validated(form: Form) -> Option<String> {
    form.validate().ok().map(|()| form.name) // near miss: `ok` is not the end
}

pub fn limiter() -> DefaultDirectRateLimiter {
    RateLimiter::direct(Quota::per_second(NonZeroU32::MIN))
}

fn main() {}

#[cfg(test)]
mod tests {
    #[test]
    fn verifying_does_not_panic() {
        let _ = bcrypt::verify("a", "b"); // near miss: a test
    }
}
