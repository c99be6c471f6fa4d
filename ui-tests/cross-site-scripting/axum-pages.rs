//! Pages that are made of requests, in axum.

use std::collections::HashMap;
use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::{Form, Multipart, Path, Query};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize, Clone)]
struct Search {
    q: String,
    page: u32,
    id: Option<Uuid>,
    theme: Theme,
}

#[derive(Deserialize, Clone, Copy, Debug)]
enum Theme {
    Light,
    Dark,
}

struct Page {
    title: &'static str,
    body: String,
}

impl Page {
    fn render(&self) -> String {
        format!("<html><title>{}</title><body>{}</body></html>", self.title, self.body)
    }

    fn render_title(&self) -> String {
        format!("<html><title>{}</title></html>", self.title)
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        Html(self.render()).into_response() //~ cross-site-scripting
    }
}

async fn own_response(Query(search): Query<Search>) -> Page {
    Page { title: "Search", body: search.q }
}

async fn own_page_title(Query(search): Query<Search>) -> Html<String> {
    Html(Page { title: "Search", body: search.q }.render_title()) // near miss: own page title
}

async fn plain(Query(search): Query<Search>) -> String {
    format!("<h1>{}</h1>", search.q)
}

async fn json(Query(search): Query<Search>) -> Json<String> {
    Json(format!("<h1>{}</h1>", search.q))
}

async fn numbers(Query(search): Query<Search>) -> Html<String> {
    Html(format!("<p>{} {:?} {:?}</p>", search.page, search.id, search.theme)) // near miss: numbers
}

async fn written(Query(search): Query<Search>) -> Html<String> {
    let mut page = String::new();
    let _ = writeln!(page, "<h1>Results</h1>");
    let _ = write!(page, "<p>{}</p>", search.q);
    Html(page) //~ cross-site-scripting
}

async fn escaped(Query(search): Query<Search>) -> Html<String> {
    let q = html_escape::encode_text(&search.q);
    Html(format!("<h1>{q}</h1>")) // near miss: escaped
}

async fn escaped_in_one_branch(Query(search): Query<Search>) -> Html<String> {
    let q = if search.page == 0 { html_escape::encode_safe(&search.q).into_owned() } else { search.q };
    Html(format!("<h1>{q}</h1>")) //~ cross-site-scripting
}

async fn escaped_another(Query(search): Query<Search>, Path(name): Path<String>) -> Html<String> {
    let name = html_escape::encode_text(&name);
    Html(format!("<h1>{name}: {}</h1>", search.q)) //~ cross-site-scripting
}

async fn escaped_and_ignored(Query(search): Query<Search>) -> Html<String> {
    let _ = html_escape::encode_text(&search.q);
    Html(format!("<h1>{}</h1>", search.q)) //~ cross-site-scripting
}

async fn by_template(Query(search): Query<Search>) -> Html<String> {
    let template = "<h1>{{q}}</h1>";
    Html(template.replace("{{q}}", &search.q)) //~ cross-site-scripting
}

async fn list(Query(query): Query<HashMap<String, String>>) -> Html<String> {
    let items: String = query.values().map(|value| format!("<li>{value}</li>")).collect();
    Html(format!("<ul>{items}</ul>")) //~ cross-site-scripting
}

async fn list_size(Query(query): Query<HashMap<String, String>>) -> Html<String> {
    Html(format!("<p>{} parameters</p>", query.len())) // near miss: list size
}

async fn list_escaped(Query(query): Query<HashMap<String, String>>) -> Html<String> {
    let items: String = query.values().map(|value| format!("<li>{}</li>", html_escape::encode_text(value))).collect();
    Html(format!("<ul>{items}</ul>")) // near miss: list escaped
}

async fn with_status(Path(name): Path<String>) -> (StatusCode, Html<String>) {
    (StatusCode::NOT_FOUND, Html(format!("<p>No {name} here</p>"))) //~ cross-site-scripting
}

async fn error(Path(name): Path<String>) -> Result<Html<&'static str>, (StatusCode, Html<String>)> {
    if name == "home" {
        return Ok(Html("<p>home</p>")); // near miss: error
    }
    Err((StatusCode::NOT_FOUND, Html(format!("<p>No {name} here</p>")))) //~ cross-site-scripting
}

