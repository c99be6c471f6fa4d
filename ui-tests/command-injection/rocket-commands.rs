//! Programs and shells that requests reach, in Rocket.

use std::process::Command;

use rocket::form::{Form, FromForm, FromFormField};
use rocket::http::{ContentType, CookieJar, Status};
use rocket::request::{FromParam, FromRequest, Outcome, Request};
use rocket::serde::json::Json;
use rocket::{State, get, launch, post, routes};
use serde::Deserialize;

#[derive(FromForm)]
struct Convert<'r> {
    input: &'r str,
    quality: u8,
    format: Format,
}

#[derive(FromFormField, Clone, Copy)]
enum Format {
    Png,
    Jpeg,
}

#[derive(Deserialize)]
struct Ping {
    host: String,
}

struct Slug(String);

impl<'a> FromParam<'a> for Slug {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        if param.chars().all(|it| it.is_ascii_lowercase() || it == '-') { Ok(Slug(param.to_string())) } else { Err(param) }
    }
}

struct Any(String);

impl<'a> FromParam<'a> for Any {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        Ok(Any(param.to_uppercase()))
    }
}

struct Agent<'r>(&'r str);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Agent<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.headers().get_one("User-Agent") {
            Some(agent) => Outcome::Success(Agent(agent)),
            None => Outcome::Error((Status::BadRequest, ())),
        }
    }
}

struct Tools {
    whois: String,
}

#[post("/convert", data = "<form>")]
fn convert(form: Form<Convert<'_>>) -> Status {
    let extension = match form.format {
        Format::Png => "png",
        Format::Jpeg => "jpg",
    };
    let line = format!("convert in.png -quality {} out.{extension}", form.quality);
    let _ = Command::new("sh").arg("-c").arg(line).status(); // near miss: convert
    let line = format!("convert {} out.{extension}", form.input);
    let _ = Command::new("sh").arg("-c").arg(line).status(); //~ command-injection
    Status::Ok
}

#[post("/ping", data = "<ping>")]
fn ping(ping: Json<Ping>) -> Status {
    let Ping { host } = ping.into_inner();
    let status = Command::new("/bin/sh").args(["-c", format!("ping -c 1 {host}").as_str()]).status(); //~ command-injection
    if status.is_ok() { Status::Ok } else { Status::BadGateway }
}

#[post("/ping/fixed", data = "<ping>")]
fn ping_fixed(ping: Json<Ping>) -> Status {
    let status = Command::new("ping").arg("-c").arg("1").arg("--").arg(&ping.host).status(); // near miss: ping fixed
    if status.is_ok() { Status::Ok } else { Status::BadGateway }
}

#[get("/slug/<slug>")]
fn slug(slug: Slug) -> Status {
    let _ = Command::new("sh").arg("-c").arg(format!("render {}", slug.0)).status(); // near miss: slug
    Status::Ok
}

#[get("/any/<any>")]
fn any(any: Any) -> Status {
    let _ = Command::new("sh").arg("-c").arg(format!("render {}", any.0)).status(); // missed: command-injection
    Status::Ok
}

#[get("/agent")]
fn agent(agent: Agent<'_>) -> Status {
    let _ = Command::new("sh").arg("-c").arg(format!("logger {}", agent.0)).status(); //~ command-injection
    Status::Ok
}

#[get("/cookie")]
fn cookie(jar: &CookieJar<'_>) -> Option<String> {
    let program = jar.get("editor")?.value();
    let output = Command::new(program).arg("--version").output().ok()?; //~ command-injection
    String::from_utf8(output.stdout).ok()
}

#[get("/whois/<domain>")]
fn whois(tools: &State<Tools>, domain: &str) -> Option<String> {
    let output = Command::new(&tools.whois).arg(domain).output().ok()?; // near miss: whois
    String::from_utf8(output.stdout).ok()
}

#[get("/head?<lines>&<file>")]
fn head(lines: Option<u32>, file: Option<String>) -> Option<Vec<u8>> {
    let lines = lines.unwrap_or(10);
    let output = Command::new("sh").arg("-c").arg(format!("head -n {lines} log.txt")).output().ok()?; // near miss: head
    if let Some(file) = file {
        return Command::new("sh").arg("-c").arg(format!("head {file}")).output().ok().map(|it| it.stdout); //~ command-injection
    }
    Some(output.stdout)
}

#[get("/report?<kind>")]
fn report(kind: &str) -> Status {
    let program = if kind == "full" { "report-full" } else { "report" };
    let _ = Command::new(program).status(); // near miss: report
    if kind.is_empty() {
        return Status::BadRequest;
    }
    let _ = Command::new(format!("report-{kind}")).status(); //~ command-injection
    Status::Ok
}

#[post("/raw", data = "<script>")]
async fn raw(script: String) -> Status {
    let task = rocket::tokio::task::spawn_blocking(move || {
        let mut command = Command::new("bash"); // near miss: raw
        command.arg("-c").arg(script); //~ command-injection
        command.status().is_ok()
    });
    if task.await.unwrap_or(false) { Status::Ok } else { Status::BadRequest }
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .manage(Tools { whois: "/usr/bin/whois".to_string() })
        .mount("/", routes![convert, ping, ping_fixed, slug, any, agent, cookie, whois, head, report, raw])
}
