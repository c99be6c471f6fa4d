//! Secrets in queries and forms, compared with managed settings.

use rocket::form::Form;
use rocket::http::Status;
use rocket::{FromForm, State, launch, post, routes};

struct Settings {
    token: String,
    key: Option<String>,
    motto: String,
}

#[derive(FromForm)]
struct Ordered {
    proof: String,
}

fn purge() -> Result<(), Status> {
    std::fs::remove_dir_all("/var/lib/shop").map_err(|_| Status::InternalServerError)
}

//@ POST /query required
#[post("/query?<token>")]
fn query(token: &str, settings: &State<Settings>) -> Result<(), Status> {
    if token != settings.token {
        return Err(Status::Unauthorized);
    }
    purge()
}

//@ POST /form required
#[post("/form", data = "<ordered>")]
fn form(ordered: Form<Ordered>, settings: &State<Settings>) -> Result<(), Status> {
    if settings.key.as_deref() != Some(ordered.proof.as_str()) {
        return Err(Status::Unauthorized);
    }
    purge()
}

// Everybody can read it.
//@ POST /motto none
#[post("/motto?<word>")]
fn motto(word: &str, settings: &State<Settings>) -> Result<(), Status> {
    if word != settings.motto {
        return Err(Status::Unauthorized);
    }
    purge()
}

//@ POST /either optional
#[post("/either?<token>&<force>")]
fn either(token: &str, force: bool, settings: &State<Settings>) -> Result<(), Status> {
    if token != settings.token && !force {
        return Err(Status::Unauthorized);
    }
    purge()
}

#[launch]
fn app() -> _ {
    let settings = Settings {
        token: std::env::var("TOKEN").expect("TOKEN"),
        key: std::env::var("KEY").ok(),
        motto: "be kind".into(),
    };
    rocket::build().manage(settings).mount("/", routes![query, form, motto, either])
}
