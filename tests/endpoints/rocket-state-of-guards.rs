//! Guards that take managed state by another guard, in each way in which an outcome is taken apart.

use std::collections::HashSet;

use rocket::http::Status;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest, Request};
use rocket::{State, delete, routes};

struct Turnstile {
    tickets: HashSet<String>,
}

const CLOSED: Status = Status::Forbidden;

fn admit<T>(request: &Request<'_>, turnstile: &Turnstile, who: T) -> request::Outcome<T, ()> {
    match request.headers().get_one("x-ticket") {
        Some(shown) if turnstile.tickets.contains(shown) => Outcome::Success(who),
        _ => Outcome::Error((CLOSED, ())),
    }
}

struct Expecting;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Expecting {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let turnstile = request.guard::<&State<Turnstile>>().await.expect("managed");
        match request.headers().get_one("x-ticket") {
            Some(shown) if turnstile.tickets.contains(shown) => Outcome::Success(Expecting),
            _ => Outcome::Error((CLOSED, ())),
        }
    }
}

struct Unwrapping;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Unwrapping {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let outcome = request.guard::<&State<Turnstile>>().await;
        let turnstile = outcome.unwrap();
        let shown = request.headers().get_one("x-ticket");
        if shown.is_none_or(|it| !turnstile.tickets.contains(it)) {
            return Outcome::Error((CLOSED, ()));
        }
        Outcome::Success(Unwrapping)
    }
}

struct Succeeding;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Succeeding {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        match request.guard::<&State<Turnstile>>().await.succeeded() {
            Some(turnstile) => admit(request, turnstile, Succeeding),
            None => Outcome::Forward(CLOSED),
        }
    }
}

struct Trying;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Trying {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let turnstile = try_outcome!(request.guard::<&State<Turnstile>>().await);
        let shown = request.headers().get_one("x-ticket").unwrap_or("");
        if turnstile.tickets.contains(shown) {
            return Outcome::Success(Trying);
        }
        Outcome::Error((CLOSED, ()))
    }
}

// Near miss: how many tickets there are, says nothing of this one.
struct Counting;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Counting {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let turnstile = request.guard::<&State<Turnstile>>().await.unwrap();
        match request.headers().get_one("x-ticket") {
            Some(_) if !turnstile.tickets.is_empty() => Outcome::Success(Counting),
            _ => Outcome::Error((CLOSED, ())),
        }
    }
}

fn sweep() {
    let _ = std::fs::remove_dir_all("/var/lib/hall");
}

//@ DELETE /expecting required
#[delete("/expecting")]
fn expecting(_who: Expecting) {
    sweep();
}

//@ DELETE /unwrapping required
#[delete("/unwrapping")]
fn unwrapping(_who: Unwrapping) {
    sweep();
}

//@ DELETE /succeeding required
#[delete("/succeeding")]
fn succeeding(_who: Succeeding) {
    sweep();
}

//@ DELETE /trying required
#[delete("/trying")]
fn trying(_who: Trying) {
    sweep();
}

//@ DELETE /counting optional
#[delete("/counting")]
fn counting(_who: Counting) {
    sweep();
}

#[rocket::launch]
fn rocket() -> _ {
    let text = std::fs::read_to_string("/etc/hall/tickets").expect("tickets");
    let tickets = text.lines().map(str::to_owned).collect();
    let all = routes![expecting, unwrapping, succeeding, trying, counting];
    rocket::build().manage(Turnstile { tickets }).mount("/", all)
}
