//! Rocket: ranks, forwards from one route to the next, parameters, mount points, catchers, and limits on data.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: for panel_user Authorization: Bearer silver
//! live: for half_open_guest Authorization: Bearer tin
//! live: for forwarded_open Authorization: Bearer tin
//! live: for panel_guest Authorization: Bearer tin
//! live: fill name bob
//! live: fill rest a/b/c
//! live: body upload text/plain hello
//! live: body form application/x-www-form-urlencoded name=ann
//! live: body json application/json {"name":"ann"}
//! live: body streamed text/plain hello
//! live: known json body_limit none, is required: the limits of the configuration are not read
//! live: known upload body_limit none, is required: the limits of the configuration are not read
//! live: large 4096
//! live: query search q=x
//! live: absent GET /items/7/more
//! live: absent GET /api/panel
//! live: absent GET /panel/7
//! live: absent POST /v2/open

use std::path::PathBuf;

use moat_live::reached;
use rocket::config::LogLevel;
use rocket::data::{Limits, ToByteUnit};
use rocket::form::{Form, FromForm};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::serde::json::Json;
use rocket::{
    Build, Config, Data, Request, Rocket, catch, catchers, delete, get, launch, post, put, routes,
};

struct Accounts {
    admin: String,
    user: String,
}

fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let value = request.headers().get_one("Authorization")?;
    value.strip_prefix("Bearer ")
}

/// Sends everybody else to the next route.
struct Admin;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let accounts = request.rocket().state::<Accounts>();
        match (accounts, bearer(request)) {
            (Some(accounts), Some(token)) if token == accounts.admin => Outcome::Success(Admin),
            _ => Outcome::Forward(Status::Unauthorized),
        }
    }
}

/// So does this one.
struct User;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(accounts) = request.rocket().state::<Accounts>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let Some(token) = bearer(request) else {
            return Outcome::Forward(Status::Unauthorized);
        };
        if token == accounts.admin || token == accounts.user {
            Outcome::Success(User)
        } else {
            Outcome::Forward(Status::Unauthorized)
        }
    }
}

#[get("/panel")]
fn panel_admin(_admin: Admin) {
    reached("panel_admin");
}

#[get("/panel", rank = 2)]
fn panel_user(_user: User) {
    reached("panel_user");
}

#[get("/panel", rank = 3)]
fn panel_guest() {
    reached("panel_guest");
}

/// Forwards to nowhere: a refusal.
#[delete("/panel")]
fn panel_delete(_admin: Admin) {
    reached("panel_delete");
}

/// Forwards to a catch-all that is open, and does the same.
#[post("/forwarded")]
fn forwarded(_admin: Admin) {
    reached("forwarded");
}

#[post("/<_..>", rank = 20)]
fn forwarded_open() {
    reached("forwarded_open");
}

#[get("/half")]
fn half_open(_user: User) {
    reached("half_open");
}

#[get("/<page>", rank = 15)]
fn half_open_guest(page: &str) -> String {
    reached("half_open_guest");
    page.to_owned()
}

#[get("/items/<id>")]
fn item_by_number(id: u32) -> String {
    reached("item_by_number");
    id.to_string()
}

#[get("/items/<name>", rank = 2)]
fn item_by_name(name: &str) -> String {
    reached("item_by_name");
    name.to_owned()
}

#[put("/items/<_>/<id>")]
fn item_below(id: u32, _admin: Admin) -> String {
    reached("item_below");
    id.to_string()
}

#[get("/files/<rest..>")]
fn files(rest: PathBuf) -> String {
    reached("files");
    rest.display().to_string()
}

#[get("/search?<q>")]
fn search(q: &str) -> String {
    reached("search");
    q.to_owned()
}

#[derive(FromForm, rocket::serde::Deserialize)]
#[serde(crate = "rocket::serde")]
struct Login {
    name: String,
}

#[put("/form", data = "<login>")]
fn form(login: Form<Login>) -> String {
    reached("form");
    login.into_inner().name
}

#[put("/json", format = "json", data = "<login>")]
fn json(login: Json<Login>) -> String {
    reached("json");
    login.into_inner().name
}

#[put("/upload", data = "<text>")]
fn upload(text: String) -> String {
    reached("upload");
    text
}

/// Cuts the rest off, and goes on.
#[put("/streamed", data = "<data>")]
async fn streamed(data: Data<'_>) -> std::io::Result<String> {
    let text = data.open(1.kibibytes()).into_string().await?;
    reached("streamed");
    Ok(text.into_inner())
}

#[get("/open")]
fn open() {
    reached("open");
}

#[catch(401)]
fn no_session() -> &'static str {
    "no session"
}

#[catch(default)]
fn anything_else(status: Status, _: &Request<'_>) -> String {
    status.to_string()
}

fn versions(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket
        .mount("/v1", routes![open, panel_delete])
        .mount("/v2/", routes![open])
}

#[launch]
fn rocket() -> _ {
    let address = moat_live::address();
    let config = Config {
        address: address.ip(),
        port: address.port(),
        log_level: LogLevel::Off,
        limits: Limits::default()
            .limit("string", 1.kibibytes())
            .limit("json", 1.kibibytes())
            .limit("form", 1.mebibytes()),
        ..Config::default()
    };
    let rocket = rocket::custom(config)
        .manage(Accounts {
            admin: "gold".to_owned(),
            user: "silver".to_owned(),
        })
        .mount(
            "/",
            routes![panel_admin, panel_user, panel_guest, panel_delete],
        )
        .mount("/", routes![forwarded, half_open, half_open_guest])
        .mount("/forwarded", routes![forwarded_open])
        .mount("/", routes![item_by_number, item_by_name, item_below])
        .mount("/", routes![files, search, form, json, upload, streamed])
        .register("/", catchers![no_session, anything_else]);
    versions(rocket)
}
