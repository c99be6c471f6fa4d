//! What answers everything below a slash takes the slash itself from what is registered under it.

use poem::listener::TcpListener;
use poem::{Route, Server, get, handler, post};

#[handler]
fn read() -> &'static str {
    "read"
}

#[handler]
async fn write(body: String) -> String {
    body
}

fn inner() -> Route {
    Route::new().at("/inner", get(read))
}

//@ GET /first/inner none
//@ GET /second/inner none
//@ GET /files/{*path} none
//@ GET /k/kept none
//@ GET /k/kept/{*path} none
//@ GET /index/inner none
//@ POST /index none
//@ GET /below none
//@ GET /below/a/{*rest} none
#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let first = Route::new().at("/", post(write)).nest("/", inner());
    let second = Route::new().nest("/", inner()).at("/", post(write));
    let files = Route::new().at("/files/", post(write)).at("/files/*path", get(read));
    // Without the slash it is another path.
    let kept = Route::new().at("/kept", get(read)).at("/kept/*path", get(read));
    let index = Route::new().nest("/", inner().at("/", post(write)));
    let below = Route::new().at("/", get(read)).nest("/a", get(read));
    let app = Route::new()
        .nest("/first", first)
        .nest("/second", second)
        .nest("/", files)
        .nest("/k", kept)
        .nest("/index", index)
        .nest("/below", below);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
