//! Where requests come in, in Rocket: each handler reads what it was given, in one way.

use std::collections::HashMap;
use std::fs::read_to_string;
use std::net::{IpAddr, SocketAddr};

use rocket::data::{Capped, Data, ToByteUnit};
use rocket::form::{Contextual, Form, FromForm, Strict};
use rocket::http::uri::{Host, Origin};
use rocket::http::{Accept, ContentType, Status};
use rocket::outcome::IntoOutcome;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::serde::Deserialize;
use rocket::serde::json::{self, Json};
use rocket::{Config, State, get, launch, post, put, routes};

#[derive(FromForm, Deserialize)]
struct Wanted {
    name: String,
    page: usize,
}

#[derive(FromForm)]
struct Nested<'r> {
    inner: Wanted,
    names: Vec<&'r str>,
    by_name: HashMap<String, String>,
}

struct Session {
    folder: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let cookie = request.cookies().get_private("session");
        cookie.map(|it| Session { folder: it.value().to_string() }).or_forward(Status::Unauthorized)
    }
}

struct Wish(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Wish {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        request.query_value::<String>("wish").and_then(|it| it.ok()).map(Wish).or_forward(Status::BadRequest)
    }
}

struct Version(&'static str);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Version {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.headers().get_one("X-Version") {
            Some("2") => Outcome::Success(Version("v2")),
            _ => Outcome::Success(Version("v1")),
        }
    }
}

#[get("/1?<wanted..>")]
fn query_struct(wanted: Wanted) -> Option<String> {
    let _ = read_to_string(format!("pages/{}", wanted.page)); // near miss: query struct
    read_to_string(format!("pages/{}", wanted.name)).ok() //~ path-traversal
}

#[get("/2?<names>")]
fn query_vector(names: Vec<String>) -> String {
    names.iter().filter_map(|name| read_to_string(format!("pages/{name}")).ok()).collect() //~ path-traversal
}

#[get("/3?<pages>")]
fn query_numbers(pages: Vec<u32>) -> String {
    pages.iter().filter_map(|page| read_to_string(format!("pages/{page}")).ok()).collect() // near miss: query numbers
}

#[get("/4?<name>")]
fn query_result(name: Result<String, rocket::form::Errors<'_>>) -> Option<String> {
    read_to_string(format!("pages/{}", name.ok()?)).ok() //~ path-traversal
}

#[post("/5", data = "<form>")]
fn nested_form(form: Form<Nested<'_>>) -> Option<String> {
    let _ = read_to_string(format!("pages/{}", form.inner.page)).ok(); // near miss: nested form
    let _ = read_to_string(format!("pages/{}", form.inner.name)).ok(); //~ path-traversal
    None
}

#[post("/5/names", data = "<form>")]
fn nested_form_vector(form: Form<Nested<'_>>) -> Option<String> {
    read_to_string(format!("pages/{}", form.names.first()?)).ok() //~ path-traversal
}

#[post("/5/map", data = "<form>")]
fn nested_form_map(form: Form<Nested<'_>>) -> Option<String> {
    read_to_string(form.by_name.get("page")?).ok() //~ path-traversal
}

#[post("/6", data = "<form>")]
fn optional_form(form: Option<Form<Wanted>>) -> Option<String> {
    let wanted = form?.into_inner();
    read_to_string(wanted.name).ok() //~ path-traversal
}

#[post("/7", data = "<form>")]
fn strict_form(form: Form<Strict<Wanted>>) -> Option<String> {
    read_to_string(&form.name).ok() //~ path-traversal
}

#[post("/8", data = "<form>")]
fn contextual_form(form: Form<Contextual<'_, Wanted>>) -> Option<String> {
    let wanted = form.value.as_ref()?;
    read_to_string(&wanted.name).ok() //~ path-traversal
}

#[post("/9", data = "<body>")]
fn json_result(body: Result<Json<Wanted>, json::Error<'_>>) -> Result<String, Status> {
    let wanted = body.map_err(|_| Status::BadRequest)?;
    let _ = read_to_string(format!("pages/{}", wanted.page)); // near miss: json result
    read_to_string(&wanted.name).map_err(|_| Status::NotFound) //~ path-traversal
}

#[post("/10", data = "<body>")]
fn text(body: &str) -> Option<String> {
    read_to_string(body).ok() //~ path-traversal
}

#[post("/11", data = "<body>")]
fn capped(body: Capped<String>) -> Option<String> {
    read_to_string(body.into_inner()).ok() //~ path-traversal
}

#[post("/12", data = "<body>")]
async fn data(body: Data<'_>) -> Option<String> {
    let text = body.open(1.kibibytes()).into_string().await.ok()?;
    read_to_string(text.value.trim()).ok() //~ path-traversal
}

#[put("/13", data = "<body>")]
async fn data_to_fixed_file(body: Data<'_>) -> Option<String> {
    body.open(1.mebibytes()).into_file("uploads/last").await.ok()?; // near miss: data to fixed file
    read_to_string("uploads/last").ok() // near miss: data to fixed file
}

#[put("/14/<name>", data = "<body>")]
async fn data_to_named_file(name: &str, body: Data<'_>) -> std::io::Result<()> {
    body.open(1.mebibytes()).into_file(format!("uploads/{name}")).await?; //~ path-traversal
    Ok(())
}

#[get("/15")]
fn session(session: Session) -> Option<String> {
    // What the service itself encrypted.
    read_to_string(format!("spaces/{}", session.folder)).ok() // near miss: session
}

#[get("/16")]
fn wish(wish: Wish) -> Option<String> {
    read_to_string(format!("pages/{}", wish.0)).ok() //~ path-traversal
}

#[get("/17")]
fn version(version: Version) -> Option<String> {
    read_to_string(format!("pages/{}", version.0)).ok() // near miss: version
}

#[get("/18")]
fn addresses(peer: SocketAddr, ip: IpAddr) -> Option<String> {
    let _ = read_to_string(format!("peers/{}", peer.port())); // near miss: addresses
    read_to_string(format!("peers/{ip}")).ok() // near miss: addresses
}

#[get("/19")]
fn uri(uri: &Origin<'_>) -> Option<String> {
    let query = uri.query()?;
    let query = query.percent_decode().ok()?;
    read_to_string(format!("pages/{query}")).ok() //~ path-traversal
}

#[get("/20")]
fn config(config: &Config, types: &State<Vec<ContentType>>) -> Option<String> {
    read_to_string(format!("config/{}-{}", config.port, types.len())).ok() // near miss: config
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .manage(vec![ContentType::HTML])
        .mount("/", routes![query_struct, query_vector, query_numbers, query_result, nested_form, optional_form])
        .mount("/", routes![strict_form, contextual_form, json_result, text, capped, data, data_to_fixed_file])
        .mount("/", routes![data_to_named_file, session, wish, version, addresses, uri, config])
        .mount("/", routes![nested_form_vector, nested_form_map])
}
