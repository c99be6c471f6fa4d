//! `with` wraps what it is called on, and nothing else; tuples and `combine` are several of them.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::{CatchPanic, Cors, Tracing};
use poem::{Endpoint, EndpointExt, Error, Middleware, Request, Result, Route, Server, get, handler, post};

struct KeyRequired {
    key: String,
}

impl<E: Endpoint> Middleware<E> for KeyRequired {
    type Output = KeyRequiredImpl<E>;

    fn transform(&self, ep: E) -> Self::Output {
        KeyRequiredImpl { ep, key: self.key.clone() }
    }
}

struct KeyRequiredImpl<E> {
    ep: E,
    key: String,
}

impl<E: Endpoint> Endpoint for KeyRequiredImpl<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> Result<Self::Output> {
        match req.header("x-api-key") {
            Some(key) if constant_time(key, &self.key) => self.ep.call(req).await,
            _ => Err(Error::from_status(StatusCode::UNAUTHORIZED)),
        }
    }
}

fn constant_time(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn guard() -> KeyRequired {
    KeyRequired { key: std::env::var("API_KEY").expect("API_KEY is set") }
}

#[handler]
fn index() -> &'static str {
    "hello"
}

#[handler]
async fn write(body: String) -> String {
    body
}

struct Settings {
    needs_key: bool,
}

fn app(settings: &Settings) -> impl Endpoint + use<> {
    let inner = Route::new().at("/a", post(write)).at("/b", post(write)).with(guard());
    Route::new()
        .nest("/inner", inner)
        .at("/after", post(write))
        .at("/method", get(index).post(write.with(guard())))
        .at("/whole", get(index).post(write).with(guard()))
        .nest("/tuple", Route::new().at("/x", post(write)).with((Tracing, guard(), CatchPanic::new())))
        .nest("/combined", Route::new().at("/x", post(write)).with(Tracing.combine(guard())))
        .nest("/switched", Route::new().at("/x", post(write)).with_if(settings.needs_key, guard()))
        .nest("/never", Route::new().at("/x", post(write)).with_if(false, guard()))
        .nest("/always", Route::new().at("/x", post(write)).with_if(true, guard()))
        .nest("/by-reference", Route::new().at("/x", post(write)).with(&guard()))
        .with(Cors::new())
        .with(Tracing)
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let settings = Settings { needs_key: std::env::var("NEEDS_KEY").is_ok() };
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app(&settings)).await
}

//@ POST /inner/a required
//@ POST /inner/b required
//@ POST /after none
//@ GET /method none
//@ POST /method required
//@ GET /whole required
//@ POST /whole required
//@ POST /tuple/x required
//@ POST /combined/x required
//@ POST /switched/x conditional if settings.needs_key
//@ POST /never/x none
//@ POST /always/x required
//@ POST /by-reference/x required
