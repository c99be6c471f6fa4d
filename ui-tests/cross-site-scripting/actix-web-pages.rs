//! Pages that are made of requests, in actix-web.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, ResponseError, get, post, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Comment {
    author: String,
    text: String,
    rating: u8,
}

#[derive(Debug)]
enum PageError {
    NotFound(String),
    Broken,
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PageError::NotFound(name) => write!(f, "no page {name}"),
            PageError::Broken => f.write_str("broken"),
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        StatusCode::NOT_FOUND
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).content_type(ContentType::html()).body(format!("<p>{self}</p>")) //~ cross-site-scripting
    }
}

#[get("/error/{name}")]
async fn get_error(name: web::Path<String>) -> Result<HttpResponse, PageError> {
    if name.as_str() == "home" {
        return Ok(HttpResponse::Ok().finish());
    }
    Err(PageError::NotFound(name.into_inner()))
}

#[post("/1")]
async fn post_html(comment: web::Form<Comment>) -> HttpResponse {
    let page = format!("<p>{}: {}</p>", comment.author, comment.text);
    HttpResponse::Ok().content_type(ContentType::html()).body(page) //~ cross-site-scripting
}

#[post("/2")]
async fn post_html_number(comment: web::Form<Comment>) -> HttpResponse {
    let page = format!("<p>{}</p>", comment.rating);
    HttpResponse::Ok().content_type(ContentType::html()).body(page) // near miss: post html number
}

#[post("/3")]
async fn post_text(comment: web::Form<Comment>) -> HttpResponse {
    HttpResponse::Ok().body(format!("<p>{}</p>", comment.text)) // near miss: post text
}

#[post("/4")]
async fn post_json(comment: web::Form<Comment>) -> HttpResponse {
    HttpResponse::Ok().json(format!("<p>{}</p>", comment.text)) // near miss: post json
}

#[post("/5")]
async fn post_header_inserted(comment: web::Form<Comment>) -> HttpResponse {
    let page = ["<p>", comment.text.as_str(), "</p>"].join("");
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/html")).body(page) //~ cross-site-scripting
}

#[post("/6")]
async fn post_web_html(comment: web::Form<Comment>) -> web::Html {
    web::Html::new(format!("<p>{}</p>", comment.text)) //~ cross-site-scripting
}

#[post("/7")]
async fn post_web_html_fixed(comment: web::Form<Comment>) -> web::Html {
    if comment.rating > 3 { web::Html::new("<p>thanks</p>") } else { web::Html::new("<p>sorry</p>") } // near miss: post web html fixed
}

#[get("/8")]
async fn get_from_query_string(request: HttpRequest) -> impl Responder {
    let name = web::Query::<Comment>::from_query(request.query_string()).map(|it| it.into_inner().author).unwrap_or_default();
    HttpResponse::Ok().content_type("text/html").body(format!("<h1>{name}</h1>")) //~ cross-site-scripting
}

#[post("/9")]
async fn post_escaped(comment: web::Form<Comment>) -> HttpResponse {
    let text = html_escape::encode_text(&comment.text);
    HttpResponse::Ok().content_type("text/html").body(format!("<p>{text}</p>")) // near miss: post escaped
}

#[post("/10")]
async fn post_shadowed_by_escaped(comment: web::Form<Comment>) -> HttpResponse {
    let mut text = comment.text.clone();
    text = html_escape::encode_text(&text).to_string();
    HttpResponse::Ok().content_type("text/html").body(format!("<p>{text}</p>")) // near miss: post shadowed by escaped
}

#[post("/11")]
async fn post_late_type(comment: web::Form<Comment>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type("text/html; charset=utf-8"); // near miss: post late type
    response.body(format!("<p>{}</p>", comment.text)) //~ cross-site-scripting
}

fn render(comment: &Comment) -> String {
    format!("<article><h2>{}</h2>{}</article>", comment.author, paragraph(&comment.text))
}

fn paragraph(text: &str) -> String {
    format!("<p>{text}</p>")
}

#[post("/12")]
async fn post_rendered(comment: web::Json<Comment>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html").body(render(&comment)) //~ cross-site-scripting
}

#[post("/13")]
async fn post_all(comments: web::Json<Vec<Comment>>) -> HttpResponse {
    let page = comments.iter().map(render).collect::<Vec<_>>().join("\n");
    HttpResponse::Ok().content_type("text/html").body(page) //~ cross-site-scripting
}

#[post("/14")]
async fn post_ratings(comments: web::Json<Vec<Comment>>) -> HttpResponse {
    let sum: u32 = comments.iter().map(|it| u32::from(it.rating)).sum();
    let page = format!("<p>{sum} of {}</p>", comments.len());
    HttpResponse::Ok().content_type("text/html").body(page) // near miss: post ratings
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service((get_error, post_html, post_html_number, post_text, post_json, post_header_inserted, post_web_html, post_web_html_fixed))
            .service((get_from_query_string, post_escaped, post_shadowed_by_escaped, post_late_type, post_rendered, post_all, post_ratings))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
