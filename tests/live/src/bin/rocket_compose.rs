//! Rocket: data guards and parameters that check, request-local caches, fairings, lists of routes, formats, and routes
//! without macros.
//!
//! live: valid Authorization: Bearer gold
//! live: valid X-Api-Key: gold
//! live: invented Authorization: Bearer tin
//! live: invented X-Api-Key: tin
//! live: fill known ann
//! live: fill path a/b
//! live: body signed text/plain gold hello
//! live: forged signed text/plain tin hello
//! live: body as_json application/json {"name":"ann"}
//! live: body as_form application/x-www-form-urlencoded name=ann
//! live: body late_note text/plain hello
//! live: query filtered page=2&tag=x
//! live: presence inverted: any token that is not known will do
//! live: presence guarded_by_fairing: the fairing sends who brings no token to another path
//! live: anonymous by_hand
//! live: absent GET /lists
//! live: absent POST /routes/uri
//! live: absent GET /by-hand/more/below

use std::collections::HashMap;
use std::sync::Mutex;

use moat_live::reached;
use rocket::config::LogLevel;
use rocket::data::{self, FromData, ToByteUnit};
use rocket::fairing::{AdHoc, Fairing, Info, Kind};
use rocket::form::{Form, FromForm};
use rocket::http::uri::Origin;
use rocket::http::{Method, Status};
use rocket::request::{FromParam, FromRequest, Outcome};
use rocket::route::{Handler, Outcome as Answer};
use rocket::serde::json::Json;
use rocket::{
    Config, Data, Request, Route, State, async_trait, delete, get, launch, patch, post, put, route,
    routes,
};

struct App {
    sessions: HashMap<String, String>,
    key: String,
    notes: Mutex<Vec<String>>,
}

fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let value = request.headers().get_one("Authorization")?;
    value.strip_prefix("Bearer ")
}

/// Looked up once for each request.
#[derive(Clone)]
struct User {
    name: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let user: &Option<User> = request.local_cache(|| {
            let app = request.rocket().state::<App>()?;
            let name = app.sessions.get(bearer(request)?)?;
            Some(User { name: name.clone() })
        });
        match user {
            Some(user) => Outcome::Success(user),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// With a lifetime, and a borrowed token.
struct Token<'r>(&'r str);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Token<'r> {
    type Error = &'static str;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let sessions = request.rocket().state::<App>().map(|it| &it.sessions);
        match bearer(request) {
            None => Outcome::Error((Status::Unauthorized, "no token")),
            Some(token) if sessions.is_some_and(|it| it.contains_key(token)) => {
                Outcome::Success(Token(token))
            }
            Some(_) => Outcome::Error((Status::Forbidden, "unknown token")),
        }
    }
}

/// The condition the wrong way round: whoever is not known is let in.
struct Inverted;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Inverted {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = request.rocket().state::<App>();
        match (app, bearer(request)) {
            (Some(app), Some(token)) if !app.sessions.contains_key(token) || app.key == token => {
                Outcome::Success(Inverted)
            }
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// One of two ways.
struct Either;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Either {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        if request.guard::<Token<'_>>().await.is_success() {
            return Outcome::Success(Either);
        }
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        if request.headers().get_one("X-Api-Key") == Some(app.key.as_str()) {
            Outcome::Success(Either)
        } else {
            Outcome::Error((Status::Unauthorized, ()))
        }
    }
}

/// Known names only: a parameter, and no proof of who asks.
struct Known(String);

impl<'a> FromParam<'a> for Known {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        match param {
            "ann" | "bob" => Ok(Known(param.to_owned())),
            other => Err(other),
        }
    }
}

/// Data that begins with the key.
struct Signed(String);

#[rocket::async_trait]
impl<'r> FromData<'r> for Signed {
    type Error = &'static str;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        let Some(app) = request.rocket().state::<App>() else {
            return data::Outcome::Error((Status::InternalServerError, "no state"));
        };
        let Ok(text) = data.open(1.kibibytes()).into_string().await else {
            return data::Outcome::Error((Status::BadRequest, "no text"));
        };
        match text.split_once(' ') {
            Some((key, rest)) if key == app.key => data::Outcome::Success(Signed(rest.to_owned())),
            _ => data::Outcome::Error((Status::Unauthorized, "not signed")),
        }
    }
}

#[derive(FromForm, rocket::serde::Deserialize)]
#[serde(crate = "rocket::serde")]
struct Login {
    name: String,
}

#[get("/cached")]
fn cached(user: &User) -> String {
    reached("cached");
    user.name.clone()
}

