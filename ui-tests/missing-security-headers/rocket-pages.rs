//! Pages of Rocket, which sets some of the headers by itself.
//@ persona: auditor

use rocket::response::content::RawHtml;
use rocket::{get, launch, routes};

#[get("/")]
fn home() -> RawHtml<&'static str> {
    RawHtml("<h1>Notes</h1>") // near miss: `Shield` is on unless somebody takes it off
}

#[launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![home])
}
