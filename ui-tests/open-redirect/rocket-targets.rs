//! Where browsers are sent, in Rocket.

use rocket::form::{Form, FromForm};
use rocket::http::{Header, Status};
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect, Responder};
use rocket::{get, launch, post, routes, uri};

#[derive(FromForm)]
struct Login<'r> {
    user: &'r str,
    next: Option<String>,
}

#[derive(Responder)]
#[response(status = 303)]
struct Moved {
    body: (),
    location: Header<'static>,
}

#[post("/login", data = "<form>")]
fn login(form: Form<Login<'_>>) -> Redirect {
    let form = form.into_inner();
    match form.next {
        Some(next) => Redirect::to(next), //~ open-redirect
        None => Redirect::to("/"), // near miss: login
    }
}

#[post("/login/profile", data = "<form>")]
fn login_to_profile(form: Form<Login<'_>>) -> Redirect {
    Redirect::to(uri!(profile(form.user))) // near miss: login to profile
}

#[post("/login/flash", data = "<form>")]
fn login_with_flash(form: Form<Login<'_>>) -> Flash<Redirect> {
    Flash::success(Redirect::found("/home"), format!("Welcome, {}", form.user)) // near miss: login with flash
}

#[post("/login/flash/next", data = "<form>")]
fn login_with_flash_next(form: Form<Login<'_>>) -> Flash<Redirect> {
    let next = form.next.clone().unwrap_or_else(|| "/home".to_string());
    Flash::success(Redirect::found(next), "Welcome") //~ open-redirect
}

#[get("/profile/<user>")]
fn profile(user: &str) -> String {
    user.to_string()
}

#[get("/moved/<page>")]
fn moved(page: &str) -> Redirect {
    Redirect::moved(format!("/pages/{page}")) // near miss: moved
}

#[get("/away?<host>")]
fn away(host: &str) -> Redirect {
    Redirect::temporary(format!("https://{host}/")) //~ open-redirect
}

#[get("/away/known?<host>")]
fn away_known(host: &str) -> Result<Redirect, Status> {
    let host = match host {
        "a" => "a.example.com",
        "b" => "b.example.com",
        _ => return Err(Status::NotFound),
    };
    Ok(Redirect::temporary(format!("https://{host}/"))) // near miss: away known
}

#[get("/header?<to>")]
fn header(to: String) -> Moved {
    Moved { body: (), location: Header::new("Location", to) } //~ open-redirect
}

#[get("/header/other?<to>")]
fn other_header(to: String) -> Moved {
    Moved { body: (), location: Header::new("X-To", to) } // near miss: other header
}

#[get("/number?<to>")]
fn number(to: u64) -> Redirect {
    Redirect::to(format!("/{to}")) // near miss: number
}

#[get("/result?<to>")]
fn result(to: Result<u64, rocket::form::Errors<'_>>) -> Redirect {
    match to {
        Ok(to) => Redirect::to(format!("/{to}")), // near miss: result
        Err(_) => Redirect::to("/"), // near miss: result
    }
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![login, login_to_profile, login_with_flash, login_with_flash_next, profile, moved])
        .mount("/", routes![away, away_known, header, other_header, number, result])
}
