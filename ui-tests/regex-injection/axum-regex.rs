//! Patterns of `regex` and `regex-lite` that requests choose.
//@ persona: auditor

use std::collections::HashMap;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use regex::{Regex, RegexBuilder, RegexSet};
use serde::Deserialize;

#[derive(Deserialize)]
struct Search {
    pattern: String,
    patterns: Vec<String>,
    word: String,
    limit: u32,
    kind: Kind,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Name,
    Mail,
}

#[derive(Clone)]
struct Rules {
    pattern: String,
    known: HashMap<String, String>,
}

async fn whole(Json(search): Json<Search>) -> String {
    let found = Regex::new(&search.pattern); //~ regex-injection
    found.is_ok().to_string()
}

async fn inside(Query(search): Query<Search>) -> String {
    let pattern = format!("(?i)^{}$", search.word);
    match Regex::new(&pattern) { //~ regex-injection
        Ok(it) => it.is_match("x").to_string(),
        Err(_) => String::new(),
    }
}

async fn of_path(Path(name): Path<String>) -> String {
    let built = RegexBuilder::new(&name).case_insensitive(true).build(); //~ regex-injection
    built.is_ok().to_string()
}

async fn several(Json(search): Json<Search>) -> String {
    let set = RegexSet::new(&search.patterns); //~ regex-injection
    set.is_ok().to_string()
}

async fn bytes(Json(search): Json<Search>) -> String {
    let found = regex::bytes::Regex::new(search.pattern.as_str()); //~ regex-injection
    found.is_ok().to_string()
}

async fn light(Json(search): Json<Search>) -> String {
    regex_lite::Regex::new(&search.pattern).is_ok().to_string() //~ regex-injection
}

fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok() //~ regex-injection
}

async fn in_a_helper(headers: HeaderMap) -> String {
    let pattern = headers.get("x-pattern").and_then(|it| it.to_str().ok());
    compile(pattern.unwrap_or(".*")).is_some().to_string()
}

async fn escaped(Json(search): Json<Search>) -> String {
    // near miss: what is special in a pattern is escaped
    let pattern = format!("(?i)^{}$", regex::escape(&search.word));
    Regex::new(&pattern).is_ok().to_string()
}

async fn escaped_before(Json(search): Json<Search>) -> String {
    let word = regex_lite::escape(&search.word);
    // near miss: escaped before it is put into the pattern
    regex_lite::Regex::new(&format!("{word}+")).is_ok().to_string()
}

async fn of_settings(State(rules): State<Rules>, Json(search): Json<Search>) -> String {
    // near miss: the pattern is the service's own; only the text is the caller's
    let found = Regex::new(&rules.pattern).is_ok_and(|it| it.is_match(&search.word));
    found.to_string()
}

async fn number(Json(search): Json<Search>) -> String {
    // near miss: a number has nothing that is special in a pattern
    let pattern = format!("^.{{0,{}}}$", search.limit);
    Regex::new(&pattern).is_ok().to_string()
}

async fn chosen(Json(search): Json<Search>) -> String {
    let pattern = match search.kind {
        Kind::Name => "^[a-z]+$",
        Kind::Mail => "^[^@]+@[^@]+$",
    };
    // near miss: one of the program's own patterns
    Regex::new(pattern).is_ok_and(|it| it.is_match(&search.word)).to_string()
}

async fn looked_up(State(rules): State<Rules>, Query(search): Query<Search>) -> String {
    let Some(pattern) = rules.known.get(&search.word) else {
        return String::new();
    };
    // near miss: the request names one of the patterns that are known
    Regex::new(pattern).is_ok().to_string()
}

async fn letters(Json(search): Json<Search>) -> String {
    if !search.word.chars().all(|it| it.is_ascii_alphanumeric()) {
        return String::new();
    }
    // near miss: letters and digits alone
    Regex::new(&format!("^{}", search.word)).is_ok().to_string()
}

async fn listed(Json(search): Json<Search>) -> String {
    if !["a+", "b+"].contains(&search.pattern.as_str()) {
        return String::new();
    }
    // near miss: in a list of the program's own
    Regex::new(&search.pattern).is_ok().to_string()
}

async fn by_id(Path(id): Path<uuid::Uuid>) -> String {
    // near miss: an identifier has a form
    Regex::new(&format!("^{id}$")).is_ok().to_string()
}

async fn replaced(Json(search): Json<Search>) -> String {
    let Ok(blank) = Regex::new(r"\s+") else {
        return String::new();
    };
    // near miss: the caller chooses the replacement, not the pattern
    blank.replace_all("a b", search.word.as_str()).into_owned()
}

fn app() -> Router<Rules> {
    Router::new()
        .route("/whole", post(whole))
        .route("/inside", get(inside))
        .route("/of_path/{name}", get(of_path))
        .route("/several", post(several))
        .route("/bytes", post(bytes))
        .route("/light", post(light))
        .route("/in_a_helper", get(in_a_helper))
        .route("/escaped", post(escaped))
        .route("/escaped_before", post(escaped_before))
        .route("/of_settings", post(of_settings))
        .route("/number", post(number))
        .route("/chosen", post(chosen))
        .route("/looked_up", get(looked_up))
        .route("/letters", post(letters))
        .route("/listed", post(listed))
        .route("/by_id/{id}", get(by_id))
        .route("/replaced", post(replaced))
}

fn main() {}
