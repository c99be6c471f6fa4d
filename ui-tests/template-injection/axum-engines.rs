//! Templates that requests write: tera, handlebars, minijinja, liquid.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use handlebars::Handlebars;
use minijinja::{Environment, context};
use serde::Deserialize;
use serde_json::json;
use tera::{Context, Tera};

#[derive(Deserialize)]
struct Mail {
    subject: String,
    body: String,
    amount: u64,
}

#[derive(Clone)]
struct App {
    tera: Arc<Tera>,
    handlebars: Arc<Handlebars<'static>>,
    jinja: Arc<Environment<'static>>,
}

async fn one_off(Json(mail): Json<Mail>) -> String {
    Tera::one_off(&mail.body, &Context::new(), true).unwrap_or_default() //~ template-injection
}

async fn in_a_text(Form(mail): Form<Mail>) -> String {
    let mut tera = Tera::default();
    let template = format!("<h1>{}</h1>{{{{ name }}}}", mail.subject);
    tera.render_str(&template, &Context::new()).unwrap_or_default() //~ template-injection
}

async fn raw_template(Json(mail): Json<Mail>) -> String {
    let mut tera = Tera::default();
    if tera.add_raw_template("mail", &mail.body).is_err() { //~ template-injection
        return String::new();
    }
    tera.render("mail", &Context::new()).unwrap_or_default()
}

async fn moustache(State(app): State<App>, Json(mail): Json<Mail>) -> String {
    let data = json!({ "to": "you" });
    app.handlebars.render_template(&mail.body, &data).unwrap_or_default() //~ template-injection
}

async fn registered(Json(mail): Json<Mail>) -> String {
    let mut engine = Handlebars::new();
    let done = engine.register_template_string("mail", mail.body); //~ template-injection
    done.is_ok().to_string()
}

async fn partial(Query(mail): Query<Mail>) -> String {
    let mut engine = Handlebars::new();
    engine.register_partial("head", &mail.subject).is_ok().to_string() //~ template-injection
}

async fn jinja(State(app): State<App>, Json(mail): Json<Mail>) -> String {
    app.jinja.render_str(&mail.body, context! { name => "you" }).unwrap_or_default() //~ template-injection
}

async fn expression(State(app): State<App>, Path(rule): Path<String>) -> String {
    app.jinja.compile_expression(&rule).is_ok().to_string() //~ template-injection
}

async fn owned(Json(mail): Json<Mail>) -> String {
    let mut env = Environment::new();
    env.add_template_owned("mail", mail.body).is_ok().to_string() //~ template-injection
}

async fn shop(Json(mail): Json<Mail>) -> String {
    let Ok(parser) = liquid::ParserBuilder::with_stdlib().build() else {
        return String::new();
    };
    parser.parse(&mail.body).is_ok().to_string() //~ template-injection
}

async fn as_data(State(app): State<App>, Json(mail): Json<Mail>) -> String {
    let mut data = Context::new();
    data.insert("subject", &mail.subject);
    // near miss: request data is data of the template, and no part of it
    app.tera.render("mail", &data).unwrap_or_default()
}

async fn moustache_data(State(app): State<App>, Json(mail): Json<Mail>) -> String {
    // near miss: the template is the service's own
    app.handlebars.render_template("<p>{{subject}}</p>", &json!({ "subject": mail.subject })).unwrap_or_default()
}

async fn jinja_data(State(app): State<App>, Json(mail): Json<Mail>) -> String {
    // near miss: the context may be anybody's
    app.jinja.render_str("{{ body }}", context! { body => mail.body }).unwrap_or_default()
}

async fn by_name(State(app): State<App>, Path(name): Path<String>) -> String {
    // near miss: the request names a template, it does not write one
    app.tera.render(&name, &Context::new()).unwrap_or_default()
}

async fn found_by_name(State(app): State<App>, Path(name): Path<String>) -> String {
    // near miss: the name of a template that is there
    match app.jinja.get_template(&name) {
        Ok(it) => it.render(context! {}).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

async fn number(Json(mail): Json<Mail>) -> String {
    // near miss: a number is no template
    Tera::one_off(&format!("{} EUR", mail.amount), &Context::new(), true).unwrap_or_default()
}

async fn chosen(Json(mail): Json<Mail>) -> String {
    let template = match mail.subject.as_str() {
        "short" => "{{ a }}",
        _ => "{{ a }} {{ b }}",
    };
    // near miss: one of two templates of the program
    Tera::one_off(template, &Context::new(), true).unwrap_or_default()
}

async fn registered_by_name(Path(name): Path<String>) -> String {
    let mut engine = Handlebars::new();
    // near miss: the name under which a template is kept
    engine.register_template_string(&name, "{{x}}").is_ok().to_string()
}

async fn from_a_file(Json(mail): Json<Mail>) -> String {
    let Ok(template) = tokio::fs::read_to_string("templates/mail.html").await else {
        return String::new();
    };
    let mut data = Context::new();
    data.insert("body", &mail.body);
    // near miss: the template is read from the service's own file
    Tera::one_off(&template, &data, true).unwrap_or_default()
}

async fn replaced(Json(mail): Json<Mail>) -> String {
    let mut env = Environment::new();
    if env.add_template("mail", "{{ subject }}").is_err() {
        return String::new();
    }
    // near miss: what is rendered is registered by the program
    env.get_template("mail")
        .and_then(|it| it.render(context! { subject => mail.subject }))
        .unwrap_or_default()
}

fn app() -> Router<App> {
    Router::new()
        .route("/1", post(one_off))
        .route("/2", post(in_a_text))
        .route("/3", post(raw_template))
        .route("/4", post(moustache))
        .route("/5", post(registered))
        .route("/6", get(partial))
        .route("/7", post(jinja))
        .route("/8/{rule}", get(expression))
        .route("/9", post(owned))
        .route("/10", post(shop))
        .route("/11", post(as_data))
        .route("/12", post(moustache_data))
        .route("/13", post(jinja_data))
        .route("/14/{name}", get(by_name))
        .route("/15/{name}", get(found_by_name))
        .route("/16", post(number))
        .route("/17", post(chosen))
        .route("/18/{name}", get(registered_by_name))
        .route("/19", post(from_a_file))
        .route("/20", post(replaced))
}

fn main() {}
