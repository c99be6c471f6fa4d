//! Passwords of requests that are kept as they are, and those of which something else is kept.

use argon2::password_hash::SaltString;
use argon2::password_hash::rand_core::OsRng;
use argon2::{Argon2, PasswordHasher};
use axum::extract::{Form, Json, State};
use axum::routing::post;
use axum::{Router, http::StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sqlx::PgPool;

#[derive(Deserialize)]
struct Account {
    name: String,
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Change {
    user: i64,
    new_password: SecretString,
}

#[derive(Deserialize)]
struct Reset {
    password_hint: String,
    password_reset_token: String,
    name: String,
}

async fn register(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let done = sqlx::query("INSERT INTO users (name, password) VALUES ($1, $2)")
        .bind(&account.name)
        .bind(&account.password) //~ cleartext-storage
        .execute(&db)
        .await;
    answer(done.is_ok())
}

async fn taken_apart(State(db): State<PgPool>, Form(account): Form<Account>) -> StatusCode {
    let Account { name, password, .. } = account;
    let statement = sqlx::query("INSERT INTO users (name, password) VALUES ($1, $2)");
    let statement = statement.bind(name).bind(password); //~ cleartext-storage
    answer(statement.execute(&db).await.is_ok())
}

async fn exposed(State(db): State<PgPool>, Json(change): Json<Change>) -> StatusCode {
    let done = sqlx::query("UPDATE users SET password = $1 WHERE id = $2")
        .bind(change.new_password.expose_secret()) //~ cleartext-storage
        .bind(change.user)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

async fn compared(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let found: Result<i64, sqlx::Error> = sqlx::query_scalar("SELECT id FROM users WHERE name = $1 AND password = $2")
        .bind(&account.name)
        .bind(&account.password) //~ cleartext-storage
        .fetch_one(&db)
        .await;
    answer(found.is_ok())
}

async fn checked(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    if !is_valid_password(&account.password) {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    answer(insert(&db, &account).await)
}

fn is_valid_password(password: &str) -> bool {
    password.len() > 11
}

async fn insert(db: &PgPool, account: &Account) -> bool {
    let done = sqlx::query("INSERT INTO users (name, password) VALUES ($1, $2)")
        .bind(&account.name)
        .bind(&account.password) //~ cleartext-storage
        .execute(db)
        .await;
    done.is_ok()
}

async fn encoded(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let stored = hex::encode(&account.password);
    let done = sqlx::query("INSERT INTO users (password) VALUES ($1)")
        .bind(stored) //~ cleartext-storage
        .execute(&db)
        .await;
    answer(done.is_ok())
}

async fn written(Json(account): Json<Account>) -> StatusCode {
    let line = format!("{}:{}\n", account.name, account.password);
    answer(tokio::fs::write("/var/lib/shop/users", line).await.is_ok()) //~ cleartext-storage
}

async fn by_postgres(db: &tokio_postgres::Client, account: Account) -> bool {
    let done = db
        .execute(
            "INSERT INTO users (name, password) VALUES ($1, $2)",
            &[&account.name, &account.password], //~ cleartext-storage
        )
        .await;
    done.is_ok()
}

async fn handed_to_postgres(State(db): State<std::sync::Arc<tokio_postgres::Client>>, Json(account): Json<Account>) -> StatusCode {
    answer(by_postgres(&db, account).await)
}

// near miss: hashed first
async fn hashed(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let salt = SaltString::generate(&mut OsRng);
    let Ok(password) = Argon2::default().hash_password(account.password.as_bytes(), &salt) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    let done = sqlx::query("INSERT INTO users (name, password) VALUES ($1, $2)")
        .bind(&account.name)
        .bind(password.to_string())
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: hashed by a function of the program, elsewhere
async fn hashed_elsewhere(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let password = tokio::task::spawn_blocking(move || hash(&account.password)).await;
    let done = sqlx::query("INSERT INTO users (password) VALUES ($1)")
        .bind(password.unwrap_or_default())
        .execute(&db)
        .await;
    answer(done.is_ok())
}

fn hash(password: &str) -> String {
    bcrypt::hash(password, 12).unwrap_or_default()
}

// near miss: the variable is made anew under its name
async fn shadowed(State(db): State<PgPool>, Json(mut account): Json<Account>) -> StatusCode {
    account.password = hash(&account.password);
    let done = sqlx::query("INSERT INTO users (name, password) VALUES ($1, $2)")
        .bind(&account.name)
        .bind(&account.password)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: the database hashes it
async fn by_the_database(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let done = sqlx::query("INSERT INTO users (password) VALUES (crypt($1, gen_salt('bf', 12)))")
        .bind(&account.password)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: what stands beside the password
async fn others(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let done = sqlx::query("INSERT INTO users (name, email) VALUES ($1, $2)")
        .bind(&account.name)
        .bind(&account.email)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: what only speaks of a password
async fn hints(State(db): State<PgPool>, Json(reset): Json<Reset>) -> StatusCode {
    let done = sqlx::query("UPDATE users SET hint = $1, token = $2 WHERE name = $3")
        .bind(&reset.password_hint)
        .bind(&reset.password_reset_token)
        .bind(&reset.name)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: how long it is
async fn length(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let done = sqlx::query("INSERT INTO lengths (length) VALUES ($1)")
        .bind(account.password.len() as i64)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: it is compared with a hash, and not kept
async fn login(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let stored: Result<String, sqlx::Error> = sqlx::query_scalar("SELECT password FROM users WHERE name = $1")
        .bind(&account.name)
        .fetch_one(&db)
        .await;
    let is_right = stored.is_ok_and(|it| bcrypt::verify(&account.password, &it).unwrap_or(false));
    answer(is_right)
}

// near miss: the service's own password, which no request has sent
async fn own(State(db): State<PgPool>) -> StatusCode {
    let password = std::env::var("REPLICA_PASSWORD").unwrap_or_default();
    let done = sqlx::query("INSERT INTO replicas (password) VALUES ($1)")
        .bind(password)
        .execute(&db)
        .await;
    answer(done.is_ok())
}

// near miss: encrypted
async fn encrypted(State(db): State<PgPool>, Json(account): Json<Account>) -> StatusCode {
    let done = sqlx::query("INSERT INTO mailboxes (password) VALUES ($1)")
        .bind(encrypt(account.password.as_bytes()))
        .execute(&db)
        .await;
    answer(done.is_ok())
}

fn encrypt(text: &[u8]) -> Vec<u8> {
    text.iter().map(|it| it ^ 0x55).collect()
}

fn answer(is_done: bool) -> StatusCode {
    match is_done {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::BAD_REQUEST,
    }
}

fn app(db: PgPool) -> Router {
    Router::new()
        .route("/register", post(register))
        .route("/apart", post(taken_apart))
        .route("/exposed", post(exposed))
        .route("/compared", post(compared))
        .route("/checked", post(checked))
        .route("/encoded", post(encoded))
        .route("/written", post(written))
        .route("/hashed", post(hashed))
        .route("/elsewhere", post(hashed_elsewhere))
        .route("/shadowed", post(shadowed))
        .route("/database", post(by_the_database))
        .route("/others", post(others))
        .route("/hints", post(hints))
        .route("/length", post(length))
        .route("/login", post(login))
        .route("/own", post(own))
        .route("/encrypted", post(encrypted))
        .with_state(db)
}

fn main() {}
