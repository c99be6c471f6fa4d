//! Routes that no attribute makes.

use std::collections::HashMap;

use rocket::http::{Method, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::route::{self, BoxFuture, Handler, Route};
use rocket::{Build, Data, Request, Rocket, get, routes};

struct App {
    sessions: HashMap<String, String>,
    key: String,
}

struct User(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let token = request.headers().get_one("authorization");
        match token.and_then(|it| app.sessions.get(it)) {
            Some(name) => Outcome::Success(User(name.clone())),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

/// A handler is a type of its own.
#[derive(Clone)]
struct Plain;

#[rocket::async_trait]
impl Handler for Plain {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        route::Outcome::from(request, "plain")
    }
}

/// One that asks who it is.
#[derive(Clone)]
struct Closed {
    text: &'static str,
}

#[rocket::async_trait]
impl Handler for Closed {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        match request.guard::<User>().await {
            Outcome::Success(_) => route::Outcome::from(request, self.text),
            _ => route::Outcome::Error(Status::Unauthorized),
        }
    }
}

/// One that looks, and answers everybody.
#[derive(Clone)]
struct Pretending;

#[rocket::async_trait]
impl Handler for Pretending {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        if request.headers().get_one("authorization").is_none() {
            eprintln!("nobody");
        }
        route::Outcome::from(request, "pretending")
    }
}

/// Or a function.
fn by_function<'r>(request: &'r Request<'_>, _: Data<'r>) -> BoxFuture<'r> {
    Box::pin(async move { route::Outcome::from(request, "by function") })
}

fn closed_function<'r>(request: &'r Request<'_>, _: Data<'r>) -> BoxFuture<'r> {
    Box::pin(async move {
        let app = request.rocket().state::<App>();
        let key = request.headers().get_one("x-api-key");
        match (app, key) {
            (Some(app), Some(key)) if key == app.key => route::Outcome::from(request, "closed"),
            _ => route::Outcome::Error(Status::Forbidden),
        }
    })
}

#[get("/attribute")]
fn by_attribute() -> &'static str {
    "by attribute"
}

//@ GET /plain none
//@ POST /v1/closed/{id} required
//@ DELETE /v1/pretending/{*rest} none
//@ PUT /v1/function none
//@ PATCH /v1/closed-function required
//@ GET /lists/attribute none
//@ GET /lists/pushed none
//@ HEAD /lists/extended required
//@ GET /started/in none
//@ GET /started/attribute none
fn listed() -> Vec<Route> {
    let mut all = routes![by_attribute];
    all.push(Route::new(Method::Get, "/pushed", Plain));
    all.extend(vec![Route::new(Method::Head, "/extended", Closed { text: "closed" })]);
    all
}

fn started() -> Vec<Route> {
    let mut all = vec![Route::new(Method::Get, "/in", Plain)];
    all.extend(routes![by_attribute]);
    all
}

/// Types that are mounted as they are: they know their routes.
//@ GET /from/plain none
//@ GET /into/closed required
//@ POST /into/pretending none
impl From<Plain> for Vec<Route> {
    fn from(plain: Plain) -> Vec<Route> {
        vec![Route::new(Method::Get, "/plain", plain)]
    }
}

struct Several(Closed, Pretending);

impl Into<Vec<Route>> for Several {
    fn into(self) -> Vec<Route> {
        vec![
            Route::new(Method::Get, "/closed", self.0),
            Route::new(Method::Post, "/pretending", self.1),
        ]
    }
}

#[rocket::launch]
fn rocket() -> Rocket<Build> {
    let closed = Route::ranked(1, Method::Post, "/closed/<id>", Closed { text: "closed" });
    rocket::build()
        .manage(App {
            sessions: HashMap::new(),
            key: std::env::var("KEY").expect("there is a key"),
        })
        .mount("/", vec![Route::new(Method::Get, "/plain?<page>", Plain)])
        .mount(
            "/v1",
            [
                closed,
                Route::ranked(None, Method::Delete, "/pretending/<rest..>", Pretending),
                Route::new(rocket::http::Method::Put, "/function", by_function),
                Route::new(Method::Patch, "/closed-function", closed_function),
            ],
        )
        .mount("/lists", listed())
        .mount("/started", started())
        .mount("/from", Plain)
        .mount("/into", Several(Closed { text: "closed" }, Pretending))
}
