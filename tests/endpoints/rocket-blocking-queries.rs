//! Diesel queries in closures that a database's own threads run.

use diesel::prelude::*;
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};
use rocket::{get, routes};
use rocket_sync_db_pools::database;

mod schema {
    diesel::table! {
        users (id) {
            id -> Integer,
            token -> Text,
        }
    }
}
use schema::users;

#[database("main")]
struct Db(diesel::SqliteConnection);

struct User(i32);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(token) = request.headers().get_one("x-token").map(str::to_owned) else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let Some(db) = request.guard::<Db>().await.succeeded() else {
            return Outcome::Error((Status::ServiceUnavailable, ()));
        };
        let found = db.run(move |db| users::table.filter(users::token.eq(token)).select(users::id).first(db)).await;
        match found {
            Ok(id) => Outcome::Success(User(id)),
            Err(_) => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// Nobody is no error.
struct Guest(Option<i32>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Guest {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(token) = request.headers().get_one("x-token").map(str::to_owned) else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        let Some(db) = request.guard::<Db>().await.succeeded() else {
            return Outcome::Error((Status::ServiceUnavailable, ()));
        };
        let found = db
            .run(move |db| users::table.filter(users::token.eq(token)).select(users::id).first(db).optional())
            .await;
        match found {
            Ok(id) => Outcome::Success(Guest(id)),
            Err(_) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

#[get("/user")]
fn user(user: User) -> String {
    user.0.to_string()
}

#[get("/guest")]
fn guest(guest: Guest) -> String {
    guest.0.unwrap_or_default().to_string()
}

#[rocket::launch]
fn rocket() -> _ {
    rocket::build().attach(Db::fairing()).mount("/", routes![user, guest])
}

//@ GET /user required
//@ GET /guest optional
