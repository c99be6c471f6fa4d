//! `BasicAuth` asks a validator, and is worth what that says.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use salvo::basic_auth::{BasicAuth, BasicAuthValidator};
use salvo::prelude::*;

struct Everybody;

impl BasicAuthValidator for Everybody {
    async fn validate(&self, _username: &str, _password: &str, _depot: &mut Depot) -> bool {
        true
    }
}

struct NameOnly;

impl BasicAuthValidator for NameOnly {
    async fn validate(&self, username: &str, _password: &str, _depot: &mut Depot) -> bool {
        !username.is_empty()
    }
}

struct Configured {
    password: String,
}

impl BasicAuthValidator for Configured {
    async fn validate(&self, username: &str, password: &str, _depot: &mut Depot) -> bool {
        username == "root" && password == self.password
    }
}

struct Hashed {
    pool: sqlx::PgPool,
}

impl BasicAuthValidator for Hashed {
    async fn validate(&self, username: &str, password: &str, depot: &mut Depot) -> bool {
        let found: Option<String> = sqlx::query_scalar("select hash from users where name = $1")
            .bind(username)
            .fetch_optional(&self.pool)
            .await
            .unwrap_or_default();
        let Some(hash) = found else { return false };
        let Ok(parsed) = PasswordHash::new(&hash) else { return false };
        if Argon2::default().verify_password(password.as_bytes(), &parsed).is_err() {
            return false;
        }
        depot.insert("user", username.to_owned());
        true
    }
}

#[handler]
async fn write(depot: &mut Depot) -> &'static str {
    let _ = depot.basic_auth_username();
    std::fs::write("log", "x").unwrap();
    "done"
}

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://").await.unwrap();
    let hashed = BasicAuth::new(Hashed { pool });
    let router = Router::new()
        .push(Router::with_hoop(BasicAuth::new(Everybody)).path("everybody").post(write))
        .push(Router::with_hoop(BasicAuth::new(NameOnly)).path("name").post(write))
        .push(
            Router::with_path("configured")
                .hoop(BasicAuth::new(Configured { password: std::env::var("PASSWORD").unwrap() }).set_realm("shop"))
                .post(write),
        )
        .push(Router::with_path("hashed").hoop(hashed).post(write));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ POST /everybody none
//@ POST /name none
//@ POST /configured required
//@ POST /hashed required
