//! Expressions out of requests, through helpers, variables and checks.

use actix_web::{HttpResponse, web};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::Deserialize;
use sxd_document::dom::Document;
use sxd_document::{Package, parser};
use sxd_xpath::{Context, Factory, XPath, evaluate_xpath as evaluate};

#[derive(Deserialize)]
struct Login {
    user: String,
    pin: u32,
}

#[derive(Clone)]
struct Queries {
    user: String,
}

fn document() -> Package {
    parser::parse("<users/>").unwrap_or_else(|_| Package::new())
}

fn select(document: &Document<'_>, path: &str) -> bool {
    evaluate(document, path).is_ok() //~ xpath-injection
}

async fn by_helper(Form(login): Form<Login>) -> String {
    let package = document();
    let path = format!("//user[name='{}' and pin={}]", login.user, login.pin);
    select(&package.as_document(), &path).to_string()
}

fn compiled(expression: &str) -> Option<XPath> {
    let factory = Factory::new();
    factory.build(expression).ok().flatten() //~ xpath-injection
}

async fn by_factory(Path(name): Path<String>) -> Result<String, StatusCode> {
    let mut expression = String::from("//*[@id=\"");
    expression.push_str(&name);
    expression.push_str("\"]");
    let path = compiled(&expression).ok_or(StatusCode::BAD_REQUEST)?;
    let package = document();
    let found = path.evaluate(&Context::new(), package.as_document().root());
    Ok(found.is_ok().to_string())
}

async fn whole(Json(path): Json<String>) -> String {
    let package = document();
    let document = package.as_document();
    evaluate(&document, path.as_str()).is_ok().to_string() //~ xpath-injection
}

async fn in_actix(login: web::Query<Login>) -> HttpResponse {
    let package = document();
    let replaced = "//user[name='?']".replace('?', &login.user);
    let document = package.as_document();
    let found = evaluate(&document, &replaced); //~ xpath-injection
    HttpResponse::Ok().body(found.is_ok().to_string())
}

async fn by_variable(Form(login): Form<Login>) -> String {
    let mut context = Context::new();
    context.set_variable("user", login.user.as_str()); // near miss: a variable
    let package = document();
    let Ok(Some(path)) = Factory::new().build("//user[name=$user]") else {
        return String::new();
    };
    path.evaluate(&context, package.as_document().root()).is_ok().to_string()
}

async fn by_number(Form(login): Form<Login>) -> String {
    let package = document();
    evaluate(&package.as_document(), &format!("//user[pin={}]", login.pin)).is_ok().to_string() // near miss: a number
}

async fn as_document(body: String) -> String {
    match parser::parse(&body) {
        Ok(package) => evaluate(&package.as_document(), "count(//user)").is_ok().to_string(), // near miss: the document
        Err(_) => String::new(),
    }
}

async fn letters(Path(name): Path<String>) -> Result<String, StatusCode> {
    if !name.chars().all(char::is_alphanumeric) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let package = document();
    Ok(evaluate(&package.as_document(), &format!("//user[name='{name}']")).is_ok().to_string()) // near miss: letters and digits only
}

async fn of_settings(State(queries): State<Queries>) -> String {
    let package = document();
    evaluate(&package.as_document(), &queries.user).is_ok().to_string() // near miss: the settings' expression
}

async fn chosen(Path(kind): Path<String>) -> Result<String, StatusCode> {
    let path = match kind.as_str() {
        "users" => "//user",
        "groups" => "//group",
        _ => return Err(StatusCode::NOT_FOUND),
    };
    let package = document();
    Ok(evaluate(&package.as_document(), path).is_ok().to_string()) // near miss: one of the program's own
}

async fn compared(Query(login): Query<Login>) -> String {
    let package = document();
    let document = package.as_document();
    let names = evaluate(&document, "//user/name");
    names.is_ok_and(|it| it.string() == login.user).to_string() // near miss: compared afterwards
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/user", web::get().to(in_actix));
}

fn app() -> Router {
    Router::new()
        .route("/1", post(by_helper).put(whole).get(compared).patch(by_variable).delete(by_number))
        .route("/2/{name}", get(by_factory).post(letters))
        .route("/3", post(as_document).get(of_settings))
        .route("/4/{kind}", get(chosen))
        .with_state(Queries { user: String::new() })
}

fn main() {}
