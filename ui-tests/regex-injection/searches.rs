//! Patterns out of requests, through helpers, builders, lists and escapes.

use actix_web::{HttpResponse, web};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use fancy_regex::{Regex as Fancy, RegexBuilder as FancyBuilder, escape as quote};
use pcre2::bytes::{Regex as Pcre, RegexBuilder as PcreBuilder};
use serde::Deserialize;

#[derive(Deserialize)]
struct Search {
    pattern: String,
    text: String,
    whole: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Mail,
    Phone,
}

impl Kind {
    fn pattern(&self) -> &'static str {
        match self {
            Kind::Mail => r"^\S+@\S+$",
            Kind::Phone => r"^\+?\d+$",
        }
    }
}

fn compile(pattern: &str) -> Option<Fancy> {
    Fancy::new(pattern).ok() //~ regex-injection
}

async fn by_helper(Json(search): Json<Search>) -> String {
    compile(&search.pattern).is_some().to_string()
}

async fn anchored(Query(search): Query<Search>) -> Result<String, StatusCode> {
    let pattern = if search.whole { format!("^{}$", search.pattern) } else { search.pattern };
    let regex = FancyBuilder::new(&pattern).build().map_err(|_| StatusCode::BAD_REQUEST)?; //~ regex-injection
    Ok(regex.is_match(&search.text).unwrap_or(false).to_string())
}

async fn joined(Json(words): Json<Vec<String>>) -> String {
    let pattern = words.join("|");
    pattern.parse::<Fancy>().is_ok().to_string() //~ regex-injection
}

async fn by_pcre(Path(pattern): Path<String>) -> String {
    let mut builder = PcreBuilder::new();
    builder.caseless(true).jit_if_available(true);
    builder.build(&pattern).is_ok().to_string() //~ regex-injection
}

async fn in_actix(search: web::Json<Search>) -> HttpResponse {
    let search = search.into_inner();
    match Pcre::new(search.pattern.trim()) { //~ regex-injection
        Ok(regex) => HttpResponse::Ok().body(regex.is_match(search.text.as_bytes()).unwrap_or(false).to_string()),
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

async fn quoted(Json(search): Json<Search>) -> String {
    let pattern = format!(r"\b{}\b", quote(&search.pattern));
    Fancy::new(&pattern).is_ok().to_string() // near miss: quoted
}

async fn quoted_list(Json(words): Json<Vec<String>>) -> String {
    let words: Vec<String> = words.iter().map(|it| regex::escape(it)).collect();
    Fancy::new(&words.join("|")).is_ok().to_string() // near miss: each is quoted
}

async fn fixed(Query(search): Query<Search>) -> String {
    let Ok(regex) = Fancy::new(r"(\w+)\s+\1") else {
        return String::new();
    };
    regex.is_match(&search.text).unwrap_or(false).to_string() // near miss: what it is held against
}

async fn replaced(Json(search): Json<Search>) -> String {
    let Ok(regex) = Fancy::new("(?<!a)b") else {
        return String::new();
    };
    regex.replace_all("abc", search.text.as_str()).into_owned() // near miss: what takes its place
}

async fn by_kind(Path(kind): Path<Kind>) -> String {
    Fancy::new(kind.pattern()).is_ok().to_string() // near miss: patterns of the program's own
}

async fn by_number(Path(length): Path<u8>) -> String {
    Fancy::new(&format!("^.{{0,{length}}}$")).is_ok().to_string() // near miss: a number
}

async fn by_name(Path(name): Path<String>) -> Result<String, StatusCode> {
    if !name.chars().all(|it| it.is_ascii_alphanumeric()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Fancy::new(&format!("^{name}-")).is_ok().to_string()) // near miss: letters and digits only
}

async fn linear(Query(search): Query<Search>) -> String {
    regex::Regex::new(&search.pattern).is_ok().to_string() // near miss: never goes back
}

#[derive(Clone)]
struct Rules {
    patterns: Vec<String>,
}

async fn of_settings(State(rules): State<Rules>, Path(index): Path<usize>) -> Result<String, StatusCode> {
    let pattern = rules.patterns.get(index).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Fancy::new(pattern).is_ok().to_string()) // near miss: the settings' patterns
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/search", web::post().to(in_actix));
}

fn app() -> Router {
    Router::new()
        .route("/1", get(by_helper).post(anchored).put(joined))
        .route("/2/{pattern}", get(by_pcre))
        .route("/3", get(quoted).post(quoted_list).put(fixed).patch(replaced).delete(linear))
        .route("/4/{kind}", get(by_kind))
        .route("/5/{length}", get(by_number))
        .route("/6/{name}", get(by_name))
        .route("/7/{index}", get(of_settings))
        .with_state(Rules { patterns: Vec::new() })
}

fn main() {}
