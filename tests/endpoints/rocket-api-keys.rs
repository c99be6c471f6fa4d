//! API keys in request guards.
#[macro_use]
extern crate rocket;

use rocket::State;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::json::Json;
use std::collections::HashSet;
use subtle::ConstantTimeEq;

pub struct Keys(HashSet<String>);

#[derive(Debug)]
pub enum ApiKeyError {
    Missing,
    Invalid,
}

pub struct ApiKey<'r>(&'r str);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for ApiKey<'r> {
    type Error = ApiKeyError;
    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let keys = req.rocket().state::<Keys>().expect("keys");
        match req.headers().get_one("x-api-key") {
            None => Outcome::Error((Status::BadRequest, ApiKeyError::Missing)),
            Some(key) if keys.0.contains(key) => Outcome::Success(ApiKey(key)),
            Some(_) => Outcome::Error((Status::BadRequest, ApiKeyError::Invalid)),
        }
    }
}

/// The example of the documentation, with a validation that was never finished.
pub struct AnyKey<'r>(&'r str);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for AnyKey<'r> {
    type Error = ApiKeyError;
    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        fn is_valid(key: &str) -> bool {
            !key.is_empty() && key.len() == 32 && key.chars().all(|it| it.is_ascii_alphanumeric())
        }
        match req.headers().get_one("x-api-key") {
            None => Outcome::Error((Status::BadRequest, ApiKeyError::Missing)),
            Some(key) if is_valid(key) => Outcome::Success(AnyKey(key)),
            Some(_) => Outcome::Error((Status::BadRequest, ApiKeyError::Invalid)),
        }
    }
}

/// Only takes the header; the handlers verify.
pub struct Token(String);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Token {
    type Error = std::convert::Infallible;
    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match req.headers().get_one("Authorization") {
            Some(value) => Outcome::Success(Token(value.trim_start_matches("Bearer ").to_string())),
            None => Outcome::Forward(Status::Unauthorized),
        }
    }
}

pub struct Admin {
    secret: Vec<u8>,
}
impl Admin {
    fn accepts(&self, token: &Token) -> bool {
        self.secret.as_slice().ct_eq(token.0.as_bytes()).into()
    }
}

#[get("/items")]
fn items(_key: ApiKey<'_>) -> Json<Vec<u32>> {
    Json(vec![])
}
#[post("/items", data = "<body>")]
fn add(_key: AnyKey<'_>, body: String) -> Status {
    std::fs::write("items", body).ok();
    Status::Created
}
#[delete("/items")]
fn clear(token: Token, admin: &State<Admin>) -> Result<Status, Status> {
    if !admin.accepts(&token) {
        return Err(Status::Forbidden);
    }
    std::fs::remove_file("items").ok();
    Ok(Status::NoContent)
}
#[put("/items", data = "<body>")]
fn set(token: Token, admin: &State<Admin>, body: String) -> Status {
    info!("token accepted: {}", admin.accepts(&token));
    std::fs::write("items", body).ok();
    Status::NoContent
}

#[launch]
fn rocket() -> _ {
    let keys = std::env::var("KEYS")
        .unwrap()
        .split(',')
        .map(String::from)
        .collect();
    rocket::build()
        .manage(Keys(keys))
        .manage(Admin {
            secret: std::env::var("ADMIN").unwrap().into_bytes(),
        })
        .mount("/api", routes![items, add, clear, set])
}

//@ DELETE /api/items required
//@ GET /api/items required
//@ POST /api/items optional
//@ PUT /api/items optional
