//! Pages that are made of requests, in poem.

use poem::listener::TcpListener;
use poem::web::{Html, Path, Query};
use poem::{IntoResponse, Response, Route, Server, get, handler};
use serde::Deserialize;

#[derive(Deserialize)]
struct Search {
    q: String,
    page: u32,
}

#[handler]
fn html(Query(search): Query<Search>) -> Html<String> {
    Html(format!("<h1>{}</h1>", search.q)) //~ cross-site-scripting
}

#[handler]
fn number(Query(search): Query<Search>) -> Html<String> {
    Html(format!("<h1>{}</h1>", search.page)) // near miss: number
}

#[handler]
fn text(Path(name): Path<String>) -> String {
    format!("<h1>{name}</h1>")
}

#[handler]
fn status(Path(name): Path<String>) -> impl IntoResponse {
    Html(format!("<h1>{name}</h1>")).with_status(poem::http::StatusCode::NOT_FOUND) //~ cross-site-scripting
}

#[handler]
fn built(Path(name): Path<String>) -> Response {
    Response::builder().content_type("text/html").body(format!("<h1>{name}</h1>")) //~ cross-site-scripting
}

#[handler]
fn built_text(Path(name): Path<String>) -> Response {
    Response::builder().content_type("text/plain").body(format!("<h1>{name}</h1>")) // near miss: built text
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Route::new().at("/1", get(html).post(number)).at("/2/:name", get(text).post(status).put(built).delete(built_text));
    Server::new(TcpListener::bind("127.0.0.1:8080")).run(app).await
}
