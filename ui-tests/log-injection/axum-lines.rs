//! Lines of a log that requests write into.
//@ persona: auditor

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tracing::{debug, error, info, warn};

#[derive(Deserialize, Debug)]
struct Login {
    user: String,
    password: String,
    age: u32,
    role: Role,
}

#[derive(Deserialize, Debug, Clone, Copy)]
enum Role {
    Admin,
    Guest,
}

async fn captured(Json(login): Json<Login>) {
    let user = login.user;
    info!("login of {user}"); //~ log-injection
}

async fn positional(Json(login): Json<Login>) {
    warn!("login of {} failed", login.user); //~ log-injection
}

async fn field(Path(name): Path<String>) {
    info!(%name, "looked up"); //~ log-injection
}

async fn named_field(Query(login): Query<Login>) {
    error!(user = %login.user, "not allowed"); //~ log-injection
}

async fn by_log(Path(name): Path<String>) {
    log::info!("looked up {name}"); //~ log-injection
}

async fn by_level(Path(name): Path<String>) {
    log::log!(log::Level::Warn, "looked up {}", name); //~ log-injection
}

async fn printed(Path(name): Path<String>) {
    println!("looked up {name}"); //~ log-injection
}

async fn to_stderr(Query(login): Query<Login>) {
    eprintln!("{}: {}", "user", login.user); //~ log-injection
}

async fn formatted_before(Path(name): Path<String>) {
    let line = format!("looked up {name}");
    info!("{}", line); //~ log-injection
}

fn audit(what: &str) {
    info!(target: "audit", "{what}"); //~ log-injection
}

async fn in_a_helper(Json(login): Json<Login>) {
    audit(&format!("login of {}", login.user));
}

async fn debugged(Json(login): Json<Login>) {
    // near miss: `Debug` of a text escapes its line breaks
    info!("login of {:?}", login.user);
}

async fn debugged_whole(Json(login): Json<Login>) {
    // near miss: and so does `Debug` of what holds it
    debug!("{login:?}");
}

async fn debugged_field(Path(name): Path<String>) {
    // near miss: a field by `?` is debugged
    info!(?name, "looked up");
}

async fn plain_field(Path(name): Path<String>) {
    // near miss: a field without a sigil is recorded as a value
    info!(name, "looked up");
}

async fn number(Json(login): Json<Login>) {
    // near miss: a number
    info!("age {}", login.age);
}

async fn of_a_choice(Json(login): Json<Login>) {
    // near miss: one of the program's own words
    info!("role {:?}", login.role);
}

async fn of_header(headers: HeaderMap) {
    let agent = headers.get("user-agent").and_then(|it| it.to_str().ok());
    // near miss: the text of a header has no line breaks
    info!("agent {}", agent.unwrap_or_default());
}

async fn of_uri(uri: Uri) {
    // near miss: nor has a URI
    info!("asked for {uri}");
}

async fn replaced(Path(name): Path<String>) {
    // near miss: the line breaks are taken out
    info!("looked up {}", name.replace(['\n', '\r'], " "));
}

async fn escaped(Path(name): Path<String>) {
    // near miss: escaped by the standard library
    info!("looked up {}", name.escape_debug());
}

async fn length(Path(name): Path<String>) {
    // near miss: how long it is
    info!("a name of {} bytes", name.len());
}

async fn identified(Path(id): Path<uuid::Uuid>) {
    // near miss: an identifier has a form
    info!("looked up {id}");
}

async fn letters(Path(name): Path<String>) {
    if !name.chars().all(|it| it.is_ascii_alphanumeric()) {
        return;
    }
    // near miss: letters and digits alone
    info!("looked up {name}");
}

async fn own(Path(name): Path<String>) {
    let words = name.split(' ').count();
    // near miss: what is written is the service's own
    info!("{words} words: {}", env!("CARGO_PKG_NAME"));
}

fn app() -> Router {
    Router::new()
        .route("/1", post(captured))
        .route("/2", post(positional))
        .route("/3/{name}", get(field))
        .route("/4", get(named_field))
        .route("/5/{name}", get(by_log))
        .route("/6/{name}", get(by_level))
        .route("/7/{name}", get(printed))
        .route("/8", get(to_stderr))
        .route("/9/{name}", get(formatted_before))
        .route("/10", post(in_a_helper))
        .route("/11", post(debugged))
        .route("/12", post(debugged_whole))
        .route("/13/{name}", get(debugged_field))
        .route("/14/{name}", get(plain_field))
        .route("/15", post(number))
        .route("/16", post(of_a_choice))
        .route("/17", get(of_header))
        .route("/18", get(of_uri))
        .route("/19/{name}", get(replaced))
        .route("/20/{name}", get(escaped))
        .route("/21/{name}", get(length))
        .route("/22/{id}", get(identified))
        .route("/23/{name}", get(letters))
        .route("/24/{name}", get(own))
}

fn main() {}
