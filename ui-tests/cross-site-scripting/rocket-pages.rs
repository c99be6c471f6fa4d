//! Pages that are made of requests, in Rocket.

use rocket::form::{Form, FromForm};
use rocket::http::{ContentType, Status};
use rocket::response::content::{RawHtml, RawJson, RawText};
use rocket::{Request, catch, catchers, get, launch, post, routes};

#[derive(FromForm)]
struct Comment<'r> {
    author: &'r str,
    text: String,
    stars: u8,
}

#[post("/1", data = "<comment>")]
fn html(comment: Form<Comment<'_>>) -> RawHtml<String> {
    RawHtml(format!("<p>{}</p>", comment.text)) //~ cross-site-scripting
}

#[post("/2", data = "<comment>")]
fn stars(comment: Form<Comment<'_>>) -> RawHtml<String> {
    RawHtml(format!("<p>{}</p>", "*".repeat(comment.stars.into()))) // near miss: stars
}

#[post("/3", data = "<comment>")]
fn text(comment: Form<Comment<'_>>) -> RawText<String> {
    RawText(format!("<p>{}</p>", comment.text)) // near miss: text
}

#[post("/4", data = "<comment>")]
fn json(comment: Form<Comment<'_>>) -> RawJson<String> {
    RawJson(format!("\"{}\"", comment.author)) // near miss: json
}

#[post("/5", data = "<comment>")]
fn tuple(comment: Form<Comment<'_>>) -> (ContentType, String) {
    (ContentType::HTML, format!("<p>{}</p>", comment.author)) //~ cross-site-scripting
}

#[post("/6", data = "<comment>")]
fn plain_tuple(comment: Form<Comment<'_>>) -> (ContentType, String) {
    (ContentType::Plain, format!("<p>{}</p>", comment.author)) // near miss: plain tuple
}

#[get("/7/<name>")]
fn status(name: &str) -> (Status, RawHtml<String>) {
    let mut page = String::from("<p>No ");
    page += name;
    page += "</p>";
    (Status::NotFound, RawHtml(page)) //~ cross-site-scripting
}

#[get("/8?<name>")]
fn optional(name: Option<String>) -> RawHtml<String> {
    match name {
        Some(name) => RawHtml(format!("<p>Hello, {name}</p>")), //~ cross-site-scripting
        None => RawHtml("<p>Hello</p>".to_string()), // near miss: optional
    }
}

#[get("/9?<name>")]
fn known(name: &str) -> RawHtml<String> {
    let greeting = match name {
        "de" => "Hallo",
        "fr" => "Salut",
        _ => "Hello",
    };
    RawHtml(format!("<p>{greeting}</p>")) // near miss: known
}

#[get("/10?<name>")]
fn escaped(name: &str) -> RawHtml<String> {
    RawHtml(["<p>", &html_escape::encode_text(name), "</p>"].concat()) // near miss: escaped
}

#[get("/11?<name>")]
fn letters(name: &str) -> Result<RawHtml<String>, Status> {
    if !name.chars().all(char::is_alphanumeric) {
        return Err(Status::BadRequest);
    }
    Ok(RawHtml(format!("<p>{name}</p>"))) // near miss: letters
}

#[get("/12?<name>")]
fn short(name: &str) -> Result<RawHtml<String>, Status> {
    if name.len() > 30 {
        return Err(Status::BadRequest);
    }
    Ok(RawHtml(format!("<p>{name}</p>"))) //~ cross-site-scripting
}

#[get("/13?<name>")]
fn text_answer(name: &str) -> String {
    format!("<p>{name}</p>")
}

#[catch(404)]
fn not_found(request: &Request<'_>) -> RawHtml<String> {
    RawHtml(format!("<p>Nothing at {}</p>", request.uri())) // near miss: a URI has no raw `<` // near miss: not found
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![html, stars, text, json, tuple, plain_tuple, status, optional, known, escaped, letters])
        .mount("/", routes![short, text_answer])
        .register("/", catchers![not_found])
}
