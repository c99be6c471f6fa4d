//! Guards that reach managed state through the request, and data guards that verify the body.

use hmac::{Hmac, Mac};
use rocket::data::{Data, FromData, Outcome as DataOutcome, ToByteUnit};
use rocket::http::Status;
use rocket::outcome::{IntoOutcome, Outcome, try_outcome};
use rocket::request::{self, FromRequest, Request};
use rocket::{State, get, post, routes};
use sha2::Sha256;

struct Keys {
    api: String,
    webhook: String,
}

struct ByGuard;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ByGuard {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let keys = try_outcome!(request.guard::<&State<Keys>>().await.map_error(|(status, _)| (status, ())));
        match request.headers().get_one("x-api-key") {
            Some(sent) if sent == keys.api => Outcome::Success(ByGuard),
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

struct BySucceeded;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for BySucceeded {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let keys = request.guard::<&State<Keys>>().await.succeeded().expect("managed");
        let sent = request.headers().get_one("x-api-key");
        if sent == Some(keys.api.as_str()) {
            return Outcome::Success(BySucceeded);
        }
        Outcome::Forward(Status::Unauthorized)
    }
}

struct ByState;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ByState {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(keys) = request.rocket().state::<Keys>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        request
            .headers()
            .get_one("x-api-key")
            .filter(|sent| *sent == keys.api)
            .map(|_| ByState)
            .or_error((Status::Unauthorized, ()))
    }
}

/// It finds the keys, and does not look at them.
struct InVain;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for InVain {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let keys = try_outcome!(request.guard::<&State<Keys>>().await.map_error(|(status, _)| (status, ())));
        match request.headers().get_one("x-api-key") {
            Some(sent) if sent.len() == keys.api.len() => Outcome::Success(InVain),
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// A guard in a guard.
struct Twice;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Twice {
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        request.guard::<ByGuard>().await.map(|_| Twice)
    }
}

struct Event(String);

#[rocket::async_trait]
impl<'r> FromData<'r> for Event {
    type Error = &'static str;
    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        let keys = request.rocket().state::<Keys>().expect("managed");
        let Some(signature) = request.headers().get_one("x-signature") else {
            return DataOutcome::Error((Status::Unauthorized, "no signature"));
        };
        let body = match data.open(1.mebibytes()).into_string().await {
            Ok(body) if body.is_complete() => body.into_inner(),
            _ => return DataOutcome::Error((Status::PayloadTooLarge, "too large")),
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(keys.webhook.as_bytes()).expect("any length");
        mac.update(body.as_bytes());
        let Ok(signature) = hex::decode(signature) else {
            return DataOutcome::Error((Status::BadRequest, "no hexadecimal"));
        };
        if mac.verify_slice(&signature).is_err() {
            return DataOutcome::Error((Status::Unauthorized, "another signature"));
        }
        DataOutcome::Success(Event(body))
    }
}

/// The signature is computed and nobody looks at the outcome.
struct Unchecked(String);

#[rocket::async_trait]
impl<'r> FromData<'r> for Unchecked {
    type Error = &'static str;
    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        let keys = request.rocket().state::<Keys>().expect("managed");
        let Some(signature) = request.headers().get_one("x-signature") else {
            return DataOutcome::Error((Status::Unauthorized, "no signature"));
        };
        let body = match data.open(1.mebibytes()).into_string().await {
            Ok(body) => body.into_inner(),
            Err(_) => return DataOutcome::Error((Status::PayloadTooLarge, "too large")),
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(keys.webhook.as_bytes()).expect("any length");
        mac.update(body.as_bytes());
        let _ = mac.verify_slice(signature.as_bytes());
        DataOutcome::Success(Unchecked(body))
    }
}

/// Only the form of the body matters.
struct Plain(String);

#[rocket::async_trait]
impl<'r> FromData<'r> for Plain {
    type Error = &'static str;
    async fn from_data(_: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        match data.open(1.mebibytes()).into_string().await {
            Ok(body) => DataOutcome::Success(Plain(body.into_inner())),
            Err(_) => DataOutcome::Error((Status::PayloadTooLarge, "too large")),
        }
    }
}

#[get("/by-guard")]
fn by_guard(_user: ByGuard) -> &'static str {
    "shown"
}

#[get("/by-succeeded")]
fn by_succeeded(_user: BySucceeded) -> &'static str {
    "shown"
}

#[get("/by-state")]
fn by_state(_user: ByState) -> &'static str {
    "shown"
}

#[get("/in-vain")]
fn in_vain(_user: InVain) -> &'static str {
    "shown"
}

#[get("/twice")]
fn twice(_user: Twice) -> &'static str {
    "shown"
}

#[get("/maybe")]
fn maybe(user: Option<ByGuard>) -> &'static str {
    if user.is_some() { "somebody" } else { "nobody" }
}

#[get("/demanded")]
fn demanded(user: Option<ByGuard>) -> Result<&'static str, Status> {
    user.map(|_| "somebody").ok_or(Status::Unauthorized)
}

#[post("/event", data = "<event>")]
fn event(event: Event) -> String {
    event.0
}

#[post("/unchecked", data = "<event>")]
fn unchecked(event: Unchecked) -> String {
    event.0
}

#[post("/plain", data = "<event>")]
fn plain(event: Plain) -> String {
    event.0
}

#[post("/event-or-error", data = "<event>")]
fn event_or_error(event: Result<Event, &'static str>) -> String {
    event.map_or_else(|it| it.to_owned(), |it| it.0)
}

#[rocket::launch]
fn rocket() -> _ {
    let var = |name| std::env::var(name).expect("it is set");
    rocket::build().manage(Keys { api: var("API_KEY"), webhook: var("WEBHOOK_KEY") }).mount(
        "/",
        routes![by_guard, by_succeeded, by_state, in_vain, twice, maybe, demanded, event, unchecked, plain, event_or_error],
    )
}

//@ GET /by-guard required
//@ GET /by-succeeded required
//@ GET /by-state required
//@ GET /in-vain optional
//@ GET /twice required
//@ GET /maybe optional
//@ GET /demanded required
//@ POST /event required
//@ POST /unchecked optional
//@ POST /plain none
//@ POST /event-or-error optional
