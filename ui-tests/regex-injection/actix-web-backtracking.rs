//! Patterns of engines that go back: `fancy-regex` and PCRE2.

use actix_web::{HttpResponse, Responder, get, post, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Rule {
    pattern: String,
    text: String,
}

#[post("/fancy")]
async fn fancy(rule: web::Json<Rule>) -> impl Responder {
    let found = fancy_regex::Regex::new(&rule.pattern); //~ regex-injection
    HttpResponse::Ok().body(found.is_ok().to_string())
}

#[post("/fancy-built")]
async fn fancy_built(rule: web::Json<Rule>) -> impl Responder {
    let built = fancy_regex::RegexBuilder::new(&rule.pattern).build(); //~ regex-injection
    HttpResponse::Ok().body(built.is_ok().to_string())
}

#[get("/pcre/{pattern}")]
async fn pcre(pattern: web::Path<String>) -> impl Responder {
    let found = pcre2::bytes::Regex::new(&pattern); //~ regex-injection
    HttpResponse::Ok().body(found.is_ok().to_string())
}

#[post("/pcre-built")]
async fn pcre_built(rule: web::Json<Rule>) -> impl Responder {
    let built = pcre2::bytes::RegexBuilder::new().caseless(true).build(&rule.pattern); //~ regex-injection
    HttpResponse::Ok().body(built.is_ok().to_string())
}

#[post("/escaped")]
async fn escaped(rule: web::Json<Rule>) -> impl Responder {
    // near miss: escaped for the engine that reads it
    let found = fancy_regex::Regex::new(&fancy_regex::escape(&rule.pattern));
    let other = pcre2::bytes::Regex::new(&pcre2::escape(&rule.pattern));
    HttpResponse::Ok().body((found.is_ok() && other.is_ok()).to_string())
}

#[post("/text")]
async fn text(rule: web::Json<Rule>) -> impl Responder {
    let Ok(own) = fancy_regex::Regex::new(r"^(?!root)\w+$") else {
        return HttpResponse::InternalServerError().finish();
    };
    // near miss: the text is the caller's, the pattern is not
    match own.is_match(&rule.text) {
        Ok(true) => HttpResponse::Ok().finish(),
        _ => HttpResponse::BadRequest().finish(),
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(fancy)
        .service(fancy_built)
        .service(pcre)
        .service(pcre_built)
        .service(escaped)
        .service(text);
}

fn main() {}
