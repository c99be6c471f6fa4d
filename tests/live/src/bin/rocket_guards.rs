//! Rocket: what a request guard proves, and what it does not. Options, results, cookies, bodies, fairings.
//!
//! live: valid Authorization: Bearer gold
//! live: valid Cookie: sid=gold
//! live: valid X-Api-Key: gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: gold
//! live: invented Cookie: sid=tin
//! live: invented X-Api-Key: tin
//! live: presence presence_only: the guard looks whether a header is there
//! live: presence cookie_presence: any cookie will do
//! live: body write_note text/plain hello
//! live: body write_unchecked text/plain hello
//! live: absent GET /me/7
//! live: absent PUT /me
//! live: absent GET /notes

use std::collections::HashMap;

use moat_live::{RateLimiter, reached};
use rocket::config::LogLevel;
use rocket::fairing::AdHoc;
use rocket::http::{CookieJar, Status};
use rocket::outcome::{IntoOutcome, try_outcome};
use rocket::request::{FromRequest, Outcome};
use rocket::{Config, Request, State, delete, get, launch, post, routes};

struct App {
    sessions: HashMap<String, String>,
    key: String,
    limiter: RateLimiter,
}

fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let value = request.headers().get_one("Authorization")?;
    value.strip_prefix("Bearer ")
}

struct User {
    name: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = &'static str;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let app = request.rocket().state::<App>();
        let name = bearer(request).and_then(|token| app?.sessions.get(token));
        match name {
            Some(name) => Outcome::Success(User { name: name.clone() }),
            None => Outcome::Error((Status::Unauthorized, "no session")),
        }
    }
}

/// The same, by way of the guard for the state.
struct StateUser(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for StateUser {
    type Error = &'static str;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let app = try_outcome!(
            request
                .guard::<&State<App>>()
                .await
                .map_error(|(status, ())| (status, "no state"))
        );
        let name = bearer(request).and_then(|token| app.sessions.get(token));
        match name {
            Some(name) => Outcome::Success(StateUser(name.clone())),
            None => Outcome::Error((Status::Unauthorized, "no session")),
        }
    }
}

/// By way of the user.
struct Ann(User);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Ann {
    type Error = &'static str;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let user = try_outcome!(request.guard::<User>().await);
        if user.name == "ann" {
            Outcome::Success(Ann(user))
        } else {
            Outcome::Error((Status::Forbidden, "somebody else"))
        }
    }
}

/// The session that a cookie names.
struct Session(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = request.rocket().state::<App>();
        let name = request
            .cookies()
            .get("sid")
            .and_then(|cookie| app?.sessions.get(cookie.value()).cloned());
        name.map(Session).or_error((Status::Unauthorized, ()))
    }
}

/// Whoever sends the header is let in.
struct Token(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Token {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match bearer(request) {
            Some(token) => Outcome::Success(Token(token.to_owned())),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// Never refuses.
struct Visitor {
    known: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let known = request.guard::<User>().await.is_success();
        Outcome::Success(Visitor { known })
    }
}

/// A key, compared in full.
struct ApiKey;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ApiKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let sent = request.headers().get_one("X-Api-Key");
        let app = request.rocket().state::<App>();
        match (sent, app) {
            (Some(sent), Some(app)) if sent == app.key => Outcome::Success(ApiKey),
            (Some(_), _) => Outcome::Error((Status::Forbidden, ())),
            (None, _) => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// Lets in who sends no key, refuses who sends a wrong one.
struct LooseKey;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LooseKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = request.rocket().state::<App>();
        match (request.headers().get_one("X-Api-Key"), app) {
            (Some(sent), Some(app)) if sent != app.key => Outcome::Error((Status::Forbidden, ())),
            _ => Outcome::Success(LooseKey),
        }
    }
}

/// Not more than a few requests for each client.
struct Throttle;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Throttle {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let client = request.headers().get_one("X-Client").unwrap_or_default();
        let limiter = request.rocket().state::<App>().map(|it| &it.limiter);
        match limiter {
            Some(limiter) if limiter.check_key(client) => Outcome::Success(Throttle),
            _ => Outcome::Error((Status::TooManyRequests, ())),
        }
    }
}

#[get("/me")]
fn me(user: User) -> String {
    reached("me");
    user.name
}

