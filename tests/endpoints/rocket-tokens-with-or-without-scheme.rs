//! Tokens that may come with a scheme in front of them or without, and what looks for them.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{get, routes};

struct Settings {
    is_closed: bool,
    tokens: Vec<String>,
}

fn token<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let value = request.headers().get_one("authorization")?;
    value.strip_prefix("Bearer ").or(Some(value)).filter(|it| !it.is_empty())
}

/// Somebody who sends nothing has sent a word all the same.
fn word<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.headers().get_one("authorization").or(Some("guest"))
}

macro_rules! guard {
    ($name:ident, $request:ident, $settings:ident, $check:expr) => {
        struct $name;

        #[rocket::async_trait]
        impl<'r> FromRequest<'r> for $name {
            type Error = ();
            async fn from_request($request: &'r Request<'_>) -> Outcome<Self, ()> {
                let Some($settings) = $request.rocket().state::<Settings>() else {
                    return Outcome::Error((Status::InternalServerError, ()));
                };
                match $check {
                    true => Outcome::Success($name),
                    false => Outcome::Error((Status::Unauthorized, ())),
                }
            }
        }
    };
}

guard!(Known, request, settings, token(request).is_some_and(|it| settings.tokens.iter().any(|known| known == it)));
guard!(Present, request, _settings, token(request).is_some());
guard!(Worded, request, _settings, word(request).is_some());

/// Nobody has to be known unless the service is closed.
struct Reader;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Reader {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(settings) = request.rocket().state::<Settings>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        if !settings.is_closed {
            return Outcome::Success(Reader);
        }
        match token(request) {
            None => Outcome::Error((Status::Unauthorized, ())),
            Some(sent) if settings.tokens.iter().any(|it| it == sent) => Outcome::Success(Reader),
            Some(_) => Outcome::Error((Status::Forbidden, ())),
        }
    }
}

fn wipe() -> &'static str {
    let _ = std::fs::remove_dir_all("wiped");
    "done"
}

//@ GET /known required
#[get("/known")]
fn known(_who: Known) -> &'static str {
    wipe()
}

//@ GET /present optional
#[get("/present")]
fn present(_who: Present) -> &'static str {
    wipe()
}

//@ GET /worded none
#[get("/worded")]
fn worded(_who: Worded) -> &'static str {
    wipe()
}

//@ GET /reader conditional if Settings.is_closed
#[get("/reader")]
fn reader(_who: Reader) -> &'static str {
    wipe()
}

#[rocket::launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![known, present, worded, reader])
}
