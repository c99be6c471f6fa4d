//! Sealed cookies that are called anyhow: one that only a login gives says who somebody is.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use rocket::form::Form;
use rocket::http::{Cookie, CookieJar, Status};
use rocket::{FromForm, State, post, routes};

struct Door {
    hash: String,
}

#[derive(FromForm)]
struct Knock<'r> {
    name: &'r str,
    word: &'r str,
}

//@ POST /login none
#[post("/login", data = "<knock>")]
fn login(door: &State<Door>, knock: Form<Knock<'_>>, jar: &CookieJar<'_>) -> Result<(), Status> {
    let hash = PasswordHash::new(&door.hash).map_err(|_| Status::InternalServerError)?;
    Argon2::default()
        .verify_password(knock.word.as_bytes(), &hash)
        .map_err(|_| Status::Unauthorized)?;
    jar.add_private(Cookie::new("lodger", knock.name.to_owned()));
    jar.add_private(("pillow", knock.name.to_owned()));
    Ok(())
}

//@ POST /pillow/new none
#[post("/pillow/new", data = "<name>")]
fn new_pillow(name: String, jar: &CookieJar<'_>) {
    let pillow = Cookie::build(("pillow", name)).path("/");
    jar.add_private(pillow);
}

fn tear_down() {
    let _ = std::fs::remove_dir_all("/var/lib/house");
}

//@ POST /lodger required
#[post("/lodger")]
fn lodger(jar: &CookieJar<'_>) -> Result<(), Status> {
    jar.get_private("lodger").ok_or(Status::Unauthorized)?;
    tear_down();
    Ok(())
}

// Near miss: others have one as well.
//@ POST /pillow unknown
#[post("/pillow")]
fn pillow(jar: &CookieJar<'_>) -> Result<(), Status> {
    jar.get_private("pillow").ok_or(Status::Unauthorized)?;
    tear_down();
    Ok(())
}

#[rocket::launch]
fn rocket() -> _ {
    let hash = std::fs::read_to_string("/etc/house/hash").expect("a hash");
    rocket::build()
        .manage(Door { hash })
        .mount("/", routes![login, new_pillow, lodger, pillow])
}
