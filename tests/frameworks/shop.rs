//! What the service does, whichever framework hands it requests: items, and who may do what.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

/// What a new item may take, in bytes.
pub const ITEM_LIMIT: usize = 16 * 1024;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Role {
    Customer,
    Admin,
}

/// What a token says of whom it was made out to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub sub: String,
    pub role: Role,
    pub exp: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Credentials {
    pub name: String,
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    pub name: String,
    pub price: u32,
}

pub struct Shop {
    items: Mutex<BTreeMap<u32, Item>>,
    decoding: DecodingKey,
    encoding: EncodingKey,
    password_hash: String,
}

impl Shop {
    pub fn from_env() -> Self {
        let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
        Shop {
            items: Mutex::default(),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            password_hash: std::env::var("PASSWORD_HASH").expect("PASSWORD_HASH is set"),
        }
    }

    /// Whose token an `Authorization` header has, if it is genuine and holds still.
    pub fn verify(&self, header: Option<&str>) -> Option<Claims> {
        let token = header?.strip_prefix("Bearer ")?;
        let data = decode::<Claims>(token, &self.decoding, &Validation::default()).ok()?;
        Some(data.claims)
    }

    /// A token for whoever knows the password.
    pub fn sign_in(&self, credentials: &Credentials) -> Option<String> {
        let hash = PasswordHash::new(&self.password_hash).ok()?;
        Argon2::default()
            .verify_password(credentials.password.as_bytes(), &hash)
            .ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let claims = Claims {
            sub: credentials.name.clone(),
            role: Role::Customer,
            exp: now.as_secs() + 3600,
        };
        encode(&Header::default(), &claims, &self.encoding).ok()
    }

    pub fn list(&self) -> Vec<Item> {
        self.items
            .lock()
            .expect("no panic")
            .values()
            .cloned()
            .collect()
    }

    pub fn get(&self, id: u32) -> Option<Item> {
        self.items.lock().expect("no panic").get(&id).cloned()
    }

    pub fn add(&self, item: Item) -> u32 {
        let mut items = self.items.lock().expect("no panic");
        let id = items.len() as u32;
        items.insert(id, item);
        id
    }

    pub fn remove(&self, id: u32) -> bool {
        self.items.lock().expect("no panic").remove(&id).is_some()
    }

    pub fn count(&self) -> usize {
        self.items.lock().expect("no panic").len()
    }
}
