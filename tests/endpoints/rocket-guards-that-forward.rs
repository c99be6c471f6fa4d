//! Guards that ask other guards, and let those in whom they have passed on.

use rocket::http::Status;
use rocket::outcome::{IntoOutcome, try_outcome};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{get, post, routes};

struct Member(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Member {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let found = request.cookies().get_private("user_id").and_then(|it| it.value().parse().ok());
        found.map(Member).or_forward(Status::Unauthorized)
    }
}

struct Strict(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Strict {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let found = request.cookies().get_private("user_id").and_then(|it| it.value().parse().ok());
        found.map(Strict).or_error((Status::Unauthorized, ()))
    }
}

/// Whoever is passed on is let in as nobody.
struct Perhaps(Option<i64>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Perhaps {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.guard::<Member>().await {
            Outcome::Success(member) => Outcome::Success(Perhaps(Some(member.0))),
            Outcome::Forward(_) => Outcome::Success(Perhaps(None)),
            Outcome::Error(error) => Outcome::Error(error),
        }
    }
}

/// The same, of an outcome that was put together here.
struct Here(Option<i64>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Here {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let cookie = request.cookies().get_private("user_id").or_forward(Status::Unauthorized);
        if let Outcome::Forward(_) = cookie {
            return Outcome::Success(Here(None));
        }
        let cookie = try_outcome!(cookie);
        Outcome::Success(Here(cookie.value().parse().ok()))
    }
}

/// Neither way of failing lets anybody in.
struct Both(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Both {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.guard::<Member>().await {
            Outcome::Success(member) => Outcome::Success(Both(member.0)),
            Outcome::Forward(status) => Outcome::Forward(status),
            Outcome::Error((status, _)) => Outcome::Error((status, ())),
        }
    }
}

/// What is left after the forward.
struct Left(i64);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Left {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.guard::<Member>().await {
            Outcome::Success(member) => Outcome::Success(Left(member.0)),
            _ => Outcome::Forward(Status::Unauthorized),
        }
    }
}

//@ POST /perhaps optional
#[post("/perhaps")]
fn perhaps(who: Perhaps) -> String {
    std::fs::remove_file("perhaps").map_or_else(|it| it.to_string(), |()| format!("{:?}", who.0))
}

//@ POST /perhaps/refused required
#[post("/perhaps/refused")]
fn perhaps_refused(who: Perhaps) -> Result<String, Status> {
    let id = who.0.ok_or(Status::Unauthorized)?;
    std::fs::remove_file("perhaps").map_err(|_| Status::InternalServerError)?;
    Ok(id.to_string())
}

//@ POST /here optional
#[post("/here")]
fn here(who: Here) -> String {
    std::fs::remove_file("here").map_or_else(|it| it.to_string(), |()| format!("{:?}", who.0))
}

//@ POST /both required
#[post("/both")]
fn both(who: Both) -> String {
    std::fs::remove_file("both").map_or_else(|it| it.to_string(), |()| who.0.to_string())
}

//@ POST /left required
#[post("/left")]
fn left(who: Left) -> String {
    std::fs::remove_file("left").map_or_else(|it| it.to_string(), |()| who.0.to_string())
}

//@ GET /strict required
#[get("/strict")]
fn strict(who: Strict) -> String {
    who.0.to_string()
}

#[rocket::launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![perhaps, perhaps_refused, here, both, left, strict])
}
