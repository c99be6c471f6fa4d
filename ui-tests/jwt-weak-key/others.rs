//! Keys of the crates jwt and jwt-simple.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use jwt::{SignWithKey, VerifyWithKey};
use jwt_simple::prelude::{HS256Key, HS512Key};
use rand::RngCore;
use sha2::Sha256;

type Claims = BTreeMap<String, String>;

fn secret() -> [u8; 10] {
    let mut secret = [0; 10];
    rand::rng().fill_bytes(&mut secret);
    secret
}

fn sign(claims: Claims) -> Option<String> {
    let key: Hmac<Sha256> = Hmac::new_from_slice(&secret()).ok()?;
    claims.sign_with_key(&key).ok() //~ jwt-weak-key
}

fn verify(token: &str) -> Option<Claims> {
    let key = Hmac::<Sha256>::new_from_slice(&secret()).expect("any length");
    token.verify_with_key(&key).ok() //~ jwt-weak-key
}

fn simple() -> HS256Key {
    HS256Key::from_bytes(&secret()) //~ jwt-weak-key
}

fn simple_512() -> HS512Key {
    HS512Key::from_bytes(&secret()) //~ jwt-weak-key
}

fn generated() -> HS256Key {
    // near miss: as long as it has to be
    HS256Key::generate()
}

fn read() -> Option<HS256Key> {
    let bytes = std::fs::read("/run/secrets/jwt").ok()?;
    // near miss: nobody knows how long it is
    Some(HS256Key::from_bytes(&bytes))
}

fn signature(body: &[u8]) -> Option<Vec<u8>> {
    // near miss: signs no token
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&secret()).ok()?;
    mac.update(body);
    Some(mac.finalize().into_bytes().to_vec())
}

fn main() {}
