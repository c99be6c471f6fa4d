//! A fairing that is handed the rocket may add routes; one that is handed requests changes those alone.

use rocket::fairing::AdHoc;
use rocket::http::Method;
use rocket::{Build, Request, Rocket, get, launch, routes};

#[get("/token")]
fn token() -> &'static str {
    "token"
}

#[get("/late")]
fn late() -> &'static str {
    "late"
}

fn rewrite(request: &mut Request<'_>) {
    request.set_method(Method::Put);
}

async fn add(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![late])
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![token])
        .attach(AdHoc::on_ignite("late routes", add))
        .attach(AdHoc::on_request("rewriter", |request, _| {
            Box::pin(async move {
                if request.uri().path() == "/" {
                    request.set_method(Method::Put);
                }
                rewrite(request);
            })
        }))
        .attach(AdHoc::on_response("headers", |request, response| {
            Box::pin(async move {
                if request.uri().path() == "/" {
                    response.set_raw_header("x-page", "first");
                }
            })
        }))
}

//@ GET /token none
//@ GET /late none