async fn compared(Path(name): Path<String>) -> Html<String> {
    if name == "home" { Html(format!("<p>{name}</p>")) } else { Html("<p>elsewhere</p>".to_string()) } // near miss: compared
}

async fn header_tuple(Form(search): Form<Search>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], format!("<p>{}</p>", search.q)) //~ cross-site-scripting
}

async fn header_tuple_plain(Form(search): Form<Search>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("<p>{}</p>", search.q)) // near miss: header tuple plain
}

async fn built(Form(search): Form<Search>) -> Response {
    let body = Body::from(format!("<p>{}</p>", search.q));
    let response = Response::builder().header(header::CONTENT_TYPE, "text/html").body(body); //~ cross-site-scripting
    response.expect("a response")
}

async fn built_json(Form(search): Form<Search>) -> Response {
    let body = Body::from(format!("\"{}\"", search.q));
    let response = Response::builder().header(header::CONTENT_TYPE, "application/json").body(body); // near miss: built json
    response.expect("a response")
}

async fn markup(Query(search): Query<Search>) -> Markup {
    html! { h1 { "Results for " (search.q) } } // near miss: markup
}

async fn markup_pre_escaped(Query(search): Query<Search>) -> Markup {
    let title = PreEscaped(format!("<b>{}</b>", search.q)); //~ cross-site-scripting
    html! { h1 { (title) } } // near miss: markup pre escaped
}

async fn markup_pre_escaped_constant(Query(search): Query<Search>) -> Markup {
    html! { h1 { (PreEscaped("&rarr;")) (search.q) } } // near miss: markup pre escaped constant
}

async fn fallback(uri: Uri) -> Html<String> {
    Html(format!("<p>No page {}</p>", uri.path())) // near miss: what `Uri` takes has no raw `<`, browsers encode it // near miss: fallback
}

fn layout(title: &str, body: &str) -> String {
    ["<html><title>", title, "</title><body>", body, "</body></html>"].concat()
}

fn section(text: impl std::fmt::Display) -> String {
    format!("<section>{text}</section>")
}

async fn by_layout(Query(search): Query<Search>) -> Html<String> {
    Html(layout("Search", &section(search.q))) //~ cross-site-scripting
}

async fn by_layout_number(Query(search): Query<Search>) -> Html<String> {
    Html(layout("Search", &section(search.page))) // near miss: by layout number
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(it),
        }
    }
    out
}

async fn own_escape(Query(search): Query<Search>) -> Html<String> {
    Html(layout(&escape(&search.q), "<p></p>")) // near miss: own escape
}

async fn url_encoded(Query(search): Query<Search>) -> Html<String> {
    Html(format!("<a href=\"/search?q={}\">again</a>", urlencoding::encode(&search.q))) // near miss: url encoded
}

async fn upload(mut parts: Multipart) -> Html<String> {
    let mut names = Vec::new();
    while let Ok(Some(part)) = parts.next_field().await {
        names.push(part.file_name().unwrap_or_default().to_string());
    }
    Html(format!("<p>{}</p>", names.join(", "))) //~ cross-site-scripting
}

macro_rules! page {
    ($($part:tt)*) => {
        Html(format!($($part)*)) // near miss: upload
    };
}

async fn by_macro(Query(search): Query<Search>) -> Html<String> {
    page!("<p>{}</p>", search.q) //~ cross-site-scripting
}

async fn by_macro_number(Query(search): Query<Search>) -> Html<String> {
    page!("<p>{}</p>", search.page) // near miss: by macro number
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1", get(own_response).post(own_page_title).put(plain).delete(json))
        .route("/2", get(numbers).post(written).put(escaped).delete(escaped_in_one_branch))
        .route("/3/{name}", get(escaped_another).post(with_status).put(error).delete(compared))
        .route("/4", get(escaped_and_ignored).post(by_template).put(list).delete(list_size).patch(list_escaped))
        .route("/5", get(header_tuple).post(header_tuple_plain).put(built).delete(built_json))
        .route("/6", get(markup).post(markup_pre_escaped).put(markup_pre_escaped_constant))
        .route("/7", get(by_layout).post(by_layout_number).put(own_escape).delete(url_encoded).patch(upload))
        .route("/8", get(by_macro).post(by_macro_number))
        .fallback(fallback);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
