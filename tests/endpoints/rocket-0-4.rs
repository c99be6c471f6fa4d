//! Rocket 0.4: synchronous guards with lifetimes, `ignite`, and `Failure` for what is now `Error`.
#![feature(proc_macro_hygiene, decl_macro)]

#[macro_use]
extern crate rocket;

use rocket::http::{Cookies, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::State;

pub struct Key(String);

fn is_valid(key: &str, wanted: &str) -> bool {
    constant_time_eq::constant_time_eq(key.as_bytes(), wanted.as_bytes())
}

impl<'a, 'r> FromRequest<'a, 'r> for Key {
    type Error = ();

    fn from_request(request: &'a Request<'r>) -> Outcome<Self, ()> {
        let wanted = request.guard::<State<Settings>>().unwrap();
        match request.headers().get_one("x-api-key") {
            Some(key) if is_valid(key, &wanted.key) => Outcome::Success(Key(key.to_owned())),
            Some(_) => Outcome::Failure((Status::Forbidden, ())),
            None => Outcome::Failure((Status::Unauthorized, ())),
        }
    }
}

/// Says that there is a key, and not whose.
pub struct AnyKey(String);

impl<'a, 'r> FromRequest<'a, 'r> for AnyKey {
    type Error = ();

    fn from_request(request: &'a Request<'r>) -> Outcome<Self, ()> {
        match request.headers().get_one("x-api-key") {
            Some(key) => Outcome::Success(AnyKey(key.to_owned())),
            None => Outcome::Forward(()),
        }
    }
}

pub struct User(i64);

impl<'a, 'r> FromRequest<'a, 'r> for User {
    type Error = ();

    fn from_request(request: &'a Request<'r>) -> Outcome<Self, ()> {
        let id = request.cookies().get_private("user_id").and_then(|it| it.value().parse().ok());
        id.map(User).or_forward(())
    }
}

pub struct Settings {
    key: String,
}

#[get("/hello/<name>?<greeting>")]
fn hello(name: String, greeting: Option<String>) -> String {
    name
}

#[post("/notes", data = "<note>")]
fn add(key: Key, note: String) -> String {
    note
}

#[put("/notes/<id>", data = "<note>")]
fn change(user: User, id: i64, note: String) -> String {
    note
}

#[delete("/notes/<id>", rank = 2)]
fn remove(key: AnyKey, id: i64) -> String {
    id.to_string()
}

#[get("/maybe")]
fn maybe(key: Option<Key>) -> String {
    String::new()
}

fn main() {
    rocket::ignite()
        .manage(Settings { key: std::env::var("KEY").unwrap() })
        .mount("/api", routes![hello, add, change, remove])
        .mount("/", routes![maybe])
        .launch();
}

//@ GET /api/hello/{name} none
//@ POST /api/notes required
//@ PUT /api/notes/{id} required
//@ DELETE /api/notes/{id} optional
//@ GET /maybe optional
