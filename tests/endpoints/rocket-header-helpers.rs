//! Guards that read the header through a helper.

use jsonwebtoken::{DecodingKey, Validation, decode};
use rocket::{
    Request, get,
    http::Status,
    request::{FromRequest, Outcome},
    routes,
};
fn bearer<'r>(r: &'r Request<'_>) -> Option<&'r str> {
    r.headers()
        .get_one("Authorization")?
        .strip_prefix("Bearer ")
}
fn verify(t: &str, key: &str) -> Option<String> {
    decode::<Claims>(
        t,
        &DecodingKey::from_secret(key.as_bytes()),
        &Validation::default(),
    )
    .ok()
    .map(|d| d.claims.sub)
}
struct U(String);
struct V(String);
struct W(String);
#[rocket::async_trait]
impl<'r> FromRequest<'r> for U {
    type Error = ();
    async fn from_request(r: &'r Request<'_>) -> Outcome<Self, ()> {
        match bearer(r).and_then(|t| verify(t, "k")) {
            Some(u) => Outcome::Success(U(u)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
#[rocket::async_trait]
impl<'r> FromRequest<'r> for V {
    type Error = ();
    async fn from_request(r: &'r Request<'_>) -> Outcome<Self, ()> {
        match r
            .headers()
            .get_one("Authorization")
            .and_then(|t| verify(t, "k"))
        {
            Some(u) => Outcome::Success(V(u)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
#[rocket::async_trait]
impl<'r> FromRequest<'r> for W {
    type Error = ();
    async fn from_request(r: &'r Request<'_>) -> Outcome<Self, ()> {
        let t = r
            .headers()
            .get_one("Authorization")
            .and_then(|it| it.strip_prefix("Bearer "));
        match t.and_then(|t| verify(t, "k")) {
            Some(u) => Outcome::Success(W(u)),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
#[get("/u")]
fn u(s: U) -> String {
    "".into()
}
#[get("/v")]
fn v(s: V) -> String {
    "".into()
}
#[get("/w")]
fn w(s: W) -> String {
    "".into()
}
#[rocket::launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![u, v, w])
}

//@ GET /u required
//@ GET /v required
//@ GET /w required
