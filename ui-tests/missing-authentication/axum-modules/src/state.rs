//! What the handlers share.

use jsonwebtoken::DecodingKey;
use sqlx::PgPool;

#[derive(Clone)]
pub struct AppState {
    pub db: PgPool,
    pub key: DecodingKey,
}

impl AppState {
    pub fn from_environment() -> Self {
        let secret = std::env::var("JWT_SECRET").expect("JWT_SECRET is set");
        let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
        AppState {
            db: PgPool::connect_lazy(&url).expect("a URL"),
            key: DecodingKey::from_secret(secret.as_bytes()),
        }
    }
}
