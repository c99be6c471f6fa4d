//! What becomes of salvo's limit of 64 KiB on what it reads of a body by itself.

use salvo::http::request::{SecureMaxSize, set_global_secure_max_size};
use salvo::oapi::extract::JsonBody;
use salvo::prelude::*;
use serde::Deserialize;

#[derive(Deserialize, ToSchema)]
struct Note {
    text: String,
}

#[endpoint]
async fn write(note: JsonBody<Note>) -> String {
    note.into_inner().text
}

#[handler]
async fn parse(request: &mut Request) -> String {
    request.parse_json::<Note>().await.map(|it| it.text).unwrap_or_default()
}

#[handler]
async fn parse_all(request: &mut Request) -> String {
    request.set_secure_max_size(usize::MAX); //~ body-limit-disabled
    request.parse_json::<Note>().await.map(|it| it.text).unwrap_or_default()
}

fn router() -> Router {
    Router::with_path("notes")
        .hoop(SecureMaxSize(usize::MAX)) //~ body-limit-disabled
        .post(write)
        .put(parse)
}

async fn serve() {
    set_global_secure_max_size(8 << 30); //~ body-limit-disabled
    let router = Router::with_path("all").post(parse_all);
    let acceptor = TcpListener::new("127.0.0.1:5800").bind().await;
    Server::new(acceptor).serve(router).await;
}

fn near_misses(setting: usize) -> Router {
    // near miss: the limit is set, and is one
    set_global_secure_max_size(1024 * 1024);
    Router::new()
        // near miss: raised for one route
        .push(Router::with_path("raised").hoop(SecureMaxSize(10 * 1024 * 1024)).post(write))
        // near miss: from the settings
        .push(Router::with_path("setting").hoop(SecureMaxSize(setting)).post(write))
        // near miss: the whole body is limited around it
        .push(
            Router::with_path("outer")
                .hoop(max_size(1024 * 1024))
                .hoop(SecureMaxSize(usize::MAX))
                .post(write),
        )
        // near miss: the hoop nearer to the handler sets a limit again
        .push(
            Router::with_path("again")
                .hoop(SecureMaxSize(usize::MAX))
                .push(Router::with_path("inner").hoop(SecureMaxSize(4096)).post(write)),
        )
        // near miss: the default is as it was
        .push(Router::with_path("default").post(write))
        // near miss: a hoop without effect beside the default
        .push(Router::with_path("default-too").hoop(max_size(u64::MAX)).post(parse))
        // near miss: a limit for long uploads around the default
        .push(Router::with_path("long").hoop(max_size(2 << 30)).post(write))
        .push(Router::with_path("by-request").post(parse_some))
}

#[handler]
async fn parse_some(request: &mut Request) -> String {
    // near miss: raised by the handler
    request.set_secure_max_size(1 << 20);
    // near miss: and once more by a constant
    request.set_secure_max_size(ENOUGH);
    request.parse_json::<Note>().await.map(|it| it.text).unwrap_or_default()
}

const ENOUGH: usize = 2 * 1024 * 1024;

fn main() {}
