//! Templates out of requests, through renderers, registries and loaders.

use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, web};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use handlebars::Handlebars;
use liquid::ParserBuilder;
use minijinja::{Environment, context};
use serde::Deserialize;
use tera::{Context, Tera};

#[derive(Deserialize, Clone)]
struct Letter {
    subject: String,
    body: String,
    name: String,
}

#[derive(Clone)]
struct AppState {
    tera: Arc<Mutex<Tera>>,
    pages: Arc<Environment<'static>>,
    greeting: String,
}

struct Renderer {
    tera: Tera,
}

impl Renderer {
    fn render(&mut self, text: &str, name: &str) -> tera::Result<String> {
        let mut data = Context::new();
        data.insert("name", name);
        self.tera.render_str(text, &data) //~ template-injection
    }
}

async fn by_renderer(Json(letter): Json<Letter>) -> String {
    let mut renderer = Renderer { tera: Tera::default() };
    renderer.render(&letter.body, &letter.name).unwrap_or_default()
}

async fn added(State(state): State<AppState>, Json(letter): Json<Letter>) -> Result<String, StatusCode> {
    let layout = format!("<h1>{}</h1>{{{{ name }}}}", letter.subject);
    let mut tera = state.tera.lock().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    tera.add_raw_template("letter", &layout).map_err(|_| StatusCode::BAD_REQUEST)?; //~ template-injection
    tera.render("letter", &Context::new()).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn by_handlebars(Query(letter): Query<Letter>) -> String {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    if registry.register_template_string("t", letter.body.trim()).is_err() { //~ template-injection
        return String::new();
    }
    registry.render("t", &()).unwrap_or_default()
}

async fn by_minijinja(State(state): State<AppState>, Json(letter): Json<Letter>) -> String {
    let Letter { body, name, .. } = letter;
    let page = state.pages.render_str(&body, context! { name }); //~ template-injection
    page.unwrap_or_default()
}

async fn evaluated(State(state): State<AppState>, Path(rule): Path<String>) -> String {
    let expression = state.pages.compile_expression(&rule); //~ template-injection
    expression.is_ok().to_string()
}

async fn by_liquid(letter: web::Json<Letter>) -> HttpResponse {
    let Ok(parser) = ParserBuilder::with_stdlib().build() else {
        return HttpResponse::InternalServerError().finish();
    };
    match parser.parse(&letter.body) { //~ template-injection
        Ok(template) => HttpResponse::Ok().body(template.render(&liquid::object!({})).unwrap_or_default()),
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

async fn as_data(State(state): State<AppState>, Json(letter): Json<Letter>) -> String {
    let page = state.pages.render_str("{{ body }}", context! { body => letter.body }); // near miss: data
    page.unwrap_or_default()
}

async fn serialized(State(state): State<AppState>, Json(letter): Json<Letter>) -> Result<String, StatusCode> {
    let mut data = Context::new();
    data.insert("subject", &letter.subject);
    data.insert("body", &letter.body);
    let tera = state.tera.lock().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    tera.render("letter.html", &data).map_err(|_| StatusCode::BAD_REQUEST) // near miss: data
}

async fn named(State(state): State<AppState>, Path(page): Path<String>) -> Result<String, StatusCode> {
    let template = state.pages.get_template(&page).map_err(|_| StatusCode::NOT_FOUND)?; // near miss: a name
    template.render(context! {}).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn of_settings(State(state): State<AppState>, Query(letter): Query<Letter>) -> String {
    let mut data = Context::new();
    data.insert("name", &letter.name);
    Tera::one_off(&state.greeting, &data, true).unwrap_or_default() // near miss: the settings' template
}

fn layout(wide: bool) -> &'static str {
    if wide { "<main class=wide>{{ body }}</main>" } else { "<main>{{ body }}</main>" }
}

async fn chosen(Json(letter): Json<Letter>) -> String {
    let registry = Handlebars::new();
    registry.render_template(layout(letter.body.len() > 80), &letter.body).unwrap_or_default() // near miss: one of the program's own
}

async fn of_a_list(Path(kind): Path<String>) -> Result<String, StatusCode> {
    let text = match kind.as_str() {
        "short" => "{{ name }}",
        "long" => "Dear {{ name }}",
        _ => return Err(StatusCode::NOT_FOUND),
    };
    Tera::one_off(text, &Context::new(), true).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR) // near miss: one of the program's own
}

async fn parsed(Json(letter): Json<Letter>) -> String {
    let parser: Result<url::Url, _> = letter.body.parse(); // near miss: another parser
    parser.is_ok().to_string()
}

async fn stored(State(state): State<AppState>, Path(id): Path<u64>) -> String {
    let text = std::fs::read_to_string(format!("templates/{id}.html")).unwrap_or_default();
    state.pages.render_str(&text, ()).unwrap_or_default() // near miss: a file of the program's own
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/letter", web::post().to(by_liquid));
}

fn app() -> Router {
    let state = AppState { tera: Arc::default(), pages: Arc::new(Environment::new()), greeting: String::new() };
    Router::new()
        .route("/1", post(by_renderer).put(added).get(by_handlebars).patch(by_minijinja))
        .route("/2/{rule}", get(evaluated))
        .route("/3", post(as_data).put(serialized).get(of_settings).patch(chosen).delete(parsed))
        .route("/4/{page}", get(named))
        .route("/5/{kind}", get(of_a_list))
        .route("/6/{id}", get(stored))
        .with_state(state)
}

fn main() {}