#[get("/me/state")]
fn me_by_state(user: StateUser) -> String {
    reached("me_by_state");
    user.0
}

#[get("/me/maybe")]
fn maybe_me(user: Option<User>) -> String {
    reached("maybe_me");
    user.map(|it| it.name).unwrap_or_default()
}

#[get("/me/demanded")]
fn demanded_option(user: Option<User>) -> Result<String, Status> {
    let user = user.ok_or(Status::Unauthorized)?;
    reached("demanded_option");
    Ok(user.name)
}

#[get("/me/result")]
fn result_me(user: Result<User, &'static str>) -> Result<String, Status> {
    let user = user.map_err(|_| Status::Unauthorized)?;
    reached("result_me");
    Ok(user.name)
}

#[get("/me/ignored")]
fn result_ignored(user: Result<User, &'static str>) -> String {
    reached("result_ignored");
    match user {
        Ok(user) => user.name,
        Err(error) => error.to_owned(),
    }
}

#[delete("/ann/<id>")]
fn only_ann(id: u32, ann: Ann) -> String {
    reached("only_ann");
    format!("{} {id}", ann.0.name)
}

#[post("/session")]
fn session(session: Session) -> String {
    reached("session");
    session.0
}

#[post("/token")]
fn presence_only(token: Token) -> String {
    reached("presence_only");
    token.0
}

#[post("/visitor")]
fn visitor(visitor: Visitor) -> String {
    reached("visitor");
    visitor.known.to_string()
}

#[post("/key")]
fn key(_key: ApiKey) {
    reached("key");
}

#[post("/key/loose")]
fn loose_key(_key: LooseKey) {
    reached("loose_key");
}

#[post("/cookies")]
fn in_the_body(jar: &CookieJar<'_>, app: &State<App>) -> Result<String, Status> {
    let name = find(jar, app)?;
    reached("in_the_body");
    Ok(name)
}

#[post("/cookies/presence")]
fn cookie_presence(jar: &CookieJar<'_>) -> Result<(), Status> {
    jar.get("sid").ok_or(Status::Unauthorized)?;
    reached("cookie_presence");
    Ok(())
}

#[post("/cookies/ignored")]
fn cookie_ignored(jar: &CookieJar<'_>, app: &State<App>) -> String {
    let name = find(jar, app).unwrap_or_default();
    reached("cookie_ignored");
    name
}

fn find(jar: &CookieJar<'_>, app: &App) -> Result<String, Status> {
    let cookie = jar.get("sid").ok_or(Status::Unauthorized)?;
    let name = app.sessions.get(cookie.value());
    name.cloned().ok_or(Status::Forbidden)
}

#[post("/notes", data = "<text>")]
fn write_note(user: User, text: String) -> String {
    reached("write_note");
    format!("{}: {text}", user.name)
}

#[post("/notes/unchecked", data = "<text>")]
fn write_unchecked(text: String) -> String {
    reached("write_unchecked");
    text
}

#[post("/limited")]
fn limited(_throttle: Throttle) {
    reached("limited");
}

#[post("/limited/maybe")]
fn limited_maybe(_throttle: Option<Throttle>) {
    reached("limited_maybe");
}

#[launch]
fn rocket() -> _ {
    let address = moat_live::address();
    let config = Config {
        address: address.ip(),
        port: address.port(),
        log_level: LogLevel::Off,
        ..Config::default()
    };
    rocket::custom(config)
        .manage(App {
            sessions: HashMap::from([("gold".to_owned(), "ann".to_owned())]),
            key: "gold".to_owned(),
            limiter: RateLimiter::new(5),
        })
        // Sees every request and cannot refuse one.
        .attach(AdHoc::on_request("sessions", |request, _| {
            Box::pin(async move {
                if bearer(request).is_none() {
                    eprintln!("{} without a session", request.uri());
                }
            })
        }))
        .mount(
            "/",
            routes![
                me,
                me_by_state,
                maybe_me,
                demanded_option,
                result_me,
                result_ignored
            ],
        )
        .mount(
            "/",
            routes![only_ann, session, presence_only, visitor, key, loose_key],
        )
        .mount("/", routes![in_the_body, cookie_presence, cookie_ignored])
        .mount(
            "/",
            routes![write_note, write_unchecked, limited, limited_maybe],
        )
}