#[get("/cached/maybe")]
fn cached_maybe(user: Option<&User>) -> String {
    reached("cached_maybe");
    user.map_or("nobody".to_owned(), |it| it.name.clone())
}

#[get("/borrowed")]
fn borrowed(token: Token<'_>) -> String {
    reached("borrowed");
    token.0.to_owned()
}

#[post("/inverted")]
fn inverted(_guard: Inverted) {
    reached("inverted");
}

#[post("/either")]
fn either(_guard: Either) {
    reached("either");
}

#[post("/both")]
fn both(_token: Token<'_>, _either: Either) {
    reached("both");
}

#[get("/known/<known>")]
fn known(known: Known) -> String {
    reached("known");
    known.0
}

#[get("/unknown/<known>")]
fn known_result(known: Result<Known, &str>) -> String {
    reached("known_result");
    known.map(|it| it.0).unwrap_or_else(str::to_owned)
}

#[post("/signed", data = "<signed>")]
fn signed(signed: Signed) -> String {
    reached("signed");
    signed.0
}

#[patch("/formats", format = "application/json", data = "<login>")]
fn as_json(login: Json<Login>) -> String {
    reached("as_json");
    login.into_inner().name
}

#[patch("/formats", format = "form", data = "<login>", rank = 2)]
fn as_form(login: Form<Login>) -> String {
    reached("as_form");
    login.into_inner().name
}

#[get("/filtered?<page>&<tag>")]
fn filtered(page: u32, tag: Option<&str>) -> String {
    reached("filtered");
    format!("{page} {tag:?}")
}

#[route(PUT, uri = "/routes/uri")]
fn by_uri() {
    reached("by_uri");
}

#[delete("/routes/<id>")]
fn by_delete(id: u64, user: &User) -> String {
    reached("by_delete");
    format!("{id} {}", user.name)
}

#[put("/late", data = "<text>")]
fn late_note(text: String, app: &State<App>, token: Option<Token<'_>>) -> Result<(), Status> {
    // The note is there whoever wrote it.
    let mut notes = app.notes.lock().map_err(|_| Status::InternalServerError)?;
    notes.push(text);
    reached("late_note");
    match token {
        Some(_) => Ok(()),
        None => Err(Status::Unauthorized),
    }
}

#[get("/list/a")]
fn list_a() {
    reached("list_a");
}

#[get("/list/b")]
fn list_b(_token: Token<'_>) {
    reached("list_b");
}

#[get("/attached")]
fn attached() {
    reached("attached");
}

#[get("/staged")]
fn staged(_token: Token<'_>) {
    reached("staged");
}

/// A route that no attribute makes.
#[derive(Clone)]
struct ByHand;

#[async_trait]
impl Handler for ByHand {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Answer<'r> {
        reached("by_hand");
        Answer::from(request, "by hand")
    }
}

/// Sends requests for one path to another.
struct Rewrite;

#[async_trait]
impl Fairing for Rewrite {
    fn info(&self) -> Info {
        Info {
            name: "rewrite",
            kind: Kind::Request,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        if request.uri().path() == "/guarded-by-fairing" && bearer(request).is_none() {
            request.set_uri(Origin::const_new("/nowhere", None));
        }
    }
}

#[get("/guarded-by-fairing")]
fn guarded_by_fairing() {
    reached("guarded_by_fairing");
}

fn listed() -> Vec<Route> {
    let mut all = routes![list_a];
    all.extend(routes![list_b]);
    all
}

fn stage() -> AdHoc {
    AdHoc::on_ignite("stage", |rocket| async {
        rocket.mount("/stage", routes![staged])
    })
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
    let mut rocket = rocket::custom(config)
        .manage(App {
            sessions: HashMap::from([("gold".to_owned(), "ann".to_owned())]),
            key: "gold".to_owned(),
            notes: Mutex::default(),
        })
        .attach(Rewrite)
        .attach(stage())
        .attach(AdHoc::on_ignite("attached", |rocket| async {
            rocket.mount("/", routes![attached])
        }))
        .mount(
            "/",
            routes![cached, cached_maybe, borrowed, inverted, either, both],
        )
        .mount(
            "/",
            routes![known, known_result, signed, as_json, as_form, filtered],
        )
        .mount(
            "/",
            routes![by_uri, by_delete, late_note, guarded_by_fairing],
        )
        .mount("/lists", listed());
    for prefix in ["/one", "/two"] {
        rocket = rocket.mount(prefix, routes![list_a]);
    }
    rocket.mount("/", vec![Route::new(Method::Get, "/by-hand", ByHand)])
}
