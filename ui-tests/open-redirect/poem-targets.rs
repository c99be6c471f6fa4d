//! Where browsers are sent, in poem.

use poem::http::{StatusCode, header};
use poem::listener::TcpListener;
use poem::web::{Path, Query, Redirect};
use poem::{IntoResponse, Response, Route, Server, get, handler};
use serde::Deserialize;

#[derive(Deserialize)]
struct After {
    next: String,
    page: u32,
}

#[handler]
fn see_other(Query(after): Query<After>) -> Redirect {
    Redirect::see_other(after.next) //~ open-redirect
}

#[handler]
fn moved(Query(after): Query<After>) -> Redirect {
    Redirect::moved_permanent(format!("/pages/{}", after.page)) // near miss: moved
}

#[handler]
fn below(Path(name): Path<String>) -> Redirect {
    Redirect::temporary(format!("/users/{name}")) // near miss: below
}

#[handler]
fn location(after: Query<After>) -> Response {
    Response::builder().status(StatusCode::FOUND).header(header::LOCATION, &after.next).finish() //~ open-redirect
}

#[handler]
fn with_header(Query(after): Query<After>) -> impl IntoResponse {
    StatusCode::FOUND.with_header("Location", after.next) //~ open-redirect
}

#[handler]
fn known(Query(after): Query<After>) -> Redirect {
    match after.next.as_str() {
        it @ ("/a" | "/b") => Redirect::see_other(it), // near miss: known
        _ => Redirect::see_other("/"), // near miss: known
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Route::new()
        .at("/1", get(see_other).post(moved))
        .at("/2/:name", get(below))
        .at("/3", get(location).post(with_header).put(known));
    Server::new(TcpListener::bind("127.0.0.1:8080")).run(app).await
}
