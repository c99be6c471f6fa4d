//! Where browsers are sent, in actix-web.

use std::collections::HashMap;

use actix_web::error::ErrorBadRequest;
use actix_web::http::header::{self, ContentType};
use actix_web::{App, Either, Error, HttpRequest, HttpResponse, HttpServer, Responder, get, post, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Return {
    to: String,
    item: i32,
}

#[derive(Deserialize)]
struct Authorize {
    redirect_uri: String,
    state: String,
}

struct Clients {
    allowed: Vec<String>,
}

#[get("/cookie")]
async fn get_from_cookie(request: HttpRequest) -> HttpResponse {
    let Some(to) = request.cookie("referer") else { return HttpResponse::BadRequest().finish() };
    HttpResponse::SeeOther().append_header((header::LOCATION, to.value())).finish() //~ open-redirect
}

#[get("/place/{location}/{name}")]
async fn get_place(path: web::Path<(String, String)>) -> HttpResponse {
    let (location, name) = path.into_inner();
    let places = vec![(location, name)]; // near miss: a variable called like the header
    HttpResponse::Ok().append_header(("x-places", places.len())).finish()
}

#[get("/1")]
async fn get_redirect(query: web::Query<Return>) -> web::Redirect {
    web::Redirect::to(query.into_inner().to) //~ open-redirect
}

#[get("/2")]
async fn get_redirect_to_item(query: web::Query<Return>) -> web::Redirect {
    web::Redirect::to(format!("/items/{}", query.item)).see_other() // near miss: get redirect to item
}

#[get("/3")]
async fn get_append(query: web::Query<HashMap<String, String>>) -> HttpResponse {
    let Some(to) = query.get("to") else { return HttpResponse::BadRequest().finish() };
    HttpResponse::SeeOther().append_header((header::LOCATION, to.as_str())).finish() //~ open-redirect
}

#[get("/4")]
async fn get_other_header(query: web::Query<HashMap<String, String>>) -> HttpResponse {
    let Some(to) = query.get("to") else { return HttpResponse::BadRequest().finish() };
    HttpResponse::SeeOther().append_header(("x-to", to.as_str())).append_header((header::LOCATION, "/")).finish() // near miss: get other header
}

#[post("/5")]
async fn post_form(form: web::Form<Return>) -> impl Responder {
    let to = if form.to.is_empty() { "/".to_string() } else { form.to.clone() };
    HttpResponse::Found()
        .content_type(ContentType::plaintext())
        .insert_header((header::LOCATION, to)) //~ open-redirect
        .finish()
}

#[get("/6")]
async fn get_query_string(request: HttpRequest) -> impl Responder {
    HttpResponse::Found().insert_header((header::LOCATION, format!("/search?{}", request.query_string()))).finish() // near miss: get query string
}

#[get("/authorize")]
async fn get_authorize(query: web::Query<Authorize>) -> impl Responder {
    let target = format!("{}?code=1&state={}", query.redirect_uri, query.state);
    HttpResponse::Found().insert_header(("location", target)).finish() //~ open-redirect
}

#[get("/authorize/registered")]
async fn get_authorize_registered(clients: web::Data<Clients>, query: web::Query<Authorize>) -> Result<HttpResponse, Error> {
    if !clients.allowed.contains(&query.redirect_uri) {
        return Err(ErrorBadRequest("unknown redirect_uri"));
    }
    let target = format!("{}?code=1&state={}", query.redirect_uri, query.state);
    Ok(HttpResponse::Found().insert_header(("location", target)).finish()) // near miss: get authorize registered
}

#[get("/authorize/equal")]
async fn get_authorize_equal(query: web::Query<Authorize>) -> Result<HttpResponse, Error> {
    if query.redirect_uri != "https://app.example.com/callback" {
        return Err(ErrorBadRequest("unknown redirect_uri"));
    }
    Ok(HttpResponse::Found().insert_header(("location", query.redirect_uri.as_str())).finish()) // near miss: get authorize equal
}

#[get("/authorize/state")]
async fn get_authorize_state_checked(query: web::Query<Authorize>) -> Result<HttpResponse, Error> {
    if query.state != "fixed" {
        return Err(ErrorBadRequest("unknown state"));
    }
    Ok(HttpResponse::Found().insert_header(("location", query.redirect_uri.as_str())).finish()) //~ open-redirect
}

fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish() //~ open-redirect
}

fn see_other_fixed(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish() // near miss: see other fixed
}

#[get("/7")]
async fn get_by_helper(query: web::Query<Return>) -> HttpResponse {
    see_other(&query.to)
}

#[get("/8")]
async fn get_by_fixed_helper(query: web::Query<Return>) -> HttpResponse {
    if query.item > 5 { see_other_fixed("/many") } else { see_other_fixed("/few") } // near miss: get by fixed helper
}

#[get("/9")]
async fn get_either(query: web::Query<Return>) -> Either<web::Redirect, HttpResponse> {
    if query.to.len() < 100 {
        Either::Left(web::Redirect::to(query.to.clone()).permanent()) //~ open-redirect
    } else {
        Either::Right(HttpResponse::BadRequest().finish())
    }
}

#[get("/10/{tail:.*}")]
async fn get_tail(tail: web::Path<String>) -> web::Redirect {
    web::Redirect::to(format!("/new/{tail}")) // near miss: get tail
}

#[get("/11/{host}")]
async fn get_host(host: web::Path<String>) -> web::Redirect {
    let mut target = String::from("//");
    target.push_str(&host);
    web::Redirect::to(target) //~ open-redirect
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .app_data(web::Data::new(Clients { allowed: vec!["https://app.example.com/callback".to_string()] }))
            .service((get_redirect, get_redirect_to_item, get_append, get_other_header, post_form, get_query_string))
            .service((get_authorize, get_authorize_registered, get_authorize_equal, get_authorize_state_checked))
            .service((get_by_helper, get_by_fixed_helper, get_either, get_tail, get_host))
            .service((get_from_cookie, get_place))
            .service(web::redirect("/old", "/new"))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
