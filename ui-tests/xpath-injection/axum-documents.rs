//! Expressions of XPath that requests write.

use axum::extract::{Form, Path, Query};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sxd_document::parser;
use sxd_xpath::{Factory, evaluate_xpath};

const USERS: &str = "<users><user name='a' role='b'/></users>";

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
    at: u32,
}

async fn login(Form(login): Form<Login>) -> String {
    let Ok(package) = parser::parse(USERS) else { return String::new() };
    let document = package.as_document();
    let path = format!("//user[@name='{}' and @password='{}']", login.user, login.password);
    match evaluate_xpath(&document, &path) { //~ xpath-injection
        Ok(it) => it.string(),
        Err(_) => String::new(),
    }
}

async fn built(Query(login): Query<Login>) -> String {
    Factory::new().build(&login.user).is_ok().to_string() //~ xpath-injection
}

async fn of_path(Path(name): Path<String>) -> String {
    let Ok(package) = parser::parse(USERS) else { return String::new() };
    evaluate_xpath(&package.as_document(), &format!("//user[@name=\"{name}\"]")).is_ok().to_string() //~ xpath-injection
}

async fn of_node(Json(login): Json<Login>) -> String {
    let path = String::from("user[@name='") + &login.user + "']";
    let factory = Factory::new();
    factory.build(&path).is_ok().to_string() //~ xpath-injection
}

fn compile(path: &str) -> bool {
    Factory::new().build(path).is_ok() //~ xpath-injection
}

async fn values(Json(login): Json<Login>) -> String {
    compile(&login.user).to_string()
}

async fn as_variable(Form(login): Form<Login>) -> String {
    let Ok(package) = parser::parse(USERS) else { return String::new() };
    let mut context = sxd_xpath::Context::new();
    context.set_variable("name", login.user.as_str());
    // near miss: what the caller says is a variable's value
    let Ok(Some(path)) = Factory::new().build("//user[@name=$name]") else { return String::new() };
    path.evaluate(&context, package.as_document().root()).is_ok().to_string()
}

async fn number(Query(login): Query<Login>) -> String {
    let Ok(package) = parser::parse(USERS) else { return String::new() };
    // near miss: a position is a number
    evaluate_xpath(&package.as_document(), &format!("//user[{}]", login.at)).is_ok().to_string()
}

async fn fixed(Json(login): Json<Login>) -> String {
    let Ok(package) = parser::parse(USERS) else { return String::new() };
    // near miss: the expression is fixed, and its result is compared with the caller's text
    match evaluate_xpath(&package.as_document(), "//user/@name") {
        Ok(it) => (it.string() == login.user).to_string(),
        Err(_) => String::new(),
    }
}

async fn document(body: String) -> String {
    let Ok(package) = parser::parse(&body) else { return String::new() };
    // near miss: the document is the caller's, the expression is not
    evaluate_xpath(&package.as_document(), "/order/total").is_ok().to_string()
}

async fn letters(Path(name): Path<String>) -> String {
    if !name.chars().all(|it| it.is_ascii_alphanumeric()) {
        return String::new();
    }
    // near miss: letters and digits alone
    Factory::new().build(&format!("//user[@name='{name}']")).is_ok().to_string()
}

async fn chosen(Path(what): Path<String>) -> String {
    let path = match what.as_str() {
        "names" => "//user/@name",
        _ => "//user/@role",
    };
    // near miss: one of two expressions
    Factory::new().build(path).is_ok().to_string()
}

async fn by_id(Path(id): Path<uuid::Uuid>) -> String {
    // near miss: an identifier has a form
    Factory::new().build(&format!("//user[@id='{id}']")).is_ok().to_string()
}

async fn listed(Query(login): Query<Login>) -> String {
    if !["a", "b"].contains(&login.user.as_str()) {
        return String::new();
    }
    // near miss: in a list of the program's own
    Factory::new().build(&format!("//user[@name='{}']", login.user)).is_ok().to_string()
}

async fn quoted(Query(login): Query<Login>) -> String {
    let name = escape_quotes(&login.user);
    // near miss: a function of that name takes the quotes out
    Factory::new().build(&format!("//user[@name='{name}']")).is_ok().to_string()
}

fn escape_quotes(text: &str) -> String {
    text.replace(['\'', '"'], "")
}

async fn found(Query(login): Query<Login>) -> String {
    let Ok(package) = parser::parse(USERS) else { return String::new() };
    let root = package.as_document().root();
    // near miss: an element is compared with what the request says
    let mut all = root.children().into_iter().filter_map(|it| it.element());
    all.any(|it| it.name().local_part() == login.user).to_string()
}

fn app() -> Router {
    Router::new()
        .route("/1", post(login))
        .route("/2", get(built))
        .route("/3/{name}", get(of_path))
        .route("/4", post(of_node))
        .route("/5", post(values))
        .route("/6", post(as_variable))
        .route("/7", get(number))
        .route("/8", post(fixed))
        .route("/9", post(document))
        .route("/10/{name}", get(letters))
        .route("/11/{what}", get(chosen))
        .route("/12/{id}", get(by_id))
        .route("/13", get(listed))
        .route("/14", get(quoted))
        .route("/15", get(found))
}

fn main() {}
