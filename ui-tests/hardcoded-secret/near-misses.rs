//! What looks like a secret, and is none.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderName};
use jsonwebtoken::{DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

// near miss: the name of a variable
const JWT_SECRET: &str = "JWT_SECRET";
// near miss: the name of a header
const API_KEY_HEADER: &str = "x-api-key";
// near miss: the key of a map or a session
const SESSION_TOKEN_KEY: &str = "session_token";
// near miss: a placeholder
const PASSWORD_PLACEHOLDER: &str = "<your-password>";
// near miss: another placeholder
const DEFAULT_API_KEY: &str = "changeme";
// near miss: a third one
const EXAMPLE_TOKEN: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxx";
// near miss: the example of the provider's documentation
const AWS_EXAMPLE: &str = concat!("AKIA", "IOSFODNN7EXAMPLE");
// near miss: a message to the user
const PASSWORD_TOO_SHORT: &str = "the password must have at least twelve characters";
// near miss: the path of a route
const RESET_PASSWORD: &str = "/auth/reset-password/{token}";
// near miss: the URL that hands out tokens
const TOKEN_URL: &str = "https://id.example.com/oauth2/token";
// near miss: the hash of a public file
const ASSETS_SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
// near miss: the id of a commit
const BUILD: &str = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad";
// near miss: a public key
const LICENSE_KEY: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
// near miss: an alphabet from which tokens are made
const TOKEN_ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
// near miss: a pattern that recognises secrets
const TOKEN_PATTERN: &str = r"ghp_[A-Za-z0-9]{36}";
// near miss: the name of a field in a form
const PASSWORD_FIELD: &str = "new_password_confirmation";
// near miss: the scheme of a header, without its value
const BEARER: &str = "Bearer ";
// near miss: a UUID that names something
const TENANT_KEY: &str = "7f1c4a2e-9b3d-4e57-8a6f-2d0c1b9e8f34";
// near miss: the type URN of a secret
const SECRET_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
// near miss: a statement that names columns
const FIND_PASSWORD: &str = "SELECT password_hash FROM account WHERE email = $1";

#[derive(Deserialize)]
struct Settings {
    // near miss: read from the environment, renamed
    #[serde(rename = "API_SECRET_KEY")]
    api_secret: SecretString,
    // near miss: an empty default
    #[serde(default)]
    password: String,
}

fn keys(settings: &Settings) -> (EncodingKey, DecodingKey) {
    let secret = settings.api_secret.expose_secret().as_bytes();
    (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret)) // near miss: a key from the settings
}

fn from_environment() -> Result<DecodingKey, std::env::VarError> {
    let secret = std::env::var("SIGNING_KEY")?; // near miss: a key from the environment
    Ok(DecodingKey::from_secret(secret.as_bytes()))
}

fn from_a_file() -> std::io::Result<String> {
    std::fs::read_to_string("/run/secrets/db_password") // near miss: a key from a file
}

fn expected() -> String {
    std::env::var("SIGNING_KEY").expect("SIGNING_KEY must be set to 32 random bytes") // near miss: what is told to the operator
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-auth-token")?.to_str().ok() // near miss: the name of a header as an argument
}

fn form() -> HashMap<&'static str, String> {
    let mut form = HashMap::new();
    form.insert("grant_type", "client_credentials".to_owned()); // near miss: a word of a protocol
    form.insert("client_secret", std::env::var("CLIENT_SECRET").unwrap_or_default()); // near miss: an empty default
    form
}

fn local() -> &'static str {
    "postgres://postgres:postgres@localhost:5432/shop" // near miss: a development database on this machine
}

fn redacted(user: &str) -> String {
    format!("postgres://{user}:***@db.example.com/shop") // near miss: a masked password
}

fn template(user: &str, password: &str) -> String {
    format!("postgres://{user}:{password}@db.example.com/shop") // near miss: a password that comes from elsewhere
}

fn random_key() -> [u8; 32] {
    rand::random() // near miss: a key that is made when the service starts
}

fn password_input() -> &'static str {
    r#"<input type="password" name="password" placeholder="••••••••">"# // near miss: a page with a password field
}

#[cfg(test)]
mod tests {
    #[test]
    fn passwords_are_hashed() {
        let password = "Tr7-xQ2z!Lm9"; // near miss: test code
        assert_ne!(password, super::redacted(password));
    }
}

fn main() {
    let header = HeaderName::from_static(API_KEY_HEADER);
    println!("{header} {JWT_SECRET} {SESSION_TOKEN_KEY} {PASSWORD_PLACEHOLDER} {DEFAULT_API_KEY} {EXAMPLE_TOKEN}");
}
