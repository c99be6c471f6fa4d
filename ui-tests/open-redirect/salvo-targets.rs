//! Where browsers are sent, in Salvo.

use salvo::http::header::LOCATION;
use salvo::prelude::*;

#[handler]
async fn found(request: &mut Request, response: &mut Response) {
    let next = request.query::<String>("next").unwrap_or_else(|| "/".to_string());
    response.render(Redirect::found(next)); //~ open-redirect
}

#[handler]
async fn found_below(request: &mut Request, response: &mut Response) {
    let name = request.query::<String>("name").unwrap_or_default();
    response.render(Redirect::found(format!("/users/{name}"))); // near miss: found below
}

#[handler]
async fn form(request: &mut Request, response: &mut Response) {
    match request.form::<String>("next").await {
        Some(next) if next == "/home" => response.render(Redirect::other(next)), // near miss: form
        Some(next) => response.render(Redirect::other(next)), //~ open-redirect
        None => response.render(Redirect::other("/")), // near miss: form
    }
}

#[handler]
async fn header(request: &mut Request, response: &mut Response) {
    let next: String = request.query("next").unwrap_or_default();
    response.status_code(StatusCode::FOUND);
    let _ = response.add_header(LOCATION, next, true); //~ open-redirect
}

#[handler]
async fn number(request: &mut Request, response: &mut Response) {
    let page = request.query::<u32>("page").unwrap_or(1);
    response.render(Redirect::permanent(format!("/{page}"))); // near miss: number
}

#[tokio::main]
async fn main() {
    let router = Router::new()
        .push(Router::with_path("found").get(found).post(found_below))
        .push(Router::with_path("form").post(form).get(header).put(number));
    let acceptor = TcpListener::new("127.0.0.1:8080").bind().await;
    Server::new(acceptor).serve(router).await;
}
